"""Counting the fields of a message before it is decoded: exact for messages, harmless for any other bytes."""

from typing import Any

import pytest
from google.protobuf.message import DecodeError, Message
from hypothesis import given
from hypothesis import strategies as st

from sayso.v1 import quotes_pb2 as pb
from sayso_server.service.interceptors.wire import exceeds

BATCH = pb.BatchExtractQuotesRequest.DESCRIPTOR
TEXTS = st.text(max_size=300)


@st.composite
def batches(draw: st.DrawFn) -> pb.BatchExtractQuotesRequest:
    """Batches with some of their fields set."""
    request = pb.BatchExtractQuotesRequest()
    for text in draw(st.lists(TEXTS, max_size=5)):
        request.documents.add(text=text, document_id=draw(TEXTS), language_code=draw(st.sampled_from(["", "en"])))
        if draw(st.booleans()):
            request.documents[-1].published_at.FromSeconds(draw(st.integers(0, 2**31)))
    if draw(st.booleans()):
        request.options.kinds.extend(draw(st.lists(st.sampled_from([pb.STATEMENT_KIND_DIRECT]), max_size=200)))
        request.options.min_confidence = draw(st.floats(0, 1, allow_subnormal=False))
    return request


def fields_and_values(message: Message) -> int:
    """The fields that are set, at any depth; each of a repeated one counts, and each packed value of a byte."""
    count = 0
    for field, value in message.ListFields():
        values: list[Any] = list(value) if field.is_repeated else [value]
        if field.message_type:
            count += sum(1 + fields_and_values(one) for one in values)
        elif field.is_packed:
            count += 1 + len(values)
        else:
            count += len(values)
    return count


@given(batches())
def test_a_message_has_as_many_as_its_fields_and_values(request: pb.BatchExtractQuotesRequest) -> None:
    data, count = request.SerializeToString(), fields_and_values(request)
    assert exceeds(data, BATCH, count) is None
    if count:
        assert exceeds(data, BATCH, count - 1) in {"documents", "options"}


@given(st.one_of(st.binary(max_size=200), batches().map(lambda one: one.SerializeToString())), st.data())
def test_any_bytes_are_counted(data: bytes, draw: st.DataObject) -> None:
    if data and draw.draw(st.booleans()):
        place = draw.draw(st.integers(0, len(data) - 1))
        data = data[:place] + bytes([draw.draw(st.integers(0, 255))]) + data[place + 1 :]
    exceeds(data, BATCH, 1_000_000)
    try:
        count = fields_and_values(pb.BatchExtractQuotesRequest.FromString(data))
    except DecodeError:
        return
    if count:
        assert exceeds(data, BATCH, 0) is not None


@pytest.mark.parametrize(
    "hidden",
    [
        b"\x0a\x03\x0a\x7fx" + b"\x0a\x00" * 50,  # after a document whose text ends behind it
        b"\x7b\x0a\x03\x0a\x7fx\x7c" + b"\x0a\x00" * 50,  # the same inside an unknown group
        b"\x7b\x0a\x02\xff\xff\x7c" + b"\x0a\x00" * 50,  # after an unknown group, whose fields are anything
    ],
)
def test_nothing_hides_what_follows_it(hidden: bytes) -> None:
    assert exceeds(hidden, BATCH, 40) == "documents"
