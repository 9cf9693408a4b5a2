"""The only module that imports pyarrow: rows to Parquet, and Parquet to rows."""

import io
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any, cast

from sayso_server.corpus.errors import InputError, MissingExtra

try:
    import pyarrow as pa
    import pyarrow.parquet as pq
except ImportError:
    raise MissingExtra("Parquet", "pyarrow", "take JSON lines (--format jsonl)") from None

_TYPES = {
    "string": pa.string(),
    "int": pa.int64(),
    "float": pa.float64(),
    "day": pa.date32(),
    "moment": pa.timestamp("us", tz="UTC"),
    "spans": pa.list_(pa.struct([("start", pa.int64()), ("end", pa.int64())])),
}
UNREADABLE = object()
"""In place of a value: it is none that a document may have."""
_ROWS_AT_ONCE = 64  # documents may be long


def encode(rows: Sequence[dict[str, Any]], columns: dict[str, str]) -> bytes:
    """A Parquet file, zstd-compressed."""
    schema = pa.schema([(name, _TYPES[kind]) for name, kind in columns.items()])
    return _encode(pa.Table.from_pylist(list(rows), schema=schema))


def without(content: bytes, column: str, values: Collection[str]) -> bytes | None:
    """A Parquet file without the rows that have one of these values in a column; None where no row is left."""
    table = pq.read_table(io.BytesIO(content))
    rest = table.filter(pa.array([value not in values for value in table[column].to_pylist()], pa.bool_()))
    return _encode(rest) if rest.num_rows else None


def _encode(table: "pa.Table") -> bytes:
    target = io.BytesIO()
    pq.write_table(table, target, compression="zstd")
    return target.getvalue()


def read_rows(
    path: Path, start: int = 0, *, needed: Sequence[str], optional: Sequence[str] = ()
) -> Iterator[dict[str, Any]]:
    """Some columns of a file's rows, from row `start` on. Raises InputError where it is no Parquet, or lacks one."""
    try:
        with pq.ParquetFile(path) as file:
            names = set(file.schema_arrow.names)
            if missing := [name for name in needed if name not in names]:
                raise InputError(f"{path}: has no column {missing[0]!r}")
            columns = [name for name in (*needed, *optional) if name in names]
            skipped, groups = _groups(file, start)
            for batch in file.iter_batches(batch_size=_ROWS_AT_ONCE, row_groups=groups, columns=columns):
                behind = max(0, min(start - skipped, batch.num_rows))
                skipped += batch.num_rows
                yield from _rows(batch.slice(behind))
    except pa.ArrowException as error:
        raise InputError(f"{path}: is not readable as Parquet ({type(error).__name__})") from None


def _rows(batch: "pa.RecordBatch") -> Iterator[dict[str, Any]]:
    columns = {name: _values(column) for name, column in zip(batch.schema.names, batch.columns, strict=True)}
    return (dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True))


def _values(column: "pa.Array") -> list[Any]:
    """The values of a column; UNREADABLE for those that Python has no value for, or that are not UTF-8."""
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
    """How many rows lie in the row groups that end before row `start`, and which groups are left."""
    rows = 0
    for group in range(file.num_row_groups):
        own = file.metadata.row_group(group).num_rows
        if rows + own > start:
            return rows, list(range(group, file.num_row_groups))
        rows += own
    return rows, []
