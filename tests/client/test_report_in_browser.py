"""The page in a browser, used as a reader uses it: with the mouse, a finger, the keyboard, a screen reader."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support.browser import CHROMIUM, Page, browsing
from support.engine import MODEL, extraction

import sayso
from sayso._wire.results import from_result
from sayso.report import page
from sayso.rows import COLUMNS
from sayso_server.gold import corrected
from sayso_server.service.api.responses import ResultContext, result_message

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="needs chromium: apt-get install chromium")

TEXT = "“Yes,” said Mara.\n\n“No,” said Olin.\n\n“Well,” said Mara."
HOSTILE = (
    "</p></script><script>document.title='ran'</script><img src=x onerror=\"document.title='ran'\">\n\n"
    "“</mark><svg onload=document.title='ran'><style>*{display:none}</style>,” said Mara."
)
CARD = "[...document.querySelectorAll('.card')].filter(card => !card.hidden).map(card => card.id).join()"
FOCUS = "document.activeElement.id"
ON = "[...document.querySelectorAll('mark:not(.off)')].map(mark => mark.id).join()"
LISTED = "[...document.querySelectorAll('li')].filter(item => item.offsetParent).length"
UNTIL_HIDDEN = f"new Promise(done => setInterval(() => {CARD} === '' && done(''), 20))"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with browsing(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


def show(browser: Page, folder: Path, text: str = TEXT) -> Page:
    """The page of a text; its second statement, if there is one, is indirect."""
    result = from_result(
        result_message(extraction(text), MODEL, ResultContext("article", explained=True)), sayso.Result
    )
    first, *others = result.statements
    kinds = [first, *(replace(one, kind=sayso.Kind.INDIRECT) for one in others[:1]), *others[1:]]
    file = folder / "page.html"
    file.write_text(page([(sayso.Document(text, "article"), replace(result, statements=tuple(kinds)))]), "utf-8")
    browser.size(1000, 800)
    browser.open(file)
    return browser


def test_nothing_of_a_document_runs(browser: Page, tmp_path: Path) -> None:
    shown = show(browser, tmp_path, HOSTILE)
    assert shown.run("document.title") == "Who said what: article"
    assert shown.run("document.querySelectorAll('script').length + document.querySelectorAll('img').length") == 2
    assert shown.run("getComputedStyle(document.querySelector('.text')).display") != "none"
    assert shown.run("document.querySelector('output').textContent") == "1 statement"  # the page's own script ran


def test_the_policy_stops_what_would_get_in(browser: Page, tmp_path: Path) -> None:
    shown = show(browser, tmp_path)
    shown.run(
        "(() => { const script = document.createElement('script'); script.textContent = 'document.title = `ran`';"
        "document.body.append(script); document.body.setAttribute('onclick', 'document.title = `ran`'); })()"
    )
    shown.click("h1")
    assert shown.run("document.title") == "Who said what: article"


def test_the_mouse(browser: Page, tmp_path: Path) -> None:
    shown = show(browser, tmp_path)
    assert shown.run(CARD) == ""
    shown.hover("#d0-s2")
    assert shown.run(CARD) == "d0-s2-card"
    shown.hover("#d0-s2-card")  # to read it, or to select what it says
    shown.run("new Promise(done => setTimeout(done, 3 * wait))")
    assert shown.run(CARD) == "d0-s2-card"
    shown.hover("h1")
    assert shown.run(UNTIL_HIDDEN) == ""


def test_a_finger(browser: Page, tmp_path: Path) -> None:
    shown = show(browser, tmp_path)
    shown.tap("#d0-s3")
    assert shown.run(CARD) == "d0-s3-card"
    shown.tap("h1")
    assert shown.run(CARD) == ""


def test_the_keyboard(browser: Page, tmp_path: Path) -> None:
    shown = show(browser, tmp_path)
    for _ in range(12):  # search, speaker, three kinds, confidence, four buttons, how to read it, the first statement
        shown.press("Tab")
    assert (shown.run(FOCUS), shown.run(CARD)) == ("d0-s1", "d0-s1-card")
    shown.press("ArrowDown")
    assert (shown.run(FOCUS), shown.run(CARD)) == ("d0-s2", "d0-s2-card")
    shown.press("Escape")
    assert (shown.run(FOCUS), shown.run(CARD)) == ("d0-s2", "")
    shown.press("Enter")
    assert shown.run(CARD) == "d0-s2-card"
    shown.press("Enter")  # into the card
    assert shown.run("document.activeElement.dataset.do") == "quote"
    shown.press("Escape")
    assert (shown.run(FOCUS), shown.run(CARD)) == ("d0-s2", "")
    shown.press("Tab")
    shown.press("ArrowDown")  # there is none further
    assert shown.run(FOCUS) == "d0-s3"
    shown.press("ArrowUp")
    shown.press("Tab", shift=True)
    assert shown.run(FOCUS) == "d0-s1"


def test_the_list_of_speakers_leads_to_the_text(browser: Page, tmp_path: Path) -> None:
    shown = show(browser, tmp_path)
    shown.run("document.querySelector('li[data-s=d0-s2] a').focus()")
    shown.press("Enter")
    assert shown.run("location.hash") == "#d0-s2"
    assert (shown.run(FOCUS), shown.run(CARD)) == ("d0-s2", "d0-s2-card")
    shown.run("document.querySelector('.people summary').focus()")
    shown.press(" ")
    assert shown.run("document.querySelector('.people details').open") is False


def test_the_plot_leads_to_the_text(browser: Page, tmp_path: Path) -> None:
    shown = show(browser, tmp_path)
    shown.click(".plot a[data-s=d0-s3] rect")
    assert shown.run("location.hash") == "#d0-s3"


def test_filters(browser: Page, tmp_path: Path) -> None:
    shown = show(browser, tmp_path)
    assert (shown.run(ON), shown.run(LISTED)) == ("d0-s1,d0-s2,d0-s3", 3)
    shown.click("input[value=indirect]")
    assert (shown.run(ON), shown.run(LISTED)) == ("d0-s1,d0-s3", 2)
    assert shown.run("document.querySelector('output').textContent") == "2 statements"
    shown.hover("#d0-s2")
    assert shown.run(CARD) == ""  # what is filtered out is plain text
    shown.click("input[value=indirect]")
    shown.run("document.querySelector('select').focus()")
    shown.press("ArrowDown")
    shown.press("ArrowDown")
    assert shown.run("form.elements.speaker.selectedOptions[0].textContent") == "Olin"
    assert (shown.run(ON), shown.run(LISTED)) == ("d0-s2", 1)


def test_what_is_filtered_out_leaves_nothing_behind(browser: Page, tmp_path: Path) -> None:
    shown = show(browser, tmp_path)
    spoken = "[...document.querySelectorAll('.text .cue, .text .source')].map(one => one.textContent).join()"
    rows = "[...document.querySelectorAll('.row')].filter(row => row.offsetParent).length"
    assert (shown.run(spoken), shown.run(rows)) == ("said,Mara,said,Olin,said,Mara", 2)
    enter(shown, "search", "no olin")
    assert (shown.run(ON), shown.run(LISTED)) == ("d0-s2", 1)
    assert (shown.run(spoken), shown.run(rows)) == ("said,Olin", 1)
    assert shown.run("CSS.highlights.get('found').size") == 2
    enter(shown, "search", "")
    enter(shown, "least", "75")
    assert shown.run("document.querySelector('output').textContent") == "3 statements"
    enter(shown, "least", "80")
    assert shown.run("document.querySelector('output').textContent") == "0 statements"


def enter(shown: Page, field: str, value: str) -> None:
    """Fill a field of the filter."""
    field = f"form.elements[{json.dumps(field)}]"
    shown.run(f"{field}.value = {json.dumps(value)}; {field}.dispatchEvent(new Event('input', {{bubbles: true}}))")


def test_the_address_holds_what_is_shown(browser: Page, tmp_path: Path) -> None:
    shown = show(browser, tmp_path)
    enter(shown, "search", "well")
    shown.click("input[value=indirect]")
    shown.run("document.querySelector('li[data-s=d0-s3] a').click()")
    kept = shown.run("location.hash")
    assert kept == "#d0-s3?q=well&k=direct%2Cmixed"
    shown.open(tmp_path / "page.html")
    assert shown.run(ON) == "d0-s1,d0-s2,d0-s3"
    shown.open(tmp_path / "page.html", fragment=kept)
    assert (shown.run(ON), shown.run(FOCUS), shown.run(CARD)) == ("d0-s3", "d0-s3", "d0-s3-card")
    shown.open(tmp_path / "page.html", fragment="#nowhere?p=p99&c=many&k=other")  # of another page
    assert shown.run(ON) == ""
    shown.open(tmp_path / "page.html", fragment="#d0-s2")
    assert shown.run(FOCUS) == "d0-s2"


def test_copies(browser: Page, tmp_path: Path) -> None:
    shown = show(browser, tmp_path)
    shown.run("navigator.clipboard.writeText = async text => { window.copied = text; }")
    shown.hover("#d0-s2")
    shown.click("#d0-s2-card [data-do=quote]")
    assert shown.run("copied") == "“No,” – Olin (reported, not quoted), in: article"
    shown.click("#d0-s2-card [data-do=link]")
    assert shown.run("copied") == f"{(tmp_path / 'page.html').as_uri()}#d0-s2"
    assert shown.run("told.textContent") == "link copied"


def test_what_is_shown_can_be_saved(browser: Page, tmp_path: Path) -> None:
    shown = show(browser, tmp_path, f"“=1+1,” said Mara. {TEXT}")
    shown.run("held.documents.d0.rows.s1.text = '=1+1'")
    shown.run("save = (name, kind, content) => { window.file = [name, kind, content]; }")
    enter(shown, "speaker", "p0")
    shown.click("[data-do=csv]")
    name, kind, content = shown.run("file")
    assert (name, kind, content[0]) == ("statements.csv", "text/csv", "\ufeff")
    table = list(csv.DictReader(io.StringIO(content[1:], newline="")))
    assert tuple(table[0]) == COLUMNS
    assert [(row["statement_id"], row["speaker"], row["text"]) for row in table] == [
        ("s1", "Mara", "'=1+1"),
        ("s2", "Mara", "“Yes,”"),
        ("s4", "Mara", "“Well,”"),
    ]
    shown.click("[data-do=json]")
    [result] = json.loads(shown.run("file")[2])
    assert [one.text for one in sayso.Result.from_json(json.dumps(result)).statements] == [
        "“=1+1,”",
        "“Yes,”",
        "“Well,”",
    ]


def test_corrections(browser: Page, tmp_path: Path) -> None:
    text = "😀 “Yes,” said Mara.\n\nShe thinks it is late. “No,” said Olin.\n\n“Well,” said Mara."
    shown = show(browser, tmp_path, text)
    shown.run("save = (name, kind, content) => { window.file = [name, kind, content]; }")
    correct(shown, "d0-s1", change="speaker", speaker="Olin")
    correct(shown, "d0-s3", change="no-statement")
    correct(shown, "d0-s2", change="border")
    assert shown.run("told.textContent") == "select the words in the text first"
    select(shown, "it is late. “No,”")
    shown.run("correcting.requestSubmit()")
    shown.click("[data-do=missing]")
    select(shown, " it is late")
    shown.run("correcting.elements.speaker.value = 'Mara'; correcting.requestSubmit()")
    correct(shown, "d0-s3", change="speaker", speaker="Olin")
    shown.run("openForm('d0-s3')")
    shown.click("#correction [data-do=undo]")
    correct(shown, "d0-s2", change="speaker", speaker="Mara", note="he meant her")
    assert (
        shown.run("[...document.querySelectorAll('li.corrected')].map(item => item.dataset.s).join()") == "d0-s1,d0-s2"
    )
    assert shown.run("saved") is False
    shown.click("[data-do=corrections]")
    name, _, content = shown.run("file")
    assert (name, shown.run("saved")) == ("corrections.jsonl", True)
    kept = json.loads(content)
    assert kept["text"] == text
    made = [{name: value for name, value in one.items() if name != "made_at"} for one in kept["corrections"]]
    at = text.index("it is late")
    assert made == [
        {"change": "speaker", "statement_id": "s1", "speaker": "Olin"},
        {"change": "border", "statement_id": "s2", "content": [[at, text.index(" said Olin")]]},
        {"change": "missing", "content": [[at, at + len("it is late")]], "speaker": "Mara"},
        {"change": "speaker", "statement_id": "s2", "speaker": "Mara", "note": "he meant her"},
    ]
    gold = corrected(kept)
    assert gold["text"] == text
    assert [(one["speaker"], [text[a:b] for a, b in one["content"]]) for one in gold["attributions"]] == [
        ("Olin", ["“Yes,”"]),
        ("Mara", ["it is late"]),
        ("Mara", ["it is late. “No,”"]),
        ("Mara", ["“Well,”"]),
    ]


def test_words_are_selected_across_the_line_breaks_of_windows(browser: Page, tmp_path: Path) -> None:
    text = "😀 One\r\ntwo\r\nthree.\r\n\r\nFour\r\nfive. “Yes,” said Mara."
    shown = show(browser, tmp_path, text)
    shown.run("openForm('d0-s1'); correcting.elements.change.value = 'border'; fill()")
    for words in ("two\nthree", "Four\nfive"):
        select(shown, words)
        chosen = shown.run("selected")
        assert text[chosen["start"] : chosen["end"]] == words.replace("\n", "\r\n")


def correct(shown: Page, identifier: str, **fields: str) -> None:
    """Open the form of a statement, fill it and keep it."""
    filled = "".join(
        f"correcting.elements.{name}.value = {json.dumps(value)};"
        f"correcting.elements.{name}.dispatchEvent(new Event('input', {{bubbles: true}}));"
        for name, value in fields.items()
    )
    shown.run(f"openForm('{identifier}'); {filled} correcting.requestSubmit()")


def select(shown: Page, words: str) -> None:
    """Select words of the text, as with the mouse; they may begin and end in different elements."""
    shown.run(f"({SELECT})({json.dumps(words)}, {len(words)})")


SELECT = """async (words, length) => {
  const text = document.querySelector(".text"), at = text.textContent.indexOf(words), nodes = [];
  const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) nodes.push(walker.currentNode);
  const place = offset => {
    for (const node of nodes) {
      if (offset <= node.length) return [node, offset];
      offset -= node.length;
    }
  };
  getSelection().setBaseAndExtent(...place(at), ...place(at + length));
  await new Promise(done => setTimeout(done, 50));
}"""


def test_on_paper(browser: Page, tmp_path: Path) -> None:
    shown = show(browser, tmp_path)
    shown.run("document.querySelector('.people details').open = false; dispatchEvent(new Event('beforeprint'))")
    shown.prefer("dark", media="print")
    assert (
        shown.run("[...document.querySelectorAll('#filter, .mouse, .plot')].filter(one => one.offsetParent).length")
        == 0
    )
    assert shown.run("document.querySelector('.people details').open") is True
    assert shown.run("document.querySelector('.provenance').innerText").startswith("Extracted automatically on ")
    assert shown.run("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert shown.run("getComputedStyle(document.querySelector('mark')).printColorAdjust") == "exact"
    shown.prefer("light")


def test_nested_underlines_do_not_lie_on_each_other(browser: Page, tmp_path: Path) -> None:
    shown = show(browser, tmp_path)
    shown.run("document.getElementById('d0-s1').innerHTML = '<mark class=indirect id=inner>x</mark>'")
    outer, inner = (
        shown.run(f"parseFloat(getComputedStyle(document.getElementById('{name}')).textUnderlineOffset)")
        for name in ("d0-s1", "inner")
    )
    assert inner - outer >= 3


def test_on_a_phone_the_text_comes_first(browser: Page, tmp_path: Path) -> None:
    show(browser, tmp_path)
    browser.size(390, 844)
    browser.open(tmp_path / "page.html")
    assert browser.run("document.getElementById('tools').open") is False
    assert browser.run("document.getElementById('d0-s1').getBoundingClientRect().top") < 300
    edge = "document.querySelector('%s').getBoundingClientRect().%s"
    assert browser.run(edge % (".text", "bottom")) <= browser.run(edge % (".plot", "top"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_in_light_and_dark(browser: Page, tmp_path: Path, scheme: str) -> None:
    shown = show(browser, tmp_path)
    shown.prefer(scheme)
    for selector in ("body", ".about", "mark.direct", ".card", "select"):
        shown.hover("#d0-s1")
        assert shown.run(CONTRAST % selector) >= 4.5, selector


CONTRAST = """(() => {
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const element = document.querySelector("%s");
  const behind = [];
  for (let one = element; one; one = one.parentElement) behind.unshift(getComputedStyle(one).backgroundColor);
  const shade = colours => {
    canvas.clearRect(0, 0, 1, 1);
    for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map(value => value / 255)
      .map(value => value <= .04045 ? value / 12.92 : ((value + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const [dark, light] = [shade(behind), shade([...behind, getComputedStyle(element).color])].sort((a, b) => a - b);
  return (light + .05) / (dark + .05);
})()"""
"""The contrast between an element's text and its background as defined by WCAG; 4.5 is level AA."""


def test_a_narrow_window_needs_no_sideways_scrolling(browser: Page, tmp_path: Path) -> None:
    shown = show(browser, tmp_path, TEXT.replace("Mara", "M" + "a" * 60))
    shown.size(320, 640)
    shown.hover("#d0-s1")
    assert shown.run(CARD) == "d0-s1-card"
    assert shown.run("document.documentElement.scrollWidth") <= 320
    assert shown.run("document.getElementById('d0-s1-card').getBoundingClientRect().right") <= 320


def test_what_a_screen_reader_finds(browser: Page, tmp_path: Path) -> None:
    shown = show(browser, tmp_path)
    found = shown.accessible()
    named = {(role, name.strip()) for role, name, _ in found}
    assert named >= {
        ("heading", "Who said what"),
        ("heading", "article"),
        ("form", "Which statements to show"),
        ("combobox", "Speaker"),
        ("group", "Kind"),
        ("checkbox", "indirect"),
        ("region", "Speakers"),
        ("image", "speaks at 0%, 67% of the text"),
    }
    described = [description for role, _, description in found if role == "mark"]
    assert len(described) == 3
    assert described[0] == (
        "Mara “Mara” is named next to it; 50% sure. "
        "A direct quotation, reported by “said”. 75% sure that these words are right."
    )
    assert ("status", "") in {(role, name) for role, name, _ in found}
