"""The page of a server in a browser: a text is pasted or dropped, and its statements are shown."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support.browser import CHROMIUM, Page, browsing
from support.engine import POISON
from support.serving import Running, run, running

from sayso_server.service.settings import Http, Limits, Security, Settings

pytest.importorskip("uvicorn", reason="needs the extra http")
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="needs chromium: apt-get install chromium")

SETTINGS = Settings(http=Http(http_port=0), limits=Limits(max_document_chars=1000))
HOSTILE = (
    "</p></script><script>document.title='ran'</script><img src=x onerror=\"document.title='ran'\">\n\n"
    "“</mark><svg onload=document.title='ran'><style>*{display:none}</style>,” said Mara. “No,” said Olin."
)
SHOWN = "new Promise(done => setInterval(() => document.querySelector('.text') && done(marked.length), 20))"
WRONG = "new Promise(done => setInterval(() => wrong.hidden || done(wrong.textContent), 20))"
WATCHED = """
  window.violations = [];
  document.addEventListener("securitypolicyviolation", event => violations.push(event.violatedDirective));
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with browsing(tmp_path_factory.mktemp("profile")) as opened:
        opened.size(1000, 800)
        yield opened


@pytest.fixture
def page(browser: Page) -> Iterator[Page]:
    with Opened(browser, SETTINGS) as opened:
        yield opened


class Opened:
    """The page of a server, for the time of a block."""

    def __init__(self, browser: Page, settings: Settings, *, warm: bool = True) -> None:
        self._browser = browser
        self._running = running(settings=settings, warm=warm)
        self.served: Running | None = None

    def __enter__(self) -> Page:
        from sayso_server.service.http.front import HttpFront

        self.served = served = self._running.__enter__()
        assert isinstance(served.server.http, HttpFront)
        self._browser.open(f"http://127.0.0.1:{served.server.http.port}/")
        self._browser.run(WATCHED)
        return self._browser

    def __exit__(self, *failure: object) -> None:
        self._browser.open("about:blank")
        self._running.__exit__(None, None, None)


def send(page: Page, text: str, **fields: str) -> None:
    """Fill the form and send it."""
    for name, value in {"text": text, **fields}.items():
        page.run(f"asking.elements.{name}.value = {json.dumps(value)}")
    page.run("count()")
    page.click("#ask button[type=submit]")


def test_a_text_is_read(page: Page) -> None:
    assert page.run("getComputedStyle(document.querySelector('main')).display") == "none"
    send(page, "“Yes,” said Mara.\r\n\r\n“No,” said Olin.", title="A title")
    page.run(SHOWN)
    assert page.run("[...document.querySelectorAll('mark')].map(mark => mark.textContent).join()") == "“Yes,”,“No,”"
    assert (
        page.run("[document.title, document.querySelector('h2').textContent].join()")
        == "Who said what: A title,A title"
    )
    assert (
        page.run("[...form.elements.speaker.options].map(option => option.textContent).join()") == "everyone,Mara,Olin"
    )
    page.hover("#d0-s2")
    assert page.run("card.id") == "d0-s2-card"
    page.run(
        "form.elements.search.value = 'no'; form.elements.search.dispatchEvent(new Event('input', {bubbles: true}))"
    )
    assert page.run("[document.querySelector('output').textContent, location.hash].join()") == "1 statement,#?q=no"
    page.run("save = (name, kind, content) => { window.file = content; }")
    page.click("[data-do=page]")
    assert page.run("file").startswith("<!doctype html>")
    page.prefer("light", media="print")
    assert page.run("[...document.querySelectorAll('button')].filter(one => one.offsetParent).length") == 0
    page.prefer("light")
    page.click("[data-do=again]")
    assert page.run("getComputedStyle(asking).display") == "block"
    send(page, "Nothing.")
    page.run("new Promise(done => setInterval(() => marked.length || done(''), 20))")
    assert page.run("violations.join()") == ""


def test_the_example_is_read(page: Page) -> None:
    page.click("[data-do=example]")
    page.click("#ask button[type=submit]")
    page.run(SHOWN)
    assert page.run("document.querySelector('h2').textContent") == "The bridge at Lorne"


def test_nothing_of_a_text_runs(page: Page) -> None:
    send(page, HOSTILE)
    assert page.run(SHOWN) > 0
    assert page.run("document.querySelectorAll('main script, main img, main svg[onload], main style').length") == 0
    page.hover("#d0-s1")
    assert page.run("document.title") == "Who said what"
    assert page.run("violations.join()") == ""
    page.run(
        "const made = document.createElement('script'); made.textContent = 'document.title = `ran`';"
        "document.body.append(made)"
    )
    assert page.run("document.title") == "Who said what"
    assert page.run("[...new Set(violations)].join()") == "script-src-elem"


def test_what_went_wrong_is_said(page: Page) -> None:
    send(page, POISON)
    assert page.run(WRONG) == "this document could not be read"
    page.run(f"asking.elements.text.value = {json.dumps('x' * 1001)}; count()")
    assert page.run("asking.querySelector('[type=submit]').disabled") is True
    assert page.run("most.textContent") == "1,001 of at most 1,000 characters"


def test_a_server_that_loads_is_waited_for(browser: Page) -> None:
    opened = Opened(browser, SETTINGS, warm=False)
    with opened as page:
        send(page, "“Yes,” said Mara.")
        assert page.run(WRONG) == "the models are still loading"
        assert opened.served
        run(opened.served.server.warm_up())
        assert page.run(SHOWN) > 0
        assert page.run("wrong.hidden") is True


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("story.txt", "“Yes,” said Mara.".encode(), ""),
        ("story.txt", "“Yes,” said Mara.".encode("utf-16"), "story.txt is not a UTF-8 text file."),
        (
            "story.html",
            b" <!DOCTYPE html><p>x",
            "story.html is HTML: copy the article in the browser and paste it here.",
        ),
        ("story.bin", b"a\0b", "story.bin is not a text file."),
    ],
)
def test_a_file_is_dropped(page: Page, name: str, content: bytes, told: str) -> None:
    file = f"new File([new Uint8Array({list(content)})], {json.dumps(name)})"
    drop = "new DragEvent('drop', {dataTransfer: carried, bubbles: true, cancelable: true})"
    page.run(f"const carried = new DataTransfer(); carried.items.add({file}); asking.dispatchEvent({drop})")
    page.run("new Promise(done => setTimeout(done, 100))")
    assert page.run("wrong.textContent").startswith(told)
    if not told:
        assert page.run("[asking.elements.text.value, asking.elements.title.value].join()") == "“Yes,” said Mara.,story"


def test_a_token_is_asked_for(browser: Page, tmp_path: Path) -> None:
    tokens = tmp_path / "tokens"
    tokens.write_text("secret-token")
    with Opened(browser, replace(SETTINGS, security=Security(token_file=str(tokens)))) as page:
        assert page.run("asking.elements.token.closest('label').hidden") is False
        send(page, "“Yes,” said Mara.")
        assert "bearer token" in page.run(WRONG)
        send(page, "“Yes,” said Mara.", token="secret-token")
        assert page.run(SHOWN) > 0
