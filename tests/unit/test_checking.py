"""Quotations beside the text that they are taken from."""

import re
import time
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sayso
from sayso.models import Kind, ModelInfo, Result, Span, Statement, Stats

SPEECH = """MARSH: Good morning, everybody. We will always build the
bridge, whatever it costs. It's a twenty-five million "infra-
structure" project — the council's largest.

(Applause.) So the river, as you can see, is higher than anybody in the town hall knows, and
I did not sign the contract. Nobody asked me to."""


def statement(*content: Span, kind: Kind = Kind.DIRECT) -> Statement:
    return Statement(
        "s1", kind, content, None, None, None, (), sayso.Polarity.AFFIRMED, 1.0, 0.0, 0, None, None, (), (), None
    )


def result(*statements: Statement) -> Result:
    stats = Stats(0, 0, timedelta(), timedelta(), timedelta())
    return Result("", statements, (), (), "en", ModelInfo("m", "1", ""), stats)


def article(text: str, kind: Kind = Kind.DIRECT) -> Result:
    """One statement, of all that stands in marks, or of all the text if it is mixed."""
    spans = [Span(*found.span(), found.group()) for found in re.finditer(r"“[^”]*”", text)]
    return result(statement(*(spans if kind is Kind.DIRECT else [Span(0, len(text), text)]), kind=kind))


def checked(quotation: str, speech: str = SPEECH) -> sayso.CheckedQuotation:
    [one] = sayso.check(article(quotation), speech).quotations
    return one


def differences(quotation: str, speech: str = SPEECH) -> list[tuple[str, str, str]]:
    pieces = checked(quotation, speech).differences
    return [(str(piece.kind), piece.quotation, piece.source) for piece in pieces if piece.kind != "same"]


@pytest.mark.parametrize(
    "quotation",
    [
        "“We will always build the bridge,” she said.",
        "“we will always\u00a0build the bridge whatever it costs”",
        "“It’s a twenty five million ‘infrastructure’ project–the council’s largest.”",
        "“It's a TWENTY‑FIVE million infra\u00adstructure project”",
        "“So the river, as you can see, is higher”",
        "“Good morning, everybody,” said Marsh. “We will always build the bridge.”",
    ],
)
def test_verbatim_whatever_the_typography(quotation: str) -> None:
    assert (checked(quotation).verdict, differences(quotation)) == (sayso.Verdict.VERBATIM, [])


def test_the_place_is_that_of_the_transcript() -> None:
    one = checked("“The bridge, whatever it costs,” she said.")
    [place] = one.places
    assert SPEECH[place.start : place.end] == "the\nbridge, whatever it costs"
    assert (place.line, place.column) == (1, 54)
    assert one.source == 0


def test_a_word_that_is_another() -> None:
    quotation = "“We will never build the bridge, whatever it costs.”"
    assert checked(quotation).verdict is sayso.Verdict.DIFFERS
    assert differences(quotation) == [("replaced", "never", "always")]


def test_words_that_were_left_out_without_a_word() -> None:
    quotation = "“The river is higher than anybody in the town hall knows, and I did sign the contract.”"
    assert checked(quotation).verdict is sayso.Verdict.DIFFERS
    assert differences(quotation) == [("left_out", "", "as you can see"), ("left_out", "", "not")]


@pytest.mark.parametrize(
    ("quotation", "expected"),
    [
        ("“They will always build the bridge.”", [("replaced", "They", "We")]),
        ("“We will always build the tunnel.”", [("replaced", "tunnel", "bridge")]),
        ("“I did not sign the new contract.”", [("added", "new", "")]),
    ],
)
def test_a_difference_at_any_place(quotation: str, expected: list[tuple[str, str, str]]) -> None:
    assert (checked(quotation).verdict, differences(quotation)) == (sayso.Verdict.DIFFERS, expected)


def test_gaps_are_told_and_do_not_count() -> None:
    quotation = "“[T]he river … is higher than [the council] knows.”"
    assert checked(quotation).verdict is sayso.Verdict.VERBATIM
    assert differences(quotation) == [
        ("ellipsis", "…", "as you can see"),
        ("insertion", "[the council]", "anybody in the town hall"),
    ]


@pytest.mark.parametrize("dots", ["...", "[...]", ". . .", "(…)", "[ … ]"])
def test_all_that_an_ellipsis_may_be(dots: str) -> None:
    quotation = f"“We will always build the bridge {dots} I did not sign the contract.”"
    assert checked(quotation).verdict is sayso.Verdict.VERBATIM
    [(kind, text, source)] = differences(quotation)
    assert (kind, text) == ("ellipsis", dots)
    assert source.startswith("whatever it costs")


def test_an_interruption_that_leaves_words_out_is_told() -> None:
    quotation = "“Good morning, everybody,” said Marsh. “Whatever it costs.”"
    assert checked(quotation).verdict is sayso.Verdict.VERBATIM
    assert differences(quotation) == [("interruption", "", "We will always build the\nbridge")]


def test_parts_that_stand_in_another_order_differ() -> None:
    quotation = "“I did not sign the contract,” said Marsh. “Good morning, everybody.”"
    assert checked(quotation).verdict is sayso.Verdict.DIFFERS
    assert differences(quotation) == [("added", "Good morning, everybody", "")]


