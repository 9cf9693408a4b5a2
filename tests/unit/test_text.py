"""Paragraphs and the same-length view."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.frozen import FrozenParser
from support.golden import GOLDEN

from sayso_server.core.dateline import without_dateline
from sayso_server.core.document import read
from sayso_server.core.model import Model
from sayso_server.core.paragraphs import paragraphs
from sayso_server.core.pipeline import Extractor
from sayso_server.core.statement import Span
from sayso_server.core.text import INVISIBLE, looks_english, view


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
        ("“It failed,” said\nMara Olin.", ["“It failed,” said\nMara Olin."]),
        ("“It failed,”\nMara Olin said.", ["“It failed,”\nMara Olin said."]),
        ("It is a plan of\nMara Olin\n. She left.", ["It is a plan of\nMara Olin\n. She left."]),
        ("The plan of the\nCourier\n, he said.", ["The plan of the\nCourier\n, he said."]),
        ("The mayor met\nMara Olin\nand left.", ["The mayor met\nMara Olin\nand left."]),
        ("Asked by Mrs.\nOlin, he left.", ["Asked by Mrs.\nOlin, he left."]),
        ("“It failed,”\nsaid Olin.", ["“It failed,”\nsaid Olin."]),
        ("Bridge closed\nBy Mara Olin\nIt was closed.", ["Bridge closed", "By Mara Olin", "It was closed."]),
        ("The plan is, according to\nMara Olin, a mess.", ["The plan is, according to\nMara Olin, a mess."]),
        ("What to look for\nMara Olin left.", ["What to look for", "Mara Olin left."]),
        ("Bridge closed\nby Mara Olin", ["Bridge closed", "by Mara Olin"]),
        ("Olin: It failed\nPell: It did not", ["Olin: It failed", "Pell: It did not"]),
        ("He wrote:\n“It failed.”\nHe left.", ["He wrote:", "“It failed.”", "He left."]),
    ],
)
def test_paragraphs(text: str, expected: list[str]) -> None:
    assert [p.of(text) for p in paragraphs(text)] == expected


def test_a_narrow_block_is_wrapped_whatever_its_lines_begin_with() -> None:
    block = (
        "The council met on Tuesday and heard that\nCrews of the Velden works had left in May.\n"
        "Mara Olin, the mayor of Harwick, had told\nPell that she knew nothing of it."
    )
    assert len(paragraphs(f"{block}\n\nTwo.")) == 2
    assert len(paragraphs("Mara Olin of the Harwick Bridge Works\nJon Moss\nEdwin Pell of the Velden Works")) == 3


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("HARWICK, June 4, 2024 /Newswire/ -- The bridge", "The bridge"),
        ("HARWICK, 4 June 2024 – The bridge", "The bridge"),
        ("HARWICK, June 4: The bridge", "The bridge"),
        ("Harwick, Velland – 4 June – The bridge", "The bridge"),
        ("Harwick, Nova Ellan, Tuesday, June 4 — The bridge", "The bridge"),
        ("HARWICK, Calif. (AP) — The bridge", "The bridge"),
        ("VELDEN, Nov. 4, 2023--(BUSINESS LINE)--The bridge", "The bridge"),
        ("HARWICK/VELDEN (Reuters) - “The bridge", "“The bridge"),
        ("(Reuters) - The bridge", "The bridge"),
        ("June 4, 2024 – HARWICK – The bridge", "The bridge"),
        ("HARWICK – The bridge is open again, crews said.", "The bridge is open again, crews said."),
    ],
)
def test_a_dateline_is_cut_off(text: str, rest: str) -> None:
    assert without_dateline(text, Span(0, len(text))).of(text) == rest


@pytest.mark.parametrize(
    "text",
    [
        "NATO – the alliance of the north – said so.",
        "MARA OLIN – Mayor of Harwick",
        "OLIN: It was late.",
        "Mara Olin (Con): It was late, and crews had left.",
        "US-China talks failed, and nobody knew why.",
        "On June 4, the bridge was closed.",
        "Harwick – The bridge is open again, crews said.",
    ],
)
def test_no_dateline(text: str) -> None:
    assert without_dateline(text, Span(0, len(text))) == Span(0, len(text))


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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\u00a0b\x07d\u202fe\nf“", "a b d e\nf“"),
        ("\u200eYes,\u200f \u202ahe\u202c said", " Yes,   he  said"),
        ("Har\u00adwick", f"Har{INVISIBLE}wick"),
        ("O\u200b\u2060lin \u00adsaid", f"O{INVISIBLE * 2}lin  said"),
        ("O\u00ad\nlin", f"O{INVISIBLE * 2}lin"),
        ("‹Yes,› 「Yes,」 ″Yes,″ ´Yes,´", "‘Yes,’ “Yes,” \"Yes,\" 'Yes,'"),
        ("\x93It\x92s \x91a mess\x92,\x94 \x96 he\x85", "“It’s ‘a mess’,” – he…"),
        ("One.\x85Two.\x1fThree.\x0bFour.", "One.\nTwo. Three.\nFour."),
    ],
)
def test_view(text: str, expected: str) -> None:
    assert view(text) == expected


BREAKS = ["\n", "\r", "\r\n", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"]


@pytest.mark.parametrize("line_break", BREAKS)
def test_line_breaks_are_the_same_whatever_they_are_made_of(line_break: str) -> None:
    text = "It failed.\nOlin: “We left.\n\n“We will\nnot return.”"
    document = read(text.replace("\n", line_break))
    assert [part.split() for part in document.parts] == [part.split() for part in read(text).parts]
    assert len(document.parts) == 3
    assert len(document.quotations) == len(read(text).quotations)
    assert paragraphs(document.text) == document.paragraphs


def test_looks_english() -> None:
    english = "The mayor said that the bridge is closed and that crews will be at work until the end of the week."
    german = (
        "Der Bürgermeister sagte, dass die Brücke gesperrt ist und dass die Arbeiten bis Ende der Woche dauern werden."
    )
    assert looks_english(english)
    assert not looks_english(german)
    assert looks_english("Short note")
    assert looks_english(
        "Olin described how the roof fell. Moss explained why she quit. Pell revealed how much it cost."
    )
    assert looks_english(
        "Harwick 2 Velden 1; Ellan 0 Port Ellan 3; Corve 1 Olin Town 1; Moss United 2 Pell Rovers 2; " * 3
    )
    assert looks_english(
        "Moss Works: revenue up 12% at £4m, profit down 3%, net debt £1m, dividend 2p, outlook unchanged."
    )
    polish = (
        "Burmistrz powiedział, że most jest zamknięty i że prace potrwają do końca tygodnia w całym mieście i okolicy."
    )
    assert not looks_english(polish)
    dutch = "De burgemeester zei dat de brug gesloten is en dat de ploegen tot het einde van de week aan het werk zijn."
    assert not looks_english(dutch)


def test_invisible_characters_leave_the_offsets_alone() -> None:
    """A soft hyphen in a name and in its cue: the parser is given whole words, offsets are those of the text."""
    text = "“The bridge is closed,” Mayor A\u00adda Pell sa\u00adid."
    parser = FrozenParser(GOLDEN / "trees" / "direct.conllu")
    extraction = Extractor(parser, Model("frozen", "0", "")).extract(text)
    (statement,) = extraction.statements
    assert statement.source is not None
    assert statement.cue is not None
    assert statement.source.of(extraction.text) == "Mayor A\u00adda Pell"
    assert [s.of(extraction.text) for s in statement.cue.spans] == ["sa\u00adid"]
    assert [s.display_name for s in extraction.speakers] == ["Ada Pell"]
