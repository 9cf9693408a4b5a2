"""The inputs of the command: common kinds of files, and an error message for those that it cannot read."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from support.cli import sayso
from support.serving import PATIENCE, Running

from sayso.cli.app import app
from sayso.cli.files import Wishes
from sayso.cli.inputs import Inputs, page
from sayso.cli.inputs.feed import plain_text
from sayso.cli.inputs.given import Given, Unreadable

COMMAND = str(Path(sys.executable).with_name("sayso"))
SAID = "“Yes,” said Mara."
PAGE = """<!doctype html><html><head><title>Bridge closed - The Courier</title><meta name="author" content="Jane Moss">
<meta property="article:published_time" content="2024-03-01"></head><body>
<nav><ul><li>Home</li><li>Sport</li></ul></nav>
<article><h1>Bridge closed</h1><p>The bridge was closed on Friday, and nobody knew why it had been closed so early in
the year, residents said.</p>
<p>&ldquo;The plan failed,&rdquo; said Mara Olin, the mayor of Harwick, who had opened it.</p>
<p>It will be open again in May, according to the council, which met on Tuesday to talk about it.</p></article>
<footer>Subscribe to our newsletter</footer></body></html>"""
RSS = """<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:media="http://search.yahoo.com/mrss/"><channel><title>The Courier</title>
<item><title>One &amp; only</title><link>https://courier.example/1</link><guid>g1</guid>
<pubDate>Fri, 01 Mar 2024 10:00:00 GMT</pubDate><description>Short.</description><media:title>not this</media:title>
<content:encoded><![CDATA[<p>“Yes,” said Mara.</p><script>no()</script><p>“No,”<br>said Olin &amp; Pell.</p>]]>
</content:encoded></item>
<item><title>Two</title><link>https://courier.example/2</link>
<description>&lt;b&gt;“Well,”&lt;/b&gt; said Mara.</description></item>
<item><title>Empty</title></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>The Courier</title><entry><id>a1</id><title>One</title>
<updated>2024-03-01T10:00:00Z</updated><content type="xhtml">
<div xmlns="http://www.w3.org/1999/xhtml"><p>“Yes,” said Mara.</p></div></content></entry>
<entry><link href="https://courier.example/2"/><summary type="html">“No,” said Olin.</summary></entry></feed>"""


def read(*paths: Path | str, wishes: Wishes | None = None) -> list[Given | Unreadable]:
    return list(Inputs([str(path) for path in paths], wishes or Wishes()).read())


def texts(*paths: Path | str, wishes: Wishes | None = None) -> list[str]:
    return [one.text if isinstance(one, Given) else one.reason for one in read(*paths, wishes=wishes)]


def test_an_array_of_json(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text(json.dumps([{"id": 7, "text": SAID, "title": "T"}, SAID, {"text": 1}, {"text": SAID}]))
    first, second, third, fourth = read(file)
    assert first == Given(SAID, "7", title="T")
    assert second == Given(SAID, f"{file}:2")
    expected = '"text" is missing or not a string; expected {"id": ..., "text": ...}'
    assert third == Unreadable(f"{file}:3", expected)
    assert fourth == Given(SAID, f"{file}:4")
    file.write_text(json.dumps({"id": "a", "text": SAID, "published_at": "2024-03-01T10:00:00+02:00"}))
    [only] = read(file)
    assert isinstance(only, Given)
    assert (only.document_id, str(only.published_at)) == ("a", "2024-03-01 08:00:00+00:00")
    for broken in ("{", "[" * 100_000, '{"views": ' + "7" * 5000 + "}"):
        file.write_text(broken)
        assert texts(file) == ["not JSON; JSON lines are read from .jsonl files, or with --jsonl-input"]


@pytest.mark.parametrize(
    ("labels", "told"),
    [
        ({"outlet": "Post", "views": 7}, "\"labels\": the value of 'views' is not a string"),
        (["no", "labels"], '"labels" is not an object of strings'),
        ({str(number): "" for number in range(65)}, '"labels": there are 65 labels; the limit is 64'),
    ],
)
def test_labels_that_no_server_takes_are_told(tmp_path: Path, labels: object, told: str) -> None:
    file = tmp_path / "a.jsonl"
    good = {"id": "a", "text": SAID, "labels": {"outlet": "Post", "desk": None}}
    file.write_text(f"{json.dumps(good)}\n{json.dumps({'text': SAID, 'labels': labels})}\n")
    assert read(file) == [Given(SAID, "a", labels={"outlet": "Post"}), Unreadable(f"{file}:2", told)]


def test_the_fields_of_records_are_those_that_are_named(tmp_path: Path) -> None:
    wishes = Wishes(text_field="body", id_field="url", keep=("desk",))
    for name, content in (("a.json", [{"url": "u", "body": SAID, "desk": 3}]), ("a.jsonl", None)):
        file = tmp_path / name
        file.write_text(json.dumps(content or {"url": "u", "body": SAID, "desk": 3}))
        assert read(file, wishes=wishes) == [Given(SAID, "u", fields={"desk": 3})]
    file.write_text(json.dumps({"id": "x", "text": SAID}))
    assert texts(file, wishes=wishes) == ['"body" is missing or not a string; expected {"url": ..., "body": ...}']


def test_what_a_pipe_holds_is_looked_at(tmp_path: Path) -> None:
    lines = f'{{"id": "a", "text": "{SAID}"}}\n{{"id": "b", "text": "{SAID}"}}\n'
    for content, names in (
        (json.dumps([{"id": "a", "text": SAID}, {"id": "b", "text": SAID}]), ["a", "b"]),
        (json.dumps({"id": "a", "text": SAID}, indent=2), ["a"]),
        (lines, ["a", "b"]),
        ("\ufeff" + lines, ["a", "b"]),
    ):
        (tmp_path / "download").write_text(content, "utf-8")
        found = [(one.document_id, one.text) for one in read(tmp_path / "download") if isinstance(one, Given)]
        assert found == [(name, SAID) for name in names]
    for prose in ("[Photo] It rained.", "{It rained.}\n", "[1]\n", '"Yes," said Mara.', "7"):
        (tmp_path / "download").write_text(prose)
        assert texts(tmp_path / "download") == [prose]


def test_a_page_is_known_by_its_beginning_whatever_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    commented, with_xml = "\ufeff <!-- saved -->\n<html lang='en'>", "<?xml version='1.0'?><!DOCTYPE html>"
    for name in ("a.txt", "a.md", "a"):
        for start in ("<html>", "<!DOCTYPE HTML>", commented, with_xml):
            (tmp_path / name).write_text(start, "utf-8")
            assert texts(tmp_path / name)[0].startswith("HTML, which needs trafilatura")
        (tmp_path / name).write_text("Say <html> and go.")
        assert texts(tmp_path / name) == ["Say <html> and go."]


def test_compressed_files(tmp_path: Path) -> None:
    lines = "".join(json.dumps({"id": str(number), "text": SAID}) + "\n" for number in range(3)).encode()
    for name, data, count in (("a.txt.gz", SAID.encode(), 1), ("a.jsonl.gz", lines, 3), ("a.JSON.GZ", b'["x"]', 1)):
        file = tmp_path / name
        file.write_bytes(gzip.compress(data))
        assert [isinstance(one, Given) for one in read(file)] == [True] * count
    unnamed = tmp_path / "a"
    unnamed.write_bytes(gzip.compress(SAID.encode()))
    assert texts(unnamed) == [SAID]
    for broken in (b"no gzip", gzip.compress(lines)[:-20], gzip.compress(lines)[:12] + b"\xff" * 40):
        (tmp_path / "a.jsonl.gz").write_bytes(broken)
        assert texts(tmp_path / "a.jsonl.gz")[-1] == "damaged: it cannot be decompressed"


def test_a_file_that_unfolds_to_more_than_can_be_held(tmp_path: Path) -> None:
    bomb = gzip.compress(b"x" * (65 * 1024 * 1024))
    for name in ("a.txt.gz", "a"):
        (tmp_path / name).write_bytes(bomb)
        assert texts(tmp_path / name) == ["more than 64 MiB in one document; split it, or use JSON lines"]
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(b'{"text": "' + b"x" * (65 * 1024 * 1024) + b'"}\n["x"]\n'))
    assert [one.reason.split(";")[0] for one in read(tmp_path / "a.jsonl.gz") if isinstance(one, Unreadable)] == [
        "more than 64 MiB in one line",
        '"text" is missing or not a string',
    ]


def test_a_byte_order_mark_is_no_part_of_the_text(served: Running, tmp_path: Path) -> None:
    line = json.dumps({"id": "a", "text": SAID})
    for name, content in (("a.txt", SAID), ("a.jsonl", line), ("a.json", f'["{SAID}"]')):
        (tmp_path / name).write_text(content, "utf-8-sig")
        assert texts(tmp_path / name) == [SAID]
    result = sayso(served, "extract", str(tmp_path / "a.txt"), "--no-filename")
    assert result.stdout.startswith("1\t1\tMara")


def test_a_page_of_the_web(tmp_path: Path) -> None:
    pytest.importorskip("trafilatura", reason="the extra `html` is not installed")
    (tmp_path / "a.html").write_text(PAGE)
    (tmp_path / "download").write_text(PAGE)
    for name in ("a.html", "download"):
        [found] = read(tmp_path / name)
        assert isinstance(found, Given)
        assert "“The plan failed,” said Mara Olin" in found.text
        assert "newsletter" not in found.text
        assert (found.title, found.fields) == ("Bridge closed", {"byline": "Jane Moss"})
        assert found.source["text"] == found.text
        assert found.source["published_at"].startswith("2024-03-01")
    (tmp_path / "a.html").write_text("<html><body></body></html>")
    assert texts(tmp_path / "a.html") == ["HTML in which no article was found; convert it to text"]


def test_a_page_without_trafilatura(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    (tmp_path / "a.html").write_text(PAGE)
    install = "pip install './client[html]' in a checkout of sayso"
    needed = f"HTML, which needs trafilatura: {install}; or convert it to text"
    assert texts(tmp_path / "a.html") == [needed]


def test_a_page_over_which_trafilatura_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(data: bytes, **_: object) -> None:
        raise RecursionError("too deep")

    monkeypatch.setitem(sys.modules, "trafilatura", SimpleNamespace(bare_extraction=fail))
    (tmp_path / "a.html").write_text(PAGE)
    assert texts(tmp_path / "a.html") == ["HTML in which no article was found; convert it to text"]


def test_an_item_that_is_nested_too_deeply_spoils_no_other(tmp_path: Path) -> None:
    deep = "<b>" * 50_000 + "</b>" * 50_000
    items = [f"<item><description>{text}</description></item>" for text in (deep, SAID)]
    (tmp_path / "a.rss").write_text(f"<rss><channel>{''.join(items)}</channel></rss>")
    assert texts(tmp_path / "a.rss") == ["an item with too deeply nested elements", SAID]


def test_entities_that_unfold_without_end(tmp_path: Path) -> None:
    names = [f'<!ENTITY e{number + 1} "{f"&e{number};" * 10}">' for number in range(12)]
    (tmp_path / "a.rss").write_text(f'<!DOCTYPE rss [<!ENTITY e0 "x">{"".join(names)}]><rss><item>&e12;</item></rss>')
    assert texts(tmp_path / "a.rss") == ["not well-formed XML"]


def test_a_page_that_sayso_wrote_is_no_document(served: Running, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(SAID)
    assert sayso(served, "extract", str(tmp_path), "-o", str(tmp_path / "page.html")).exit_code == 0
    assert page.GENERATOR in (tmp_path / "page.html").read_bytes()[:2000]
    result = sayso(served, "extract", str(tmp_path))
    assert (result.exit_code, result.stdout.count("\n"), result.stderr) == (0, 1, "")


def test_the_items_of_a_feed(tmp_path: Path) -> None:
    (tmp_path / "rss.xml").write_text(RSS)
    first, second, third = read(tmp_path / "rss.xml")
    assert isinstance(first, Given)
    assert (first.document_id, first.title, first.text) == ("g1", "One & only", f"{SAID}\n\n“No,”\n\nsaid Olin & Pell.")
    assert first.source["published_at"] == "2024-03-01T10:00:00+00:00"
    assert isinstance(second, Given)
    assert (second.document_id, second.text) == ("https://courier.example/2", "“Well,” said Mara.")
    assert third == Unreadable(f"{tmp_path / 'rss.xml'}:3", "an item without text")


def test_the_entries_of_an_atom_feed(tmp_path: Path) -> None:
    for name in ("a.atom", "download"):
        (tmp_path / name).write_text(ATOM)
        found = [(one.document_id, one.text, one.title) for one in read(tmp_path / name) if isinstance(one, Given)]
        assert found == [("a1", SAID, "One"), ("https://courier.example/2", "“No,” said Olin.", "")]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("<rss", "not well-formed XML"),
        ("<nitf><body/></nitf>", "XML without RSS items or Atom entries; convert it to text"),
    ],
)
def test_xml_that_is_no_feed(tmp_path: Path, content: str, reason: str) -> None:
    (tmp_path / "a.xml").write_text(content)
    assert texts(tmp_path / "a.xml") == [reason]


def test_plain_text_of_html() -> None:
    lines = plain_text("<p>a <b>b</b>&nbsp;c</p>d<br/>e<style>f</style><ul><li>g<li>h</ul>").split("\n\n")
    assert lines == ["a b c", "d", "e", "g", "h"]


def test_a_pdf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fake command of that name, which writes its input without the first line."""
    file = tmp_path / "a.pdf"
    file.write_bytes(f"%PDF-1.7\n{SAID}\f".encode())
    tools = tmp_path / "tools"
    tools.mkdir()
    monkeypatch.setenv("PATH", str(tools))
    assert texts(file) == ["a PDF, which needs pdftotext (from poppler-utils); or convert it to text"]
    command = tools / "pdftotext"
    command.write_text('#!/bin/sh\n[ "$*" = "-q -enc UTF-8 - -" ] || exit 9\nread -r _; exec /bin/cat\n')
    command.chmod(0o755)
    assert read(file) == [Given(f"{SAID}\f", str(file), is_made=True)]
    file.write_bytes(b"%PDF-1.7\n \f")
    assert texts(file) == ["a PDF without text, such as scanned pages; convert it to text"]
    command.write_text("#!/bin/sh\nexit 1\n")
    assert texts(file) == ["a PDF that pdftotext cannot read; convert it to text"]


