"""Extraction inside other pipelines: a class that reads batches of documents, for Ray Data and similar libraries.

It is the only module of the corpus job that resolves model names; elsewhere the command does that.
"""

import functools
from collections.abc import Mapping, Sequence
from typing import Any

from sayso_server.core.pipeline import Engine
from sayso_server.core.statement import Extraction, Options
from sayso_server.corpus.inputs import Entry
from sayso_server.corpus.reading import Reading, SliceReader
from sayso_server.corpus.rows import Row, statement_rows
from sayso_server.lines import FIELDS, BadLine, Fields, document_of
from sayso_server.workers.process import Loader

STATEMENTS_COLUMN = "statements"
ERROR_COLUMN = "error"
_EVERYTHING = Options()


class BatchReader:
    """Reads batches, for `ray.data.Dataset.map_batches`, `datasets.Dataset.map(batched=True)`, or a loop.

    A batch is a pyarrow Table or a mapping of columns. The result has two more columns: `statements` is a list per
    document, with the rows of the statements table of a corpus job; `error` is why a document could not be read, or
    null. A separate process reads the documents: it starts with the first batch, and ends with this object or with
    `close()`. If a document crashes the process, only its own row fails.

    `fields` names the columns of the text and, if present, the id and date. `model` is `bundled` or a folder; `threads`
    are those of the process; `device` is cpu, cuda or cuda:N; `load` loads another engine.
    Raises ValueError if a batch has no text column, or already has columns of these names; CorpusError if the model
    cannot be loaded.
    """

    def __init__(
        self,
        *,
        fields: Fields = FIELDS,
        model: str = "bundled",
        threads: int = 1,
        device: str = "cpu",
        options: Options = _EVERYTHING,
        max_document_chars: int = 200_000,
        load: Loader | None = None,
    ) -> None:
        self._fields = fields
        self._reading = Reading(
            load=load or functools.partial(_load, model, threads, device),
            digest="",
            options=options,
            form="jsonl",
            threads=threads,
            max_document_chars=max_document_chars,
        )
        self._reader: SliceReader | None = None

    def __call__(self, batch: Any) -> Any:
        """The batch with its statements and errors: a Table for a Table, otherwise a mapping."""
        names = list(batch.keys() if isinstance(batch, Mapping) else batch.column_names)
        self._check(names)
        wanted = [name for name in (self._fields.id, self._fields.text, self._fields.published_at) if name in names]
        columns = {name: _values(batch[name]) for name in wanted}
        statements, errors = self._read(columns)
        if isinstance(batch, Mapping):
            return {**batch, STATEMENTS_COLUMN: statements, ERROR_COLUMN: errors}
        from sayso_server.corpus import arrow

        return arrow.with_statements(batch, STATEMENTS_COLUMN, statements, ERROR_COLUMN, errors)

    def close(self) -> None:
        """End the process."""
        if self._reader:
            self._reader.close()
            self._reader = None

    def __getstate__(self) -> dict[str, Any]:
        """The state for other processes, each of which starts its own reader."""
        return self.__dict__ | {"_reader": None}

    def _check(self, names: Sequence[str]) -> None:
        if self._fields.text not in names:
            raise ValueError(f"the batch has no column {self._fields.text!r}; its columns are {', '.join(names)}")
        if taken := {STATEMENTS_COLUMN, ERROR_COLUMN}.intersection(names):
            raise ValueError(f"the batch already has a column {min(taken)!r}")

    def _read(self, columns: Mapping[str, Sequence[Any]]) -> tuple[list[list[Row]], list[str | None]]:
        self._reader = self._reader or SliceReader(self._reading)
        rows = (dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True))
        statements: list[list[Row]] = []
        errors: list[str | None] = []
        for entry, outcome in self._reader.outcomes(self._entry(row) for row in rows):
            is_read = isinstance(outcome, Extraction)
            statements.append(statement_rows(entry, outcome) if isinstance(outcome, Extraction) else [])
            errors.append(None if is_read else str(outcome))
        return statements, errors

    def _entry(self, row: Row) -> Entry:
        name = row.get(self._fields.id)
        document = document_of(1, row | {self._fields.id: "" if name is None else str(name)}, self._fields)
        if isinstance(document, BadLine):
            return Entry("", document.document_id or "", error=f"UNREADABLE: {document.reason}")
        return Entry("", document.document_id, document.text, published_at=document.published_at)


def _load(model: str, threads: int, device: str) -> Engine:
    """Load the engine, in the reading process."""
    from sayso_server.parsing.load import load_engine

    return load_engine(model, threads=threads, device=device)


def _values(column: Any) -> list[Any]:
    """The values of a pyarrow column, a numpy array or a list."""
    for convert in ("to_pylist", "tolist"):
        if hasattr(column, convert):
            values: list[Any] = getattr(column, convert)()
            return values
    return list(column)
