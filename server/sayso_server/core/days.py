"""Finds the day on which something was said: in an article of Monday, March 4, "on Friday" is March 1.

Only a phrase that is understood completely gives a day: "every Friday", "by Friday" and "the week before" do not.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from sayso_server.core.statement import Kind, Polarity, Statement

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_DAYS_AGO = {
    "today": 0,
    "tonight": 0,
    "this morning": 0,
    "this afternoon": 0,
    "this evening": 0,
    "yesterday": 1,
    "last night": 1,
    "day before yesterday": 2,
}
_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_NUMBER_OF = {"a": 1} | {word: number for number, word in enumerate(_NUMBERS, 1)}
_LONGEST_AGO = timedelta(days=300)
"""For a day without a year: if it would be this long ago, it is probably still to come."""

_ASIDE = re.compile(
    r"""
    \b(?: on | in | the | early | earlier | late | later | just | only | again | back | also )\b
    | \b(?: hours | morning | afternoon | evening | night )\ of\b
    | \b(?: at\ )? (?: about\ | around\ )?
      (?: noon | midnight | \d{1,2} (?: [:.]\d\d )? \ ?[ap]\.?m\b\.? | \d{1,2}:\d\d )
      (?: \ local\ time | \ [a-z]{1,3}t\b )?
    """,
    re.VERBOSE,
)
"""Parts of a phrase that do not change the day: "earlier on Friday", "at 5 p.m. on Friday"."""
_PART = re.compile(r" (?:morning|afternoon|evening|night)$")
_NAME = r"([a-z]+)\.?"
_NUMBER = r"(\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?:,? (\d{4}))?"
_AGO = re.compile(r"(\w+) days? ago")
_OF_WEEK = re.compile(rf"(last |this past )?{_NAME}")
_OF_YEAR = re.compile(rf"(?:{_NAME},? )?{_NAME} {_NUMBER}{_YEAR}")
_BRITISH = re.compile(rf"(?:{_NAME},? )?{_NUMBER} (?:of )?{_NAME}{_YEAR}")


def dated(statements: Sequence[Statement], text: str, published_on: date | None) -> list[Statement]:
    """The statements with the days on which they were said, if their time phrases give one.

    Days without a year are relative to the day of publication or, inside a quotation, to the day of the quotation. A
    statement that continues another was said on the same day.
    """
    by_id = {statement.statement_id: statement for statement in statements}

    def day(statement: Statement) -> date | None:
        continued = by_id.get(statement.continued_id or "")
        if continued and not statement.time:
            return day(continued)
        days = {day_of(span.of(text), base(statement)) for span in statement.time} - {None}
        return days.pop() if len(days) == 1 else None

    def base(statement: Statement) -> date | None:
        if statement.polarity is Polarity.HEDGED:  # it may still be said, so "on Friday" may be in the future
            return None
        parent = by_id.get(statement.parent_id or "")
        if parent is None:
            return published_on
        return base(parent) if parent.kind is Kind.INDIRECT else day(parent)

    return [replace(statement, said_on=day(statement)) for statement in statements]


def day_of(phrase: str, today: date | None = None) -> date | None:
    """The day that a phrase names, seen from `today`: the last such day up to then. None if it names no day.

    Without `today`, only a day with its year counts.
    """
    rest = " ".join(_ASIDE.sub(" ", " ".join(phrase.lower().split())).split()).strip(" ,")
    whole = rest if rest in _DAYS_AGO else _PART.sub("", rest)
    try:
        return _of_year(whole, today) or (_ago(whole, today) if today else None)
    except (ValueError, OverflowError):  # February 30
        return None


def _ago(phrase: str, today: date) -> date | None:
    if phrase in _DAYS_AGO:
        return today - timedelta(days=_DAYS_AGO[phrase])
    if match := _AGO.fullmatch(phrase):
        number = _NUMBER_OF[match[1]] if match[1] in _NUMBER_OF else int(match[1])
        return today - timedelta(days=number) if number <= 31 else None
    if match := _OF_WEEK.fullmatch(phrase):
        weekday = _place(match[2], _WEEKDAYS)
        return None if weekday is None else _on_weekday(weekday, today, is_last=match[1] == "last ")
    return None


def _on_weekday(weekday: int, today: date, *, is_last: bool) -> date | None:
    """The last such day up to today. "Last Friday" is before today; later in the week it is ambiguous: None."""
    if not is_last:
        return today - timedelta(days=(today.weekday() - weekday) % 7)
    if weekday < today.weekday():
        return None
    return today - timedelta(days=7 - (weekday - today.weekday()))


def _of_year(phrase: str, today: date | None) -> date | None:
    """The day of a date: March 3; Friday, March 1, 2024; 3rd of March; 2024-03-01."""
    if american := _OF_YEAR.fullmatch(phrase):
        name, month, day, year = american.groups()
    elif british := _BRITISH.fullmatch(phrase):
        name, day, month, year = british.groups()
    else:
        return date.fromisoformat(phrase) if re.fullmatch(r"\d{4}-\d\d-\d\d", phrase) else None
    number = _place(month, _MONTHS)
    if number is None:
        return None
    found = date(int(year), number + 1, int(day)) if year else _up_to(today, number + 1, int(day))
    weekday = _place(name, _WEEKDAYS) if name else None
    return found if found and (not name or weekday == found.weekday()) else None


def _up_to(today: date | None, month: int, day: int) -> date | None:
    if today is None:
        return None
    year = today.year if (month, day) <= (today.month, today.day) else today.year - 1
    found = date(year, month, day)
    return found if today - found < _LONGEST_AGO else None


def _place(name: str, names: Sequence[str]) -> int | None:
    """Index of a name, also by a short form of it: Mar, Sept, Thurs."""
    return next((i for i, one in enumerate(names) if one.startswith(name) and (len(name) > 2 or one == name)), None)
