"""The input: entries of JSON lines, Parquet and text files, with their positions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import BinaryIO, NamedTuple

from sayso_server.corpus.carried import UNREADABLE_FIELD, Carried, Value
from sayso_server.corpus.errors import InputError
from sayso_server.corpus.storage import access, streams
from sayso_server.corpus.storage.access import Place
from sayso_server.corpus.storage.places import partitions
from sayso_server.lines import FIELDS, BadLine, Document, Fields, decode, document_of

KINDS = (".jsonl", ".parquet", ".txt")
"""The extensions of files that are read."""

MOST_BYTES = 64 * 1024 * 1024
"""The maximum size of a line or a text file: far more than any document, but small enough for memory."""


class Position(NamedTuple):
    """The start of an entry: `offset` is a byte of a JSONL file or a row of a Parquet file, `number` counts from 1."""

    offset: int
    number: int


START = Position(0, 1)


@dataclass(frozen=True, slots=True)
class Layout:
    """The fields of an input's records, and the fields to copy."""

    fields: Fields = FIELDS
    carried: tuple[Carried, ...] = ()


_AS_NAMED = Layout()


@dataclass(frozen=True, slots=True)
class Source:
    """The input of a job: a file, a folder or a pattern, and the fields of its records."""

    place: Place
    layout: Layout = _AS_NAMED


@dataclass(frozen=True, slots=True)
class File:
    """A file of the input. `name` is its path inside the input's folder, for messages and as the id of a text file."""

    place: Place
    name: str
    size: int
    """The stored size in bytes."""
    layout: Layout = _AS_NAMED

    @property
    def kind(self) -> str:
        """The file type, one of KINDS."""
        return PurePosixPath(streams.unpacked_name(self.name)).suffix


@dataclass(frozen=True, slots=True)
class Entry:
    """One document of the input, or why it is invalid.

    `place` is its file and line; an entry without an id gets its `document_id` from it. `warnings` are codes.
    """

    place: str
    document_id: str
    text: str = ""
    error: str = ""
    title: str | None = None
    published_at: datetime | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    carried: dict[str, Value] = field(default_factory=dict)

    @property
    def day(self) -> date | None:
        """The day of publication in UTC."""
        return self.published_at.date() if self.published_at else None


def id_of_place(place: str) -> str:
    """The id of an entry without one. The suffix avoids clashes with real ids such as news.jsonl:7."""
    return f"{place} (no id)"


def find_files(place: Place, layout: Layout = _AS_NAMED) -> list[File]:
    """The input file, or all supported files of a folder or pattern. Raises InputError."""
    try:
        found = [File(*one, layout) for one in access.find(place)]
    except FileNotFoundError as error:
        raise InputError(f"{place}: there is no such file or folder") from error
    except OSError as error:
        raise InputError(f"{place}: {error.strerror or error}") from error
    files = [file for file in found if file.kind in KINDS]
    if not files:
        raise InputError(f"{place}: there are no files ending in {_ENDINGS}")
    names = {file.name for file in files}
    return [file for file in files if not _is_packed_copy(file, names)]


_ENDINGS = f"{', '.join(KINDS)}, compressed ({', '.join(streams.COMPRESSED)}) or not"


def _is_packed_copy(file: File, names: set[str]) -> bool:
    """Whether it is a compressed file whose decompressed copy is next to it."""
    unpacked = streams.unpacked_name(file.name)
    return unpacked != file.name and unpacked in names


def entries(file: File, start: Position = START) -> Iterator[tuple[Position, Entry]]:
    """The entries of a file from a position on, each with its position. Raises InputError."""
    read = {".jsonl": _json_lines, ".parquet": _parquet, ".txt": _text}[file.kind]
    try:
        yield from read(file, start)
    except streams.DAMAGED as error:
        reason = error.strerror if isinstance(error, OSError) else None
        raise InputError(f"{file.place}: {reason or f'is damaged or truncated ({type(error).__name__})'}") from error


def _json_lines(file: File, start: Position) -> Iterator[tuple[Position, Entry]]:
    with streams.opened(file.place, file.name, start.offset) as stream:
        offset = start.offset
        for number, (length, line) in enumerate(_bounded_lines(stream), start=start.number):
            if line is None:
                yield Position(offset, number), _entry(file, number, BadLine(number, None, _too_large()))
            elif line.strip():
                yield Position(offset, number), _entry(file, number, decode(number, line.rstrip(b"\r\n")))
            offset += length


def _bounded_lines(stream: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """The length of each line, and the line, or None if it has more than MOST_BYTES."""
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

    layout, folders = file.layout, partitions(file.name)
    needed = [name for name in (layout.fields.id, layout.fields.text) if name not in folders]
    wanted = (layout.fields.title, layout.fields.published_at, "labels", *(one.name for one in layout.carried))
    optional = [name for name in dict.fromkeys(wanted) if name not in needed]
    with access.open_input(file.place) as stream:
        rows = arrow.read_rows(stream, str(file.place), start.offset, needed=needed, optional=optional)
        for offset, row in enumerate(rows, start=start.offset):
            yield Position(offset, offset + 1), _entry(file, offset + 1, row)


def _text(file: File, start: Position) -> Iterator[tuple[Position, Entry]]:
    name = streams.unpacked_name(file.name)
    with streams.opened(file.place, file.name) as stream:
        data = stream.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        yield start, Entry(name, name, error=f"UNREADABLE: {_too_large()}")
        return
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        yield start, Entry(name, name, error=f"UNREADABLE: not UTF-8: byte {error.start + 1} of the file")
        return
    fields = file.layout.fields
    record: dict[str, object] = {**partitions(name), fields.id: name, fields.text: text}
    document = document_of(1, record, fields)
    assert isinstance(document, Document)  # it has just been decoded
    yield start, _with_context(name, document, file.layout, record)


def _entry(file: File, number: int, record: object) -> Entry:
    place = f"{file.name}:{number}"
    if isinstance(record, dict):
        record = partitions(file.name) | record
    document = document_of(number, record, file.layout.fields)
    if isinstance(document, BadLine):
        return Entry(place, document.document_id or id_of_place(place), error=f"UNREADABLE: {document.reason}")
    assert isinstance(record, dict)
    return _with_context(place, document, file.layout, record)


def _with_context(place: str, document: Document, layout: Layout, record: dict[str, object]) -> Entry:
    title = record.get(layout.fields.title)
    values = {one.name: one.value(record) for one in layout.carried}
    unknown_date = bool(record.get(layout.fields.published_at)) and document.published_at is None
    unreadable = not all(is_of_its_type for _, is_of_its_type in values.values())
    return Entry(
        place,
        document.document_id,
        document.text,
        title=title.encode(errors="replace").decode() if isinstance(title, str) and title else None,
        published_at=document.published_at,
        labels=document.labels,
        warnings=("UNKNOWN_DATE",) * unknown_date + (UNREADABLE_FIELD,) * unreadable,
        carried={name: value for name, (value, _) in values.items()},
    )
