"""Links people across all documents, reading and updating the tables of a finished job.

    statements -> profiles (profiles) -> pairs (blocking, comparing) -> people (clustering) -> ids (ids, by_hand)
               -> the tables `people` and `profiles`, and two columns of `statements` (table)

It reads only the tables, and every run recomputes everything. So it does not matter when a run was killed, and added
documents are compared with all others. Parts of the statements are rewritten only if a person in them changes.
"""

import itertools
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol, TypeVar

from sayso_server.core.statement import SpeakerType
from sayso_server.corpus.errors import InputError, OutputError
from sayso_server.corpus.parts import Form, encode
from sayso_server.corpus.people import by_hand
from sayso_server.corpus.people.blocking import Block, blocks_of, pairs_of
from sayso_server.corpus.people.by_hand import ByHand, Described, Merge, merged_ids
from sayso_server.corpus.people.clustering import Cluster, clustered, components, pair
from sayso_server.corpus.people.comparing import Corpus, compare, corpus_of
from sayso_server.corpus.people.ids import identified
from sayso_server.corpus.people.joining import LEAST_MARGIN, Pair
from sayso_server.corpus.people.profiles import COLUMNS, Profile, Speaker, merge_into, speakers_of
from sayso_server.corpus.people.table import PEOPLE, PROFILES, Identity, person_row, profile_row, rows_of, with_people
from sayso_server.corpus.store import Store

_PAIRS_AT_ONCE = 20_000
"""The number of pairs in the blocks that a worker gets together."""

Item = TypeVar("Item")
Shared = TypeVar("Shared")
Result = TypeVar("Result")


class Mapper(Protocol):
    """Applies a function of an item and shared data to items; yields the results in order."""

    def __call__(
        self, function: Callable[[Item, Shared], Result], items: Iterable[Item], shared: Shared
    ) -> Iterator[Result]: ...


def _apply(function: Callable[[Item, Shared], Result], items: Iterable[Item], shared: Shared) -> Iterator[Result]:
    return (function(item, shared) for item in items)


@contextmanager
def here() -> Iterator[Mapper]:
    """The mapper without Ray: in this process, one by one."""
    yield _apply


@dataclass(frozen=True, slots=True)
class People:
    """The number of people of each type, and of profiles."""

    by_type: Counter[SpeakerType]
    profiles: int


def link(store: Store, mapped: Mapper = _apply) -> People:
    """Link people across all documents of an output, and write the tables. Raises CorpusError."""
    corrections = by_hand.read(store)
    profiles, taken_out = _profiles(store, corrections, mapped)
    clusters = resolved(profiles, mapped)
    ids = identified(clusters, _ids_before(store))
    identities = _identities(clusters, ids, corrections, taken_out)
    people = _by_person(identities)
    _write_tables(store, people)
    _write_statements(store, identities, corrections, mapped)
    return People(Counter(own[0].member.profile.type for own in people.values()), len(profiles))


def resolved(profiles: Mapping[str, Profile], mapped: Mapper = _apply) -> list[Cluster]:
    """The people of these profiles, given by key."""
    corpus = corpus_of(profiles.values())
    pairs: dict[Pair, float] = {}
    for found in mapped(_compared, _batches(blocks_of(profiles.values())), corpus):
        pairs |= found
    return [
        cluster
        for component, own in components(profiles.values(), pairs)
        for cluster in clustered(component, own, corpus)
    ]


def _profiles(store: Store, corrections: ByHand, mapped: Mapper) -> tuple[dict[str, Profile], dict[Speaker, str]]:
    """All profiles by key, and the keys of the speakers that were split off by hand."""
    parts = store.parts("statements")
    profiles: dict[str, Profile] = {}
    taken_out: dict[Speaker, str] = {}
    shared = store.form, corrections.apart
    for name, found in zip(parts, mapped(_profiles_of_part, _contents(store, parts), shared), strict=True):
        if isinstance(found, InputError):
            shown = store.shown(name)
            raise OutputError(f"{shown}: {found}; remove it and its file in documents, and run the job again")
        merge_into(profiles, found[0])
        taken_out |= found[1]
    for split in corrections.splits:
        if split.speaker not in taken_out:
            document, speaker = split.speaker
            raise InputError(f"{split.place}: there is no speaker {speaker!r} with a name in document {document!r}")
    return profiles, taken_out


