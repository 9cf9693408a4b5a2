"""The page: it has the whole text, with statements marked, and no markup from the text."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from support.engine import MODEL, extraction

import sayso
from sayso._wire.results import from_result
from sayso.report import front_page, message_page, page
from sayso.report.article import words_of
from sayso.report.why import attributed
from sayso.v1 import quotes_pb2 as pb
from sayso_server.core.statement import Extraction, Span, TextWarning, WarningCode
from sayso_server.service.api.responses import ResultContext, result_message

HOSTILE = (
    "</p></section></script><script>document.title='ran'</script><img src=x onerror=\"document.title='ran'\">\n\n"
    "“</mark><svg onload=document.title='ran'> $style ${script} &lt;b&gt;,” said Mara.\n\n"
    '“No,” said Olin. “It\'s "so",” said Mara.'
)


class Shown(HTMLParser):
    """A parsed page: its tags, attributes, and the words of the articles."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.marked: dict[str, str] = {}
        self.text: list[str] = []
        self._open: list[str] = []
        self._within: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        named = dict(attrs)
        if tag == "div":
            self._within.append(named.get("class") or "")
        if tag == "mark":
            self._open.append(str(named["data-s"]))

    def handle_endtag(self, tag: str) -> None:
        if tag == "div":
            self._within.pop()
        if tag == "mark":
            self._open.pop()
        if tag == "p" and "text" in self._within:
            self.text.append("\n\n")

    def handle_data(self, data: str) -> None:
        if "text" in self._within:
            self.text.append(data)
            for statement in set(self._open):
                self.marked[statement] = self.marked.get(statement, "") + data


def shown(*texts: str, explained: bool = True) -> tuple[str, Shown]:
    html = page([(sayso.Document(text, "article"), result_of(extraction(text), explained=explained)) for text in texts])
    return html, Shown(html)


def result_of(found: Extraction, *, explained: bool = True) -> sayso.Result:
    return from_result(result_message(found, MODEL, ResultContext("article", explained=explained)), sayso.Result)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "No statement here.",
        "“Yes,” said Mara. “No,” said Olin.\n\n“Well,” said Mara.\n",
        "One line.\n“Two,” said Olin.",
        HOSTILE,
    ],
)
def test_all_of_the_text_is_shown_and_its_statements_are_marked(text: str) -> None:
    _, seen = shown(text)
    assert "".join("".join(seen.text).split()) == "".join(text.split())
    expected = [one.text for one in result_of(extraction(text)).statements]
    assert list(seen.marked.values()) == expected


@pytest.mark.parametrize("line_break", ["\r", "\r\n", "\v", "\f", "\x1c", "\x85", "\u2028", "\u2029"])
def test_line_breaks_are_the_same_whatever_they_are_made_of(line_break: str) -> None:
    for text in ("One.\n\n“Yes,\nwell,” said Mara.", "One.\n“Yes,” said Mara."):
        pages = [shown(written)[0] for written in (text, text.replace("\n", line_break))]
        one, other = (re.findall(r"<p data-start=\"\d+\">(.*?)</p>", page, re.DOTALL) for page in pages)
        assert len(one) == 2
        assert one == other


def test_nothing_of_a_document_is_markup() -> None:
    html, seen = shown(HOSTILE)
    _, harmless = shown("“Yes,” said Mara.\n\n“No,” said Olin. “It's,” said Mara.")
    assert seen.tags == harmless.tags
    assert {name for name, _ in seen.attributes} == {name for name, _ in harmless.attributes}
    assert not any(name.startswith("on") or name == "style" for name, _ in seen.attributes)
    assert html.count("<script>") == 1
    [held] = re.findall(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)
    assert "<" not in held
    assert json.loads(held)["documents"]["d0"]["text"] == HOSTILE


def test_the_policy_of_the_page_allows_its_own_style_and_script_only() -> None:
    _, seen = shown("“Yes,” said Mara.")
    [policy] = [value for name, value in seen.attributes if name == "content" and "default-src" in value]
    assert policy.startswith("default-src 'none';")
    assert len(re.findall(r"'sha256-[\w+/=]{44}'", policy)) == 2
    assert "unsafe" not in policy
    assert all(value.startswith("#") or value == "data:," for name, value in seen.attributes if name in {"src", "href"})


