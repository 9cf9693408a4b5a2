"""Values in which nothing is empty, made by reflection, and the values that differ from them in one field."""

from collections.abc import Collection, Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from enum import Enum
from typing import Any, TypeVar

from google.protobuf.descriptor import FieldDescriptor as Field
from google.protobuf.message import Message

from sayso.v1 import quotes_pb2 as pb
from sayso_server.core.statement import (
    Cue,
    CueClass,
    Extraction,
    Kind,
    KnownSpeaker,
    Polarity,
    Span,
    Speaker,
    SpeakerType,
    Statement,
    TextWarning,
    Timing,
    WarningCode,
)

_Message = TypeVar("_Message", bound=Message)

FIXED: dict[str, Any] = {"offset_encoding": pb.OFFSET_ENCODING_UTF32, "speaker_id": "p1", "said_on": "2024-07-31"}
"""Fields that the client sets itself, that must refer to a speaker of the result, and that must be a day."""


def filled(message: _Message) -> _Message:
    """The message with every field set to a value that is not its default, lists with two values."""
    for number, field in enumerate(fields_of(message), start=1):
        for copy in range(2 if field.is_repeated else 1):
            _set(message, field, 10 * number + copy)
    return message


def fields_of(message: Message) -> list[Field]:
    """The fields of a message, set or not."""
    return [field for field in message.DESCRIPTOR.fields if isinstance(field, Field)]


def _set(message: Message, field: Field, number: int) -> None:
    target: Any = getattr(message, field.name)
    if field.message_type and field.message_type.GetOptions().map_entry:
        target[f"key {number}"] = f"value {number}"
        return
    if field.type == Field.TYPE_MESSAGE:
        filled(target.add() if field.is_repeated else target)
        return
    values = {
        Field.CPPTYPE_STRING: f"text {number}",
        Field.CPPTYPE_DOUBLE: number / 1000,
        Field.CPPTYPE_BOOL: True,
        Field.CPPTYPE_ENUM: field.enum_type.values[-1].number if field.enum_type else 0,
    }
    value = FIXED.get(field.name, values.get(field.cpp_type, number))
    if field.full_name.endswith(".nanos"):
        value = 1000 * number  # Python has microseconds
    if field.is_repeated:
        target.append(value)
    else:
        setattr(message, field.name, value)


def full_result() -> pb.Result:
    """A Result in which nothing is empty."""
    result = filled(pb.Result())
    for number, speaker in enumerate(result.speakers, start=1):
        speaker.speaker_id = f"p{number}"
    return result


def unset(message: Message, path: str = "") -> list[str]:
    """The fields without a value, at any depth."""
    found = {field.name for field, _ in message.ListFields()}
    out = [f"{path}{name}" for name in message.DESCRIPTOR.fields_by_name if name not in found]
    for field, value in message.ListFields():
        for one in value if field.is_repeated else [value]:
            if isinstance(one, Message) and one.DESCRIPTOR.full_name.startswith("sayso."):
                out += unset(one, f"{path}{field.name}.")
    return out


def cleared(message: _Message) -> Iterator[tuple[str, _Message]]:
    """The message without one of its fields at any depth, and that field's path; of lists in the first item."""
    for path in _paths(message):
        copy = type(message)()
        copy.CopyFrom(message)
        owner: Any = copy
        for step in path[:-1]:
            owner = getattr(owner, step)
            owner = owner if isinstance(owner, Message) else owner[0]
        owner.ClearField(path[-1])
        yield ".".join(path), copy


def _paths(message: Message) -> Iterator[tuple[str, ...]]:
    for field, value in message.ListFields():
        yield (field.name,)
        inner = value[0] if field.is_repeated and field.message_type and not _is_map(field) else value
        if isinstance(inner, Message) and inner.DESCRIPTOR.full_name.startswith("sayso."):
            yield from ((field.name, *path) for path in _paths(inner))


def _is_map(field: Any) -> bool:
    return bool(field.message_type.GetOptions().map_entry)


def others(value: Any, skipped: Collection[str] = ()) -> Iterator[Any]:
    """Frozen values that differ from one in a single field, at any depth; not in `skipped` ("Cue.lemma")."""
    if is_dataclass(value):
        for one in fields(value):
            if f"{type(value).__name__}.{one.name}" not in skipped:
                found = others(getattr(value, one.name), skipped)
                yield from (replace(value, **{one.name: other}) for other in found)  # type: ignore[type-var]
    elif isinstance(value, tuple) and value:
        if not isinstance(value[0], str):  # which begins a pair
            yield ()
        for i, member in enumerate(value):
            yield from ((*value[:i], other, *value[i + 1 :]) for other in others(member, skipped))
    elif isinstance(value, Enum):
        yield next(member for member in type(value) if member is not value)
    elif isinstance(value, str):
        yield "x" + value
    elif isinstance(value, int | float):
        yield value + 1
    else:
        yield from _later(value)


def _later(value: object) -> Iterator[object]:
    if isinstance(value, date):
        yield value + timedelta(days=1)
    elif isinstance(value, timedelta):
        yield value + timedelta(seconds=1)
    elif isinstance(value, dict):
        yield {**value, "another": "value"}


def empty(value: Any, path: str = "") -> list[str]:
    """The fields of frozen values that have nothing in them, at any depth; of tuples in the first item."""
    if is_dataclass(value):
        return [found for one in fields(value) for found in empty(getattr(value, one.name), f"{path}.{one.name}")]
    if isinstance(value, tuple) and value:
        return empty(value[0], path)
    return [path] if value in ((), "", None) else []


def _span(number: int) -> Span:
    return Span(number, number + 1)


FULL = Extraction(
    text="abcdefghijklmnopqrstuvwxyz",
    statements=(
        Statement(
            "s2",
            Kind.MIXED,
            (_span(1),),
            Cue((_span(2),), "say", CueClass.SAY),
            _span(3),
            "clausal-complement",
            0.5,
            speaker_id="p1",
            speaker_confidence=0.25,
            speaker_rule="surname",
            alternatives=(("p2", 0.125),),
            addressees=(_span(4),),
            polarity=Polarity.HEDGED,
            paragraph_index=3,
            parent_id="s1",
            continued_id="s0",
            medium=(_span(5),),
            time=(_span(6),),
            sentence=_span(7),
            evidence=(("cue.lemma=say", 1.5),),
            speaker_evidence=(("subject", 0.8),),
            said_on=date(2024, 7, 31),
        ),
    ),
    speakers=(
        Speaker(
            "p1",
            "Mara Olin",
            SpeakerType.PERSON,
            (_span(8),),
            role="mayor",
            affiliation_id="p2",
            issuer_id="p3",
            external_id="Q1",
            candidates=(KnownSpeaker("Q2", "Mara Marsh"),),
        ),
        Speaker("p2", "Harwick Council", SpeakerType.ORGANIZATION, (_span(10),)),
        Speaker("p3", "Harwick Post", SpeakerType.ORGANIZATION, (_span(11),)),
    ),
    warnings=(TextWarning(WarningCode.EMPTY_TEXT, "a message", _span(9)),),
    words=5,
    sentences=1,
    timing=Timing(0.5, 0.25),
)
"""An extraction whose first statement and speaker have everything; every span is another."""
