"""Rows of the two tables, documents and statements; `sayso.columns` defines their columns."""

import json
from collections.abc import Iterable
from typing import Any

from sayso import columns
from sayso_server.core.model import Model
from sayso_server.core.statement import Cue, Extraction, Span, Speaker, SpeakerType, Statement
from sayso_server.corpus.inputs import Entry

Row = dict[str, Any]

DOCUMENTS: dict[str, str] = {column.name: column.type for column in columns.DOCUMENTS}
"""Columns of the documents, and their types."""

STATEMENTS: dict[str, str] = {column.name: column.type for column in columns.STATEMENTS}
"""Columns of the statements, and their types: those of the client's flat rows, and a few more."""

PERSON_COLUMNS = ("person_id", "person_confidence")
"""The columns of the statements that are filled after all documents have been read: see people/."""


def failed_row(entry: Entry, error: str, model: Model) -> Row:
    """The row of a document that could not be read."""
    return _document_row(entry, model) | {"status": "failed", "error": error}


def read_row(entry: Entry, extraction: Extraction, model: Model) -> Row:
    """The row of a document that was read."""
    warnings = (*entry.warnings, *(warning.code.name for warning in extraction.warnings))
    return _document_row(entry, model) | {
        "status": "ok",
        "words": extraction.words,
        "sentences": extraction.sentences,
        "statements": len(extraction.statements),
        "warnings": columns.BETWEEN.join(warnings) or None,
        "seconds": round(extraction.timing.parse + extraction.timing.extract, 6),
    }


def _document_row(entry: Entry, model: Model) -> Row:
    empty: Row = dict.fromkeys(DOCUMENTS)
    return empty | {
        "document_id": entry.document_id,
        "place": entry.place,
        "title": entry.title,
        "published_at": entry.published_at,
        "characters": len(entry.text),
        "words": 0,
        "sentences": 0,
        "statements": 0,
        "warnings": columns.BETWEEN.join(entry.warnings) or None,
        "seconds": 0.0,
        "model": model.name,
        "model_version": model.version,
        "model_digest": model.digest,
        "labels": _labels(entry),
        **entry.carried,
    }


def _labels(entry: Entry) -> str | None:
    return json.dumps(dict(entry.labels), ensure_ascii=False) if entry.labels else None


def statement_rows(entry: Entry, extraction: Extraction) -> list[Row]:
    """The rows of the statements of a document, in the order of its text."""
    speakers = {speaker.speaker_id: speaker for speaker in extraction.speakers}
    return [_statement_row(entry, statement, speakers) for statement in extraction.statements]


def _statement_row(entry: Entry, statement: Statement, speakers: dict[str, Speaker]) -> Row:
    text = entry.text
    return {
        "document_id": entry.document_id,
        "statement_id": statement.statement_id,
        "kind": str(statement.kind),
        **_speaker_columns(statement.speaker_id, speakers),
        **dict.fromkeys(PERSON_COLUMNS),
        "source": statement.source.of(text) if statement.source else None,
        **_cue_columns(statement.cue, text),
        "polarity": str(statement.polarity),
        "text": _joined(statement.content, text, columns.BETWEEN_SPANS),
        "start": statement.content[0].start,
        "end": statement.content[-1].end,
        "spans": [{"start": span.start, "end": span.end} for span in statement.content],
        "addressees": _joined(statement.addressees, text),
        "medium": _joined(statement.medium, text),
        "time": _joined(statement.time, text),
        "said_on": statement.said_on,
        "confidence": statement.confidence,
        "speaker_confidence": statement.speaker_confidence if statement.speaker_id else 0.0,
        "paragraph_index": statement.paragraph_index,
        "parent_id": statement.parent_id,
        "continued_id": statement.continued_id,
        "labels": _labels(entry),
        "sentence": statement.sentence.of(text) if statement.sentence else None,
        "rule": statement.rule,
        "published_at": entry.published_at,
        **entry.carried,
    }


def _speaker_columns(speaker_id: str | None, speakers: dict[str, Speaker]) -> Row:
    speaker = speakers[speaker_id] if speaker_id else None
    known = speaker is not None and speaker.type is not SpeakerType.UNKNOWN
    return {
        "speaker": speaker.display_name if speaker else None,
        "speaker_id": speaker_id,
        "speaker_type": str(speaker.type) if speaker and known else None,
        "speaker_role": (speaker.role or None) if speaker else None,
        "speaker_external_id": (speaker.external_id or None) if speaker else None,
        "speaker_candidates": columns.BETWEEN.join(one.external_id for one in speaker.candidates) or None
        if speaker
        else None,
        "speaker_affiliation": _name(speaker.affiliation_id if speaker else None, speakers),
        "speaker_issuer": _name(speaker.issuer_id if speaker else None, speakers),
    }


def _cue_columns(cue: Cue | None, text: str) -> Row:
    return {
        "cue": _joined(cue.spans, text, " ") if cue else None,
        "cue_lemma": cue.lemma if cue else None,
        "cue_class": str(cue.cue_class) if cue else None,
    }


def _name(speaker_id: str | None, speakers: dict[str, Speaker]) -> str | None:
    return speakers[speaker_id].display_name if speaker_id in speakers else None


def _joined(spans: Iterable[Span], text: str, between: str = columns.BETWEEN) -> str | None:
    return between.join(span.of(text) for span in spans) or None
