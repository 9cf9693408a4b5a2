"""The input: JSON lines, Parquet and text, as entries with their positions."""

import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple

from sayso_server.corpus.errors import InputError
from sayso_server.lines import BadLine, Document, decode, document_of

KINDS = (".jsonl", ".parquet", ".txt")
"""The endings of files that are read."""

MOST_BYTES = 64 * 1024 * 1024
"""Of a line, or of a file of text: far more than any document that is read, and little enough to be held in memory."""

UNPACKED_BY = {".gz": "gunzip -k", ".zst": "unzstd", ".bz2": "bunzip2 -k", ".xz": "unxz -k"}
"""Compressed files are refused: a slice is read from its place on, and they can only be read from the beginning."""


class Position(NamedTuple):
    """Where an entry begins: `offset` is a byte of a JSONL file or a row of a Parquet file, `number` counts from 1."""

    offset: int
    number: int


START = Position(0, 1)


@dataclass(frozen=True, slots=True)
class File:
    """A file of the input. `name` is its path inside the input's folder: what is shown, and the id of a text file."""

    path: str
    name: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One document of the input, or why it is none.

    `place` is its file and line, from which an entry without an id of its own gets its `document_id`. `warnings` are
    codes.
    """

    place: str
    document_id: str
    text: str = ""
    error: str = ""
    title: str | None = None
    published_at: datetime | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @property
    def day(self) -> date | None:
        """When it was published, in UTC."""
        return self.published_at.date() if self.published_at else None


def id_of_place(place: str) -> str:
    """The id of an entry that has none: not just its place, since others give ids such as news.jsonl:7."""
    return f"{place} (no id)"


def find_files(source: Path) -> list[File]:
    """The file that is the input, or all files of its kinds in a folder that are not hidden. Raises InputError."""
    if source.is_file():
        _refuse_compressed([source])
        if source.suffix not in KINDS:
            raise InputError(f"{source}: cannot be read, since it ends in none of {', '.join(KINDS)}")
        return [File(str(source.absolute()), source.name)]
    if not source.is_dir():
        raise InputError(f"{source}: there is no such file or folder")
    found = [path for path in source.rglob("*") if not _is_hidden(path.relative_to(source)) and path.is_file()]
    _refuse_compressed(sorted(path for path in found if not path.with_suffix("").exists()))
    paths = sorted(path for path in found if path.suffix in KINDS)
    if not paths:
        raise InputError(f"{source}: there is no file that ends in {', '.join(KINDS)}")
    return [File(str(path.absolute()), path.relative_to(source).as_posix()) for path in paths]


def _is_hidden(inside: Path) -> bool:
    return any(part.startswith(".") for part in inside.parts)


def _refuse_compressed(paths: Iterable[Path]) -> None:
    """One that has not been unpacked beside itself would be left out, and nobody would notice. Raises InputError."""
    compressed = [path for path in paths if path.suffix in UNPACKED_BY and path.with_suffix("").suffix in KINDS]
    if compressed:
        first = compressed[0]
        others = f", and {len(compressed) - 1:,} more are" if len(compressed) > 1 else ""
        command = f"{UNPACKED_BY[first.suffix]} {shlex.quote(str(first))}"
        raise InputError(f"{first}: is compressed{others}; unpack it first: {command}")


def entries(file: File, start: Position = START) -> Iterator[tuple[Position, Entry]]:
    """The entries of a file from a position on, each with its own. Raises InputError."""
    read = {".jsonl": _json_lines, ".parquet": _parquet, ".txt": _text}[Path(file.path).suffix]
    try:
        yield from read(file, start)
    except OSError as error:
        raise InputError(f"{file.path}: {error.strerror or type(error).__name__}") from error


def _json_lines(file: File, start: Position) -> Iterator[tuple[Position, Entry]]:
    with open(file.path, "rb") as stream:
        stream.seek(start.offset)
        offset = start.offset
        for number, (length, line) in enumerate(_bounded_lines(stream), start=start.number):
            if line is None:
                yield Position(offset, number), _entry(file, number, BadLine(number, None, _too_large()))
            elif line.strip():
                yield Position(offset, number), _entry(file, number, decode(number, line.rstrip(b"\r\n")))
            offset += length


def _bounded_lines(stream: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """The length of each line, and the line: None where it has more than MOST_BYTES."""
    while line := stream.readline(MOST_BYTES + 1):
        length = len(line)
        if length <= MOST_BYTES:
            yield length, line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(MOST_BYTES)
            length += len(line)
        yield length, None


def _too_large() -> str:
    return f"more than {MOST_BYTES:,} bytes"


def _parquet(file: File, start: Position) -> Iterator[tuple[Position, Entry]]:
    from sayso_server.corpus import arrow

    rows = arrow.read_rows(
        Path(file.path), start.offset, needed=("id", "text"), optional=("title", "published_at", "labels")
    )
    for offset, row in enumerate(rows, start=start.offset):
        yield Position(offset, offset + 1), _entry(file, offset + 1, row)


def _text(file: File, start: Position) -> Iterator[tuple[Position, Entry]]:
    with open(file.path, "rb") as stream:
        data = stream.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        yield start, Entry(file.name, file.name, error=f"UNREADABLE: {_too_large()}")
        return
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        yield start, Entry(file.name, file.name, error=f"UNREADABLE: not UTF-8: byte {error.start + 1} of the file")
        return
    yield start, Entry(file.name, file.name, text)


def _entry(file: File, number: int, record: object) -> Entry:
    place = f"{file.name}:{number}"
    document = document_of(number, record)
    if isinstance(document, BadLine):
        return Entry(place, document.document_id or id_of_place(place), error=f"UNREADABLE: {document.reason}")
    assert isinstance(record, dict)
    return _with_context(place, document, record)


def _with_context(place: str, document: Document, record: dict[str, object]) -> Entry:
    title = record.get("title")
    return Entry(
        place,
        document.document_id,
        document.text,
        title=title.encode(errors="replace").decode() if isinstance(title, str) and title else None,
        published_at=document.published_at,
        labels=document.labels,
        warnings=("UNKNOWN_DATE",) if record.get("published_at") and document.published_at is None else (),
    )
