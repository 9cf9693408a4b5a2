"""Bytes that are no message are the caller's fault: INVALID_ARGUMENT, where gRPC itself answers UNKNOWN."""

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeAlias

import grpc
import grpc.aio
from google.protobuf.message import DecodeError

from sayso_server.service.errors import Context, abort, malformed_message

_Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"
_Behaviour = Callable[[Any, Any], Any]


class _Malformed:
    """Stands in for a message that does not decode."""


class DecodeInterceptor(grpc.aio.ServerInterceptor):
    """Catches messages that do not decode, for every service."""

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable["_Handler | None"]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> "_Handler | None":
        """The handler that `continuation` finds, made safe."""
        handler = await continuation(handler_call_details)
        return None if handler is None else _safe(handler)


def _safe(handler: _Handler) -> _Handler:
    coders = {
        "request_deserializer": _tolerant(handler.request_deserializer),
        "response_serializer": handler.response_serializer,
    }
    if handler.unary_unary:
        return grpc.unary_unary_rpc_method_handler(_one_to_one(handler.unary_unary), **coders)
    if handler.unary_stream:
        return grpc.unary_stream_rpc_method_handler(_one_to_many(handler.unary_stream), **coders)
    if handler.stream_stream:
        return grpc.stream_stream_rpc_method_handler(_many_to_many(handler.stream_stream), **coders)
    return handler  # no service here takes a stream and answers once


def _tolerant(deserialize: Callable[[bytes], Any] | None) -> Callable[[bytes], Any]:
    def tolerant(data: bytes) -> Any:
        try:
            return deserialize(data) if deserialize else data
        except DecodeError:
            return _Malformed()

    return tolerant


def _one_to_one(behaviour: _Behaviour) -> _Behaviour:
    async def answer(request: Any, context: Context) -> Any:
        if isinstance(request, _Malformed):
            await abort(context, malformed_message())
        response = behaviour(request, context)
        return await response if inspect.isawaitable(response) else response

    return answer


def _one_to_many(behaviour: _Behaviour) -> _Behaviour:
    async def answer(request: Any, context: Context) -> None:
        if isinstance(request, _Malformed):
            await abort(context, malformed_message())
        await _write_all(behaviour(request, context), context)

    return answer


def _many_to_many(behaviour: _Behaviour) -> _Behaviour:
    async def answer(requests: AsyncIterator[Any], context: Context) -> None:
        await _write_all(behaviour(_decoded(requests), context), context)

    return answer


async def _decoded(requests: AsyncIterator[Any]) -> AsyncIterator[Any]:
    """The requests of a stream. Raises ServiceError MALFORMED_MESSAGE."""
    async for request in requests:
        if isinstance(request, _Malformed):
            raise malformed_message()
        yield request


async def _write_all(responses: Any, context: Context) -> None:
    """Write what a behaviour answers, be it a coroutine that writes for itself or a generator."""
    if inspect.isawaitable(responses):
        await responses
        return
    async for response in responses:
        await context.write(response)
