"""The files to read: from paths, folders and patterns."""

import glob
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import click

STDIN = "-"


class Content(Enum):
    """The kind of content of a file."""

    TEXT = "text"
    LINES = "JSON lines"
    JSON = "JSON"
    PAGE = "HTML"
    FEED = "RSS or Atom"
    PDF = "PDF"


_BY_ENDING = {
    ".txt": Content.TEXT,
    ".md": Content.TEXT,
    ".text": Content.TEXT,
    ".jsonl": Content.LINES,
    ".ndjson": Content.LINES,
    ".json": Content.JSON,
    ".html": Content.PAGE,
    ".htm": Content.PAGE,
    ".xhtml": Content.PAGE,
    ".rss": Content.FEED,
    ".atom": Content.FEED,
    ".xml": Content.FEED,
    ".pdf": Content.PDF,
}
_OF_FOLDERS = {Content.TEXT, Content.LINES, Content.PAGE, Content.PDF}
"""The kinds of files read from a folder. JSON and XML files are usually not news; they are read only if named."""
GZIP = ".gz"


@dataclass(frozen=True, slots=True)
class Files:
    """The files to read, in order; `named` are those given as individual paths."""

    paths: Sequence[str]
    named: Sequence[str]


@dataclass(frozen=True, slots=True)
class Wishes:
    """How to read files: `lines` if every file holds JSON lines, and the names of the fields of a record.

    `keep` are the fields of a record to copy into the output.
    """

    lines: bool = False
    text_field: str = "text"
    id_field: str = "id"
    keep: Sequence[str] = ()


def content_of(path: str) -> Content | None:
    """The content of a file by its name, of a compressed file its inner name; None if the name does not show it."""
    name = Path(path.lower())
    return _BY_ENDING.get((name.with_suffix("") if name.suffix == GZIP else name).suffix)


def expand(arguments: Sequence[str]) -> Files:
    """The files that paths, folders and patterns name. Raises UsageError if there are none."""
    paths: list[str] = []
    named: list[str] = []
    for argument in arguments:
        if not argument:  # Path would make the current folder of it
            raise click.UsageError('FILE is empty (""); is a variable of the shell not set?')
        found = list(_expand(argument))
        if not found:
            raise click.UsageError(f"{printable(argument)}: {_nothing(argument)}")
        paths += found
        named += [argument] if found == [argument] else []
    return Files(paths, named)


def printable(name: str) -> str:
    """A printable form of a file name, even with undecodable bytes; empty for standard input."""
    return "" if name == STDIN else name.encode(errors="replace").decode()


def _expand(argument: str) -> Iterable[str]:
    path = Path(argument)
    if path.is_dir():
        return sorted(str(file) for file in path.rglob("*") if _is_of_folder(file.relative_to(path)) and file.is_file())
    if argument == STDIN or path.exists():
        return [argument]
    return sorted(name for name in glob.glob(argument, recursive=True) if Path(name).is_file())


def _is_of_folder(inside: Path) -> bool:
    is_hidden = any(part.startswith(".") for part in inside.parts)
    is_about_the_folder = inside.name.lower().startswith("readme")
    return not (is_hidden or is_about_the_folder) and content_of(inside.name) in _OF_FOLDERS


def _nothing(argument: str) -> str:
    if Path(argument).is_dir():
        endings = sorted(ending for ending, content in _BY_ENDING.items() if content in _OF_FOLDERS)
        return f"no {', '.join(endings)} files in this folder"
    if argument.lower().startswith(("http://", "https://")):
        return "sayso does not fetch web pages; use: curl -sL ADDRESS | sayso extract"
    return "no such file or folder"
