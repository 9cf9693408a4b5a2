"""Parts: the finished rows of a slice in output format."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sayso_server.corpus.carried import Carried, columns
from sayso_server.corpus.inputs import id_of_place
from sayso_server.corpus.rows import DOCUMENTS, STATEMENTS, Row
from sayso_server.lines import json_line

Form = Literal["parquet", "jsonl"]


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of processed documents. `words` are counted as in the plan."""

    documents: int = 0
    failed: int = 0
    statements: int = 0
    words: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.documents + other.documents,
            self.failed + other.failed,
            self.statements + other.statements,
            self.words + other.words,
        )


@dataclass(frozen=True, slots=True)
class Part:
    """The contents of two files, with their counts.

    `names` are the ids of its documents, and the ids that they would have without their own: every id that a row of a
    failed document may have.
    """

    documents: bytes
    statements: bytes
    tally: Tally
    names: frozenset[str]


def part_of(
    documents: Sequence[Row], statements: Sequence[Row], words: int, form: Form, carried: Sequence[Carried] = ()
) -> Part:
    """The part of these rows. `carried` are the caller's columns of both tables."""
    own = columns(carried)
    failed = sum(row["status"] == "failed" for row in documents)
    return Part(
        encode(documents, DOCUMENTS | own, form),
        encode(statements, STATEMENTS | own, form),
        Tally(len(documents), failed, len(statements), words),
        frozenset(name for row in documents for name in (row["document_id"], id_of_place(row["place"]))),
    )


def encode(rows: Sequence[Row], types: dict[str, str], form: Form) -> bytes:
    """A file of these rows. Raises MissingExtra."""
    if form == "parquet":
        from sayso_server.corpus import arrow

        return arrow.encode(rows, types)
    whole = ({name: row.get(name) for name in types} for row in rows)
    return b"".join(json_line(row, default=_plain).encode() + b"\n" for row in whole)


def without(documents: bytes, ids: Collection[str], form: Form) -> bytes | None:
    """A file of documents without these ids; None if no row is left."""
    if form == "parquet":
        from sayso_server.corpus import arrow

        return arrow.without(documents, "document_id", ids)
    lines = documents.splitlines(keepends=True)
    return b"".join(line for line in lines if json.loads(line)["document_id"] not in ids) or None


def _plain(value: object) -> str:
    assert isinstance(value, date), type(value)
    return value.isoformat()
