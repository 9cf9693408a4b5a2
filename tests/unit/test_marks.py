"""Quotation marks."""

import pytest

from sayso_server.core.marks import match_marks
from sayso_server.core.paragraphs import paragraphs
from sayso_server.core.statement import WarningCode


def found(text: str) -> list[str]:
    quotations, _ = match_marks(text, paragraphs(text))
    return [f"{q.depth} {q.span.of(text)}" for q in quotations]


def codes(text: str) -> list[WarningCode]:
    _, warnings = match_marks(text, paragraphs(text))
    return [w.code for w in warnings]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“Yes,” she said.", ["0 “Yes,”"]),
        ('"Yes," she said. "No."', ['0 "Yes,"', '0 "No."']),
        ("``Yes,'' she said.", ["0 ``Yes,''"]),
        ("''Yes,'' she said. ''No.''", ["0 ''Yes,''", "0 ''No.''"]),
        ("«Yes», she said.", ["0 «Yes»"]),
        ("»Yes«, she said. »No.«", ["0 »Yes«", "0 »No.«"]),
        ("„Yes,“ she said. „No.”", ["0 „Yes,“", "0 „No.”"]),
        ("”Yes,” she said. ”No.”", ["0 ”Yes,”", "0 ”No.”"]),
        ("“Yes,“ she said. “No.“", ["0 “Yes,“", "0 “No.“"]),
        ("‘Yes,’ she said.", ["0 ‘Yes,’"]),
        ("'Yes, it's the firms' plan,' she said.", ["0 'Yes, it's the firms' plan,'"]),
        ("“He said ‘no’ twice,” she said.", ["0 “He said ‘no’ twice,”", "1 ‘no’"]),
        ("“He said “no” twice,” she said.", ["0 “He said “no” twice,”", "1 “no”"]),
        ("It isn't the firms' fault, rock 'n' roll in the '90s.", []),
        ("He is 6'2\" tall.", []),
    ],
)
def test_quotations(text: str, expected: list[str]) -> None:
    assert found(text) == expected
    assert codes(text) == []


def test_a_mark_left_open_closes_with_its_paragraph() -> None:
    text = "“We will rebuild, Ilves said.\n\n“It starts Monday.” He left."
    assert found("Ilves said: “We will rebuild.\n\nHe left.") == ["0 “We will rebuild."]
    assert codes("Ilves said: “We will rebuild.\n\nHe left.") == [WarningCode.UNCLOSED_QUOTATION_MARK]
    assert found(text) == ["0 “We will rebuild, Ilves said.", "0 “It starts Monday.”"]


def test_a_quotation_over_paragraphs_is_no_damage() -> None:
    text = "Olin said: “One.\n\n“Two.\n\n“Three.” She left."
    quotations, warnings = match_marks(text, paragraphs(text))
    assert [q.continues for q in quotations] == [False, True, True]
    assert warnings == ()


def test_single_marks_are_carried_over_paragraphs() -> None:
    text = "Olin said: 'The growers' stalls failed.\n\n'It isn't the Olins' fault.\n\n'Crews left.' She left."
    quotations, warnings = match_marks(text, paragraphs(text))
    assert [(q.carried, q.continues) for q in quotations] == [(True, False), (True, True), (False, True)]
    assert [q.span.of(text)[-6:] for q in quotations] == ["ailed.", "fault.", " left.'"[1:]]
    assert warnings == ()


@pytest.mark.parametrize(
    "text",
    [
        "The Olins' bridge failed.\n\n'Crews left,' she said.",
        "Rock 'n' roll in the '90s.\n\n'Crews left,' she said.",
        "He called it 'a wreck.\n\n'Crews left,' she said.",
        "Olin said: 'It failed.\n\n'90s bridges do.",
        "Olin said: 'It failed.\n\n'It' is a film.",
    ],
)
def test_an_apostrophe_carries_nothing(text: str) -> None:
    quotations, _ = match_marks(text, paragraphs(text))
    assert not any(q.continues for q in quotations[:1])


def test_a_quotation_is_carried_over_lines_of_the_page() -> None:
    text = "Olin said: “One.\n\nAdvertisement\n\n“Two.”"
    quotations, warnings = match_marks(text, paragraphs(text), {1})
    assert [q.continues for q in quotations] == [False, True]
    assert warnings == ()
    assert codes(text) == [WarningCode.UNCLOSED_QUOTATION_MARK]


def test_another_mark_carries_nothing_on() -> None:
    text = 'Olin said: "We know why.\n\n“It is ours,” Pell said.'
    quotations, warnings = match_marks(text, paragraphs(text))
    assert [q.continues for q in quotations] == [False, False]
    assert [w.code for w in warnings] == [WarningCode.UNCLOSED_QUOTATION_MARK]


def test_a_fragment_left_open_is_not_carried() -> None:
    text = "Pell said the mill was “a wreck.\n\n“It is ours,” Olin said."
    quotations, warnings = match_marks(text, paragraphs(text))
    assert [q.continues for q in quotations] == [False, False]
    assert [w.code for w in warnings] == [WarningCode.UNCLOSED_QUOTATION_MARK]


def test_a_surplus_closing_mark_is_ignored() -> None:
    assert found("It is late.” He left.") == []
    assert codes("It is late.” He left.") == [WarningCode.SURPLUS_QUOTATION_MARK]


def test_very_many_marks_without_a_partner_are_counted_not_listed() -> None:
    text = "It is late.” " * 2_000 + "\n\n“It is ours, Pell said."
    _, warnings = match_marks(text, paragraphs(text))
    surplus = [w for w in warnings if w.code is WarningCode.SURPLUS_QUOTATION_MARK]
    assert [w.code for w in warnings if w not in surplus] == [WarningCode.UNCLOSED_QUOTATION_MARK]
    assert len(surplus) == 21
    assert {w.message for w in surplus[:20]} == {"a closing quotation mark was never opened; it was ignored"}
    assert surplus[20].message.startswith("1,980 more, of which this is the first: ")
    assert [w.span for w in surplus] == sorted(w.span for w in surplus if w.span)
    assert len(codes("It is late.” " * 21)) == 21  # one more is told as the others are


def test_damage_stays_in_its_paragraph() -> None:
    text = "He said “stop.\nShe said “go” and left."
    assert found(text)[-1] == "0 “go”"
