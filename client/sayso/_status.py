"""Converts gRPC statuses to exceptions."""

import re
from collections.abc import Iterable

import grpc
from google.protobuf.message import DecodeError
from google.rpc import code_pb2, error_details_pb2, status_pb2

from sayso._target import Target
from sayso._unreachable import unreachable
from sayso.errors import (
    AccessDenied,
    ExtractionFailed,
    InvalidDocument,
    Overloaded,
    RequestTimeout,
    RequestTooLarge,
    SaysoError,
    ServerError,
    ServerUnavailable,
)

_DETAILS_KEY = "grpc-status-details-bin"


def error_of_call(error: grpc.RpcError, target: Target) -> SaysoError:
    """The exception for a failed call; sync and async calls raise the same errors."""
    assert isinstance(error, grpc.Call | grpc.aio.AioRpcError)
    code, details = error.code(), error.details() or ""
    status = _details_of(error.trailing_metadata() or ()) or status_pb2.Status(code=code.value[0], message=details)
    if code is grpc.StatusCode.UNAVAILABLE and not status.details:
        return unreachable(details, target)
    if code is grpc.StatusCode.UNIMPLEMENTED:
        return ServerError(f"the server at {target.server} does not offer this method of sayso.v1: {details}")
    return error_of_status(status)


def error_of_status(status: status_pb2.Status) -> SaysoError:
    """The exception for a google.rpc.Status."""
    info, bad_request, retry = _unpack(status)
    message = status.message or code_pb2.Code.Name(status.code)
    reason, metadata = info.reason, info.metadata
    after = retry.retry_delay.ToTimedelta().total_seconds() if retry.HasField("retry_delay") else None
    match status.code:
        case code_pb2.INVALID_ARGUMENT:
            field = bad_request.field_violations[0].field if bad_request.field_violations else ""
            return InvalidDocument(message, reason=reason, metadata=metadata, field=field)
        case code_pb2.RESOURCE_EXHAUSTED if not reason:  # from gRPC itself; the server's own errors have a reason
            return RequestTooLarge(_too_large(message))
        case code_pb2.RESOURCE_EXHAUSTED:
            return Overloaded(message, reason=reason, metadata=metadata, retry_after=after)
        case code_pb2.UNAVAILABLE:
            return ServerUnavailable(message, reason=reason, metadata=metadata, retry_after=after)
        case code_pb2.UNAUTHENTICATED | code_pb2.PERMISSION_DENIED:
            return AccessDenied(message, reason=reason, metadata=metadata)
        case code_pb2.DEADLINE_EXCEEDED:
            return RequestTimeout("no answer in time", reason=reason, metadata=metadata)
        case code_pb2.INTERNAL if reason == "EXTRACTION_FAILED":
            return ExtractionFailed(message, reason=reason, metadata=metadata)
    return ServerError(message, reason=reason, metadata=metadata)


def _too_large(message: str) -> str:
    """A readable form of gRPC's "SERVER: Received message larger than max (11395028 vs. 8388608)"."""
    found = re.search(r"larger than max \((\d+) vs\. (\d+)\)", message)
    if not found:
        return message
    size, limit = (int(number) for number in found.groups())
    return f"the message has {size:,} bytes; the limit is {limit:,}"


def _details_of(metadata: Iterable[tuple[str, str | bytes]]) -> status_pb2.Status | None:
    for key, value in metadata:
        if key == _DETAILS_KEY and isinstance(value, bytes):
            try:
                return status_pb2.Status.FromString(value)
            except DecodeError:
                return None
    return None


def _unpack(
    status: status_pb2.Status,
) -> tuple[error_details_pb2.ErrorInfo, error_details_pb2.BadRequest, error_details_pb2.RetryInfo]:
    found = (error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest(), error_details_pb2.RetryInfo())
    for detail in status.details:
        for message in found:
            if detail.Is(message.DESCRIPTOR):
                detail.Unpack(message)
    return found
