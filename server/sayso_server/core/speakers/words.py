"""Words for comparison: normal forms, given names, nicknames, demonyms."""

import re
from functools import cache

from sayso_server.core.lexicon import load_table, load_words

ABBREVIATED = {
    "sen": "senator", "gov": "governor", "rep": "representative", "dr": "doctor", "prof": "professor", "gen": "general",
    "col": "colonel", "capt": "captain", "lt": "lieutenant", "sgt": "sergeant", "rev": "reverend", "det": "detective",
    "insp": "inspector", "cllr": "councillor", "supt": "superintendent",
}  # fmt: skip
"""Titles as they are written before names."""


_ENDING = re.compile(r"['’]s$|[.'’]$")
_ENDINGS = ("'s", "’s", ".", "'", "’", "\n")
"""What a word ends in that may have such an ending; only then is it looked for."""


def normal(word: str) -> str:
    """A word of a name for comparison."""
    lower = word.lower()
    return _ENDING.sub("", lower) if lower.endswith(_ENDINGS) else lower


def is_given_name(word: str) -> bool:
    """Whether a word, in normal form, is a given name, and not as often a place or a brand: Jordan, Florence."""
    names = load_words("female_names", "male_names", "given_names")
    return word in names and word not in load_words("ambiguous_names")


def is_human_noun(lemma: str) -> bool:
    """Whether a noun is of a single person: by the lists, or by its ending."""
    if lemma in load_words("roles", "people"):
        return True
    return len(lemma) > 5 and lemma.endswith(("man", "woman", "ist", "ician", "ologist")) and lemma not in {"human"}


@cache
def countries() -> dict[str, str]:
    """The country of every name of a country or of its people, lower case."""
    table = load_table("demonyms")
    return {word: country for country, words in table.items() for word in (*words, country)}


def is_demonym(word: str) -> bool:
    """Whether a word, in normal form, is of a people and not of a country: Israeli, Dutch."""
    return countries().get(word, word) != word


def same_stem(one: str, other: str) -> bool:
    """Israel and Israeli, Kesteria and Kesterian, foreign and foreign."""
    if one == other:
        return True
    known = countries()
    if one in known and other in known:
        return known[one] == known[other]
    return len(one) > 4 and len(other) > 4 and one[:5] == other[:5]


def short_for(one: str, other: str) -> bool:
    """Whether two given names can be the same person's: equal, an initial, a nickname."""
    if one == other or (min(len(one), len(other)) == 1 and one[0] == other[0]):
        return True
    table = load_table("nicknames")
    return other in table.get(one, ()) or one in table.get(other, ())


def nearly(one: str, other: str, *, least: int = 6) -> bool:
    """Equal, or one letter off, and that not the first, in a word of `least` letters or more."""
    if one == other:
        return True
    if min(len(one), len(other)) < least or abs(len(one) - len(other)) > 1 or one[0] != other[0]:
        return False
    i = next((k for k, (x, y) in enumerate(zip(one, other, strict=False)) if x != y), min(len(one), len(other)))
    return one[i + 1 :] == other[i + 1 :] or one[i:] == other[i + 1 :] or one[i + 1 :] == other[i:]
