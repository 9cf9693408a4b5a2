"""No valid request blocks the event loop: health checks, deadlines and other calls still work."""

import time
from collections.abc import Callable
from functools import cache

import grpc
import pytest
from support.calls import raw
from support.pauses import pauses
from support.serving import PATIENCE, Running, reason_of, running, status_of

from sayso.v1 import quotes_pb2 as pb
from sayso_server.core.paragraphs import paragraphs
from sayso_server.service.settings import Limits

MESSAGE = Limits().max_message_bytes
ONE_LETTER_LINES = "a\n" * 59_500
"""A document whose words are counted, and whose paragraphs are found, slowly."""


@cache
def unit() -> float:
    """CPU seconds that it takes to find the paragraphs of one such document: so a slow machine is given more."""
    started = time.process_time()
    paragraphs(ONE_LETTER_LINES)
    return time.process_time() - started


def batch(text: str) -> bytes:
    """As many documents as fit into one message."""
    documents = [pb.Document(text=text)] * min(64, MESSAGE // (len(text) + 20))
    return pb.BatchExtractQuotesRequest(documents=documents).SerializeToString()


def packed(field: int) -> bytes:
    """Options that name one value millions of times, in a repeated field."""
    return nested(1, nested(1, b"x")) + nested(2, nested(field, b"\x01" * (MESSAGE - 100)))


def repeated(field: bytes) -> bytes:
    """A message of the same field again and again."""
    return field * ((MESSAGE - 100) // len(field))


def full(text: str) -> bytes:
    """A request for all that there is to say of a text."""
    options = pb.ExtractOptions(view=pb.RESULT_VIEW_FULL)
    return pb.ExtractQuotesRequest(document=pb.Document(text=text), options=options).SerializeToString()


def nested(field: int, inner: bytes) -> bytes:
    """Bytes as a field of a message."""
    return bytes([field << 3 | 2]) + length(len(inner)) + inner


def length(number: int) -> bytes:
    """A length as a message has it before a field."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


ONE, BATCH = "ExtractQuotes", "BatchExtractQuotes"
REQUESTS: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "one-letter lines": (BATCH, lambda: batch(ONE_LETTER_LINES), "DEADLINE_EXCEEDED"),
    "blank lines": (BATCH, lambda: batch(" \n" * 59_500), "OK"),
    "packed kinds": (ONE, lambda: packed(2), "TOO_MANY_FIELDS"),
    "packed classes": (ONE, lambda: packed(3), "TOO_MANY_FIELDS"),
    "packed kinds of a batch": (BATCH, lambda: packed(2), "TOO_MANY_FIELDS"),
    "kinds one by one": (ONE, lambda: nested(2, repeated(b"\x10\x01")), "TOO_MANY_FIELDS"),
    "empty documents": (BATCH, lambda: repeated(b"\x0a\x00"), "TOO_MANY_DOCUMENTS"),
    "empty times": (BATCH, lambda: repeated(b"\x0a\x02\x2a\x00"), "TOO_MANY_DOCUMENTS"),
    "empty options": (ONE, lambda: repeated(b"\x12\x00"), "TOO_MANY_FIELDS"),
    "unknown fields": (ONE, lambda: repeated(b"\x78\x00"), "TOO_MANY_FIELDS"),
    "unknown groups": (ONE, lambda: repeated(b"\x7b\x7c"), "TOO_MANY_FIELDS"),
    "a long language": (ONE, lambda: nested(1, nested(2, b"e" * (MESSAGE - 100))), "UNSUPPORTED_LANGUAGE"),
    "a large answer": (ONE, lambda: full("“a” said b. " * 16_000), "OK"),
}


ANY_LENGTH = [("grpc.max_receive_message_length", -1)]


def outcome(served: Running, method: str, data: bytes) -> str:
    with grpc.insecure_channel(served.address, options=ANY_LENGTH) as channel:
        try:
            raw(channel, f"/sayso.v1.QuoteService/{method}")(data, timeout=PATIENCE)
        except grpc.RpcError as error:
            return reason_of(status_of(error))
    return "OK"


@pytest.mark.parametrize("kind", REQUESTS)
def test_the_loop_comes_round_under_the_largest_message(kind: str) -> None:
    method, make, expected = REQUESTS[kind]
    data = make()
    assert len(data) <= MESSAGE
    duration = 3 if expected == "DEADLINE_EXCEEDED" else PATIENCE
    with running(limits=Limits(max_duration=duration)) as served, pauses() as seen:
        assert outcome(served, method, data) == expected
    assert seen.longest < unit()
