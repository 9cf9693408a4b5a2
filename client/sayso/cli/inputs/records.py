"""Documents as JSON: an array of objects, or one object per line."""

import json
from collections.abc import Iterator
from typing import BinaryIO

from sayso.cli.files import Content, Wishes
from sayso.cli.inputs.given import MOST_BYTES, Given, Unreadable, moment
from sayso.labels import labels_of


def content_of(data: bytes) -> Content:
    """Whether data without a name is JSON records, JSON lines, or neither."""
    start = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start.startswith((b"{", b"[")):
        return Content.TEXT
    first_line = start.partition(b"\n")[0]
    if _holds_records(start):
        return Content.JSON
    return Content.LINES if first_line != start and _holds_records(first_line) else Content.TEXT


def _holds_records(data: bytes) -> bool:
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        return False
    return isinstance(content, dict) or any(isinstance(one, dict | str) for one in content)


def read_lines(name: str, file: BinaryIO, wishes: Wishes) -> Iterator[Given | Unreadable]:
    """A document per non-blank line; an invalid line does not affect the others."""
    number = 0
    while line := file.readline(MOST_BYTES + 1):
        number += 1
        place = f"{name or 'standard input'}:{number}"
        if len(line) > MOST_BYTES:
            yield Unreadable(place, "more than 64 MiB in one line")
            while line and not line.endswith(b"\n"):
                line = file.readline(MOST_BYTES)
        elif line.strip():
            yield _of_line(place, line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line, wishes)


def read_json(name: str, data: bytes, wishes: Wishes) -> Iterator[Given | Unreadable]:
    """The documents of an array of objects or texts, or the single document of an object."""
    name = name or "standard input"
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        yield Unreadable(name, "not JSON; JSON lines are read from .jsonl files, or with --jsonl-input")
        return
    if not isinstance(content, list):
        yield _document(name, content, wishes)
        return
    for number, record in enumerate(content, start=1):
        place = f"{name}:{number}"
        yield Given(record, place) if isinstance(record, str) else _document(place, record, wishes)


def _of_line(place: str, line: bytes, wishes: Wishes) -> Given | Unreadable:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return Unreadable(place, f"not JSON; a line is {_shape(wishes)}")
    return _document(place, record, wishes)


def _document(place: str, record: object, wishes: Wishes) -> Given | Unreadable:
    text = record.get(wishes.text_field) if isinstance(record, dict) else None
    if not isinstance(record, dict) or not isinstance(text, str):
        return Unreadable(place, f'"{wishes.text_field}" is missing or not a string; expected {_shape(wishes)}')
    try:
        labels = labels_of(record.get("labels"))
    except ValueError as error:
        return Unreadable(place, str(error))
    title = record.get("title")
    return Given(
        text,
        str(record.get(wishes.id_field, place)),
        title=title if isinstance(title, str) else "",
        published_at=moment(record.get("published_at")),
        labels=labels,
        fields={name: record.get(name) for name in wishes.keep},
    )


def _shape(wishes: Wishes) -> str:
    return f'{{"{wishes.id_field}": ..., "{wishes.text_field}": ...}}'
