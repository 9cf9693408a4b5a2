"""Comparing names across documents: whether two may be the same, how similar they are, and how common."""

import itertools
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from math import log

from sayso_server.core.lexicon import load_words
from sayso_server.core.speakers.known_names import person_key, thing_key
from sayso_server.core.speakers.names.aliases import initials_of, state_of
from sayso_server.core.speakers.names.spelling import countries, is_demonym, is_given_name, nearly, short_for
from sayso_server.core.statement import SpeakerType

Key = tuple[str, ...]
"""The words of a name: lower case, without accents, titles and suffixes."""

PERSON, ORGANIZATION, DOCUMENT = SpeakerType.PERSON, SpeakerType.ORGANIZATION, SpeakerType.DOCUMENT
NAMED_TYPES = (PERSON, ORGANIZATION, DOCUMENT)
"""The types of speakers that are linked across documents."""

_SHORTEST_ACRONYM = 3
"""Letters."""
_LONGEST_ACRONYM = 5
"""Maximum letters of a single word that is ambiguous without its document."""
_SHORTEST_MISSPELT = 5
"""Minimum letters of a given name that may differ by one letter: Micheal, Michael."""
_SHORTEST_WITHOUT_COUNTRY = 2
"""Minimum words of a name that is specific enough without its country."""
_LONGEST_STATE = 4
"""Maximum words in the name of a state: United States of America."""
_PAIR_OF_INITIALS = re.compile(r"\b([B-DF-HJ-NP-TV-XZ])([B-DF-HJ-NP-TV-XZ])(?= )")
"""Initials such as GK in GK Butterfield: without vowels, so not a name."""
_ONE_COUNTRY = {"us": "america", "uk": "britain"}


@lru_cache(maxsize=100_000)
def key_of(name: str, speaker_type: SpeakerType) -> Key:
    """The words of a name; empty for a description: a spokesman, U.S. judge."""
    words = name.split()
    if not words or not all(word in _small_words() or _is_capitalised(word) for word in words):
        return ()
    if words[-1] in _small_words() or (words[0] in _small_words() and speaker_type is not PERSON):
        return ()
    if speaker_type is not PERSON:
        key = _with_one_name_of_the_state(thing_key(name))
        return () if set(key) <= _common_nouns() or (len(key) == 1 and is_demonym(key[0])) else key
    key = _without_titles(person_key(name if name.isupper() else _PAIR_OF_INITIALS.sub(r"\1. \2.", name)))
    return () if set(key) <= _common_nouns() or _is_description(key) else key


def _is_description(key: Key) -> bool:
    """Whether a key is a description: Natural Resources Ranking Member, Head of Harrowmere; not Ada King."""
    if "of" in key:
        return True
    return len(key) > 2 and key[-1] in load_words("roles", "people") and not is_given_name(key[0])


def _with_one_name_of_the_state(key: Key) -> Key:
    """A key with a uniform name of the state: US, Senate for "United States Senate"."""
    sizes = range(min(_LONGEST_STATE, len(key)), 0, -1)
    return next(((state, *key[size:]) for size in sizes if (state := state_of(key[:size]))), key)


def _without_titles(key: Key) -> Key:
    """A key without titles: Ada, Prowse for "U.S. Representatives Ada Prowse"; Prowse for "Ranking Member Prowse"."""
    titles = load_words("roles", "people", "titles_of_people")
    ends = [at for at, word in enumerate(key[:-1]) if word in titles or word.removesuffix("s") in titles]
    end = ends[-1] + 1 if ends else 0
    is_part = end and (is_given_name(key[0]) or key[0] in load_words("reigning"))  # Dean Orr, Queen Maud
    return key if is_part else key[end:]


def _small_words() -> frozenset[str]:
    """Words of a name that may be lower case."""
    return load_words("name_particles", "inside_names", "small_words_of_names")


def _common_nouns() -> frozenset[str]:
    return load_words("roles", "people", "bare_honorifics", "organizations")


def _is_capitalised(word: str) -> bool:
    letter = next((c for c in word if c.isalnum()), "")
    return letter.isupper() or letter.isdigit()


def is_full(key: Key, speaker_type: SpeakerType) -> bool:
    """Whether a name is unambiguous without its document: John Kirby; not Kirby, J. Kirby, NSC or Supreme Court."""
    if speaker_type is PERSON:
        return len(key) > 2 or (len(key) == 2 and len(key[0]) > 1)
    if speaker_type is DOCUMENT or state_of(key):
        return True
    return len(key[0]) > _LONGEST_ACRONYM if len(key) == 1 else not is_of_any_state(key)


def is_of_any_state(key: Key) -> bool:
    """Whether any state may have an organization of this name: Ministry of Defence, Supreme Court."""
    words = set(key) - _small_words()
    return bool(words & load_words("state_bodies")) and words <= load_words("state_bodies", "state_affairs")


@lru_cache(maxsize=100_000)
def likeness(one: Key, other: Key, speaker_type: SpeakerType) -> str:
    """How similar two names are, as a feature name; empty if they cannot be the same."""
    if one == other:
        return "same name"
    if speaker_type is PERSON:
        return _persons(one, other)
    return _organizations(one, other) if speaker_type is ORGANIZATION else ""


