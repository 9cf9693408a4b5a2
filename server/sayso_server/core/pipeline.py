"""The whole road from text to statements."""

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from sayso_server.core.choice import Chosen, choose
from sayso_server.core.circumstances import medium
from sayso_server.core.circumstances import time as said_at
from sayso_server.core.document import Document, read, with_trees
from sayso_server.core.parser import Parser
from sayso_server.core.scoring import explained
from sayso_server.core.speakers import Resolved, resolve
from sayso_server.core.statement import (
    REPORTED_SPEECH,
    CueClass,
    Extraction,
    Options,
    Span,
    Speaker,
    Statement,
    TextWarning,
    Timing,
    WarningCode,
)
from sayso_server.core.text import looks_english


class Model(NamedTuple):
    """Which models read the text. `digest` is SHA-256 over the files, hexadecimal."""

    name: str
    version: str
    digest: str


class Extractor:
    """Extracts the statements of texts with one parser. Not thread-safe: one per worker, fed one call at a time."""

    def __init__(self, parser: Parser, model: Model) -> None:
        self.parser = parser
        self.model = model

    def extract(self, text: str, options: Options | None = None) -> Extraction:
        """The statements of one text."""
        return self.extract_many([text], options)[0]

    def extract_many(self, texts: Sequence[str], options: Options | None = None) -> list[Extraction]:
        """The statements of several texts, parsed together. Results do not depend on what else is in the call."""
        options = options or Options()
        documents = [read(text) for text in texts]
        started = time.perf_counter()
        parts = [d.plain[p.start : p.end] for d in documents for p in d.paragraphs]
        trees = iter(self.parser.parse(parts))
        seconds = (time.perf_counter() - started) / max(1, sum(map(len, parts)))
        out = []
        for document in documents:
            full = with_trees(document, [next(trees) for _ in document.paragraphs])
            out.append(extract_document(full, options, parse_seconds=seconds * len(document.text)))
        return out


def extract_document(document: Document, options: Options, *, parse_seconds: float = 0.0) -> Extraction:
    """The statements of a parsed document."""
    started = time.perf_counter()
    chosen = choose(document)
    resolved = resolve(document, chosen)
    statements = assemble(document, chosen, resolved)
    kept = [s for s in statements if _is_wanted(s, options)]
    known = {s.statement_id for s in kept}
    kept = [_without_lost(s, known, options) for s in kept]
    return Extraction(
        text=document.text,
        statements=tuple(kept),
        speakers=_used(resolved.speakers, kept),
        warnings=warnings(document),
        words=sum(len(t.words) for t in document.trees),
        sentences=len(document.trees),
        timing=Timing(parse_seconds, time.perf_counter() - started),
    )


def assemble(document: Document, chosen: Sequence[Chosen], resolved: Resolved) -> list[Statement]:
    """Statements with identifiers, in text order."""
    out: list[Statement] = []
    ids = resolved.ids
    for i, (item, link) in enumerate(zip(chosen, resolved.links, strict=True)):
        found = item.candidate
        speaker = ids.get(link.entity) if link.entity is not None else None
        out.append(
            Statement(
                statement_id=f"s{i + 1}",
                kind=item.kind,
                content=found.content,
                cue=found.cue,
                source=found.relative or found.source,
                rule=found.rule,
                confidence=item.score.confidence,
                evidence=explained(item.score.evidence),
                speaker_id=speaker,
                speaker_confidence=link.confidence if speaker else 0.0,
                speaker_rule=link.rule.name,
                alternatives=tuple((ids[e], c) for e, c in link.alternatives if e in ids),
                addressees=found.addressees,
                polarity=found.polarity,
                paragraph_index=document.paragraph_at(found.content[0].start),
                parent_id=f"s{item.parent + 1}" if item.parent is not None else None,
                continued_id=f"s{i}" if found.follows and i and out[-1].speaker_id == speaker and speaker else None,
                medium=medium(found, document.plain),
                time=said_at(found, document.plain),
                sentence=found.sentence,
            )
        )
    return out


def _is_wanted(statement: Statement, options: Options) -> bool:
    cue_class = statement.cue.cue_class if statement.cue else CueClass.SAY
    return (
        (not options.kinds or statement.kind in options.kinds)
        and cue_class in (options.cue_classes or REPORTED_SPEECH)
        and statement.confidence >= options.min_confidence
    )


def _without_lost(statement: Statement, known: set[str], options: Options) -> Statement:
    """The statement without references to statements and speakers that the options left out."""
    changes: dict[str, object] = {}
    if statement.parent_id not in known:
        changes["parent_id"] = None
    if statement.continued_id not in known:
        changes["continued_id"] = None
    if statement.speaker_confidence < options.min_speaker_confidence:
        changes |= {"speaker_id": None, "speaker_confidence": 0.0}
    return replace(statement, **changes)  # type: ignore[arg-type]


def _used(speakers: Sequence[Speaker], statements: Sequence[Statement]) -> tuple[Speaker, ...]:
    """The speakers of these statements, with those behind them."""
    wanted = {s.speaker_id for s in statements} | {i for s in statements for i, _ in s.alternatives}
    behind = {i for s in speakers if s.speaker_id in wanted for i in (s.affiliation_id, s.issuer_id)}
    return tuple(s for s in speakers if s.speaker_id in wanted | behind)


def warnings(document: Document) -> tuple[TextWarning, ...]:
    """What was odd in the text."""
    if not document.paragraphs:
        return (TextWarning(WarningCode.EMPTY_TEXT, "the document has no text"),)
    if not looks_english(document.plain):
        message = "the text does not look English; statements may be missing or wrong"
        first = Span(document.paragraphs[0].start, document.paragraphs[-1].end)
        return (TextWarning(WarningCode.TEXT_NOT_ENGLISH, message, first), *document.warnings)
    return document.warnings
