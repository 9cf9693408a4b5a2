"""What to read: files, folders, patterns, standard input; plain text or JSON lines."""

import codecs
import glob
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import click

from sayso.models import Document

STDIN = "-"
_LINES = {".jsonl", ".ndjson"}
_TEXTS = {".txt", ".md", ".text"}
_MOST_BYTES = 64 * 1024 * 1024
"""Of a file that is one document: far more than any server takes, and little enough to be held in memory."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something that holds no text, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Inputs:
    """The files to read, "-" for standard input; `jsonl` where they hold one document per line, whatever their name."""

    paths: Sequence[str]
    jsonl: bool

    @property
    def count(self) -> int | None:
        """How many documents there are; None where only reading tells."""
        return None if any(self._has_lines(path) for path in self.paths) else len(self.paths)

    @property
    def several(self) -> bool:
        """Whether there may be more than one."""
        return self.count != 1

    def read(self) -> Iterator[Document | Unreadable]:
        """The documents, in order, each under the name of its file, or the "id" of its line."""
        for path in self.paths:
            with _open(path) as file:
                if self._has_lines(path):
                    yield from _lines(path, file)
                else:
                    yield _text(printable(path), file.read(_MOST_BYTES + 1))

    def _has_lines(self, path: str) -> bool:
        return self.jsonl or Path(path).suffix.lower() in _LINES


def expand(arguments: Sequence[str]) -> list[str]:
    """The files behind files, folders and patterns, in order. Raises UsageError where there is none."""
    paths = []
    for argument in arguments:
        found = list(_expand(argument))
        if not found:
            raise click.UsageError(f"{printable(argument)}: {_nothing(argument)}")
        paths += found
    return paths


def printable(name: str) -> str:
    """A name for people, whatever its bytes; empty for standard input."""
    return "" if name == STDIN else name.encode(errors="replace").decode()


def _expand(argument: str) -> Iterable[str]:
    path = Path(argument)
    if path.is_dir():
        return sorted(
            str(file) for file in path.rglob("*") if file.suffix.lower() in _TEXTS | _LINES and file.is_file()
        )
    if argument == STDIN or path.exists():
        return [argument]
    return sorted(name for name in glob.glob(argument, recursive=True) if Path(name).is_file())


def _nothing(argument: str) -> str:
    if Path(argument).is_dir():
        return f"no {', '.join(sorted(_TEXTS | _LINES))} files in this folder"
    return "no such file or folder"


def _open(path: str) -> AbstractContextManager[BinaryIO]:
    if path == STDIN:
        return nullcontext(sys.stdin.buffer)  # not ours to close
    try:
        return open(path, "rb")
    except OSError as error:
        raise click.FileError(printable(path), error.strerror) from error


def _text(name: str, data: bytes) -> Document | Unreadable:
    if len(data) > _MOST_BYTES:
        return Unreadable(name or "standard input", "more than 64 MiB in one document; split it, or give JSON lines")
    try:
        return Document(data.decode("utf-8"), name)
    except UnicodeDecodeError as error:
        return Unreadable(
            name or "standard input", f"{_likely(data)} (byte {error.start} is 0x{data[error.start]:02x})"
        )


def _likely(data: bytes) -> str:
    """What a file probably is that is not UTF-8, and what to do about it."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "not UTF-8 but UTF-16: convert it with iconv -f UTF-16 -t UTF-8"
    if b"\0" in data:
        return "not text: extract its text first"
    return "not UTF-8: convert it, probably with iconv -f WINDOWS-1252 -t UTF-8"


def _lines(path: str, file: Iterable[bytes]) -> Iterator[Document | Unreadable]:
    for number, line in enumerate(file, start=1):
        if line.strip():
            yield _line(f"{printable(path) or 'standard input'}:{number}", line)


def _line(place: str, line: bytes) -> Document | Unreadable:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return Unreadable(place, 'not JSON; a line is {"id": ..., "text": ...}')
    if not isinstance(record, dict) or not isinstance(record.get("text"), str):
        return Unreadable(place, '"text" is missing or not a string; a line is {"id": ..., "text": ...}')
    title = record.get("title")
    return Document(
        record["text"],
        str(record.get("id", place)),
        title=title if isinstance(title, str) else "",
        published_at=_moment(record.get("published_at")),
    )


def _moment(value: object) -> datetime | None:
    """A point in time in UTC, or a day, from ISO 8601; anything else is none."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        return moment.astimezone(UTC) if moment and moment.tzinfo else moment
    except (ValueError, OverflowError):
        return None
