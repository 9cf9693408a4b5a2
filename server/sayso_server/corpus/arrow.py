"""Reads and writes Parquet; the only module that imports pyarrow."""

import io
from collections.abc import Collection, Iterator, Sequence
from typing import Any, BinaryIO, cast

from sayso_server.corpus.errors import InputError, MissingExtra
from sayso_server.corpus.rows import STATEMENTS

try:
    import pyarrow as pa
    import pyarrow.parquet as pq
except ImportError:
    raise MissingExtra("Parquet", "pyarrow", "use JSON lines (--format jsonl)") from None

_TYPES = {
    "string": pa.string(),
    "int": pa.int64(),
    "float": pa.float64(),
    "bool": pa.bool_(),
    "day": pa.date32(),
    "moment": pa.timestamp("us", tz="UTC"),
    "spans": pa.list_(pa.struct([("start", pa.int64()), ("end", pa.int64())])),
}
UNREADABLE = object()
"""A placeholder for an unreadable value; never a valid value of a document."""
_ROWS_AT_ONCE = 64  # documents may be long
_UNPACKED_AT_ONCE = 1024 * 1024


def encode(rows: Sequence[dict[str, Any]], columns: dict[str, str]) -> bytes:
    """A Parquet file, zstd-compressed."""
    schema = pa.schema([(name, _TYPES[kind]) for name, kind in columns.items()])
    return _encode(pa.Table.from_pylist(list(rows), schema=schema))


def without(content: bytes, column: str, values: Collection[str]) -> bytes | None:
    """A Parquet file without the rows that have one of these values in a column; None if no row is left."""
    table = pq.read_table(io.BytesIO(content))
    rest = table.filter(pa.array([value not in values for value in table[column].to_pylist()], pa.bool_()))
    return _encode(rest) if rest.num_rows else None


def with_statements(
    table: "pa.Table",
    name: str,
    statements: Sequence[Sequence[dict[str, Any]]],
    error: str,
    errors: Sequence[str | None],
) -> "pa.Table":
    """A table with an additional column of statements, a list per row, and one of errors."""
    rows = pa.list_(pa.struct([(column, _TYPES[kind]) for column, kind in STATEMENTS.items()]))
    more = table.append_column(name, pa.array(statements, rows))
    return more.append_column(error, pa.array(errors, pa.string()))


def rows_of(content: bytes, columns: Sequence[str]) -> list[dict[str, Any]]:
    """Some columns of a Parquet file's rows; null for missing columns. Raises InputError."""
    try:
        with pq.ParquetFile(io.BytesIO(content)) as file:
            there = [name for name in columns if name in file.schema_arrow.names]
            rows = file.read(columns=there).to_pylist()
    except pa.ArrowException as error:
        raise InputError(f"is not readable as Parquet ({type(error).__name__})") from None
    return [dict.fromkeys(columns) | row for row in rows]


def with_columns(content: bytes, columns: dict[str, tuple[str, Sequence[Any]]]) -> bytes:
    """A Parquet file with these columns, given as types and values; they replace columns of the same names."""
    table = pq.read_table(io.BytesIO(content))
    for name, (kind, values) in columns.items():
        column = pa.field(name, _TYPES[kind]), pa.array(values, _TYPES[kind])
        at = table.schema.get_field_index(name)
        table = table.append_column(*column) if at < 0 else table.set_column(at, *column)
    return _encode(table)


def _encode(table: "pa.Table") -> bytes:
    target = io.BytesIO()
    pq.write_table(table, target, compression="zstd")
    return target.getvalue()


def read_rows(
    stream: BinaryIO, shown: str, start: int = 0, *, needed: Sequence[str], optional: Sequence[str] = ()
) -> Iterator[dict[str, Any]]:
    """Some columns of a file's rows, from row `start` on. Raises InputError for invalid files and missing columns.

    `shown` is the file's name in messages.
    """
    try:
        with pq.ParquetFile(stream) as file:
            names = set(file.schema_arrow.names)
            if missing := [name for name in needed if name not in names]:
                raise InputError(f"{shown}: has no column {missing[0]!r}")
            columns = [name for name in (*needed, *optional) if name in names]
            skipped, groups = _groups(file, start)
            for batch in file.iter_batches(batch_size=_ROWS_AT_ONCE, row_groups=groups, columns=columns):
                behind = max(0, min(start - skipped, batch.num_rows))
                skipped += batch.num_rows
                yield from _rows(batch.slice(behind))
    except pa.ArrowException as error:
        raise InputError(f"{shown}: is not readable as Parquet ({type(error).__name__})") from None


def unpacked(stream: BinaryIO, codec: str) -> BinaryIO:
    """The decompressed content of a stream."""
    return cast(
        BinaryIO, io.BufferedReader(pa.CompressedInputStream(pa.PythonFile(stream, "r"), codec), _UNPACKED_AT_ONCE)
    )


def _rows(batch: "pa.RecordBatch") -> Iterator[dict[str, Any]]:
    columns = {name: _values(column) for name, column in zip(batch.schema.names, batch.columns, strict=True)}
    return (dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True))


def _values(column: "pa.Array") -> list[Any]:
    """The values of a column; UNREADABLE for those that are not UTF-8 or have no Python equivalent."""
    try:
        return cast("list[Any]", column.to_pylist())
    except (ValueError, OverflowError):
        return [_value(cell) for cell in column]


def _value(cell: "pa.Scalar") -> Any:
    try:
        return cell.as_py()
    except (ValueError, OverflowError):
        return UNREADABLE


def _groups(file: "pq.ParquetFile", start: int) -> tuple[int, list[int]]:
    """The number of rows in the row groups that end before row `start`, and the remaining groups."""
    rows = 0
    for group in range(file.num_row_groups):
        own = file.metadata.row_group(group).num_rows
        if rows + own > start:
            return rows, list(range(group, file.num_row_groups))
        rows += own
    return rows, []
