"""Models to messages of the contract: one function per message. The way back is `_convert`."""

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from google.protobuf.duration_pb2 import Duration
from google.protobuf.json_format import MessageToDict
from google.protobuf.timestamp_pb2 import Timestamp

from sayso import models
from sayso.errors import InvalidDocument
from sayso.known import checked
from sayso.labels import fault_of
from sayso.v1 import quotes_pb2 as pb


def document_message(document: models.Document) -> pb.Document:
    """The message of a document. Raises InvalidDocument where a string has no UTF-8."""
    _require_utf8("document.text", document.text)
    _require_utf8("document.document_id", document.document_id)
    _require_utf8("document.language_code", document.language)
    _require_utf8("document.title", document.title)
    return pb.Document(
        text=document.text,
        document_id=document.document_id,
        language_code=document.language,
        title=document.title,
        published_at=_timestamp(document.published_at),
        labels=_labels(document.labels),
    )


def _labels(labels: Mapping[str, Any]) -> Mapping[str, str]:
    for text in (*labels, *labels.values()):
        if not isinstance(text, str):
            raise TypeError(f"labels must be strings: {text!r} is a {type(text).__name__}")
        _require_utf8("document.labels", text)
    if fault := fault_of(labels):
        raise InvalidDocument(fault, reason="INVALID_LABELS", field="document.labels")
    return labels


def options_message(options: models.Options) -> pb.ExtractOptions:
    """The message of options; offsets are always asked for in code points. Raises InvalidDocument."""
    return pb.ExtractOptions(
        offset_encoding=pb.OFFSET_ENCODING_UTF32,
        kinds=_values("kinds", models.Kind, pb.StatementKind, options.kinds),
        cue_classes=_values("cue_classes", models.CueClass, pb.CueClass, options.cue_classes),
        min_confidence=_number("min_confidence", options.min_confidence),
        min_speaker_confidence=options.min_speaker_confidence,
        view=pb.RESULT_VIEW_FULL if options.explain else pb.RESULT_VIEW_BASIC,
        max_alternatives=options.max_alternatives,
        known_speakers=[_known_speaker_message(known) for known in checked(options.known_speakers)],
    )


def _known_speaker_message(known: models.KnownSpeaker) -> pb.KnownSpeaker:
    return pb.KnownSpeaker(
        external_id=known.external_id,
        name=known.name,
        aliases=known.aliases,
        type=_value(pb.SpeakerType, models.SpeakerType(known.type)),
        role=known.role,
        valid_from=known.valid_from.isoformat() if known.valid_from else "",
        valid_to=known.valid_to.isoformat() if known.valid_to else "",
    )


def result_dict(result: models.Result) -> dict[str, Any]:
    """A Result in protobuf's JSON mapping, offsets in code points."""
    return MessageToDict(result_message(result), always_print_fields_with_no_presence=True)


def result_message(result: models.Result) -> pb.Result:
    """The message of a Result; members that this client does not know are left unspecified."""
    return pb.Result(
        document_id=result.document_id,
        statements=[_statement_message(statement) for statement in result.statements],
        speakers=[_speaker_message(speaker) for speaker in result.speakers],
        language_code=result.language,
        offset_encoding=pb.OFFSET_ENCODING_UTF32,
        model=pb.ModelInfo(name=result.model.name, version=result.model.version, digest=result.model.digest),
        warnings=[_warning_message(warning) for warning in result.warnings],
        stats=_stats_message(result.stats),
        labels=result.labels,
    )


def _statement_message(statement: models.Statement) -> pb.Statement:
    return pb.Statement(
        statement_id=statement.statement_id,
        kind=_value(pb.StatementKind, statement.kind),
        content_spans=_span_messages(statement.content),
        cue=_cue_message(statement.cue) if statement.cue else None,
        source=_span_message(statement.source),
        speaker_id=statement.speaker.speaker_id if statement.speaker else "",
        addressee_spans=_span_messages(statement.addressees),
        polarity=_value(pb.Polarity, statement.polarity),
        confidence=statement.confidence,
        speaker_confidence=statement.speaker_confidence,
        paragraph_index=statement.paragraph_index,
        parent_statement_id=statement.parent_id or "",
        continued_statement_id=statement.continued_id or "",
        medium_spans=_span_messages(statement.medium),
        time_spans=_span_messages(statement.time),
        explanation=_explanation_message(statement.explanation) if statement.explanation else None,
        said_on=statement.said_on.isoformat() if statement.said_on else "",
    )


