"""Results: statements, speakers, warnings."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from google.protobuf.json_format import MessageToDict, Parse, ParseError

from sayso._values.enums import CueClass, Kind, Polarity, SpeakerType, WarningCode
from sayso._values.inputs import Document
from sayso._values.results import ModelInfo, ResultFields, Stats, TextWarning
from sayso._values.statements import (
    Cue,
    Evidence,
    Explanation,
    Speaker,
    SpeakerAlternative,
    SpeakerCandidate,
    Statement,
)
from sayso._wire.plain import (
    from_day,
    from_duration,
    from_enum,
    from_span,
    from_spans,
    to_day,
    to_duration,
    to_enum,
    to_span,
    to_spans,
)
from sayso.v1 import quotes_pb2 as pb

_Result = TypeVar("_Result", bound=ResultFields)


def result_to_dict(result: ResultFields) -> dict[str, Any]:
    """A result in protobuf's JSON mapping, with offsets in code points."""
    return MessageToDict(to_result(result), always_print_fields_with_no_presence=True)


def result_from_json(text: str | bytes, made: type[_Result]) -> _Result:
    """A result of class `made` from protobuf's JSON mapping. Raises ValueError."""
    try:
        message = Parse(text, pb.Result(), ignore_unknown_fields=True)
    except ParseError as error:
        raise ValueError(f"not a sayso.v1.Result: {error}") from None
    return from_result(message, made)


def to_result(result: ResultFields) -> pb.Result:
    """The message for a result; UNKNOWN members become unspecified."""
    return pb.Result(
        document_id=result.document_id,
        statements=[to_statement(statement) for statement in result.statements],
        speakers=[to_speaker(speaker) for speaker in result.speakers],
        language_code=result.language,
        offset_encoding=pb.OFFSET_ENCODING_UTF32,
        model=to_model(result.model),
        warnings=[to_warning(warning) for warning in result.warnings],
        stats=to_stats(result.stats),
        labels=result.labels,
    )


def from_result(
    message: pb.Result, made: type[_Result], *, document: Document | None = None, request_id: str = ""
) -> _Result:
    """A result of class `made`, with speakers resolved, its document and its request ID."""
    speakers = {speaker.speaker_id: from_speaker(speaker) for speaker in message.speakers}
    return made(
        document_id=message.document_id,
        statements=tuple(from_statement(statement, speakers) for statement in message.statements),
        speakers=tuple(speakers.values()),
        warnings=tuple(from_warning(warning) for warning in message.warnings),
        language=message.language_code,
        model=from_model(message.model),
        stats=from_stats(message.stats),
        labels=dict(message.labels),
        request_id=request_id,
        document=document,
    )


def to_statement(statement: Statement) -> pb.Statement:
    return pb.Statement(
        statement_id=statement.statement_id,
        kind=to_enum(pb.StatementKind, statement.kind),
        content_spans=to_spans(statement.content),
        cue=to_cue(statement.cue) if statement.cue else None,
        source=to_span(statement.source) if statement.source else None,
        speaker_id=statement.speaker.speaker_id if statement.speaker else "",
        addressee_spans=to_spans(statement.addressees),
        polarity=to_enum(pb.Polarity, statement.polarity),
        confidence=statement.confidence,
        speaker_confidence=statement.speaker_confidence,
        paragraph_index=statement.paragraph_index,
        parent_statement_id=statement.parent_id or "",
        continued_statement_id=statement.continued_id or "",
        medium_spans=to_spans(statement.medium),
        time_spans=to_spans(statement.time),
        explanation=to_explanation(statement.explanation) if statement.explanation else None,
        said_on=to_day(statement.said_on),
    )


def from_statement(message: pb.Statement, speakers: Mapping[str, Speaker]) -> Statement:
    return Statement(
        statement_id=message.statement_id,
        kind=from_enum(Kind, pb.StatementKind, message.kind),
        content=from_spans(message.content_spans),
        cue=from_cue(message.cue) if message.HasField("cue") else None,
        source=from_span(message.source) if message.HasField("source") else None,
        speaker=speakers.get(message.speaker_id),
        addressees=from_spans(message.addressee_spans),
        polarity=from_enum(Polarity, pb.Polarity, message.polarity),
        confidence=message.confidence,
        speaker_confidence=message.speaker_confidence,
        paragraph_index=message.paragraph_index,
        parent_id=message.parent_statement_id or None,
        continued_id=message.continued_statement_id or None,
        medium=from_spans(message.medium_spans),
        time=from_spans(message.time_spans),
        explanation=from_explanation(message.explanation) if message.HasField("explanation") else None,
        said_on=from_day(message.said_on),
    )


