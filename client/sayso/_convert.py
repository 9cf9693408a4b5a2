"""Messages of the contract to models: one function per message. The way back is `_messages`."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from google.protobuf.json_format import Parse, ParseError

from sayso import models
from sayso._messages import enum_prefix
from sayso.v1 import quotes_pb2 as pb

_Member = TypeVar("_Member", bound=StrEnum)
_Result = TypeVar("_Result", bound=models.Result)


def result_model(message: pb.Result) -> models.Result:
    """The model of a Result, speakers looked up."""
    return _result_model(models.Result, message)


def result_of_json(model: type[_Result], text: str | bytes) -> _Result:
    """The model of a Result in protobuf's JSON mapping. Raises ValueError."""
    try:
        message = Parse(text, pb.Result(), ignore_unknown_fields=True)
    except ParseError as error:
        raise ValueError(f"not a sayso.v1.Result: {error}") from None
    return _result_model(model, message)


def _result_model(model: type[_Result], message: pb.Result) -> _Result:
    speakers = {speaker.speaker_id: _speaker(speaker) for speaker in message.speakers}
    return model(
        document_id=message.document_id,
        statements=tuple(_statement(statement, speakers) for statement in message.statements),
        speakers=tuple(speakers.values()),
        warnings=tuple(_warning(warning) for warning in message.warnings),
        language=message.language_code,
        model=_model(message.model),
        stats=_stats(message.stats),
        labels=dict(message.labels),
    )


def server_info_model(message: pb.GetServerInfoResponse) -> models.ServerInfo:
    """The model of what a server says of itself."""
    limits = message.limits
    return models.ServerInfo(
        version=message.server_version,
        ready=message.ready,
        model=_model(message.model) if message.HasField("model") else None,
        languages=tuple(message.language_codes),
        limits=models.Limits(
            max_document_chars=limits.max_document_chars,
            max_batch_documents=limits.max_batch_documents,
            max_message_bytes=limits.max_message_bytes,
            max_duration=limits.max_duration.ToTimedelta(),
            max_stream_documents=limits.max_stream_documents,
            max_known_speakers=limits.max_known_speakers,
        ),
        components=dict(message.component_versions),
    )


def _statement(message: pb.Statement, speakers: dict[str, models.Speaker]) -> models.Statement:
    return models.Statement(
        statement_id=message.statement_id,
        kind=_member(models.Kind, pb.StatementKind, message.kind),
        content=_spans(message.content_spans),
        cue=_cue(message.cue) if message.HasField("cue") else None,
        source=_span(message.source) if message.HasField("source") else None,
        speaker=speakers.get(message.speaker_id),
        addressees=_spans(message.addressee_spans),
        polarity=_member(models.Polarity, pb.Polarity, message.polarity),
        confidence=message.confidence,
        speaker_confidence=message.speaker_confidence,
        paragraph_index=message.paragraph_index,
        parent_id=message.parent_statement_id or None,
        continued_id=message.continued_statement_id or None,
        medium=_spans(message.medium_spans),
        time=_spans(message.time_spans),
        explanation=_explanation(message.explanation) if message.HasField("explanation") else None,
        said_on=_day(message.said_on),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:  # of a server that says less, such as a month
        return None


def _cue(message: pb.Cue) -> models.Cue:
    return models.Cue(_spans(message.spans), message.lemma, _member(models.CueClass, pb.CueClass, message.cue_class))


def _explanation(message: pb.Explanation) -> models.Explanation:
    return models.Explanation(
        rule=message.rule,
        speaker_rule=message.speaker_rule,
        sentence=_span(message.sentence) if message.HasField("sentence") else None,
        evidence=_evidence(message.evidence),
        speaker_evidence=_evidence(message.speaker_evidence),
        alternatives=tuple(models.SpeakerAlternative(one.speaker_id, one.confidence) for one in message.alternatives),
    )


def _evidence(messages: Iterable[pb.Evidence]) -> tuple[models.Evidence, ...]:
    return tuple(models.Evidence(one.name, one.weight) for one in messages)


def _speaker(message: pb.Speaker) -> models.Speaker:
    return models.Speaker(
        speaker_id=message.speaker_id,
        name=message.display_name,
        type=_member(models.SpeakerType, pb.SpeakerType, message.type),
        role=message.role,
        affiliation_id=message.affiliation_speaker_id or None,
        issuer_id=message.issuer_speaker_id or None,
        mentions=_spans(message.mentions),
        external_id=message.external_id,
        candidates=tuple(models.SpeakerCandidate(one.external_id, one.name) for one in message.candidates),
    )


def _warning(message: pb.Warning) -> models.TextWarning:
    return models.TextWarning(
        code=_member(models.WarningCode, pb.WarningCode, message.code),
        message=message.message,
        span=_span(message.span) if message.HasField("span") else None,
    )


def _model(message: pb.ModelInfo) -> models.ModelInfo:
    return models.ModelInfo(message.name, message.version, message.digest)


def _stats(message: pb.Stats) -> models.Stats:
    return models.Stats(
        words=message.word_count,
        sentences=message.sentence_count,
        queue_duration=message.queue_duration.ToTimedelta(),
        parse_duration=message.parse_duration.ToTimedelta(),
        extract_duration=message.extract_duration.ToTimedelta(),
    )


def _spans(messages: Iterable[pb.Span]) -> tuple[models.Span, ...]:
    return tuple(_span(message) for message in messages)


def _span(message: pb.Span) -> models.Span:
    return models.Span(message.start, message.end, message.text)


def _member(members: type[_Member], enum: Any, value: int) -> _Member:
    """The member that has the name of the contract's value; UNKNOWN for one that a newer server has added."""
    prefix = enum_prefix(enum)
    known = enum.DESCRIPTOR.values_by_number.get(value)
    name = known.name.removeprefix(prefix) if known else "UNKNOWN"
    return members.__members__.get(name, members["UNKNOWN"])
