"""The pipeline from texts to statements: read, parse, finish."""

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from sayso_server.core.coreference import Coreference
from sayso_server.core.days import dated
from sayso_server.core.document import Document, read, with_trees
from sayso_server.core.model import Model
from sayso_server.core.parser import Parser
from sayso_server.core.scoring import explained
from sayso_server.core.selection.choice import Chosen, choose
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
from sayso_server.core.tree import Tree


class Engine(Protocol):
    """The stages of extraction, separate so that a long text can be parsed in parts. Not thread-safe."""

    @property
    def model(self) -> Model:
        """The models that read the texts."""

    def parse(self, paragraphs: Sequence[str]) -> list[list[Tree]]:
        """The sentences of each paragraph, in order. Each paragraph is parsed independently of the others."""

    def finish(self, document: Document, options: Options, parse_seconds: float) -> Extraction:
        """The extraction of a document that has been parsed."""


class Extractor:
    """The engine with one parser and, optionally, coreference.

    Not thread-safe: one per worker, one call at a time.
    """

    def __init__(self, parser: Parser, model: Model, coreference: Coreference | None = None) -> None:
        self.parser = parser
        self.model = model
        self.coreference = coreference

    def parse(self, paragraphs: Sequence[str]) -> list[list[Tree]]:
        """See Engine."""
        return self.parser.parse(paragraphs)

    def finish(self, document: Document, options: Options, parse_seconds: float) -> Extraction:
        """See Engine."""
        return extract_document(document, options, parse_seconds=parse_seconds, coreference=self.coreference)

    def extract(self, text: str, options: Options | None = None) -> Extraction:
        """The statements of one text."""
        return self.extract_many([text], options)[0]

    def extract_many(self, texts: Sequence[str], options: Options | None = None) -> list[Extraction]:
        """The statements of several texts, parsed together. Raises if one of them cannot be read."""
        found = outcomes(self, texts, [options or Options()] * len(texts))
        for outcome in found:
            if isinstance(outcome, Exception):
                raise outcome
        return [outcome for outcome in found if isinstance(outcome, Extraction)]


Outcome = Extraction | Exception
"""The result for one document: its extraction, or the exception that prevented it."""


def outcomes(engine: Engine, texts: Sequence[str], options: Sequence[Options]) -> list[Outcome]:
    """One outcome per text, in order, each with its own options; a text that cannot be read fails alone.

    Texts are parsed together or, if that fails, one by one. An outcome does not depend on the other texts.
    """
    begun = [_begun(text) for text in texts]
    documents = [
        (document, own) for document, own in zip(begun, options, strict=True) if isinstance(document, Document)
    ]
    finished = iter(_finished(engine, documents))
    return [next(finished) if isinstance(document, Document) else document for document in begun]


def _begun(text: str) -> Document | Exception:
    try:
        return read(text)
    except Exception as error:
        return error


def _finished(engine: Engine, documents: Sequence[tuple[Document, Options]]) -> list[Outcome]:
    started = time.perf_counter()
    parts = [part for document, _ in documents for part in document.parts]
    try:
        trees = engine.parse(parts) if parts else []
        if len(trees) != len(parts):
            raise RuntimeError(f"the parser answered {len(trees)} of {len(parts)} paragraphs")
    except Exception as error:
        if len(documents) == 1:
            return [error]
        return [outcome for document in documents for outcome in _finished(engine, [document])]
    seconds = (time.perf_counter() - started) / max(1, sum(map(len, parts)))
    rest = iter(trees)
    return [
        _finish(engine, document, [next(rest) for _ in document.paragraphs], own, seconds * len(document.text))
        for document, own in documents
    ]


def _finish(
    engine: Engine, document: Document, trees: Sequence[Sequence[Tree]], options: Options, seconds: float
) -> Outcome:
    try:
        return engine.finish(with_trees(document, trees), options, seconds)
    except Exception as error:
        return error


def extract_document(
    document: Document, options: Options, *, parse_seconds: float = 0.0, coreference: Coreference | None = None
) -> Extraction:
    """The statements of a parsed document."""
    started = time.perf_counter()
    chosen = choose(document)
    resolved = resolve(document, chosen, coreference, options.known_speakers)
    statements = dated(assemble(document, chosen, resolved), document.text, options.published_on)
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
                speaker_evidence=explained(link.evidence) if speaker else (),
                alternatives=tuple((ids[e], c) for e, c in link.alternatives if e in ids),
                addressees=found.addressees,
                polarity=found.polarity,
                paragraph_index=document.paragraph_at(found.content[0].start),
                parent_id=f"s{item.parent + 1}" if item.parent is not None else None,
                continued_id=f"s{i}" if found.follows and i and out[-1].speaker_id == speaker and speaker else None,
                medium=found.medium,
                time=found.time,
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
    """The statement without references to statements and speakers that the options removed."""
    changes: dict[str, object] = {}
    if statement.parent_id not in known:
        changes["parent_id"] = None
    if statement.continued_id not in known:
        changes["continued_id"] = None
    if statement.speaker_confidence < options.min_speaker_confidence:
        changes |= {"speaker_id": None, "speaker_confidence": 0.0}
    return replace(statement, **changes) if changes else statement  # type: ignore[arg-type]


def _used(speakers: Sequence[Speaker], statements: Sequence[Statement]) -> tuple[Speaker, ...]:
    """The speakers of these statements, with their affiliations and issuers."""
    wanted = {s.speaker_id for s in statements} | {i for s in statements for i, _ in s.alternatives}
    related = {i for s in speakers if s.speaker_id in wanted for i in (s.affiliation_id, s.issuer_id)}
    return tuple(s for s in speakers if s.speaker_id in wanted | related)


def warnings(document: Document) -> tuple[TextWarning, ...]:
    """Warnings about the text."""
    if not document.paragraphs:
        return (TextWarning(WarningCode.EMPTY_TEXT, "the document has no text"),)
    if not looks_english(document.plain):
        message = "the text does not look English; statements may be missing or wrong"
        first = Span(document.paragraphs[0].start, document.paragraphs[-1].end)
        return (TextWarning(WarningCode.TEXT_NOT_ENGLISH, message, first), *document.warnings)
    return document.warnings
