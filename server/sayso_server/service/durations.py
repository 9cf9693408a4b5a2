"""Converts seconds to protobuf durations."""

from google.protobuf.duration_pb2 import Duration


def duration_message(seconds: float) -> Duration:
    """The Duration message for a number of seconds, to the microsecond."""
    message = Duration()
    message.FromMicroseconds(round(seconds * 1_000_000))
    return message
