"""The Connect protocol for unary calls (https://connectrpc.com/docs/protocol): messages as JSON or binary."""

import base64
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf import json_format
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.rpc import error_details_pb2, status_pb2

from sayso.v1 import quotes_pb2 as pb
from sayso_server.service.errors import ServiceError

JSON, BINARY = "application/json", "application/proto"
VERSION_KEY, TIMEOUT_KEY = "connect-protocol-version", "connect-timeout-ms"

_SERVICE = pb.DESCRIPTOR.services_by_name["QuoteService"]
UNARY: dict[str, MethodDescriptor] = {
    f"/{_SERVICE.full_name}/{method.name}": method
    for method in _SERVICE.methods
    if not (method.client_streaming or method.server_streaming)
}
"""The callable methods by path."""
STREAMING = frozenset(f"/{_SERVICE.full_name}/{method.name}" for method in _SERVICE.methods) - UNARY.keys()

_HTTP_STATUS = {
    grpc.StatusCode.CANCELLED: 499,
    grpc.StatusCode.UNKNOWN: 500,
    grpc.StatusCode.INVALID_ARGUMENT: 400,
    grpc.StatusCode.DEADLINE_EXCEEDED: 504,
    grpc.StatusCode.NOT_FOUND: 404,
    grpc.StatusCode.ALREADY_EXISTS: 409,
    grpc.StatusCode.PERMISSION_DENIED: 403,
    grpc.StatusCode.RESOURCE_EXHAUSTED: 429,
    grpc.StatusCode.FAILED_PRECONDITION: 400,
    grpc.StatusCode.ABORTED: 409,
    grpc.StatusCode.OUT_OF_RANGE: 400,
    grpc.StatusCode.UNIMPLEMENTED: 501,
    grpc.StatusCode.INTERNAL: 500,
    grpc.StatusCode.UNAVAILABLE: 503,
    grpc.StatusCode.DATA_LOSS: 500,
    grpc.StatusCode.UNAUTHENTICATED: 401,
}
_CODES = {code.value[0]: code for code in grpc.StatusCode}
ERROR_CODES = ["canceled" if code is grpc.StatusCode.CANCELLED else code.name.lower() for code in _HTTP_STATUS]
"""The names of the codes in the protocol."""

