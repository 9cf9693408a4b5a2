"""Converts exceptions to gRPC statuses, the inverse of `sayso._status`."""

from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc import code_pb2, error_details_pb2, status_pb2

from sayso import errors
from sayso.errors import SaysoError

_STATUSES: dict[type[SaysoError], tuple[int, str]] = {
    errors.InvalidDocument: (code_pb2.INVALID_ARGUMENT, "INVALID_OPTION"),
    errors.RequestTooLarge: (code_pb2.RESOURCE_EXHAUSTED, ""),
    errors.Overloaded: (code_pb2.RESOURCE_EXHAUSTED, "OVERLOADED"),
    errors.ServerUnavailable: (code_pb2.UNAVAILABLE, ""),
    errors.AccessDenied: (code_pb2.UNAUTHENTICATED, "UNAUTHENTICATED"),
    errors.RequestTimeout: (code_pb2.DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED"),
    errors.ExtractionFailed: (code_pb2.INTERNAL, "EXTRACTION_FAILED"),
    errors.ServerError: (code_pb2.INTERNAL, "INTERNAL"),
}
"""Code and default reason of each exception that a server can cause."""


def status_of(error: SaysoError) -> status_pb2.Status:
    """The status that a client converts to this exception. Raises TypeError for an error that no server causes."""
    if type(error) not in _STATUSES:
        raise TypeError(f"no server causes a {type(error).__name__}")
    code, usual = _STATUSES[type(error)]
    status = status_pb2.Status(code=code, message=error.message)
    for detail in _details(error, error.reason or usual):
        status.details.add().Pack(detail)
    return status


def _details(error: SaysoError, reason: str) -> list[Message]:
    if not reason:
        return []
    details: list[Message] = [error_details_pb2.ErrorInfo(reason=reason, domain="sayso", metadata=error.metadata)]
    if isinstance(error, errors.InvalidDocument) and error.field:
        violation = error_details_pb2.BadRequest.FieldViolation(field=error.field, description=error.message)
        details.append(error_details_pb2.BadRequest(field_violations=[violation]))
    after = getattr(error, "retry_after", None)
    if after is not None:
        delay = Duration()
        delay.FromNanoseconds(round(after * 1e9))
        details.append(error_details_pb2.RetryInfo(retry_delay=delay))
    return details
