"""Code blocks of the documentation, run in order by Sybil; CONTRIBUTING.md describes how to write them.

The blocks of a page share a folder, which starts with the files of tests/pages. What a block prints is kept, so that
the `text` block after it can be compared. A comment `<!-- skip: next "reason" -->` says why the next block is not run.
"""

import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

from sybil import Document, Example, Region, Sybil
from sybil.parsers.markdown import SkipParser
from sybil.parsers.markdown.lexers import RawFencedCodeBlockLexer
from sybil.region import Lexeme

from support.page_blocks import LANGUAGES, PROGRAMS, Block, Page

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", "docs/*.md", "client/README.md", "server/README.md", "examples/*.md", "examples/*/README.md")
FILES = ROOT / "tests/pages/files"
EXAMPLES = ROOT / "examples"
NEWS = EXAMPLES / "newsroom/articles.jsonl"
ARTICLE = ROOT / "server/demo/article.txt"
_LINKS = {".venv": PROGRAMS.parent} | {name: ROOT / name for name in ("client", "docs", "examples", "protos", "server")}
_FENCE = RawFencedCodeBlockLexer(re.compile(r"(?P<info>[^\n]*)$\n", re.MULTILINE))


def blocks(document: Document) -> "list[Region]":
    """Every fenced block of a page."""
    found = []
    for region in _FENCE(document):
        source = region.lexemes["source"]
        assert isinstance(source, Lexeme)
        block = Block(*_info(str(region.lexemes["info"])), str(source))
        found.append(Region(region.start, region.end, parsed=block, evaluator=run))
    return found


def run(example: Example) -> None:
    """Run a block as its language says."""
    block: Block = example.parsed
    assert block.language in LANGUAGES, f"no way to run {block.language or 'a block without a language'!r}"
    LANGUAGES[block.language](block, Page(example.namespace))


def _info(text: str) -> tuple[str, str]:
    language, _, name = text.strip().partition(" ")
    return language, name.strip()


def _set_up(namespace: dict[str, Any]) -> None:
    namespace["folder"] = Path(tempfile.mkdtemp(prefix="page-"))
    shutil.copytree(FILES, namespace["folder"], dirs_exist_ok=True)
    for file in (*EXAMPLES.glob("*.txt"), ARTICLE):
        shutil.copy(file, namespace["folder"])
    (namespace["folder"] / "news").mkdir()
    shutil.copy(NEWS, namespace["folder"] / "news")
    for name, place in _LINKS.items():
        (namespace["folder"] / name).symlink_to(place)


def _tear_down(namespace: dict[str, Any]) -> None:
    shutil.rmtree(namespace["folder"])


SYBIL = Sybil(
    parsers=[blocks, SkipParser()],
    path=str(ROOT),
    patterns=PAGES,
    setup=_set_up,
    teardown=_tear_down,
    fixtures=["server"],
)
