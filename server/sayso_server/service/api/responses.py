"""Converts domain values to messages of the contract: one function per message."""

import platform
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version

from sayso.known import MAX_KNOWN_SPEAKERS
from sayso.v1 import quotes_pb2 as pb
from sayso_server.core import statement as domain
from sayso_server.core.model import Model
from sayso_server.service.api.enums import (
    CUE_CLASSES,
    KINDS,
    OFFSET_ENCODINGS,
    POLARITIES,
    SPEAKER_TYPES,
    WARNING_CODES,
)
from sayso_server.service.api.offsets import Unit, converter
from sayso_server.service.durations import duration_message
from sayso_server.service.settings import Limits
from sayso_server.version import VERSION


@dataclass(frozen=True, slots=True)
class ResultContext:
    """The fields that a Result repeats from its request and the server. Durations are in seconds."""

    document_id: str = ""
    unit: Unit = Unit.UTF32
    explained: bool = False
    alternatives: int = 3
    queue_duration: float = 0.0
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _View:
    """The caller's text and its offset unit."""

    text: str
    convert: Callable[[int], int]

    def span(self, span: domain.Span) -> pb.Span:
        return pb.Span(start=self.convert(span.start), end=self.convert(span.end), text=span.of(self.text))

    def maybe(self, span: domain.Span | None) -> pb.Span | None:
        return self.span(span) if span else None

    def spans(self, spans: Iterable[domain.Span]) -> list[pb.Span]:
        return [self.span(span) for span in spans]


def result_message(extraction: domain.Extraction, model: Model, context: ResultContext) -> pb.Result:
    """The Result of one document."""
    view = _View(extraction.text, converter(extraction.text, context.unit))
    return pb.Result(
        document_id=context.document_id,
        statements=[_statement(statement, view, context) for statement in extraction.statements],
        speakers=[_speaker(speaker, view) for speaker in _speakers(extraction, explained=context.explained)],
        language_code="en",
        offset_encoding=OFFSET_ENCODINGS[context.unit],
        model=model_message(model),
        warnings=[_warning(warning, view) for warning in extraction.warnings],
        stats=_stats(extraction, context.queue_duration),
        labels=context.labels,
    )


def _speakers(extraction: domain.Extraction, *, explained: bool) -> Iterable[domain.Speaker]:
    """The speakers to include in the result; alternative speakers only with explanations."""
    if explained:
        return extraction.speakers
    speaking = {statement.speaker_id for statement in extraction.statements}
    behind = {
        other
        for speaker in extraction.speakers
        if speaker.speaker_id in speaking
        for other in (speaker.affiliation_id, speaker.issuer_id)
    }
    return (speaker for speaker in extraction.speakers if speaker.speaker_id in speaking | behind)


def server_info_message(model: Model | None, limits: Limits) -> pb.GetServerInfoResponse:
    """The description of a server; without a `model` while it is loading."""
    return pb.GetServerInfoResponse(
        server_version=VERSION,
        model=model_message(model) if model else None,
        language_codes=["en"],
        limits=_limits(limits),
        ready=model is not None,
        component_versions=_component_versions(),
    )


def _limits(limits: Limits) -> pb.Limits:
    return pb.Limits(
        max_document_chars=limits.max_document_chars,
        max_batch_documents=limits.max_batch_documents,
        max_message_bytes=limits.max_message_bytes,
        max_duration=duration_message(limits.max_duration),
        max_stream_documents=limits.max_stream_documents,
        max_known_speakers=MAX_KNOWN_SPEAKERS,
    )


@cache
def _component_versions() -> dict[str, str]:
    return {"python": platform.python_version()} | {name: version(name) for name in ("grpcio", "stanza", "torch")}


def model_message(model: Model) -> pb.ModelInfo:
    """The ModelInfo of a loaded model."""
    return pb.ModelInfo(name=model.name, version=model.version, digest=model.digest)


def _statement(statement: domain.Statement, view: _View, context: ResultContext) -> pb.Statement:
    return pb.Statement(
        statement_id=statement.statement_id,
        kind=KINDS[statement.kind],
        content_spans=view.spans(statement.content),
        cue=_cue(statement.cue, view) if statement.cue else None,
        source=view.maybe(statement.source),
        speaker_id=statement.speaker_id or "",
        addressee_spans=view.spans(statement.addressees),
        polarity=POLARITIES[statement.polarity],
        confidence=statement.confidence,
        speaker_confidence=statement.speaker_confidence if statement.speaker_id else 0.0,
        paragraph_index=statement.paragraph_index,
        parent_statement_id=statement.parent_id or "",
        continued_statement_id=statement.continued_id or "",
        medium_spans=view.spans(statement.medium),
        time_spans=view.spans(statement.time),
        explanation=_explanation(statement, view, context.alternatives) if context.explained else None,
        said_on=statement.said_on.isoformat() if statement.said_on else "",
    )


def _cue(cue: domain.Cue, view: _View) -> pb.Cue:
    return pb.Cue(spans=view.spans(cue.spans), lemma=cue.lemma, cue_class=CUE_CLASSES[cue.cue_class])


def _explanation(statement: domain.Statement, view: _View, alternatives: int) -> pb.Explanation:
    return pb.Explanation(
        rule=statement.rule,
        evidence=_evidence(statement.evidence),
        alternatives=[
            pb.SpeakerAlternative(speaker_id=speaker_id, confidence=confidence)
            for speaker_id, confidence in statement.alternatives[:alternatives]
        ],
        sentence=view.maybe(statement.sentence),
        speaker_rule=statement.speaker_rule,
        speaker_evidence=_evidence(statement.speaker_evidence),
    )


def _evidence(evidence: Iterable[tuple[str, float]]) -> list[pb.Evidence]:
    """The evidence, strongest first."""
    return [pb.Evidence(name=name, weight=weight) for name, weight in sorted(evidence, key=lambda one: -abs(one[1]))]


def _speaker(speaker: domain.Speaker, view: _View) -> pb.Speaker:
    return pb.Speaker(
        speaker_id=speaker.speaker_id,
        display_name=speaker.display_name,
        type=SPEAKER_TYPES[speaker.type],
        role=speaker.role,
        affiliation_speaker_id=speaker.affiliation_id or "",
        issuer_speaker_id=speaker.issuer_id or "",
        mentions=view.spans(speaker.mentions),
        external_id=speaker.external_id,
        candidates=[pb.SpeakerCandidate(external_id=one.external_id, name=one.name) for one in speaker.candidates],
    )


def _warning(warning: domain.TextWarning, view: _View) -> pb.Warning:
    return pb.Warning(
        code=WARNING_CODES[warning.code],
        message=warning.message,
        span=view.maybe(warning.span),
    )


def _stats(extraction: domain.Extraction, queue_duration: float) -> pb.Stats:
    return pb.Stats(
        word_count=extraction.words,
        sentence_count=extraction.sentences,
        queue_duration=duration_message(queue_duration),
        parse_duration=duration_message(extraction.timing.parse),
        extract_duration=duration_message(extraction.timing.extract),
    )
