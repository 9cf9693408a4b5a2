"""The page: all of the text is there, marked where statements are, and nothing of it is markup."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from support.engine import MODEL, extraction

import sayso
from sayso._convert import result_model
from sayso.report import page
from sayso_server.core.statement import Extraction
from sayso_server.service.conversion import ResultContext, result_message

HOSTILE = (
    "</p></section></script><script>document.title='ran'</script><img src=x onerror=\"document.title='ran'\">\n\n"
    "“</mark><svg onload=document.title='ran'> $style ${script} &lt;b&gt;,” said Mara.\n\n"
    '“No,” said Olin. “It\'s "so",” said Mara.'
)


class Shown(HTMLParser):
    """What a browser makes of a page: its tags, attributes, and the words of the articles."""

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
    return result_model(result_message(found, MODEL, ResultContext("article", explained=explained)))


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
        one, other = (re.findall(r"<p>(.*?)</p>", page, re.DOTALL) for page in pages)
        assert len(one) == 2
        assert one == other


def test_nothing_of_a_document_is_markup() -> None:
    html, seen = shown(HOSTILE)
    _, harmless = shown("“Yes,” said Mara.\n\n“No,” said Olin. “It's,” said Mara.")
    assert seen.tags == harmless.tags
    assert {name for name, _ in seen.attributes} == {name for name, _ in harmless.attributes}
    assert not any(name.startswith("on") or name == "style" for name, _ in seen.attributes)
    assert html.count("<script>") == 1


def test_the_policy_of_the_page_allows_its_own_style_and_script_only() -> None:
    _, seen = shown("“Yes,” said Mara.")
    [policy] = [value for name, value in seen.attributes if name == "content" and "default-src" in value]
    assert policy.startswith("default-src 'none';")
    assert len(re.findall(r"'sha256-[\w+/=]{44}'", policy)) == 2
    assert "unsafe" not in policy
    assert not any(name in {"src", "href"} and not value.startswith("#") for name, value in seen.attributes)


def test_identifiers_are_unique_and_links_lead_to_them() -> None:
    _, seen = shown("“Yes,” said Mara.", "“Yes,” said Mara. “No,” said Olin.")
    identifiers = [value for name, value in seen.attributes if name == "id"]
    assert len(identifiers) == len(set(identifiers))
    led = {value.removeprefix("#") for name, value in seen.attributes if name in {"href", "aria-describedby"}}
    assert led <= set(identifiers)
    assert {"d0", "d1", "d0-s1", "d1-s2", "d1-s2-card"} <= led


def test_the_cards_say_why() -> None:
    html, _ = shown("“Yes,” said Mara.")
    assert "<dt>found by</dt><dd>fake</dd>" in html
    assert "<dt>for it</dt><dd>strong +2.00</dd><dt>against it</dt><dd>weak -0.10</dd>" in html
    assert "<dt>speaker</dt><dd>Mara (50% sure)</dd>" in html
    assert "<dt>found by</dt>" not in shown("“Yes,” said Mara.", explained=False)[0]


def test_the_cards_name_the_other_speakers() -> None:
    result = result_of(extraction("“Yes,” said Mara. “No,” said Olin."))
    first = result.statements[0]
    assert first.explanation is not None
    doubtful = replace(first.explanation, alternatives=(sayso.SpeakerAlternative("p2", 0.25),))
    statements = (replace(first, explanation=doubtful), *result.statements[1:])
    html = page([(sayso.Document("“Yes,” said Mara. “No,” said Olin."), replace(result, statements=statements))])
    assert "<dt>or else</dt><dd>Olin (25%)</dd>" in html


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
