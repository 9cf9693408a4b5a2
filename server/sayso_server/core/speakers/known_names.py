"""The names of known speakers in comparable form, and an index of the speakers by all forms of their names."""

import itertools
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from sayso_server.core.lexicon import load_table, load_words
from sayso_server.core.speakers.names.aliases import initials_of, state_of
from sayso_server.core.speakers.names.clusters import NameCluster
from sayso_server.core.speakers.names.mentions import NameMention
from sayso_server.core.speakers.names.spelling import countries, plain_letters
from sayso_server.core.statement import KnownSpeaker, Span, SpeakerType

Key: TypeAlias = tuple[str, ...]
"""A name for comparison, or a form of it: the kind of form, and its words."""

_MOST_ALIKE = 200
"""Maximum number of known speakers that are kept for one form of a name."""
SHORTEST_ACRONYM = 3
"""Minimum number of letters in an acronym that the caller has not given as an alias."""
LONGEST_SURNAME = 3
"""Maximum number of words in a surname: van der Berg."""
_SHORTEST_WITHOUT_COUNTRY = 3
"""A name without its country is recognized only if the whole name has more words than this."""
_INITIALS = re.compile(r"[^\W\d_](?:\.[^\W\d_])+")
_QUOTED = re.compile(r"""["“”][^"“”]*["“”]|\([^)]*\)""")


@dataclass(frozen=True, eq=False)
class Known:
    """A known speaker. `keys` are its names, `orders` the same in other word orders; `gender` is "f", "m" or ""."""

    speaker: KnownSpeaker
    keys: tuple[Key, ...]
    orders: tuple[Key, ...]
    gender: str

    @property
    def may_be_person(self) -> bool:
        return self.speaker.type in {SpeakerType.PERSON, SpeakerType.UNKNOWN}

    @property
    def may_be_thing(self) -> bool:
        return self.speaker.type is not SpeakerType.PERSON


Index: TypeAlias = Mapping[Key, Sequence[Known]]
"""Known speakers by the forms of their names."""


@lru_cache(maxsize=4)
def indexed(known: tuple[KnownSpeaker, ...]) -> Index:
    """The known speakers by all forms of their names. Cached, because many documents use the same speakers."""
    out: dict[Key, list[Known]] = defaultdict(list)
    for one in map(_read, known):
        for form in dict.fromkeys(_forms(one)):
            if len(out[form]) < _MOST_ALIKE:
                out[form].append(one)
    return dict(out)


def _forms(one: Known) -> Iterator[Key]:
    """All lookup keys of a known speaker."""
    for key in (*one.keys, *one.orders):
        yield "name", *key
    for key in one.keys:
        if one.may_be_person and len(key) > 1:
            yield from _known_given_forms(key)
            yield from (("surname", *key[-n:]) for n in range(1, min(len(key), LONGEST_SURNAME + 1)))
        if one.may_be_thing:
            yield "company", *without_form(key)
            yield "without country", *without_country(key)
            yield "state", state_of(key)
            yield from (("acronym", letters) for letters in initials_of(key) if len(letters) >= SHORTEST_ACRONYM)


def given_forms(own: Key) -> list[Key]:
    """The lookup keys of a name in the text, like Jack Kirby or J. Kirby."""
    first, last = own[0], own[-1]
    if len(first) == 1:
        return [("initial", first, last)]
    nicknames = load_table("nicknames").get(first, ())
    return [*(("given", name, last) for name in (first, *nicknames)), ("abbreviated", first[0], last)]


def _known_given_forms(key: Key) -> Iterator[Key]:
    """The keys under which a known speaker like John Kirby or J. Kirby is found."""
    first, last = key[0], key[-1]
    yield "initial", first[0], last
    if len(first) == 1:
        yield "abbreviated", first, last
    yield from (("given", name, last) for name in (first, *load_table("nicknames").get(first, ())))


def without_form(key: Key) -> Key:
    """The name without company words: Harrowmere for Harrowmere Foods Ltd."""
    end = len(key)
    while end > 1 and key[end - 1] in load_words("company_words"):
        end -= 1
    return key[:end]


def without_country(key: Key) -> Key:
    """Food and Drug Administration for U.S. Food and Drug Administration; empty if there is no country."""
    is_long = len(key) > _SHORTEST_WITHOUT_COUNTRY
    return key[1:] if is_long and (key[0] in countries() or state_of(key[:1])) else ()


def _read(speaker: KnownSpeaker) -> Known:
    """A known speaker with its names for comparison."""
    texts = [_bare(name) for name in (speaker.name, *speaker.aliases)]
    pairs = [_in_order(text, speaker.type) for text in texts]
    keys = dict.fromkeys(key for text, _ in pairs for key in _keys(text, speaker.type))
    orders = dict.fromkeys(folded(_key(text)) for _, text in pairs if text)
    mention = NameMention(Span(0, 0), (), pairs[0][0])
    gender = NameCluster((mention,)).gender if speaker.type is SpeakerType.PERSON and mention.key else ""
    return Known(speaker, tuple(key for key in keys if key), tuple(orders), gender)


def _bare(name: str) -> str:
    """A name without its article, and without a nickname in quotation marks or brackets."""
    text = " ".join(_QUOTED.sub(" ", name).split()) or name
    return text[4:] if text.lower().startswith("the ") else text


def _in_order(text: str, kind: SpeakerType) -> tuple[str, str]:
    """A name in its usual order (John Kirby for "Kirby, John"), and the given order, if that is another."""
    last, comma, rest = text.partition(",")
    small = load_words("name_suffixes", "company_words", "post_nominals")
    words = _key(rest)
    if not comma or kind not in {SpeakerType.PERSON, SpeakerType.UNKNOWN} or not words or set(words) <= small:
        return text, ""
    return f"{rest.strip()} {last}", text


def _keys(text: str, kind: SpeakerType) -> Iterator[Key]:
    """The comparable forms of a name; for a person, also without titles and post-nominals."""
    key = _key(text)
    if kind is not SpeakerType.PERSON:
        yield folded(key)
    if kind in {SpeakerType.PERSON, SpeakerType.UNKNOWN}:
        yield folded(spelt(key))
        own = without_title(key)
        if 1 < len(own) < len(key):
            yield folded(spelt(own))


def person_key(name: str) -> Key:
    """The name of a person for comparison, without titles and post-nominals: owen, pell for Sir Owen Pell QC."""
    return folded(spelt(without_title(_key(_bare(name)))))


def thing_key(name: str) -> Key:
    """Any other name for comparison: food, and, drug, administration."""
    return folded(_key(_bare(name)))


def without_title(key: Key) -> Key:
    """The name without titles and post-nominals: Owen Pell for Sir Owen Pell QC."""
    titles, letters = load_words("honorifics", "titles_of_people", "roles"), load_words("post_nominals")
    own = tuple(itertools.dropwhile(titles.__contains__, key))
    while len(own) > 2 and own[-1] in letters:
        own = own[:-1]
    return own


def spelt(key: Key) -> Key:
    """The name with its initials apart: J, F, Kirby for J.F. Kirby."""
    return tuple(part for word in key for part in (word.split(".") if _INITIALS.fullmatch(word) else (word,)))


def _key(text: str) -> Key:
    return NameMention(Span(0, 0), (), text).key


def folded(key: Key) -> Key:
    """A name without accents, apostrophes and stops: oneill for O’Neill, us for U.S."""
    return tuple(_fold(word) or word for word in key)


def _fold(word: str) -> str:
    return word if word.isascii() and word.isalnum() else "".join(c for c in plain_letters(word) if c.isalnum())
