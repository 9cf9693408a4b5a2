"""Quotations inside other pipelines: a class that takes batches of documents, as Ray Data and others make them.

The only module of the corpus job that knows which models there are: its caller has no command that chooses one.
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
    """Reads batches: `ray.data.Dataset.map_batches`, `datasets.Dataset.map(batched=True)`, or a loop calls it.

    A batch is a pyarrow Table, or a mapping of columns. The result is the same with two more columns: `statements` is a
    list for each document, of rows as the statements table of a corpus job has them; `error` says why a document could
    not be read, and is null where it was. A process of its own reads the documents: it is started with the first batch,
    and ends with this one, or with `close()`. A document that ends the process costs its own row only.

    `fields` names the columns: the text, and the id and date where the batch has these columns. `model` is `bundled` or
    a folder; `threads` are of the process; `device` is cpu, cuda or cuda:N; `load` loads another engine.
    Raises ValueError where a batch has no column of texts, or has columns of these names; CorpusError where no model
    loads.
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
        """The batch with its statements and errors: a Table of a Table, else a mapping."""
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
        """For other processes, each of which starts its own."""
        return self.__dict__ | {"_reader": None}

    def _check(self, names: Sequence[str]) -> None:
        if self._fields.text not in names:
            raise ValueError(f"the batch has no column {self._fields.text!r}; its columns are {', '.join(names)}")
        if taken := {STATEMENTS_COLUMN, ERROR_COLUMN}.intersection(names):
            raise ValueError(f"the batch has a column {min(taken)!r} already")

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
    """In the process that reads."""
    from sayso_server.parsing.load import load_engine

    return load_engine(model, threads=threads, device=device)


def _values(column: Any) -> list[Any]:
    """Of a column of pyarrow, an array of numpy, or a list."""
    for convert in ("to_pylist", "tolist"):
        if hasattr(column, convert):
            values: list[Any] = getattr(column, convert)()
            return values
    return list(column)