def _contents(store: Store, names: Iterable[str]) -> Iterator[bytes]:
    return (store.read(name) or b"" for name in names)


def _profiles_of_part(
    content: bytes, shared: tuple[Form, frozenset[Speaker]]
) -> tuple[list[Profile], dict[Speaker, str]] | InputError:
    """The profiles of a part, and the keys of those split off by hand. Errors are values, since Ray would log them."""
    form, apart = shared
    try:
        speakers = speakers_of(rows_of(content, COLUMNS, form), apart)
    except InputError as error:
        return error
    profiles: dict[str, Profile] = {}
    merge_into(profiles, speakers.values())
    return list(profiles.values()), {speaker: speakers[speaker].key for speaker in apart & speakers.keys()}


def _batches(blocks: Sequence[Block]) -> Iterator[list[Block]]:
    """Batches of blocks with about the same number of pairs."""
    batch: list[Block] = []
    pairs = 0
    for block in blocks:
        batch.append(block)
        pairs += len(block) ** 2 // 2
        if pairs >= _PAIRS_AT_ONCE:
            yield batch
            batch, pairs = [], 0
    if batch:
        yield batch


def _compared(blocks: list[Block], corpus: Corpus) -> dict[Pair, float]:
    found: dict[Pair, float] = {}
    for one, other in itertools.chain.from_iterable(map(pairs_of, blocks)):
        like = compare(one, other, corpus)
        if like and like.margin > LEAST_MARGIN:
            found[pair(one, other)] = like.margin
    return found


def _ids_before(store: Store) -> dict[str, str]:
    """The automatic id of each profile in the previous run. A damaged table is ignored: it is rewritten anyway."""
    columns = ("profile", "automatic_id")
    try:
        contents = _contents(store, store.parts("profiles"))
        rows = [row for content in contents for row in rows_of(content, columns, store.form)]
    except InputError:
        return {}
    return {row["profile"]: row["automatic_id"] for row in rows}


def _identities(
    clusters: Sequence[Cluster], ids: Sequence[str], corrections: ByHand, taken_out: Mapping[Speaker, str]
) -> list[Identity]:
    """Every profile with its person, after corrections by hand."""
    people = {person: _described(cluster) for person, cluster in zip(ids, clusters, strict=True)}
    own = {member.profile.key: person for person, cluster in zip(ids, clusters, strict=True) for member in cluster}
    moved = [
        Merge(own[taken_out[split.speaker]], split.into, split.place) for split in corrections.splits if split.into
    ]
    final = merged_ids((*corrections.merges, *moved), people)
    return [
        Identity(final.get(person, person), person, member)
        for person, cluster in zip(ids, clusters, strict=True)
        for member in cluster
    ]


def _described(cluster: Cluster) -> Described:
    known = next((member.profile.external_id for member in cluster if member.profile.external_id), "")
    return Described(str(cluster[0].profile.type), known)


def _by_person(identities: Iterable[Identity]) -> dict[str, list[Identity]]:
    people: dict[str, list[Identity]] = defaultdict(list)
    for identity in sorted(identities, key=lambda identity: (identity.person_id, identity.member.profile.key)):
        people[identity.person_id].append(identity)
    return people


def _write_tables(store: Store, people: Mapping[str, Sequence[Identity]]) -> None:
    """Write the tables; profiles come first, since they keep the ids."""
    profiles = [profile_row(identity) for own in people.values() for identity in own]
    store.put(f"profiles/part-000000.{store.form}", encode(profiles, PROFILES, store.form))
    rows = [person_row(person_id, own) for person_id, own in people.items()]
    store.put(f"people/part-000000.{store.form}", encode(rows, PEOPLE, store.form))


def _write_statements(store: Store, identities: Iterable[Identity], corrections: ByHand, mapped: Mapper) -> None:
    parts = store.parts("statements")
    people = {
        identity.member.profile.key: (identity.person_id, round(identity.member.confidence, 4))
        for identity in identities
    }
    shared = store.form, people, corrections.apart
    for name, changed in zip(parts, mapped(_with_people, _contents(store, parts), shared), strict=True):
        if changed is not None:
            store.put(name, changed)


def _with_people(
    content: bytes, shared: tuple[Form, Mapping[str, tuple[str, float]], frozenset[Speaker]]
) -> bytes | None:
    return with_people(content, *shared)
