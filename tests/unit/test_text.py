"""Paragraphs and the same-length view."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_server.core.text import looks_english, paragraphs, view


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n\t\n", []),
        ("One.", ["One."]),
        ("One.\nTwo.", ["One.", "Two."]),
        ("One.\r\n\r\nTwo.", ["One.", "Two."]),
        (
            "The mayor said\non Friday that\nthe bridge was\nclosed. She left.\n\nTwo.",
            ["The mayor said\non Friday that\nthe bridge was\nclosed. She left.", "Two."],
        ),
        ("A headline\n\nthe text begins low.", ["A headline", "the text begins low."]),
        ("  • One \n  • two", ["• One", "• two"]),
    ],
)
def test_paragraphs(text: str, expected: list[str]) -> None:
    assert [p.of(text) for p in paragraphs(text)] == expected


@given(st.text(alphabet=st.sampled_from("ab. \n\r\u2028\u00a0“”\U0001f600")))
def test_paragraphs_hold_all_that_is_not_white(text: str) -> None:
    found = paragraphs(text)
    outside = list(text)
    for p in found:
        outside[p.start : p.end] = [""] * len(p)
        assert p.of(text) == p.of(text).strip()
    assert "".join(outside).strip() == ""
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))


@given(st.text())
def test_view_has_the_same_length(text: str) -> None:
    assert len(view(text)) == len(text)


def test_view_replaces_what_is_white_or_invisible() -> None:
    assert view("a\u00a0b\u200bc\x07d\u202fe\nf“") == "a b c d e\nf“"


def test_looks_english() -> None:
    english = "The mayor said that the bridge is closed and that crews will be at work until the end of the week."
    german = (
        "Der Bürgermeister sagte, dass die Brücke gesperrt ist und dass die Arbeiten bis Ende der Woche dauern werden."
    )
    assert looks_english(english)
    assert not looks_english(german)
    assert looks_english("Short note")