def to_cue(cue: Cue) -> pb.Cue:
    return pb.Cue(spans=to_spans(cue.spans), lemma=cue.lemma, cue_class=to_enum(pb.CueClass, cue.cue_class))


def from_cue(message: pb.Cue) -> Cue:
    return Cue(from_spans(message.spans), message.lemma, from_enum(CueClass, pb.CueClass, message.cue_class))


def to_explanation(explanation: Explanation) -> pb.Explanation:
    return pb.Explanation(
        rule=explanation.rule,
        speaker_rule=explanation.speaker_rule,
        sentence=to_span(explanation.sentence) if explanation.sentence else None,
        evidence=to_evidence(explanation.evidence),
        speaker_evidence=to_evidence(explanation.speaker_evidence),
        alternatives=[
            pb.SpeakerAlternative(speaker_id=one.speaker_id, confidence=one.confidence)
            for one in explanation.alternatives
        ],
    )


def from_explanation(message: pb.Explanation) -> Explanation:
    return Explanation(
        rule=message.rule,
        speaker_rule=message.speaker_rule,
        sentence=from_span(message.sentence) if message.HasField("sentence") else None,
        evidence=from_evidence(message.evidence),
        speaker_evidence=from_evidence(message.speaker_evidence),
        alternatives=tuple(SpeakerAlternative(one.speaker_id, one.confidence) for one in message.alternatives),
    )


def to_evidence(evidence: Iterable[Evidence]) -> list[pb.Evidence]:
    return [pb.Evidence(name=one.name, weight=one.weight) for one in evidence]


def from_evidence(messages: Iterable[pb.Evidence]) -> tuple[Evidence, ...]:
    return tuple(Evidence(one.name, one.weight) for one in messages)


def to_speaker(speaker: Speaker) -> pb.Speaker:
    return pb.Speaker(
        speaker_id=speaker.speaker_id,
        display_name=speaker.name,
        type=to_enum(pb.SpeakerType, speaker.type),
        role=speaker.role,
        affiliation_speaker_id=speaker.affiliation_id or "",
        issuer_speaker_id=speaker.issuer_id or "",
        mentions=to_spans(speaker.mentions),
        external_id=speaker.external_id,
        candidates=[pb.SpeakerCandidate(external_id=one.external_id, name=one.name) for one in speaker.candidates],
    )


def from_speaker(message: pb.Speaker) -> Speaker:
    return Speaker(
        speaker_id=message.speaker_id,
        name=message.display_name,
        type=from_enum(SpeakerType, pb.SpeakerType, message.type),
        role=message.role,
        affiliation_id=message.affiliation_speaker_id or None,
        issuer_id=message.issuer_speaker_id or None,
        mentions=from_spans(message.mentions),
        external_id=message.external_id,
        candidates=tuple(SpeakerCandidate(one.external_id, one.name) for one in message.candidates),
    )


def to_warning(warning: TextWarning) -> pb.Warning:
    return pb.Warning(
        code=to_enum(pb.WarningCode, warning.code),
        message=warning.message,
        span=to_span(warning.span) if warning.span else None,
    )


def from_warning(message: pb.Warning) -> TextWarning:
    return TextWarning(
        code=from_enum(WarningCode, pb.WarningCode, message.code),
        message=message.message,
        span=from_span(message.span) if message.HasField("span") else None,
    )


def to_model(model: ModelInfo) -> pb.ModelInfo:
    return pb.ModelInfo(name=model.name, version=model.version, digest=model.digest)


def from_model(message: pb.ModelInfo) -> ModelInfo:
    return ModelInfo(message.name, message.version, message.digest)


def to_stats(stats: Stats) -> pb.Stats:
    return pb.Stats(
        word_count=stats.words,
        sentence_count=stats.sentences,
        queue_duration=to_duration(stats.queue_duration),
        parse_duration=to_duration(stats.parse_duration),
        extract_duration=to_duration(stats.extract_duration),
    )


def from_stats(message: pb.Stats) -> Stats:
    return Stats(
        words=message.word_count,
        sentences=message.sentence_count,
        queue_duration=from_duration(message.queue_duration),
        parse_duration=from_duration(message.parse_duration),
        extract_duration=from_duration(message.extract_duration),
    )
