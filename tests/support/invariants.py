"""Invariants of all results."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from sayso_server.core.statement import Extraction, Span, Statement


def broken(result: Extraction) -> list[str]:
    """The violated invariants of a result, as messages; none if it is valid."""
    statements = {s.statement_id: s for s in result.statements}
    out = [] if len(statements) == len(result.statements) else ["two statements with one identifier"]
    out += [f"{s.statement_id}: {fault}" for s in result.statements for fault in _faults(s, result, statements)]
    speakers = {s.speaker_id: s for s in result.speakers}
    for speaker in result.speakers:
        if not speaker.mentions:
            out.append(f"{speaker.speaker_id}: no mention")
        if any(other not in speakers for other in (speaker.affiliation_id, speaker.issuer_id) if other):
            out.append(f"{speaker.speaker_id}: belongs to an unknown speaker")
        out += [f"{speaker.speaker_id}: mention {fault}" for fault in _unsound(speaker.mentions, result.text)]
    return out


def _faults(statement: Statement, result: Extraction, statements: dict[str, Statement]) -> Iterator[str]:
    cue = statement.cue.spans if statement.cue else ()
    source = (statement.source,) if statement.source else ()
    for name, spans in (("content", statement.content), ("cue", cue), ("source", source)):
        yield from (f"{name} {fault}" for fault in _unsound(spans, result.text))
    if not statement.content:
        yield "no content"
    if _overlap(source, cue):
        yield "source and cue overlap"
    if _overlap(source, statement.content):
        yield "source and content overlap"
    if _overlap(cue, statement.content):
        yield "cue and content overlap"
    known = {s.speaker_id for s in result.speakers}
    if not {*filter(None, [statement.speaker_id]), *(i for i, _ in statement.alternatives)} <= known:
        yield "unknown speaker"
    if not (0 <= statement.confidence <= 1 and 0 <= statement.speaker_confidence <= 1):
        yield "confidence outside 0 to 1"
    yield from _family(statement, statements)


def _family(statement: Statement, statements: dict[str, Statement]) -> Iterator[str]:
    if statement.parent_id is not None:
        if (parent := statements.get(statement.parent_id)) is None:
            yield "unknown parent"
        elif not any(part.covers(statement.content[0]) for part in parent.content):
            yield "not inside its parent"
    for step in ("parent_id", "continued_id"):
        seen, at = {statement.statement_id}, getattr(statement, step)
        while at in statements and at not in seen:
            seen.add(at)
            at = getattr(statements[at], step)
        if at in seen:
            yield f"a circle of {step}"


def _unsound(spans: Sequence[Span], text: str) -> Iterator[str]:
    for span in spans:
        if not 0 <= span.start < span.end <= len(text):
            yield f"outside the text: {span}"
        elif span.of(text) != span.of(text).strip():
            yield f"begins or ends with white space: {span}"
    if any(one.end > other.start for one, other in pairwise(spans)):
        yield "parts out of order"


def _overlap(some: Sequence[Span], others: Sequence[Span]) -> bool:
    return any(one.overlaps(other) for one in some for other in others)
