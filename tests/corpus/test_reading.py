"""Readers: every slice becomes a part, even if its documents fail."""

import dataclasses
import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from support.engine import DEADLY, MODEL, POISON, SECRET, load_deadly, load_nothing

from sayso.rows import COLUMNS
from sayso_server.core.statement import Options
from sayso_server.corpus.errors import CorpusError
from sayso_server.corpus.inputs import find_files
from sayso_server.corpus.parts import Part
from sayso_server.corpus.plan import plan
from sayso_server.corpus.reading import Reading, SliceReader
from sayso_server.corpus.rows import DOCUMENTS, STATEMENTS

READING = Reading(load=load_deadly, digest=MODEL.digest, options=Options(), form="jsonl", round_words=20)
GOOD = "“Yes,” said Mara."
LONGEST = 200_000


@contextmanager
def reader(**changes: Any) -> Iterator[SliceReader]:
    with closing(SliceReader(dataclasses.replace(READING, **changes))) as opened:
        yield opened


def part_of(folder: Path, *texts: str, **changes: Any) -> Part:
    source = folder / "in.jsonl"
    source.write_text("".join(json.dumps({"id": f"d{n}", "text": t}) + "\n" for n, t in enumerate(texts)), "utf-8")
    [piece] = plan(find_files(source), (), slice_words=10_000, max_document_chars=LONGEST).slices
    with reader(**changes) as opened:
        return opened.read(piece)


def rows(content: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in content.splitlines()]


def outcomes(part: Part) -> dict[str, str]:
    """The status of each document or, if it failed, the code of its error."""
    return {row["document_id"]: (row["error"] or row["status"]).split(":")[0] for row in rows(part.documents)}


def test_the_columns_are_those_of_the_client_and_more() -> None:
    assert [name for name in STATEMENTS if name in COLUMNS] == list(COLUMNS)


def test_a_part_has_a_row_per_document_and_per_statement(tmp_path: Path) -> None:
    part = part_of(tmp_path, f"{GOOD} “No,” said Olin.", "Nothing.", GOOD)
    documents, statements = rows(part.documents), rows(part.statements)
    assert all(list(row) == list(DOCUMENTS) for row in documents)
    assert all(set(row) == set(STATEMENTS) for row in statements)
    assert [(row["document_id"], row["status"], row["statements"]) for row in documents] == [
        ("d0", "ok", 2),
        ("d1", "ok", 0),
        ("d2", "ok", 1),
    ]
    assert [(row["document_id"], row["speaker"], row["text"]) for row in statements] == [
        ("d0", "Mara", "“Yes,”"),
        ("d0", "Olin", "“No,”"),
        ("d2", "Mara", "“Yes,”"),
    ]
    assert (statements[1]["start"], statements[1]["end"], statements[1]["cue_lemma"]) == (18, 23, "say")
    assert {row["model_digest"] for row in documents} == {MODEL.digest}
    assert (part.tally.documents, part.tally.failed, part.tally.statements) == (3, 0, 3)


def test_rows_are_lines_for_every_reader_of_lines(tmp_path: Path) -> None:
    part = part_of(tmp_path, "“Yes,\u2028well\x85\u2029,” said Mara.")
    assert len(part.statements.decode().splitlines()) == 1
    assert rows(part.statements)[0]["text"] == "“Yes,\u2028well\x85\u2029,”"


def test_a_document_that_fails_is_a_row_with_its_error_and_without_its_text(tmp_path: Path) -> None:
    part = part_of(tmp_path, GOOD, f"{SECRET} {POISON}", GOOD)
    assert outcomes(part) == {"d0": "ok", "d1": "EXTRACTION_FAILED", "d2": "ok"}
    assert SECRET.encode() not in part.documents + part.statements


@pytest.mark.parametrize("round_words", [1, 1000])
def test_a_document_that_ends_the_process_is_a_row_too(tmp_path: Path, round_words: int) -> None:
    part = part_of(tmp_path, GOOD, f"{SECRET} {DEADLY}", GOOD, DEADLY, GOOD, round_words=round_words)
    assert outcomes(part) == {"d0": "ok", "d1": "WORKER_LOST", "d2": "ok", "d3": "WORKER_LOST", "d4": "ok"}
    assert "signal 9" in rows(part.documents)[1]["error"]
    assert SECRET.encode() not in part.documents + part.statements


def test_a_document_that_never_ends_is_a_row_too(tmp_path: Path) -> None:
    part = part_of(tmp_path, GOOD, f"WAIT {tmp_path / 'never'}", max_round_seconds=0.5, round_words=1)
    assert outcomes(part)["d1"] == "WORKER_LOST"
    assert rows(part.documents)[1]["error"] == "WORKER_LOST: no answer in 0.5 seconds"


def test_a_long_document_is_read_in_rounds_and_a_longer_one_is_not(tmp_path: Path) -> None:
    long = "\n\n".join([GOOD] * 30)
    part = part_of(tmp_path, long, long + GOOD, max_document_chars=len(long))
    assert outcomes(part) == {"d0": "ok", "d1": "TEXT_TOO_LONG"}
    assert rows(part.documents)[0]["statements"] == 30


def test_a_model_that_does_not_load_ends_the_job(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="nowhere: no model there"):
        part_of(tmp_path, GOOD, load=load_nothing)


def test_another_model_than_the_jobs_ends_it(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="a different model: digest 0123abcd, not ffff"):
        part_of(tmp_path, GOOD, digest="ffff")
