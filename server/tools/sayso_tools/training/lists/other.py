"""Short forms of given names, words for peoples, endings of companies, titles, and the calendar."""

import calendar
import locale
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping

from sayso_tools.training.lists.files import Uses
from sayso_tools.training.lists.given_names import FEMALE, MALE, Register

ENDINGS = re.compile(r"(?:ie|ey|y|i|ee|s)$")
"""Endings of short forms: Willie, Nicky."""


def short_forms(rows: Iterable[tuple[str, str]], register: Mapping[str, Register]) -> dict[str, list[str]]:
    """Short forms by name: those contained in the name, apart from their ending, and not of the other gender."""
    table: dict[str, set[str]] = defaultdict(set)
    for one, other in rows:
        name, short = sorted((one, other), key=lambda word: (-len(word), word))
        women = [register[n].women for n in (name, short) if n in register]
        mixed = len(women) > 1 and min(women) <= MALE and max(women) >= FEMALE
        if len(short) < len(name) and not mixed and short.isalpha() and is_inside(short, name):
            table[name].add(short)
    return {name: sorted(shorts) for name, shorts in sorted(table.items())}


def is_inside(short: str, name: str) -> bool:
    """Whether a short form, apart from its ending, is contained in the name: Willie, Tony, Beth; not Bill."""
    stem = ENDINGS.sub("", short)
    single = stem[:-1] if stem[-1:] == stem[-2:-1] else stem
    return any(len(form) > 1 and form in name for form in (short, stem, single))


def demonyms(rows: Iterable[Mapping[str, str]]) -> dict[str, list[str]]:
    """Single words for the people of countries whose name is a single word.

    A word for two countries is assigned to the one with the same beginning (Congolese), or to none if that is unclear.
    """
    claims: dict[str, set[str]] = {}
    for row in rows:
        country = row["country"].lower().removeprefix("the ")
        listed = "|".join((row["adjectives"], row["noun_singular"], row["noun_plural"])).lower().split("|")
        words = {word for word in listed if word.isalpha() and word != "na"}
        claims[country] = words - {country}  # Singapore
    owners: dict[str, set[str]] = defaultdict(set)
    for country, words in claims.items():
        for word in words:
            owners[word].add(country)
    table = {}
    for country, words in sorted(claims.items()):
        own = sorted(word for word in words if _owner(word, owners[word]) == country)
        if own and country.isalpha():
            table[country] = own
    return table


def _owner(word: str, countries: Collection[str]) -> str:
    if len(countries) == 1:
        return next(iter(countries))
    alike = [country for country in countries if country[:4] == word[:4]]
    return alike[0] if len(alike) == 1 else ""


def company_endings(rows: Iterable[str], people: Collection[str]) -> list[str]:
    """Legal forms of one word: with dots, and, from three letters on, without dots unless also a person's name."""
    found = set()
    for suffix in rows:
        word = suffix.lower().rstrip(".")
        plain = word.replace(".", "")
        if re.fullmatch(r"[a-z]{2,}", plain):
            found |= {word} if "." in word else set()
            found |= {plain} if len(plain) > 2 and plain not in people else set()
    return sorted(found)


def honorifics(rows: Iterable[str], people: Collection[str], uses: Uses) -> list[str]:
    """Titles of one word, except names of people and words that occur more than once as ordinary words."""
    found = {title.lower() for title in rows}
    kept = {t for t in found - set(people) if re.fullmatch(r"[a-z]{3,}", t)}
    return sorted(t for t in kept if uses.get(t, Counter())["word"] < 2)


def calendar_words() -> list[str]:
    """Days, months, and abbreviations of months.

    Abbreviations of days are left out: Sun, Sat, Mon and Wed are names or words. `calendar` depends on the locale, so
    this sets it to English.
    """
    before = locale.setlocale(locale.LC_TIME)
    locale.setlocale(locale.LC_TIME, "C")
    try:
        names = [*calendar.day_name, *calendar.month_name, *calendar.month_abbr]
    finally:
        locale.setlocale(locale.LC_TIME, before)
    return sorted({name.lower() for name in names if name})
