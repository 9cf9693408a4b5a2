"""Requests: documents and options."""

import math
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from numbers import Integral, Real
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from sayso._typed import typed
from sayso._values.enums import CueClass, Kind, SpeakerType
from sayso._values.inputs import Document, KnownSpeaker, Options
from sayso._wire.plain import enum_prefix, from_timestamp, require_utf8, to_day, to_enum, to_timestamp
from sayso.errors import InvalidDocument
from sayso.known import checked
from sayso.labels import fault_of
from sayso.v1 import quotes_pb2 as pb


def to_document(document: Document) -> pb.Document:
    """The message for a document. Raises InvalidDocument for strings that have no UTF-8 and for too many labels."""
    return pb.Document(
        text=require_utf8("document.text", document.text),
        document_id=require_utf8("document.document_id", document.document_id),
        language_code=require_utf8("document.language_code", document.language),
        title=require_utf8("document.title", document.title),
        published_at=_moment(document.published_at),
        labels=_labels(document.labels),
    )


def from_document(message: pb.Document) -> Document:
    """The value for a document message. Raises ValueError for an invalid publication time."""
    return Document(
        text=message.text,
        document_id=message.document_id,
        language=message.language_code,
        title=message.title,
        published_at=from_timestamp(message.published_at) if message.HasField("published_at") else None,
        labels=dict(message.labels),
    )


def to_options(options: Options) -> pb.ExtractOptions:
    """The message for options; offsets are always requested in code points. Raises InvalidDocument."""
    return pb.ExtractOptions(
        offset_encoding=pb.OFFSET_ENCODING_UTF32,
        kinds=_chosen("kinds", Kind, pb.StatementKind, options.kinds),
        cue_classes=_chosen("cue_classes", CueClass, pb.CueClass, options.cue_classes),
        min_confidence=_number("min_confidence", options.min_confidence),
        min_speaker_confidence=(
            None
            if options.min_speaker_confidence is None
            else _number("min_speaker_confidence", options.min_speaker_confidence)
        ),
        view=pb.RESULT_VIEW_FULL if options.explain else pb.RESULT_VIEW_BASIC,
        max_alternatives=_count("max_alternatives", options.max_alternatives),
        known_speakers=[to_known_speaker(known) for known in checked(_known(options.known_speakers))],
    )


def to_known_speaker(known: KnownSpeaker) -> pb.KnownSpeaker:
    """The message for a valid known speaker."""
    return pb.KnownSpeaker(
        external_id=known.external_id,
        name=known.name,
        aliases=known.aliases,
        type=to_enum(pb.SpeakerType, SpeakerType(known.type)),
        role=known.role,
        valid_from=to_day(known.valid_from),
        valid_to=to_day(known.valid_to),
    )


def _moment(published_at: datetime | None) -> Timestamp | None:
    if published_at is None:
        return None
    try:
        return to_timestamp(typed("document.published_at", published_at, datetime, "a datetime"))
    except OverflowError as error:  # the first and last hours of the calendar, depending on the time zone
        raise ValueError(
            f"document.published_at is {published_at}; in UTC it must be in the years 1 to 9999"
        ) from error


def _labels(labels: Mapping[str, Any]) -> Mapping[str, str]:
    typed("document.labels", labels, Mapping, "a mapping of strings to strings")
    for text in (*labels, *labels.values()):
        if not isinstance(text, str):
            raise TypeError(f"labels must be strings: {text!r} is of type {type(text).__name__}")
        require_utf8("document.labels", text)
    if fault := fault_of(labels):
        raise InvalidDocument(fault, reason="INVALID_LABELS", field="document.labels")
    return labels


def _chosen(field: str, members: type[StrEnum], enum: Any, wanted: str | Iterable[str]) -> list[Any]:
    """The contract's values for members or their names. Raises InvalidDocument."""
    known = [str(member) for member in members if member != "unknown"]
    values = []
    names = [wanted] if isinstance(wanted, str) else typed(field, wanted, Iterable, "a name, or a list of names")
    for name in names:
        if name not in known:
            raise InvalidDocument(
                f'there is no {members.__name__} "{name}"; there are: {", ".join(known)}',
                reason="INVALID_OPTION",
                field=f"options.{field}",
            )
        values.append(enum.Value(enum_prefix(enum) + name.upper()))
    return values


def _known(speakers: Iterable[KnownSpeaker]) -> Iterator[KnownSpeaker]:
    for index, known in enumerate(typed("known_speakers", speakers, Iterable, "a list")):
        yield typed(f"known_speakers[{index}]", known, KnownSpeaker, "a sayso.KnownSpeaker")


def _count(field: str, value: int) -> int:
    if not 0 <= typed(field, value, Integral, "an int") < 2**31:
        problem = f"{field} is {value}; it must be from 0 to {2**31 - 1:,}"
        raise InvalidDocument(problem, reason="INVALID_OPTION", field=f"options.{field}")
    return value


def _number(field: str, value: float) -> float:
    if math.isnan(typed(field, value, Real, "a number")):
        raise InvalidDocument(f"{field} is not a number", reason="INVALID_OPTION", field=f"options.{field}")
    return value
