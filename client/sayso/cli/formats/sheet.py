"""Statements as CSV."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TextIO

from sayso._json import dumps
from sayso._places import Places
from sayso.cli.reading import Reading
from sayso.rows import COLUMNS

_BYTE_ORDER_MARK = "\ufeff"
_FORMULA = tuple("=+-@\t\r")
"""First characters of cells that Excel treats as formulas."""


def write_csv(readings: Iterable[Reading], stream: TextIO, *, excel: bool) -> None:
    """A row per statement: the columns of `sayso.rows`, line and column in the text, and the kept fields."""
    with_fields = iter(readings)
    first = next(with_fields, None)
    columns = (*COLUMNS, "line", "column")
    kept = {name: f"input_{name}" if name in columns else name for name in (first.kept if first else ())}
    rows = (row for reading in _again(first, with_fields) for row in _rows(reading, kept))
    write_sheet((*columns, *kept.values()), rows, stream, excel=excel)


def write_sheet(columns: Sequence[str], rows: Iterable[Mapping[str, Any]], stream: TextIO, *, excel: bool) -> None:
    """A header and rows. For Excel, it begins with a byte order mark, and formulas are escaped."""
    if excel:
        stream.write(_BYTE_ORDER_MARK)
    writer = csv.writer(stream, lineterminator="\r\n" if excel else "\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row[name], excel=excel) for name in columns])


def _again(first: Reading | None, others: Iterator[Reading]) -> Iterator[Reading]:
    if first:
        yield first
        yield from others


def _rows(reading: Reading, kept: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    places = Places(reading.document.text)
    fields = {column: reading.kept.get(name, "") for name, column in kept.items()}
    for row in reading.result.rows():
        line, column = places.of(row["start"])
        yield fields | row | {"line": line, "column": column}


def _cell(value: Any, *, excel: bool) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    if excel and isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value if isinstance(value, str | int | None) else dumps(value)
