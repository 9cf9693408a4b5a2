"""The rows of the corpus job are those of the client, and more."""

from dataclasses import replace
from datetime import UTC, date, datetime

from support.filled import FULL, others

import sayso
from sayso import columns
from sayso._wire.results import from_result
from sayso.rows import COLUMNS
from sayso_server.core.model import Model
from sayso_server.corpus.inputs import Entry
from sayso_server.corpus.rows import DOCUMENTS, STATEMENTS, Row, failed_row, read_row, statement_rows
from sayso_server.service.api.responses import ResultContext, result_message

MODEL = Model("bundled", "1", "0a")
LABELS = {"outlet": "Harwick Post"}
MOMENT = datetime(2024, 8, 1, tzinfo=UTC)
ENTRY = Entry("in.jsonl:1", "d1", FULL.text, "", "Late", MOMENT, LABELS, ("UNKNOWN_DATE",))

NOT_IN_TABLE = {
    *(f"Statement.{name}" for name in ("speaker_rule", "alternatives", "evidence", "speaker_evidence")),
    *(f"KnownSpeaker.{name}" for name in ("name", "aliases", "type", "role", "valid_from", "valid_to")),
    "Speaker.mentions",
    *("Statement.content", "Statement.speaker_id", "Speaker.speaker_id"),  # they are looked at by themselves
}
"""Fields that are not in the table of statements."""


def table_row() -> Row:
    [row] = statement_rows(ENTRY, FULL)
    return row


def test_a_statement_has_the_same_row_in_a_corpus_and_in_the_client() -> None:
    """By two ways: of the extraction itself, and of the message that the server makes of it."""
    message = result_message(FULL, MODEL, ResultContext("d1", explained=True, labels=LABELS))
    [row] = from_result(message, sayso.Result).rows()
    shown = {name: value.isoformat() if isinstance(value, date) else value for name, value in table_row().items()}
    assert {name: shown[name] for name in COLUMNS} == row
    assert all(value not in ("", None) for value in row.values())


def test_what_is_empty_is_null_in_a_corpus() -> None:
    bare = replace(
        FULL.statements[0],
        **dict.fromkeys(("cue", "source", "speaker_id", "parent_id", "continued_id", "said_on", "sentence")),  # type: ignore[arg-type]
        addressees=(), medium=(), time=(),
    )  # fmt: skip
    bare_entry = replace(ENTRY, labels={}, published_at=None)
    [row] = statement_rows(bare_entry, replace(FULL, statements=(bare,)))
    message = result_message(replace(FULL, statements=(bare,)), MODEL, ResultContext("d1"))
    [client_row] = from_result(message, sayso.Result).rows()
    assert {name for name in COLUMNS if row[name] is None} == {name for name in COLUMNS if client_row[name] == ""}


def test_every_field_of_a_statement_is_in_its_row() -> None:
    row = table_row()
    assert set(row) == set(STATEMENTS)
    statement, (speaker, *rest) = FULL.statements[0], FULL.speakers
    changed = [replace(FULL, statements=(other,)) for other in others(statement, NOT_IN_TABLE)]
    changed += [replace(FULL, speakers=(other, *rest)) for other in others(speaker, NOT_IN_TABLE)]
    assert [other for other in changed if statement_rows(ENTRY, other) == [row]] == []
    assert (row["start"], row["end"]) == (statement.content[0].start, statement.content[-1].end)
    assert row["speaker_id"] == statement.speaker_id == speaker.speaker_id


def test_every_column_of_documents_is_filled() -> None:
    row = read_row(ENTRY, FULL, MODEL)
    assert list(row) == list(DOCUMENTS)
    assert {name for name, value in row.items() if value is None} == {"error"}
    assert row["labels"] == '{"outlet": "Harwick Post"}'
    assert (row["words"], row["sentences"], row["statements"], row["seconds"]) == (5, 1, 1, 0.75)
    assert row["warnings"] == "UNKNOWN_DATE; EMPTY_TEXT"


def test_a_document_that_failed_has_its_error_and_nothing_read() -> None:
    row, read = failed_row(ENTRY, "EXTRACTION_FAILED: why", MODEL), read_row(ENTRY, FULL, MODEL)
    differing = {name: value for name, value in row.items() if value != read[name]}
    expected = {"status": "failed", "error": "EXTRACTION_FAILED: why", "warnings": "UNKNOWN_DATE"}
    assert differing == expected | {"words": 0, "sentences": 0, "statements": 0, "seconds": 0.0}


def test_the_schemas_are_those_of_the_table_of_columns() -> None:
    assert {one.name: one.type for one in columns.STATEMENTS} == STATEMENTS
    assert [one.name for one in columns.STATEMENTS if not one.is_of_corpus] == list(COLUMNS)