@pytest.mark.parametrize("quotation", ["“The sky was green over the town hall.”", "“Purple.”", "“of the sea”"])
def test_what_is_not_there(quotation: str) -> None:
    one = checked(quotation)
    assert (one.verdict, one.source, one.places, one.is_faulty) == (sayso.Verdict.NOT_FOUND, None, (), True)


@pytest.mark.parametrize("quotation", ["“Nobody.”", "“the river”", "“[…]”"])
def test_what_is_too_short_to_tell(quotation: str) -> None:
    one = checked(quotation)
    assert (one.verdict, one.is_faulty) == (sayso.Verdict.TOO_SHORT, False)


def test_of_mixed_statements_what_stands_in_marks() -> None:
    text = "that she “did not sign the contract” and “never saw it at all”"
    said = sayso.check(article(text, Kind.MIXED), SPEECH)
    assert [(one.text, str(one.verdict)) for one in said.quotations] == [
        ("“did not sign the contract”", "verbatim"),
        ("“never saw it at all”", "not_found"),
    ]
    assert not said.is_verbatim
    assert [text[one.content[0].slice] for one in said.quotations] == [one.text for one in said.quotations]


def test_what_stands_within_a_quotation_is_not_checked_again() -> None:
    text = "“He said ‘nobody asked me to’.”"
    inner = Span(9, 28, text[9:28])
    said = sayso.check(result(statement(Span(0, len(text), text)), statement(inner)), "He said nobody asked me to.")
    assert [one.text for one in said.quotations] == [text]


def test_indirect_speech_is_no_quotation() -> None:
    said = sayso.check(result(statement(Span(0, 9, "the “sky”"), kind=Kind.INDIRECT)), SPEECH)
    assert said.quotations == ()
    assert said.is_verbatim


def test_of_several_texts_the_one_that_has_it() -> None:
    quotation = article("“We will never build the bridge.”")
    [one] = sayso.check(quotation, [SPEECH, "", "Yes: we will never build the bridge."]).quotations
    assert (one.verdict, one.source) == (sayso.Verdict.VERBATIM, 2)


def test_of_several_places_the_one_where_all_parts_are() -> None:
    speech = "We will build the bridge. Thank you.\n\nNo. We will build the bridge. And then the tunnel."
    one = checked("“We will build the bridge,” said Marsh. “And then the tunnel.”", speech)
    assert (one.verdict, one.differences[1:2]) == (sayso.Verdict.VERBATIM, one.differences[1:])
    assert one.places[0].line == 3


def test_a_text_without_words() -> None:
    assert checked("“We will build the bridge.”", "— …").verdict is sayso.Verdict.NOT_FOUND


WORDS = "the of and bridge river Mara's it's not 1,000 3.5 U.S. café twenty-five we £5 é ß"
WORD = st.sampled_from(WORDS.split())


def typography(word: str, draw: st.DataObject) -> str:
    """The same word as another house writes it."""
    word = word.replace("'", draw.draw(st.sampled_from("'’"))).replace("-", draw.draw(st.sampled_from("-‑ –")))
    return word if draw.draw(st.booleans()) else word[0].upper() + word[1:]


@settings(max_examples=200, deadline=None)
@given(st.lists(WORD, min_size=3, max_size=60), st.data())
def test_a_quotation_cut_out_of_a_text_is_verbatim(words: list[str], draw: st.DataObject) -> None:
    start = draw.draw(st.integers(0, len(words) - 3))
    end = draw.draw(st.integers(start + 3, len(words)))
    spaces = st.sampled_from([" ", "\n", "\u00a0", ", ", " — ", "\u2009", " ‘", ".\r\n\r\n"])
    quoted = "".join(typography(word, draw) + draw.draw(spaces) for word in words[start:end])
    one = checked(f"“{quoted}”", " ".join(words))
    assert one.verdict is sayso.Verdict.VERBATIM
    assert all(piece.kind == "same" for piece in one.differences)


@settings(max_examples=200, deadline=None)
@given(st.lists(WORD, max_size=40), st.text(max_size=80))
def test_the_places_are_within_the_text_whatever_is_quoted(words: list[str], text: str) -> None:
    speech = " ".join(words)
    quoted = " ".join(words[3:20:2])
    article_of_both = result(statement(Span(0, 100, quoted)), statement(Span(100, 200, text)))
    quotations = sayso.check(article_of_both, speech).quotations
    assert len(quotations) == 2
    for one in quotations:
        assert all(0 <= place.start < place.end <= len(speech) for place in one.places)
        assert [place.start for place in one.places] == sorted(place.start for place in one.places)


def test_the_work_grows_with_the_text_and_the_quotations() -> None:
    """Two hundred thousand words and a hundred quotations, half of which differ: seconds, however busy the machine."""
    words = [f"w{number * number % 7919}" if number % 3 else "the" for number in range(200_000)]
    quotations = []
    for number in range(100):
        quoted = words[number * 1_900 : number * 1_900 + 40]
        if number % 2:
            quoted[20] = "otherwise"
        text = " ".join(quoted)
        quotations.append(statement(Span(number * 1_000, number * 1_000 + len(text), text)))
    began = time.process_time()
    said = sayso.check(result(*quotations), " ".join(words))
    assert [str(one.verdict) for one in said.quotations] == ["verbatim", "differs"] * 50
    assert time.process_time() - began < 20
