"""Seconds as protobuf has them."""

from google.protobuf.duration_pb2 import Duration


def duration_message(seconds: float) -> Duration:
    """A Duration of so many seconds, to the microsecond."""
    message = Duration()
    message.FromMicroseconds(round(seconds * 1_000_000))
    return message
