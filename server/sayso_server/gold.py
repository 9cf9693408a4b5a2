"""Extractions and corrections in the format of gold files: one object per document, offsets in code points."""

from collections.abc import Iterable, Mapping
from typing import Any

from sayso_server.core.statement import Extraction, Span, Speaker, Statement


def gold_object(document_id: str, extraction: Extraction) -> dict[str, Any]:
    """The `id`, `text` and `attributions` of one document."""
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


class CorrectionError(Exception):
    """An invalid line of corrections. The message is one line."""


def corrected(line: Mapping[str, Any]) -> dict[str, Any]:
    """The gold object of a corrected document, from a line of the `corrections.jsonl` of a report.

    Uncorrected statements count as correct. Raises CorrectionError.
    """
    try:
        result, text = line["result"], line["text"]
        names = {one["speakerId"]: one for one in result["speakers"]}
        found = {one["statementId"]: _read(one, names) for one in result["statements"]}
        for number, change in enumerate(line["corrections"], start=1):
            _correct(found, change, f"c{number}", len(text))
    except (KeyError, TypeError, ValueError) as error:
        raise CorrectionError(f"not a line of corrections: {type(error).__name__} {error}") from None
    attributions = sorted(found.values(), key=lambda one: (one["content"], one["id"]))
    return {"id": line["document_id"] or line["title"], "text": text, "attributions": attributions}


def _read(statement: Mapping[str, Any], names: Mapping[str, Any]) -> dict[str, Any]:
    """One statement of a result in the JSON of the contract."""
    speaker = names.get(statement.get("speakerId", ""))
    cue = statement.get("cue") or {}
    source = statement.get("source")
    return {
        "id": statement["statementId"],
        "content": _ranges(statement["contentSpans"]),
        "cue": _ranges(cue.get("spans", ())),
        "source": _ranges((source,) if source else ()),
        "addressee": _ranges(statement.get("addresseeSpans", ())),
        "kind": _member(statement["kind"], "STATEMENT_KIND_"),
        "speaker": speaker["displayName"] if speaker else None,
        "speaker_type": _speaker_type(speaker),
        "polarity": _member(statement["polarity"], "POLARITY_"),
        "nested": bool(statement.get("parentStatementId")),
    }


def _correct(found: dict[str, dict[str, Any]], change: Mapping[str, Any], new: str, chars: int) -> None:
    kind, of = change["change"], str(change.get("statement_id"))
    content = [_checked(one, chars) for one in change.get("content", ())]
    match kind:
        case "missing":
            found[new] = _missing(new, content, change.get("speaker"))
        case "no-statement":
            del found[of]
        case "border":
            found[of]["content"] = content
        case "speaker":
            found[of] |= {"speaker": change["speaker"], "speaker_type": "unknown"}
        case _:
            raise ValueError(f"there is no change {kind!r}")


def _missing(name: str, content: list[list[int]], speaker: str | None) -> dict[str, Any]:
    """A statement that only the reader has found; its cue and source are unknown."""
    unknown = {"cue": [], "source": [], "addressee": [], "kind": "unknown", "polarity": "affirmed", "nested": False}
    return {"id": name, "content": content, "speaker": speaker, "speaker_type": "unknown"} | unknown


def _checked(pair: list[int], chars: int) -> list[int]:
    start, end = pair
    if not 0 <= start < end <= chars:
        raise ValueError(f"{pair} is not a range of the text")
    return [start, end]


def _ranges(spans: Iterable[Mapping[str, Any]]) -> list[list[int]]:
    return [[span.get("start", 0), span["end"]] for span in spans]


def _speaker_type(speaker: Mapping[str, Any] | None) -> str:
    name = _member(speaker["type"], "SPEAKER_TYPE_") if speaker else "unspecified"
    return "unknown" if name == "unspecified" else name


def _member(name: str, prefix: str) -> str:
    return name.removeprefix(prefix).lower()
