"""Rejects malformed messages with INVALID_ARGUMENT; gRPC itself would return UNKNOWN.

Messages with too many fields are rejected before decoding, which would block all other calls.
"""

from collections.abc import AsyncIterator, Callable
from typing import Any

import grpc
import grpc.aio
from google.protobuf import descriptor_pool
from google.protobuf.descriptor import Descriptor
from google.protobuf.message import DecodeError

from sayso.labels import MAX_LABELS
from sayso_server.service.errors import (
    Context,
    ServiceError,
    abort,
    malformed_message,
    more_documents,
    too_many_fields,
)
from sayso_server.service.interceptors.handlers import Behaviour, Handler, WrappingInterceptor, behaviour_of, rebuilt
from sayso_server.service.interceptors.wire import exceeds
from sayso_server.service.settings import Limits

_FIELDS = 30_000
"""The maximum number of fields and packed values of a message, not counting documents: more than any caller needs."""
_FIELDS_OF_DOCUMENT = 10 + 3 * MAX_LABELS
"""The same for each document: a label is an entry with a key and a value."""


class DecodeInterceptor(WrappingInterceptor):
    """Rejects messages that cannot be decoded or have too many fields, for every service."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    def wrapped(self, handler: Handler, details: grpc.HandlerCallDetails) -> Handler:
        """The handler with safe decoding."""
        checked = _each if handler.request_streaming else _one
        decode = self._decoder(_request_of(details.method), handler.request_deserializer)
        return rebuilt(handler, checked(behaviour_of(handler)), decode)

    def _decoder(
        self, request: Descriptor | None, deserialize: Callable[[bytes], Any] | None
    ) -> Callable[[bytes], Any]:
        """A decoder that returns a ServiceError for a malformed message: gRPC would hide a raised one."""

        def decode(data: bytes) -> Any:
            if error := self._too_many(data, request) if request else None:
                return error
            try:
                return deserialize(data) if deserialize else data
            except DecodeError:
                return malformed_message()

        return decode

    def _too_many(self, data: bytes, request: Descriptor) -> ServiceError | None:
        most_documents = self._limits.max_batch_documents
        limit = _FIELDS + _FIELDS_OF_DOCUMENT * most_documents
        match exceeds(data, request, limit):
            case None:
                return None
            case "documents":
                return more_documents(most_documents)
            case _:
                return too_many_fields(limit)


def _request_of(method: str) -> Descriptor | None:
    """The request message of a method, /package.Service/Method."""
    try:
        found = descriptor_pool.Default().FindMethodByName(method.lstrip("/").replace("/", "."))
    except KeyError:
        return None
    request: Descriptor = found.input_type
    return request


def _one(behaviour: Behaviour) -> Behaviour:
    async def answer(request: Any, context: Context) -> Any:
        if isinstance(request, ServiceError):
            await abort(context, request)
        return await behaviour(request, context)

    return answer


def _each(behaviour: Behaviour) -> Behaviour:
    async def answer(requests: AsyncIterator[Any], context: Context) -> Any:
        return await behaviour(_decoded(requests), context)

    return answer


async def _decoded(requests: AsyncIterator[Any]) -> AsyncIterator[Any]:
    """The requests of a stream. Raises ServiceError for the first malformed one."""
    async for request in requests:
        if isinstance(request, ServiceError):
            raise request
        yield request
