"""On which day something was said."""

from datetime import date

import pytest

from sayso_server.core.days import dated, day_of
from sayso_server.core.statement import Kind, Polarity, Span, Statement

MONDAY = date(2024, 3, 4)
DAYS = {
    "today": "2024-03-04",
    "tonight": "2024-03-04",
    "earlier today": "2024-03-04",
    "this morning": "2024-03-04",
    "on Monday": "2024-03-04",
    "yesterday": "2024-03-03",
    "late yesterday evening": "2024-03-03",
    "last night": "2024-03-03",
    "the day before yesterday": "2024-03-02",
    "a day ago": "2024-03-03",
    "one day ago": "2024-03-03",
    "two days ago": "2024-03-02",
    "10 days ago": "2024-02-23",
    "on Friday": "2024-03-01",
    "Friday": "2024-03-01",
    "on\n Friday": "2024-03-01",
    "late Friday": "2024-03-01",
    "Friday night": "2024-03-01",
    "in the early hours of Friday": "2024-03-01",
    "at 5 p.m. on Friday": "2024-03-01",
    "on Friday at 5:30 p.m. ET": "2024-03-01",
    "on Thurs.": "2024-02-29",
    "last Monday": "2024-02-26",
    "last Friday": "2024-03-01",
    "on March 3": "2024-03-03",
    "on the evening of March 3": "2024-03-03",
    "on Sunday, March 3,": "2024-03-03",
    "on Feb. 29": "2024-02-29",
    "on the 3rd of March": "2024-03-03",
    "on 3 March": "2024-03-03",
    "on December 25": "2023-12-25",
    "on May 5, 2020": "2020-05-05",
    "on Tuesday 5 May 2020": "2020-05-05",
    "2024-02-29": "2024-02-29",
}
"""Phrases, and the days that they are in an article of that Monday."""
NO_DAYS = [
    *["", "by Friday", "every Friday", "on Fridays", "next Friday", "until today", "since March 3", "the day before"],
    *["last week", "in March", "in 2019", "March 2024", "on February 30", "on March 32, 2024", "two weeks ago", "now"],
    *["on Tuesday, March 3", "on May 5", "99 days ago", "a few days ago", "3", "mo", "12:30", "the"],
]


@pytest.mark.parametrize("phrase", DAYS)
def test_a_phrase_of_a_day(phrase: str) -> None:
    assert str(day_of(phrase, MONDAY)) == DAYS[phrase]


@pytest.mark.parametrize("phrase", NO_DAYS)
def test_no_day(phrase: str) -> None:
    assert day_of(phrase, MONDAY) is None


@pytest.mark.parametrize("phrase", DAYS)
def test_only_a_year_makes_a_day_of_its_own(phrase: str) -> None:
    assert str(day_of(phrase)) == (DAYS[phrase] if "20" in phrase else "None")


def test_last_friday_may_be_two_days_when_friday_is_over() -> None:
    assert day_of("last Friday", date(2024, 3, 9)) is None
    assert day_of("on Friday", date(2024, 3, 9)) == date(2024, 3, 8)


def test_the_first_days_of_time() -> None:
    assert day_of("yesterday", date.min) is None
    assert day_of("on Friday", date.min) is None


TEXT = "on Friday on Tuesday on May 5, 2020 by then"
FRIDAY, TUESDAY, LONG_AGO, VAGUE = Span(0, 9), Span(10, 20), Span(21, 35), Span(36, 43)


def said(name: str, *time: Span, kind: Kind = Kind.INDIRECT, **fields: object) -> Statement:
    return Statement(name, kind, (Span(0, 1),), None, None, "", 1.0, time=time, **fields)  # type: ignore[arg-type]


def days_of(*statements: Statement, published_on: date | None = MONDAY) -> list[str]:
    return [str(statement.said_on) for statement in dated(statements, TEXT, published_on)]


def test_statements_have_the_day_that_their_time_tells() -> None:
    assert days_of(said("s1", FRIDAY), said("s2"), said("s3", VAGUE), said("s4", VAGUE, FRIDAY)) == [
        "2024-03-01",
        "None",
        "None",
        "2024-03-01",
    ]
    assert days_of(said("s1", FRIDAY, TUESDAY)) == ["None"]
    assert days_of(said("s1", FRIDAY), said("s2", LONG_AGO), published_on=None) == ["None", "2020-05-05"]


def test_what_may_still_be_said_has_only_a_day_of_its_own() -> None:
    hedged = [said("s1", FRIDAY, polarity=Polarity.HEDGED), said("s2", LONG_AGO, polarity=Polarity.HEDGED)]
    assert days_of(*hedged) == ["None", "2020-05-05"]


def test_inside_a_quotation_days_are_counted_from_its_own() -> None:
    quoted = said("s1", TUESDAY, kind=Kind.DIRECT)
    assert days_of(quoted, said("s2", FRIDAY, parent_id="s1")) == ["2024-02-27", "2024-02-23"]
    assert days_of(said("s1", kind=Kind.DIRECT), said("s2", FRIDAY, parent_id="s1")) == ["None", "None"]
    assert days_of(said("s1"), said("s2", FRIDAY, parent_id="s1")) == ["None", "2024-03-01"]


def test_what_continues_a_statement_was_said_on_its_day() -> None:
    continued = [said("s2", continued_id="s1"), said("s3", FRIDAY, continued_id="s1")]
    assert days_of(said("s1", TUESDAY), *continued) == ["2024-02-27", "2024-02-27", "2024-03-01"]