def test_identifiers_are_unique_and_links_lead_to_them() -> None:
    _, seen = shown("“Yes,” said Mara.", "“Yes,” said Mara. “No,” said Olin.")
    identifiers = [value for name, value in seen.attributes if name == "id"]
    assert len(identifiers) == len(set(identifiers))
    led = {
        value.removeprefix("#")
        for name, value in seen.attributes
        if name in {"href", "aria-describedby"} and value != "data:,"
    }
    assert led <= set(identifiers)
    assert {"d0", "d1", "d0-s1", "d1-s2", "d1-s2-why"} <= led


def test_the_cards_say_why() -> None:
    html, _ = shown("“Yes,” said Mara.")
    assert "<p>“Mara” is named next to it; 50% sure.</p>" in html
    assert "<p>A direct quotation, reported by “said”. 75% sure that these words are right.</p>" in html
    assert "<dt>found by</dt><dd>fake</dd>" in html
    assert "<dt>for it</dt><dd>strong +2.00</dd><dt>against it</dt><dd>weak -0.10</dd>" in html
    assert "<dt>found by</dt>" not in shown("“Yes,” said Mara.", explained=False)[0]


OLIN = "“Yes,” said Mara. “No,” said Olin.\n\n“Well,” said Mara."


def explained(rule: str, mention: str, **changes: Any) -> str:
    """The explanation of the last statement of a text by Mara, with `mention` as its source, linked by `rule`."""
    text = OLIN.removesuffix("Mara.") + f"{mention}."
    result = result_of(extraction(OLIN))
    last = result.statements[-1]
    assert last.explanation
    assert last.speaker
    start = len(OLIN.removesuffix("Mara."))
    speaker = replace(last.speaker, mentions=(sayso.Span(12, 16, "Mara"),))
    explanation = replace(last.explanation, speaker_rule=rule, alternatives=(sayso.SpeakerAlternative("p2", 0.06),))
    source = sayso.Span(start, start + len(mention), mention) if mention else None
    statement = replace(last, speaker=speaker, source=source, explanation=explanation, **changes)
    return attributed(statement, result, text)


@pytest.mark.parametrize(
    ("rule", "mention", "said"),
    [
        ("pronoun he or she", "she", "“she” refers to Mara, last named in the previous paragraph; 50% sure."),
        ("role", "the mayor", "“the mayor” is Mara, last named in the previous paragraph; 50% sure."),
        ("surname", "Ms M.", "“Ms M.” is a short form of Mara; 50% sure."),
        ("full name", "the mayor, Mara", "“the mayor, Mara” is named next to it; 50% sure."),
        ("speaker goes on", "", "Mara speaks here, last named in the previous paragraph; 50% sure."),
        ("a rule of tomorrow", "she", "“she” refers to Mara, by the rule “a rule of tomorrow”; 50% sure."),
        ("a rule of tomorrow", "", "It is Mara’s, by the rule “a rule of tomorrow”; 50% sure."),
        ("full name", "Mara", "“Mara” is named next to it; 50% sure."),
    ],
)
def test_a_sentence_says_whose_it_is_and_why(rule: str, mention: str, said: str) -> None:
    assert explained(rule, mention) == f"{said} Second choice: Olin, 6%."


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Mara came, and she said", "in the same sentence"),
        ("Mara came. She said", "in the previous sentence"),
        ("Mara came. It rained. She said", "earlier in this paragraph"),
        ("Mara came.\n\nShe said", "in the previous paragraph"),
        ("Mara came.\n\nIt rained.\n\nShe said", "2 paragraphs earlier"),
    ],
)
def test_where_somebody_was_named_last(text: str, told: str) -> None:
    here = text.lower().rindex("she")
    statement = replace(
        result_of(extraction(OLIN)).statements[0],
        source=sayso.Span(here, here + 3, "She"),
        speaker=sayso.Speaker("p1", "Mara Olin", sayso.SpeakerType.PERSON, "", None, None, (sayso.Span(0, 4, "Mara"),)),
        explanation=sayso.Explanation("fake", "pronoun he or she", None, (), ()),
    )
    assert attributed(statement, result_of(extraction(OLIN)), text).startswith(
        f"“She” refers to Mara Olin, last named {told}; "
    )


def test_a_warning_is_one_line_with_its_places() -> None:
    text = "Mara said: “No <b>.\n\nMara said: “No, and then many more words came.\n\nIt rained."
    unclosed = [TextWarning(WarningCode.UNCLOSED_QUOTATION_MARK, "never closed", Span(at, at + 1)) for at in (11, 32)]
    about_all = TextWarning(WarningCode.TEXT_NOT_ENGLISH, "not English", Span(0, len(text)))
    result = result_of(replace(extraction(text), warnings=(*unclosed, about_all)))
    html = page([(sayso.Document(text, "article"), result)])
    assert (
        '<ul class="warnings">'
        + ("<li>never closed: “No &lt;b&gt;. · “No, and then many more words came.</li><li>not English</li></ul>")
        in html
    )