def test_what_is_no_article_of_a_folder_is_left_out(served: Running, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    for name in (".draft.txt", ".git/a.txt", "package.json", "pom.xml", "README.md", "readme.de.txt", "a.txt"):
        (tmp_path / name).write_text(SAID)
    assert sayso(served, "extract", str(tmp_path)).stdout.split("\t")[0] == str(tmp_path / "a.txt")
    assert sayso(served, "extract", str(tmp_path)).stdout.count("\n") == 1
    assert sayso(served, "extract", str(tmp_path / ".draft.txt")).stdout.count("\n") == 1
    assert sayso(served, "extract", str(tmp_path / ".git")).stdout.count("\n") == 1
    assert sayso(served, "extract", str(tmp_path / "README.md")).stdout.count("\n") == 1


def test_a_pipe_needs_no_name(served: Running) -> None:
    assert sayso(served, "extract", text=SAID).stdout == "-\t1\t1\tMara\tdirect\tsaid\t“Yes,”\n"
    assert sayso(served, "speakers", "--csv", text=SAID).stdout.splitlines()[1].startswith("Mara,")


def test_a_keyboard_is_no_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sayso.cli.document_commands._typed", lambda: True)
    result = CliRunner().invoke(app, ["extract"])
    assert (result.exit_code, result.stderr) == (
        2,
        "Error: no FILE is named, and nothing is piped in; see app extract --help\n",
    )


def test_an_empty_name_is_not_the_current_folder() -> None:
    result = sayso(None, "extract", "")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith('Error: FILE is empty (""); is a variable of the shell not set?')


def test_an_address_is_not_fetched() -> None:
    result = sayso(None, "extract", "https://courier.example/1")
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert "sayso does not fetch web pages; use: curl -sL ADDRESS | sayso extract" in result.stderr


def test_what_is_read_through_a_real_pipe(served: Running) -> None:
    done = subprocess.run(
        [COMMAND, "extract", "--server", served.address],
        input=gzip.compress(SAID.encode()),
        capture_output=True,
        env=os.environ,
        check=False,
        timeout=PATIENCE,
    )
    assert (done.returncode, done.stdout.decode()) == (0, "-\t1\t1\tMara\tdirect\tsaid\t“Yes,”\n")


def test_a_file_that_may_not_be_read(served: Running, tmp_path: Path) -> None:
    (tmp_path / "a.txt").symlink_to(tmp_path / "gone.txt")
    (tmp_path / "b.txt").write_text(SAID)
    loop = tmp_path / "c.txt"
    loop.symlink_to(loop)
    assert sayso(served, "extract", str(tmp_path)).exit_code == 0
    [reason] = texts(loop)
    assert reason == "Too many levels of symbolic links"
