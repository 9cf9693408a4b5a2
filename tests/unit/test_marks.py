"""Quotation marks."""

import pytest

from sayso_server.core.marks import match_marks
from sayso_server.core.statement import WarningCode
from sayso_server.core.text import paragraphs


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


def test_a_surplus_closing_mark_is_ignored() -> None:
    assert found("It is late.” He left.") == []
    assert codes("It is late.” He left.") == [WarningCode.SURPLUS_QUOTATION_MARK]


def test_damage_stays_in_its_paragraph() -> None:
    text = "He said “stop.\nShe said “go” and left."
    assert found(text)[-1] == "0 “go”"
