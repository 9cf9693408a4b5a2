"""Given names with their gender, selected from public registers."""

import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from sayso_tools.training.lists.files import Uses, read_tsv

BEARERS = 5000
"""A given name needs this many people in the registers of the US and the UK together,"""
BEARERS_US, BEARERS_UK = 300, 30
"""or this many in each: names of immigrants, and none that only one country has made up."""
FEMALE, MALE = 0.95, 0.05
"""Shares of women above and below which a name counts as female or male."""
COUNTRIES = 3
"""A name that is popular for one gender only, in this many countries, can overrule the registers."""
PER_USE = 100_000
"""This many bearers count as one use of a name in the texts."""
PARTICLES = frozenset({"abu"})
"""Words that begin names of people and of places: Abu Dhabi."""
SHORTEST = 3
"""Letters a given name must have; shorter ones are too often particles or initials."""


@dataclass(frozen=True)
class Register:
    """The number of people with a name in the US and the UK, and the share of women."""

    us: int
    uk: int
    women: float

    @property
    def bearers(self) -> int:
        """The number of bearers in both countries."""
        return self.us + self.uk

    @property
    def is_common(self) -> bool:
        """Whether enough people have the name."""
        return self.bearers >= BEARERS or (self.us >= BEARERS_US and self.uk >= BEARERS_UK)


UNKNOWN = Register(0, 0, 0.5)


def read_register(path: Path) -> dict[str, Register]:
    """The US and UK registers, by name in lower case."""
    return {
        row["name"]: Register(
            int(row["us_male"]) + int(row["us_female"]),
            int(row["uk_male"]) + int(row["uk_female"]),
            float(row["p_female"]),
        )
        for row in read_tsv(path)
    }


def read_world(path: Path) -> dict[str, tuple[frozenset[str], int]]:
    """Genders of popular names worldwide and their numbers of countries, also without accents."""
    world: dict[str, tuple[frozenset[str], int]] = {}
    for row in read_tsv(path):
        found = (frozenset(row["genders"].split("|")), len(row["countries"].split("|")))
        for form in {row["name"].lower(), unaccented(row["name"].lower())}:
            world.setdefault(form, found)
    return {name: found for name, found in world.items() if name.isalpha() and is_latin(name)}


def unaccented(word: str) -> str:
    """A word without accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))


def is_latin(word: str) -> bool:
    """Whether all letters are Latin."""
    return all(unicodedata.name(c, "").startswith("LATIN") for c in word)


def is_something_else(name: str, bearers: int, uses: Uses) -> bool:
    """Whether a name is a word, a place or an organization more often than a person: Will, Paris, Chase."""
    found = uses.get(name, Counter())
    return found["word"] + found["LOC"] + found["ORG"] > 1 + found["PER"] + bearers / PER_USE


def given_names(
    register: Mapping[str, Register],
    world: Mapping[str, tuple[frozenset[str], int]],
    surnames: Mapping[str, int],
    uses: Uses,
    ordinary: Collection[str],
) -> dict[str, list[str]]:
    """Names by gender: F, M, or empty if uncertain.

    Leaves out names that are more often surnames or used for something else in texts, and words in our own lists.
    """
    names: dict[str, list[str]] = {"F": [], "M": [], "": []}
    for name in sorted(register.keys() | world.keys()):
        known = register.get(name, UNKNOWN)
        if not known.is_common and name not in world:
            continue
        if name not in world and surnames.get(name, 0) > known.bearers:
            continue
        if len(name) < SHORTEST or name in ordinary or is_something_else(name, known.bearers, uses):
            continue
        names[gender(known, *world.get(name, (frozenset(), 0)))].append(name)
    return names


def gender(known: Register, abroad: frozenset[str], countries: int) -> str:
    """F, M, or empty if uncertain.

    The registers decide. If they leave a name open, its gender in other countries decides, if there are several. If the
    two contradict each other, it is uncertain. For a name that is rare in the registers, other countries decide.
    """
    own = "F" if known.women >= FEMALE else "M" if known.women <= MALE else ""
    there = "".join(abroad) if len(abroad) == 1 else ""
    if not abroad or own == there:
        return own
    if not known.is_common:
        return there
    if not own:
        return there if countries >= COUNTRIES else ""
    return "" if countries >= COUNTRIES else own
