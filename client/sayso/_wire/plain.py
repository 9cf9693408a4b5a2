"""Conversions shared by all messages: enums, spans, days, timestamps, durations, strings."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from sayso._typed import typed
from sayso._values.statements import Span
from sayso.errors import InvalidDocument
from sayso.v1 import quotes_pb2 as pb

_Member = TypeVar("_Member", bound=StrEnum)


def enum_prefix(enum: Any) -> str:
    """The common prefix of the values of a contract enum: "STATEMENT_KIND_"."""
    return str(enum.DESCRIPTOR.values[0].name.removesuffix("UNSPECIFIED"))


def to_enum(enum: Any, member: StrEnum) -> Any:
    """The contract's value for a member; the zero value for UNKNOWN."""
    name = "UNSPECIFIED" if member == "unknown" else member.name
    return enum.DESCRIPTOR.values_by_name[enum_prefix(enum) + name].number


def from_enum(members: type[_Member], enum: Any, value: int) -> _Member:
    """The member for a value of the contract; UNKNOWN for a value that a newer server has added."""
    known = enum.DESCRIPTOR.values_by_number.get(value)
    name = known.name.removeprefix(enum_prefix(enum)) if known else "UNKNOWN"
    return members.__members__.get(name, members["UNKNOWN"])


def to_span(span: Span) -> pb.Span:
    return pb.Span(start=span.start, end=span.end, text=span.text)


def from_span(message: pb.Span) -> Span:
    return Span(message.start, message.end, message.text)


def to_spans(spans: Iterable[Span]) -> list[pb.Span]:
    return [to_span(span) for span in spans]


def from_spans(messages: Iterable[pb.Span]) -> tuple[Span, ...]:
    return tuple(from_span(message) for message in messages)


def to_day(day: date | None) -> str:
    return day.isoformat() if day else ""


def from_day(text: str) -> date | None:
    """The day from ISO 8601 text; None if it is invalid."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def to_timestamp(moment: datetime) -> Timestamp:
    """The message for a point in time; without a time zone it is taken as UTC."""
    message = Timestamp()
    message.FromDatetime(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    return message


def from_timestamp(message: Timestamp) -> datetime:
    return message.ToDatetime(UTC)


def to_duration(duration: timedelta) -> Duration:
    message = Duration()
    message.FromTimedelta(duration)
    return message


def from_duration(message: Duration) -> timedelta:
    return message.ToTimedelta()


def require_utf8(field: str, value: str) -> str:
    """The string, if it can be encoded as UTF-8. Raises InvalidDocument with the `field` of the request."""
    try:
        typed(field, value, str, "a str").encode()
    except UnicodeEncodeError as error:
        raise InvalidDocument(
            f"{field} has half of a surrogate pair (U+{ord(value[error.start]):04X}) at character {error.start}, "
            "which is not a character: the text was decoded incorrectly before it was passed in",
            reason="LONE_SURROGATE",
            field=field,
        ) from None
    return value
