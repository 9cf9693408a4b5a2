"""Messages to models and back: every field of a Result survives, so that none is forgotten."""

from typing import Any

from google.protobuf.descriptor import FieldDescriptor as Field
from google.protobuf.message import Message

from sayso._convert import result_model
from sayso._messages import result_message
from sayso.v1 import quotes_pb2 as pb

FIXED: dict[str, Any] = {"offset_encoding": pb.OFFSET_ENCODING_UTF32, "speaker_id": "p1", "said_on": "2024-07-31"}
"""What the client sets itself, what must name a speaker of the result, and what must be a day."""


def fill(message: Message) -> Message:
    """Every field set to a value that is not its default, lists with two values."""
    for number, field in enumerate(fields_of(message), start=1):
        for copy in range(2 if field.is_repeated else 1):
            _set(message, field, 10 * number + copy)
    return message


def fields_of(message: Message) -> list[Field]:
    return [field for field in message.DESCRIPTOR.fields if isinstance(field, Field)]


def _set(message: Message, field: Field, number: int) -> None:
    target: Any = getattr(message, field.name)
    if field.message_type and field.message_type.GetOptions().map_entry:
        target[f"key {number}"] = f"value {number}"
        return
    if field.type == Field.TYPE_MESSAGE:
        fill(target.add() if field.is_repeated else target)
        return
    values = {
        Field.CPPTYPE_STRING: f"text {number}",
        Field.CPPTYPE_DOUBLE: number / 1000,
        Field.CPPTYPE_BOOL: True,
        Field.CPPTYPE_ENUM: field.enum_type.values[-1].number if field.enum_type else 0,
    }
    value = FIXED.get(field.name, values.get(field.cpp_type, number))
    if field.full_name == "google.protobuf.Duration.nanos":
        value = 1000 * number  # Python's durations have microseconds
    if field.is_repeated:
        target.append(value)
    else:
        setattr(message, field.name, value)


def full_result() -> pb.Result:
    result = pb.Result()
    fill(result)
    for number, speaker in enumerate(result.speakers, start=1):
        speaker.speaker_id = f"p{number}"
    return result


def test_every_field_is_filled() -> None:
    result = full_result()
    assert {field.name for field, _ in result.ListFields()} == set(result.DESCRIPTOR.fields_by_name)
    explanation = result.statements[0].explanation
    assert {field.name for field, _ in explanation.ListFields()} == set(explanation.DESCRIPTOR.fields_by_name)


def test_every_field_survives_the_way_to_a_model_and_back() -> None:
    result = full_result()
    assert result_message(result_model(result)) == result
