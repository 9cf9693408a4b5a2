"""Documents as JSON lines: {"id": ..., "text": ..., "published_at": ..., "labels": {...}}, other keys ignored."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as with_default
from datetime import UTC, date, datetime

from sayso.labels import labels_of

LINE_BREAKS = {code: f"\\u{code:04x}" for code in (0x85, 0x2028, 0x2029)}
"""Line breaks that JSON need not escape, with their escapes."""


@dataclass(frozen=True, slots=True)
class Fields:
    """The keys or columns of a record's id, text, title and date."""

    id: str = "id"
    text: str = "text"
    title: str = "title"
    published_at: str = "published_at"


FIELDS = Fields()


@dataclass(frozen=True, slots=True)
class Document:
    """A line that could be read. `line` counts from 1."""

    line: int
    document_id: str
    text: str
    published_at: datetime | None = None
    labels: Mapping[str, str] = with_default(default_factory=dict)

    @property
    def day(self) -> date | None:
        """The day of publication in UTC."""
        return self.published_at.date() if self.published_at else None


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that could not be read, and why, without its text. `document_id` is None if it has none."""

    line: int
    document_id: str | None
    reason: str


def read_lines(lines: Iterable[bytes]) -> Iterator[Document | BadLine]:
    """Every non-blank line, in order; an invalid line does not affect the others."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield document_of(number, decode(number, line.rstrip(b"\r\n")))


def decode(number: int, line: bytes) -> object:
    """The JSON value of a line, or a BadLine."""
    try:
        record: object = json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"))
    except UnicodeDecodeError as error:
        return BadLine(number, None, f"not UTF-8: byte {error.start + 1} of the line")
    except json.JSONDecodeError as error:
        return BadLine(number, None, f"not JSON: {error.msg} (column {error.colno})")
    except ValueError:  # from int(): json passes numbers of any length to it
        return BadLine(number, None, "not a document: a number has too many digits")
    except RecursionError:
        return BadLine(number, None, "not a document: nested too deeply")
    return record


def document_of(number: int, record: object, fields: Fields = FIELDS) -> Document | BadLine:
    """The document of a record, or why it is invalid."""
    if isinstance(record, BadLine):
        return record
    if not isinstance(record, dict):
        return BadLine(number, None, f'not an object with "{fields.id}" and "{fields.text}"')
    document_id = record.get(fields.id)
    if isinstance(document_id, int) and not isinstance(document_id, bool):
        document_id = str(document_id)
    if not isinstance(document_id, str):
        return BadLine(number, None, f'"{fields.id}" is missing or not a string')
    text = record.get(fields.text)
    if not isinstance(text, str):
        return BadLine(number, printable(document_id), f'"{fields.text}" is missing or not a string')
    for field, value in ((fields.id, document_id), (fields.text, text)):
        try:
            value.encode()
        except UnicodeEncodeError as error:
            reason = f'"{field}" has half of a surrogate pair at character {error.start}, which is not a character'
            return BadLine(number, printable(document_id), reason)
    try:
        labels = _labels(record.get("labels"))
    except ValueError as error:
        return BadLine(number, printable(document_id), str(error))
    return Document(number, document_id, text, moment(record.get(fields.published_at)), labels)


def _labels(value: object) -> dict[str, str]:
    if isinstance(value, list) and value and all(isinstance(pair, tuple) for pair in value):  # a map of Parquet
        value = dict(value)
    return {printable(key): printable(text) for key, text in labels_of(value).items()}


def moment(value: object) -> datetime | None:
    """A point in time in UTC, from ISO 8601 or a column of dates; without a time zone it is taken as UTC."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day, tzinfo=UTC)
    if not isinstance(value, datetime):
        return None
    try:
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    except OverflowError:  # in the year 1, east of Greenwich
        return None


def json_line(value: object, *, default: Callable[[object], object] | None = None) -> str:
    """JSON on one line, even for readers that end lines at U+0085, U+2028 or U+2029."""
    return json.dumps(value, ensure_ascii=False, default=default).translate(LINE_BREAKS)


def printable(text: str) -> str:
    """The text with a question mark for each half of a surrogate pair."""
    return text.encode(errors="replace").decode()