_MOST_VALUES = 20_000
"""The maximum number of names, values and brackets in a JSON request: decoding more takes seconds."""
_MARK = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[{:,]', re.DOTALL)
"""A string, or a separator of values. They are counted one by one, so that other threads can run in between."""


@dataclass(frozen=True, slots=True)
class ErrorAnswer:
    """An error in wire format."""

    status: int
    body: bytes
    headers: dict[str, str]


def decoded(data: bytes, kind: str, method: MethodDescriptor, *, strict: bool) -> bytes:
    """The request in `data`, of content type `kind`, as binary. `strict` rejects JSON fields that are not in v1.

    Raises ServiceError MALFORMED_MESSAGE.
    """
    return data if kind == BINARY else request_of(data, method, strict=strict).SerializeToString()


def request_of(data: bytes, method: MethodDescriptor, *, strict: bool = True) -> Message:
    """The request in JSON `data`. Raises ServiceError MALFORMED_MESSAGE."""
    if any(number >= _MOST_VALUES for number, _ in enumerate(_MARK.finditer(data))):
        raise malformed_json(f"it has more than {_MOST_VALUES:,} names and values")
    request: Message = GetMessageClass(method.input_type)()
    try:
        json_format.Parse(data or b"{}", request, ignore_unknown_fields=not strict)
    except json_format.ParseError as error:
        raise malformed_json(_reason(str(error))) from None
    except (UnicodeError, ValueError, RecursionError, TypeError):
        raise malformed_json("it is not UTF-8") from None
    return request


def encoded(data: bytes, kind: str, method: MethodDescriptor) -> bytes:
    """A response in content type `kind`; JSON in the same form as all sayso programs."""
    if kind == BINARY:
        return data
    response: Message = GetMessageClass(method.output_type)()
    response.ParseFromString(data)
    mapped = json_format.MessageToDict(response, always_print_fields_with_no_presence=True)
    return json.dumps(mapped, ensure_ascii=False, separators=(",", ":")).encode()


def malformed_json(why: str) -> ServiceError:
    """The error of a body that is not valid JSON for the request; `why` is the reason, without text of a document."""
    return ServiceError(
        grpc.StatusCode.INVALID_ARGUMENT, "MALFORMED_MESSAGE", f"the JSON of the request cannot be decoded: {why}"
    )


def _reason(error: str) -> str:
    """The field names and places from protobuf's message, which may also quote values and so the document."""
    place = ".".join(re.findall(r"Failed to parse (\w{1,60}) field: ", error)) or "the request"
    if "has no field named" in error:
        known = ", ".join(re.findall(r"'(\w+)'", error.partition("Available Fields")[2]))
        found = re.search(r'has no field named "(\w{1,60})"', error)
        return f"{place} has no field {found[1] if found else 'of this name'}; it has {known}"
    if "Unpaired surrogate" in error:
        return f"{place} has half of a surrogate pair, which is not a character"
    if found := re.search(r"line \d+ column \d+", error):
        return f"it is not JSON, at {found[0]}"
    if "Failed to load JSON" in error:
        return "it is not JSON, or a name occurs twice"
    return f"{place} has the wrong type{_members(place)}"


def _members(place: str) -> str:
    """The allowed values if a place such as options.view is an enum."""
    name = place.rpartition(".")[2]
    for field in pb.ExtractOptions.DESCRIPTOR.fields:
        if name in (field.name, field.json_name) and field.enum_type:
            return ": " + ", ".join(value.name for value in field.enum_type.values)
    return ""


def timeout_of(headers: Mapping[str, str]) -> float | None:
    """The caller's timeout in seconds. Raises ServiceError INVALID_OPTION."""
    given = headers.get(TIMEOUT_KEY)
    if given is None:
        return None
    if not re.fullmatch(r"[0-9]{1,10}", given):
        raise ServiceError(
            grpc.StatusCode.INVALID_ARGUMENT, "INVALID_OPTION", f"{TIMEOUT_KEY} is not a number of milliseconds"
        )
    return int(given) / 1000


def error_answer(status: status_pb2.Status) -> ErrorAnswer:
    """A status in the protocol: the code by name, details both as bytes and as JSON."""
    code = _CODES.get(status.code, grpc.StatusCode.UNKNOWN)
    name = ERROR_CODES[list(_HTTP_STATUS).index(code)]
    details = [_detail(one.type_url, one.value) for one in status.details]
    body = {"code": name, "message": status.message, **({"details": details} if details else {})}
    return ErrorAnswer(_HTTP_STATUS[code], json.dumps(body, ensure_ascii=False).encode(), _headers(code, status))


def error_of(code: grpc.StatusCode, message: str) -> ErrorAnswer:
    """An error as gRPC itself would return it, without details."""
    return error_answer(status_pb2.Status(code=code.value[0], message=message))


def _detail(type_url: str, value: bytes) -> dict[str, Any]:
    name = type_url.rpartition("/")[2]
    shown: dict[str, Any] = {"type": name, "value": base64.b64encode(value).decode().rstrip("=")}
    kinds = {kind.DESCRIPTOR.full_name: kind for kind in _DETAILS}
    if kind := kinds.get(name):
        shown["debug"] = json_format.MessageToDict(kind.FromString(value))
    return shown


_DETAILS: tuple[type[Message], ...] = (
    error_details_pb2.ErrorInfo,
    error_details_pb2.BadRequest,
    error_details_pb2.RetryInfo,
)


def _headers(code: grpc.StatusCode, status: status_pb2.Status) -> dict[str, str]:
    headers = {"www-authenticate": "Bearer"} if code is grpc.StatusCode.UNAUTHENTICATED else {}
    for detail in status.details:
        retry = error_details_pb2.RetryInfo()
        if detail.Unpack(retry):
            headers["retry-after"] = str(math.ceil(retry.retry_delay.ToTimedelta().total_seconds()))
    return headers
