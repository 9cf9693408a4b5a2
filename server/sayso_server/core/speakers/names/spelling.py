"""The spelling of names and nouns: normal forms, given names, peoples, stems, misspellings."""

import re
import unicodedata
from functools import cache

from sayso_server.core.lexicon import load_table, load_words

STEM = 5
"""Number of letters that two words with the same stem share at their beginning."""
_SHORTEST_HUMAN_NOUN = 6
"""Minimum number of letters in a noun whose ending may show that it denotes a person: archivist, but not fist."""
_ENDING = re.compile(r"['’]s$|[.'’]$")
_ENDINGS = ("'s", "’s", ".", "'", "’", "\n")
"""A quick test: only words with one of these endings are searched for `_ENDING`."""


def normal(word: str) -> str:
    """A word of a name for comparison: orr for Orr's."""
    lower = word.lower()
    return _ENDING.sub("", lower) if lower.endswith(_ENDINGS) else lower


@cache
def _full_titles() -> dict[str, str]:
    table = load_table("abbreviated_titles")
    return {short: full for full, shorts in table.items() for short in shorts}


def unabbreviated(word: str) -> str:
    """The full form of an abbreviated title: senator for sen. Other words stay as they are."""
    return _full_titles().get(word, word)


@cache
def plain_letters(word: str) -> str:
    """The word without accents: Andres for Andrés."""
    return word if word.isascii() else "".join(c for c in unicodedata.normalize("NFD", word) if c.isalpha() or c == "-")


def is_given_name(word: str) -> bool:
    """Whether a word, in normal form, is a given name that is not as often a place or a brand: Jordan, Florence."""
    names = load_words("female_names", "male_names", "given_names")
    return (word in names or plain_letters(word) in names) and word not in load_words("ambiguous_names")


@cache
def _human_endings() -> tuple[str, ...]:
    return tuple(load_words("human_endings"))


def is_human_noun(lemma: str) -> bool:
    """Whether a noun denotes a single person: driver is on a list, archivist has such an ending."""
    if lemma in load_words("roles", "people"):
        return True
    return len(lemma) >= _SHORTEST_HUMAN_NOUN and lemma.endswith(_human_endings())


@cache
def countries() -> dict[str, str]:
    """The country for each name of a country or of its people, lower case."""
    table = load_table("demonyms")
    return {word: country for country, words in table.items() for word in (*words, country)}


def is_demonym(word: str) -> bool:
    """Whether a word, in normal form, is of a people, not of a country: Israeli, Dutch."""
    return countries().get(word, word) != word


def stem(word: str) -> str:
    """The stem of a word: Vella for Velland and Vellandic; empty for a word that is too short."""
    return word[:STEM] if len(word) >= STEM else ""


def same_stem(one: str, other: str) -> bool:
    """Whether two words have one stem: Israel and Israeli, Kesteria and Kesterian, foreign and foreign."""
    if one == other:
        return True
    known = countries()
    if one in known and other in known:
        return known[one] == known[other]
    return stem(one) == stem(other) != ""


def short_for(one: str, other: str) -> bool:
    """Whether two given names can be the same person's: equal, an initial, a nickname."""
    if one == other or (min(len(one), len(other)) == 1 and one[0] == other[0]):
        return True
    table = load_table("nicknames")
    return other in table.get(one, ()) or one in table.get(other, ())


def nearly(one: str, other: str, *, least: int = 6) -> bool:
    """Whether two words of `least` letters or more are equal or one letter off, not the first: Sullivan and Sulivan."""
    if one == other:
        return True
    if min(len(one), len(other)) < least or abs(len(one) - len(other)) > 1 or one[0] != other[0]:
        return False
    i = next((k for k, (x, y) in enumerate(zip(one, other, strict=False)) if x != y), min(len(one), len(other)))
    return one[i + 1 :] == other[i + 1 :] or one[i:] == other[i + 1 :] or one[i + 1 :] == other[i:]
