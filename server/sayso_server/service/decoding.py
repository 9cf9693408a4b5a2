"""Bytes that are no message are the caller's fault: INVALID_ARGUMENT, where gRPC itself answers UNKNOWN."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import grpc
import grpc.aio
from google.protobuf.message import DecodeError

from sayso_server.service.errors import Context, abort, malformed_message
from sayso_server.service.handlers import Behaviour, Continuation, Handler, behaviour_of, rebuilt


class _Malformed:
    """Stands in for a message that does not decode."""


class DecodeInterceptor(grpc.aio.ServerInterceptor):
    """Catches messages that do not decode, for every service."""

    async def intercept_service(
        self, continuation: Continuation, handler_call_details: grpc.HandlerCallDetails
    ) -> Handler | None:
        """The handler that `continuation` finds, made safe."""
        handler = await continuation(handler_call_details)
        if handler is None:
            return None
        checked = _each if handler.request_streaming else _one
        return rebuilt(handler, checked(behaviour_of(handler)), _tolerant(handler.request_deserializer))


def _tolerant(deserialize: Callable[[bytes], Any] | None) -> Callable[[bytes], Any]:
    def tolerant(data: bytes) -> Any:
        try:
            return deserialize(data) if deserialize else data
        except DecodeError:
            return _Malformed()

    return tolerant


def _one(behaviour: Behaviour) -> Behaviour:
    async def answer(request: Any, context: Context) -> Any:
        if isinstance(request, _Malformed):
            await abort(context, malformed_message())
        return await behaviour(request, context)

    return answer


def _each(behaviour: Behaviour) -> Behaviour:
    async def answer(requests: AsyncIterator[Any], context: Context) -> Any:
        return await behaviour(_decoded(requests), context)

    return answer


async def _decoded(requests: AsyncIterator[Any]) -> AsyncIterator[Any]:
    """The requests of a stream. Raises ServiceError MALFORMED_MESSAGE."""
    async for request in requests:
        if isinstance(request, _Malformed):
            raise malformed_message()
        yield request
