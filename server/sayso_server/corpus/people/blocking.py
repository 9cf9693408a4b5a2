"""Blocking: only profiles that share a block are compared. A block is a surname, or an acronym."""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from sayso_server.corpus.people.names import ORGANIZATION, PERSON, acronyms, without_country, without_form
from sayso_server.corpus.people.profiles import Profile

MOST_NEIGHBOURS = 500
"""In a larger block, sorted by name, a profile is compared with this many that follow; a short name with this many full
names, the most frequent ones."""
_ALIKE = 4
"""The minimum number of letters shared by two spellings of one surname."""

Block = tuple[Profile, ...]


def blocks_of(profiles: Iterable[Profile]) -> list[Block]:
    """The blocks with more than one profile, each sorted by name; a profile may be in several."""
    blocks: dict[tuple[str, ...], list[Profile]] = defaultdict(list)
    for profile in profiles:
        for key in dict.fromkeys(_keys(profile)):
            blocks[profile.type, *key].append(profile)
    return [tuple(sorted(block, key=_order)) for block in blocks.values() if len(block) > 1]


def pairs_of(block: Block) -> Iterator[tuple[Profile, Profile]]:
    """The pairs of a block to compare; their number is linear in the size of a large block."""
    full = [profile for profile in block if profile.is_full]
    short = [profile for profile in block if not profile.is_full]
    foremost = sorted(full, key=lambda profile: (-profile.documents, profile.key))[:MOST_NEIGHBOURS]
    yield from _neighbours(full)
    yield from itertools.product(foremost, short)
    yield from _neighbours(short)


def _neighbours(profiles: Sequence[Profile]) -> Iterator[tuple[Profile, Profile]]:
    for at, one in enumerate(profiles):
        yield from ((one, other) for other in profiles[at + 1 : at + 1 + MOST_NEIGHBOURS])


def _keys(profile: Profile) -> Iterator[tuple[str, ...]]:
    if profile.external_id:
        yield "known", profile.external_id
    if profile.type is PERSON:
        yield "surname", profile.name[-1]
        if len(profile.name) > 1:
            yield "spelling", profile.name[0], profile.name[-1][:_ALIKE]
        if len(profile.name) > 2:
            yield "surname", profile.name[-2]  # Wanda Vázquez Garced is also Wanda Vázquez
    elif profile.type is ORGANIZATION:
        yield "name", *without_country(profile.name)
        yield "name", *without_form(profile.name)
        letters = acronyms(profile.name) if len(profile.name) > 1 else {profile.name[0]}
        yield from (("acronym", word) for word in sorted(letters))


def _order(profile: Profile) -> tuple[tuple[str, ...], str]:
    return profile.name, profile.key
