"""Counts the fields of an encoded message before it is decoded.

A message of 8 MB may have millions of two-byte fields. Decoding them takes seconds and hundreds of MiB. This module
counts them up to a limit; strings and other long values are skipped, whatever their length.
"""

from functools import cache
from typing import NamedTuple

from google.protobuf.descriptor import Descriptor, FieldDescriptor

_VARINT, _FIXED64, _LENGTH, _START_GROUP, _END_GROUP, _FIXED32 = range(6)
_SKIPPED = {_FIXED64: 8, _FIXED32: 4, _START_GROUP: 0, _END_GROUP: 0}
_UNPACKED = (FieldDescriptor.TYPE_STRING, FieldDescriptor.TYPE_BYTES, FieldDescriptor.TYPE_GROUP)


class _Kind(NamedTuple):
    """The content of a field: a message, packed values, or neither."""

    message: Descriptor | None
    is_packed: bool


_PLAIN = _Kind(None, is_packed=False)


class _MalformedError(Exception):
    """The bytes are not a message."""


def exceeds(data: bytes, descriptor: Descriptor, limit: int) -> str | None:
    """The field at which a message exceeds `limit` fields and packed values; None if it does not.

    Returns the name of a top-level field, even if nested fields exceed the limit. Malformed messages are counted up to
    the first invalid byte.
    """
    field, ends, kinds = "", [(len(data), descriptor)], _kinds(descriptor)
    position = count = 0
    while ends:
        end, message = ends[-1]
        if position >= end:
            ends.pop()
            kinds = _kinds(ends[-1][1]) if ends else {}
            continue
        try:
            tag, position = _varint(data, position)
            if len(ends) == 1:
                field = _name(message, tag >> 3)
            length, position = _payload(data, position, tag & 7)
        except _MalformedError:
            position = end  # a field inside an unknown group: continue after it
            continue
        kind = kinds.get(tag >> 3, _PLAIN) if tag & 7 == _LENGTH else _PLAIN
        count += 1 + (length if kind.is_packed else 0)
        if count > limit:
            return field
        if kind.message and position + length <= end:
            ends.append((position + length, kind.message))
            kinds = _kinds(kind.message)
        else:
            position = min(position + length, end)
    return None


def _payload(data: bytes, position: int, wire_type: int) -> tuple[int, int]:
    """The length and start of the payload after a tag. Raises _MalformedError."""
    if wire_type == _VARINT:
        return 0, _varint(data, position)[1]
    if wire_type == _LENGTH:
        return _varint(data, position)
    if wire_type not in _SKIPPED:
        raise _MalformedError
    return _SKIPPED[wire_type], position


def _varint(data: bytes, position: int) -> tuple[int, int]:
    """The number at a position, and its end. Raises _MalformedError."""
    value = 0
    for shift, byte in zip(range(0, 70, 7), data[position : position + 10], strict=False):
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position + shift // 7 + 1
    raise _MalformedError


@cache
def _kinds(descriptor: Descriptor) -> dict[int, _Kind]:
    return {
        number: _Kind(field.message_type, field.message_type is None and field.type not in _UNPACKED)
        for number, field in descriptor.fields_by_number.items()
    }


def _name(descriptor: Descriptor, number: int) -> str:
    field = descriptor.fields_by_number.get(number)
    return field.name if field else ""