def test_statements_of_nobody() -> None:
    assert explained("no antecedent", "she").endswith("Olin, 6%.")
    result = result_of(extraction(OLIN))
    nobody = replace(result.statements[0], speaker=None)
    assert attributed(nobody, result, OLIN) == "No speaker was found for “Mara”."
    assert attributed(replace(nobody, source=None), result, OLIN) == "The text names no speaker."


def test_the_cards_name_the_other_speakers() -> None:
    result = result_of(extraction("“Yes,” said Mara. “No,” said Olin."))
    first = result.statements[0]
    assert first.explanation is not None
    doubtful = replace(first.explanation, alternatives=(sayso.SpeakerAlternative("p2", 0.25),))
    statements = (replace(first, explanation=doubtful), *result.statements[1:])
    html = page([(sayso.Document("“Yes,” said Mara. “No,” said Olin."), replace(result, statements=statements))])
    assert "<dt>or else</dt><dd>Olin (25%)</dd>" in html
    assert "Second choice: Olin, 25%." in html


def test_words_are_counted_as_people_count_them() -> None:
    assert words_of("The weather was fine on Tuesday. Nothing happened.") == 8
    assert words_of("It’s 5 o'clock – a well-known “time”, isn't it?") == 8
    assert words_of("") == 0
    assert '<p class="facts">3 words, 1 statement by 1 speaker</p>' in shown("“Yes,” said Mara.")[0]


def test_the_page_says_who_read_the_text_and_when() -> None:
    read = (sayso.Document("“Yes,” said Mara."), result_of(extraction("“Yes,” said Mara.")))
    html = page([read], made_at=datetime(2026, 3, 4, 5, 6, tzinfo=UTC))
    assert "Extracted automatically on 4 March 2026 at 05:06 UTC, by sayso, model fake 7 (digest 0123abcd)." in html


def test_weak_statements_are_told_apart() -> None:
    result = result_of(extraction("“Yes,” said Mara. “No,” said Olin."))
    weak, sure = (
        replace(one, confidence=confidence) for one, confidence in zip(result.statements, (0.59, 0.6), strict=True)
    )
    html = page([(sayso.Document("“Yes,” said Mara. “No,” said Olin."), replace(result, statements=(weak, sure)))])
    assert re.findall(r'<mark class="([^"]*)"', html) == ["direct c0 weak", "direct c1"]
    assert "weak: 59% sure" in html


def test_every_speaker_has_a_number() -> None:
    text = " ".join(f"“Yes,” said N{number}." for number in range(30))
    html, _ = shown(text)
    assert re.findall(r'data-n="(\d+)"', html) == [str(number) for number in range(1, 31)]
    assert len(set(re.findall(r'<mark class="direct (c\d+)"', html))) == 24


def test_messages_of_the_contract_make_the_same_page() -> None:
    found = extraction("“Yes,” said Mara.")
    message = result_message(found, MODEL, ResultContext("article", explained=True))
    made = message_page(pb.Document(text=found.text, document_id="article"), message)
    seen = Shown(made.html)
    assert seen.marked == {"d0-s1": "“Yes,”"}
    assert ("content", made.policy) in seen.attributes


def test_the_page_of_a_server_allows_its_own_scripts_only() -> None:
    front = front_page(max_chars=1000, wants_token=False)
    assert len(re.findall(r"'sha256-[\w+/=]{44}'", front.policy)) == 3
    assert "connect-src 'self'" in front.policy
    assert "unsafe" not in front.policy
    assert "at most 1,000 characters" in front.html


def test_statements_within_and_across_each_other() -> None:
    text = "She said he said it is so."
    across, whole, inner = (sayso.Span(start, end, text[start:end]) for start, end in ((4, 16), (9, 25), (17, 25)))
    result = result_of(extraction("“a,” said Mara. “b,” said Olin. “c,” said Mara."))
    spans = (across, whole, inner)
    statements = tuple(
        replace(one, content=(span,), cue=None, source=None) for one, span in zip(result.statements, spans, strict=True)
    )
    html = page([(sayso.Document(text), replace(result, statements=statements))])
    seen = Shown(html)
    assert "".join(seen.text).strip() == text
    assert seen.marked == {"d0-s1": across.text, "d0-s2": whole.text, "d0-s3": inner.text}