def _cue_message(cue: models.Cue) -> pb.Cue:
    return pb.Cue(spans=_span_messages(cue.spans), lemma=cue.lemma, cue_class=_value(pb.CueClass, cue.cue_class))


def _explanation_message(explanation: models.Explanation) -> pb.Explanation:
    return pb.Explanation(
        rule=explanation.rule,
        speaker_rule=explanation.speaker_rule,
        sentence=_span_message(explanation.sentence),
        evidence=_evidence_messages(explanation.evidence),
        speaker_evidence=_evidence_messages(explanation.speaker_evidence),
        alternatives=[
            pb.SpeakerAlternative(speaker_id=one.speaker_id, confidence=one.confidence)
            for one in explanation.alternatives
        ],
    )


def _evidence_messages(evidence: Iterable[models.Evidence]) -> list[pb.Evidence]:
    return [pb.Evidence(name=one.name, weight=one.weight) for one in evidence]


def _speaker_message(speaker: models.Speaker) -> pb.Speaker:
    return pb.Speaker(
        speaker_id=speaker.speaker_id,
        display_name=speaker.name,
        type=_value(pb.SpeakerType, speaker.type),
        role=speaker.role,
        affiliation_speaker_id=speaker.affiliation_id or "",
        issuer_speaker_id=speaker.issuer_id or "",
        mentions=_span_messages(speaker.mentions),
        external_id=speaker.external_id,
        candidates=[pb.SpeakerCandidate(external_id=one.external_id, name=one.name) for one in speaker.candidates],
    )


def _warning_message(warning: models.TextWarning) -> pb.Warning:
    return pb.Warning(
        code=_value(pb.WarningCode, warning.code), message=warning.message, span=_span_message(warning.span)
    )


def _stats_message(stats: models.Stats) -> pb.Stats:
    return pb.Stats(
        word_count=stats.words,
        sentence_count=stats.sentences,
        queue_duration=_duration(stats.queue_duration),
        parse_duration=_duration(stats.parse_duration),
        extract_duration=_duration(stats.extract_duration),
    )


def _duration(duration: timedelta) -> Duration:
    message = Duration()
    message.FromTimedelta(duration)
    return message


def _span_message(span: models.Span | None) -> pb.Span | None:
    return pb.Span(start=span.start, end=span.end, text=span.text) if span else None


def _span_messages(spans: Iterable[models.Span]) -> list[pb.Span]:
    return [pb.Span(start=span.start, end=span.end, text=span.text) for span in spans]


def _value(enum: Any, member: StrEnum) -> Any:
    """The contract's value of a member; the zero value for UNKNOWN."""
    return enum.DESCRIPTOR.values_by_name[
        enum_prefix(enum) + ("UNSPECIFIED" if member == "unknown" else member.name)
    ].number


def _values(field: str, members: type[StrEnum], enum: Any, wanted: str | Iterable[str]) -> list[Any]:
    """The contract's values of members, or of their names. Raises InvalidDocument."""
    known = [str(member) for member in members if member != "unknown"]
    values = []
    for name in [wanted] if isinstance(wanted, str) else wanted:
        if name not in known:
            raise InvalidDocument(
                f'there is no {members.__name__} "{name}"; there are: {", ".join(known)}',
                reason="INVALID_OPTION",
                field=f"options.{field}",
            )
        values.append(enum.Value(enum_prefix(enum) + name.upper()))
    return values


def _number(field: str, value: float) -> float:
    if math.isnan(value):
        raise InvalidDocument(f"{field} is not a number", reason="INVALID_OPTION", field=f"options.{field}")
    return value


def _timestamp(moment: datetime | None) -> Timestamp | None:
    if moment is None:
        return None
    message = Timestamp()
    message.FromDatetime(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    return message


def _require_utf8(field: str, value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise InvalidDocument(
            f"{field} has half of a surrogate pair (U+{ord(value[error.start]):04X}) at character {error.start}, "
            "which is no character: the text was decoded wrongly before it came here",
            reason="LONE_SURROGATE",
            field=field,
        ) from None


def enum_prefix(enum: Any) -> str:
    """What every value of an enum of the contract begins with: "STATEMENT_KIND_"."""
    return str(enum.DESCRIPTOR.values[0].name.removesuffix("UNSPECIFIED"))