def _persons(one: Key, other: Key) -> str:
    short, full = sorted((one, other), key=len)
    if full[-len(short) :] == short:  # Kirby and McMorris Rodgers, the surnames
        return "surname"
    if 1 < len(short) < len(full) and full[: len(short)] == short and len(short[0]) > 1:  # Ricardo Rosselló Nevares
        return "last surname left out"
    if len(short) < 2 or not nearly(one[-1], other[-1]) or not _middles_agree(one[1:-1], other[1:-1]):
        return ""
    if one[-1] != other[-1]:  # Volodar Zelenko and Zelenkko
        return "misspelt" if one[0] == other[0] else ""
    if one[0] == other[0]:
        return "middle name"
    if short_for(one[0], other[0]):
        return "initial" if 1 in (len(one[0]), len(other[0])) else "nickname"
    return "misspelt" if nearly(one[0], other[0], least=_SHORTEST_MISSPELT) else ""


def _middles_agree(one: Key, other: Key) -> bool:
    """Whether middle names agree: George W. Bush is not George H. W. Bush; a name without any agrees with all."""
    if not one or not other:
        return True
    pairs = zip(one, other, strict=False)
    return len(one) == len(other) and all(a == b or (a[0] == b[0] and 1 in (len(a), len(b))) for a, b in pairs)


def _organizations(one: Key, other: Key) -> str:
    short, full = sorted((one, other), key=len)
    if len(short) == 1 and short[0] in acronyms(full):
        return "acronym"
    if without_country(one) == without_country(other):
        mine, theirs = own_countries(one), own_countries(other)
        return ("same country" if mine == theirs else "") if mine and theirs else "country left out"
    return "company form" if without_form(one) == without_form(other) else ""


def acronyms(key: Key) -> frozenset[str]:
    """The acronyms of a name: FDA for US Food and Drug Administration."""
    forms = {key, without_country(key)}
    letters = {word for form in forms if len(form) > 1 for word in initials_of(form)}
    return frozenset(word for word in letters if len(word) >= _SHORTEST_ACRONYM)


def without_country(key: Key) -> Key:
    """A name without a country at its start or after "of", if enough is left."""
    before, after = _country_before(key), _country_after(key)
    return key[before : len(key) - after]


def own_countries(key: Key) -> frozenset[str]:
    """The countries that `without_country` removes."""
    before, after = _country_before(key), _country_after(key)
    return countries_in((*key[:before], *key[len(key) - after :]))


def _country_before(key: Key) -> int:
    """The number of words at the start that name a country."""
    return 1 if len(key) > _SHORTEST_WITHOUT_COUNTRY and countries_in(key[:1]) else 0


def _country_after(key: Key) -> int:
    """The number of words at the end that are "of" and a country: of the United Kingdom."""
    at = max((at for at, word in enumerate(key) if word == "of"), default=0)
    place = tuple(word for word in key[at + 1 :] if word != "the")
    is_country = at > 0 and (state_of(place) or (len(place) == 1 and countries_in(place)))
    return len(key) - at if is_country else 0


def without_form(key: Key) -> Key:
    """A company name without its form: Harrowmere for Harrowmere Foods Ltd, HMR for HMR News."""
    end = len(key)
    while end > 1 and key[end - 1] in load_words("company_words", "explaining", "left_out_after_names"):
        end -= 1
    return key[:end]


@lru_cache(maxsize=100_000)
def countries_in(words: Key) -> frozenset[str]:
    """The countries named by words or demonyms: france for French, america for U.S."""
    found = [state_of((word,)) or countries().get(word, "") for word in words]
    found += [state_of(pair) for pair in itertools.pairwise(words)]
    return frozenset(_ONE_COUNTRY.get(country, country) for country in found if country)


@dataclass(frozen=True, slots=True)
class Commonness:
    """How many people of the corpus have each given name and surname, counted over distinct full names."""

    given: Counter[str]
    surnames: Counter[str]
    initials: Counter[str]
    total: int

    def rarity(self, key: Key) -> float:
        """The log odds (base e) that two people with this name are the same, from the name alone.

        The expected number of others with the name assumes that given names and surnames are independent.
        """
        people = max(self.total, _LEAST_PEOPLE)
        return -log(people * _share(self.surnames[key[-1]], self.total, _RARE_SURNAME) * self._given(key))

    def rarity_among_unseen(self, key: Key) -> float:
        """The same for a short name compared with all matching full names: only people not in the corpus count."""
        people = max(self.total, _LEAST_PEOPLE)
        others = max(0, self.surnames[key[-1]] - 1)
        return -log((_UNSEEN * others + people * _share(0, self.total, _RARE_SURNAME)) * self._given(key))

    def _given(self, key: Key) -> float:
        if len(key) == 1:
            return 1.0
        if len(key[0]) == 1:
            return _share(self.initials[key[0]], self.total, _RARE_INITIAL)
        return _share(self.given[key[0]], self.total, _RARE_GIVEN_NAME)


_LEAST_PEOPLE = 1_000
"""Minimum assumed population: a few documents say little about how common a name is."""
_SEEN_BEFORE = 200.0
"""The weight of the prior shares below, in people, against the counts of the corpus."""
_UNSEEN = 0.2
"""Estimated people per surname without a full name in the corpus, for each one with a full name."""
_RARE_SURNAME = 1 / 20_000
_RARE_GIVEN_NAME = 1 / 1_000
_RARE_INITIAL = 1 / 50
"""The prior shares of names that are not in the corpus."""


def _share(count: int, total: int, unseen: float) -> float:
    return (max(0, count - 1) + _SEEN_BEFORE * unseen) / (total + _SEEN_BEFORE)


def commonness(keys: Iterable[Key]) -> Commonness:
    """The commonness of names, counted over the distinct full names of people."""
    distinct = {key for key in keys if is_full(key, PERSON)}
    pairs = {(key[0], key[-1]) for key in distinct}
    return Commonness(
        given=Counter(given for given, _ in pairs),
        surnames=Counter(surname for _, surname in pairs),
        initials=Counter(given[0] for given, _ in pairs),
        total=len(pairs),
    )
