"""The reader of batches, for pipelines of others."""

import pickle
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest
from support.engine import DEADLY, POISON, load_deadly, load_nothing

from sayso_server.corpus import BatchReader, Fields
from sayso_server.corpus.errors import CorpusError
from sayso_server.corpus.rows import STATEMENTS

GOOD = "“Yes,” said Mara."
DAY = datetime(2024, 3, 1, tzinfo=UTC)


@pytest.fixture
def reader() -> Iterator[BatchReader]:
    with closing(BatchReader(load=load_deadly)) as opened:
        yield opened


def test_a_batch_comes_back_with_statements_and_errors(reader: BatchReader) -> None:
    texts = [f"{GOOD} “No,” said Olin.", "Nothing.", POISON, DEADLY, None, GOOD]
    batch: dict[str, list[Any]] = {"id": list("abcdef"), "text": texts, "other": [1] * 6, "published_at": [DAY] * 6}
    read = reader(batch)
    assert {name: read[name] for name in batch} == batch
    said = [[(row["document_id"], row["speaker"], row["published_at"]) for row in rows] for rows in read["statements"]]
    assert said == [[("a", "Mara", DAY), ("a", "Olin", DAY)], [], [], [], [], [("f", "Mara", DAY)]]
    assert [error and error.split(":")[0] for error in read["error"]] == [
        None, None, "EXTRACTION_FAILED", "WORKER_LOST", "UNREADABLE", None,
    ]  # fmt: skip


def test_other_names_and_no_ids() -> None:
    with closing(BatchReader(load=load_deadly, fields=Fields(text="body"))) as reader:
        read = reader({"body": [GOOD]})
    assert [row["document_id"] for row in read["statements"][0]] == [""]


def test_a_table_has_columns_of_their_types_even_without_statements(reader: BatchReader) -> None:
    pa = pytest.importorskip("pyarrow", reason="the extra `corpus` is not installed: no tables")
    table = pa.table({"text": ["Nothing."], "id": [7]})
    empty, full = reader(table), reader(pa.table({"text": [GOOD], "id": [8]}))
    assert empty.schema == full.schema
    assert empty.column_names == ["text", "id", "statements", "error"]
    assert [field.name for field in full.schema.field("statements").type.value_type] == list(STATEMENTS)
    assert full["statements"].to_pylist()[0][0]["document_id"] == "8"


@pytest.mark.parametrize(
    ("batch", "message"),
    [
        ({"body": []}, "the batch has no column 'text'; its columns are body"),
        ({"text": [], "error": []}, "the batch already has a column 'error'"),
    ],
)
def test_a_batch_that_does_not_fit(reader: BatchReader, batch: dict[str, list[Any]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        reader(batch)


def test_it_goes_to_other_processes_without_its_own(reader: BatchReader) -> None:
    reader({"text": [GOOD]})
    with closing(pickle.loads(pickle.dumps(reader))) as other:
        assert len(other({"text": [GOOD]})["statements"][0]) == 1


def test_a_model_that_does_not_load() -> None:
    with closing(BatchReader(load=load_nothing)) as reader, pytest.raises(CorpusError, match="no model there"):
        reader({"text": [GOOD]})
