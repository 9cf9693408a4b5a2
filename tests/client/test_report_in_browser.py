"""The page in a browser, used as a reader uses it: with the mouse, a finger, the keyboard, a screen reader."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support.browser import CHROMIUM, Page, browsing
from support.engine import MODEL, extraction

import sayso
from sayso._convert import result_model
from sayso.report import page
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
    result = result_model(result_message(extraction(text), MODEL, ResultContext("article", explained=True)))
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
    assert shown.run("document.querySelectorAll('script').length + document.querySelectorAll('img').length") == 1
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
    for _ in range(5):  # the speaker, three kinds, the first statement
        shown.press("Tab")
    assert (shown.run(FOCUS), shown.run(CARD)) == ("d0-s1", "d0-s1-card")
    shown.press("ArrowDown")
    assert (shown.run(FOCUS), shown.run(CARD)) == ("d0-s2", "d0-s2-card")
    shown.press("Escape")
    assert (shown.run(FOCUS), shown.run(CARD)) == ("d0-s2", "")
    shown.press("Enter")
    assert shown.run(CARD) == "d0-s2-card"
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
    shown.run("document.querySelector('summary').focus()")
    shown.press(" ")
    assert shown.run("document.querySelector('details').open") is False


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
"""The contrast of the words of an element with what is behind them, as WCAG counts it; 4.5 is its level AA."""


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
    assert described[0].startswith("speaker Mara (50% sure) mention Mara kind direct cue said")
    assert ("status", "") in {(role, name) for role, name, _ in found}
