"""The pages of the documentation: every code block is found, links lead somewhere, tables are those of the code."""

import re
from collections.abc import Iterator
from itertools import chain, pairwise
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token
from support.pages import PAGES, ROOT, blocks
from support.rules_page import PAGE, written
from sybil import Document

from sayso import SaysoError
from sayso.cli.statuses import EXTRACT_STATUS
from sayso_server.service.errors import REASONS

FILES = sorted(chain.from_iterable(ROOT.glob(pattern) for pattern in PAGES))
MOST_LINES = 150


def tokens(file: Path) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(file.read_text("utf-8"))


def name(file: Path) -> str:
    return str(file.relative_to(ROOT))


@pytest.mark.parametrize("file", FILES, ids=name)
def test_every_code_block_is_fenced_and_found(file: Path) -> None:
    text = file.read_text("utf-8")
    kinds = [token.type for token in tokens(file)]
    assert "code_block" not in kinds, "an indented block: fence it, and give it a language"
    found = blocks(Document(text, str(file)))
    assert len(found) == kinds.count("fence")
    assert [block.parsed.language for block in found if not block.parsed.language] == []


@pytest.mark.parametrize("file", [*FILES, ROOT / "CONTRIBUTING.md"], ids=name)
def test_links_lead_somewhere(file: Path) -> None:
    for target in _targets(tokens(file)):
        if re.match(r"https?:", target):
            continue
        place, _, anchor = target.partition("#")
        other = (file.parent / place).resolve() if place else file
        assert other.is_file(), target
        assert not anchor or anchor in _anchors(other), target


def _targets(found: list[Token]) -> Iterator[str]:
    for token in found:
        for inner in token.children or []:
            target = inner.attrs.get("href") or inner.attrs.get("src")
            if target:
                yield str(target)


def _anchors(file: Path) -> set[str]:
    """Those that a forge gives to headings."""
    found = tokens(file)
    titles = [after.content for token, after in pairwise(found) if token.type == "heading_open"]
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_the_page_of_the_rules_is_that_of_the_code() -> None:
    assert PAGE.read_text("utf-8") == written(), "run `make docs-rules`"


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= MOST_LINES


def test_every_page_is_in_the_index() -> None:
    index = set(_targets(tokens(ROOT / "docs/index.md")))
    pages = {file.name for file in (ROOT / "docs").glob("*.md")} - {"index.md"}
    assert pages - {target.split("#")[0] for target in index} == set()


def test_the_exit_statuses_of_the_page_are_those_of_the_help() -> None:
    table = (ROOT / "docs/cli.md").read_text("utf-8").split("| exit status | |")[1].split("\n\n")[0]
    rows = [row.split("|")[1] for row in table.splitlines() if row]
    listed = [number for row in rows for number in re.findall(r"\b\d+\b", row)]
    assert listed == re.findall(r"^ +(\d+)  ", EXTRACT_STATUS, re.MULTILINE)


def test_the_page_of_errors_has_every_reason_and_every_class_of_python() -> None:
    page = (ROOT / "docs/errors.md").read_text("utf-8")
    classes = [error.__name__ for error in SaysoError.__subclasses__()]
    assert [name for name in (*REASONS, *classes) if f"`{name}`" not in page] == []
