"""Converts files to documents. One module per kind of content, all listed here; errors come with advice."""

import gzip
import io
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from sayso.cli.files import GZIP, STDIN, Content, Wishes, content_of, printable
from sayso.cli.inputs import feed, page, pdf, records, text
from sayso.cli.inputs.given import MOST_BYTES, Given, Unreadable

Readings = Iterable[Given | Unreadable]

_READERS: Mapping[Content, Callable[[str, bytes, Wishes], Readings]] = {
    Content.TEXT: text.read,
    Content.LINES: lambda name, data, wishes: records.read_lines(name, io.BytesIO(data), wishes),
    Content.JSON: records.read_json,
    Content.PAGE: page.read,
    Content.FEED: feed.read,
    Content.PDF: pdf.read,
}
_SEVERAL = {Content.LINES, Content.JSON, Content.FEED}
"""Kinds of content that may hold more than one document."""
_TOO_LARGE = "more than 64 MiB in one document; split it, or use JSON lines"
_DAMAGED = "damaged: it cannot be decompressed"


@dataclass(frozen=True, slots=True)
class Inputs:
    """The files to read, "-" for standard input, and how to read them."""

    paths: Sequence[str]
    wishes: Wishes

    @property
    def count(self) -> int | None:
        """The number of documents; None if unknown before reading."""
        return None if any(self._content(path) in _SEVERAL for path in self.paths) else len(self.paths)

    @property
    def several(self) -> bool:
        """Whether there may be more than one."""
        return self.count != 1

    def read(self) -> Iterator[Given | Unreadable]:
        """The documents in order, each with its file name or the id of its record."""
        for path in self.paths:
            try:
                with _open(path) as file:
                    yield from self._read(path, file)
            except (EOFError, zlib.error, gzip.BadGzipFile):
                yield Unreadable(_name(path), _DAMAGED)
            except OSError as error:
                yield Unreadable(_name(path), error.strerror or type(error).__name__)

    def _read(self, path: str, file: BinaryIO) -> Iterator[Given | Unreadable]:
        content = self._content(path)
        if content is Content.LINES:
            yield from records.read_lines(printable(path), file, self.wishes)
            return
        data = file.read(MOST_BYTES + 1)
        if data.startswith(b"\x1f\x8b"):  # gzip without .gz in the name
            data = zlib.decompressobj(wbits=31).decompress(data, MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            yield Unreadable(_name(path), _TOO_LARGE)
            return
        if content is None or content is Content.TEXT:
            content = _sniffed(data, named=content is not None)
        yield from _READERS[content](printable(path), data, self.wishes)

    def _content(self, path: str) -> Content | None:
        return Content.LINES if self.wishes.lines else content_of(path)


def _name(path: str) -> str:
    return printable(path) or "standard input"


def _open(path: str) -> AbstractContextManager[BinaryIO]:
    if path == STDIN:
        return nullcontext(sys.stdin.buffer)  # not ours to close
    if Path(path).suffix.lower() == GZIP:
        return cast("AbstractContextManager[BinaryIO]", gzip.open(path, "rb"))
    return open(path, "rb")


def _sniffed(data: bytes, *, named: bool) -> Content:
    """The kind of content of data without a known extension, or `named` as text; JSON in a text file stays text."""
    start = data[:1000].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith(b"%pdf-"):
        return Content.PDF
    if start.startswith(b"<") and (b"<!doctype html" in start or b"<html" in start):
        return Content.PAGE
    is_feed = start.startswith((b"<rss", b"<feed", b"<?xml")) and (b"<rss" in start or b"<feed" in start)
    if is_feed:
        return Content.FEED
    return Content.TEXT if named else records.content_of(data)
