"""Extractions in the format of gold files: one object per document, offsets in code points."""

from typing import Any

from sayso_server.core.statement import Extraction, Span, Speaker, Statement


def gold_object(document_id: str, extraction: Extraction) -> dict[str, Any]:
    """`id`, `text` and `attributions` of one document."""
    speakers = {speaker.speaker_id: speaker for speaker in extraction.speakers}
    return {
        "id": document_id,
        "text": extraction.text,
        "attributions": [_attribution(statement, speakers) for statement in extraction.statements],
    }


def _attribution(statement: Statement, speakers: dict[str, Speaker]) -> dict[str, Any]:
    speaker = speakers.get(statement.speaker_id or "")
    return {
        "id": statement.statement_id,
        "content": _pairs(statement.content),
        "cue": _pairs(statement.cue.spans if statement.cue else ()),
        "source": _pairs((statement.source,) if statement.source else ()),
        "addressee": _pairs(statement.addressees),
        "kind": statement.kind.value,
        "speaker": speaker.display_name if speaker else None,
        "speaker_type": speaker.type.value if speaker else "unknown",
        "polarity": statement.polarity.value,
        "confidence": round(statement.confidence, 4),
        "rule": statement.rule,
        "nested": statement.parent_id is not None,
    }


def _pairs(spans: tuple[Span, ...]) -> list[list[int]]:
    return [[span.start, span.end] for span in spans]
