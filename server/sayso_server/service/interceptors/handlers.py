"""Helpers for interceptors: unwrapping and rebuilding gRPC handlers."""

import inspect
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeAlias

import grpc
import grpc.aio

from sayso_server.service.errors import Context

if TYPE_CHECKING:
    Handler: TypeAlias = grpc.RpcMethodHandler[Any, Any]
else:
    Handler = grpc.RpcMethodHandler  # generic only in its stubs

Behaviour = Callable[[Any, Context], Awaitable[Any]]
Continuation = Callable[[grpc.HandlerCallDetails], Awaitable[Handler | None]]

_MAKERS: dict[tuple[bool, bool], Callable[..., Any]] = {
    (False, False): grpc.unary_unary_rpc_method_handler,
    (False, True): grpc.unary_stream_rpc_method_handler,
    (True, False): grpc.stream_unary_rpc_method_handler,
    (True, True): grpc.stream_stream_rpc_method_handler,
}


class WrappingInterceptor(grpc.aio.ServerInterceptor, ABC):
    """An interceptor that wraps every handler."""

    async def intercept_service(
        self, continuation: Continuation, handler_call_details: grpc.HandlerCallDetails
    ) -> Handler | None:
        """The wrapped handler from `continuation`; None if there is none."""
        handler = await continuation(handler_call_details)
        return None if handler is None else self.wrapped(handler, handler_call_details)

    @abstractmethod
    def wrapped(self, handler: Handler, details: grpc.HandlerCallDetails) -> Handler:
        """The handler to use instead."""


def behaviour_of(handler: Handler) -> Behaviour:
    """The behaviour of a handler as a coroutine function; streamed responses are written, not yielded."""
    call: Any = handler.unary_unary or handler.unary_stream or handler.stream_unary or handler.stream_stream

    async def run(request: Any, context: Context) -> Any:
        answer = call(request, context)
        if not hasattr(answer, "__aiter__"):
            return await answer if inspect.isawaitable(answer) else answer
        async for response in answer:
            await context.write(response)
        return None

    return run


def rebuilt(handler: Handler, behaviour: Behaviour, deserialize: Callable[[bytes], Any] | None) -> Handler:
    """A handler of the same kind with another behaviour and deserializer."""
    make = _MAKERS[bool(handler.request_streaming), bool(handler.response_streaming)]
    made: Handler = make(behaviour, request_deserializer=deserialize, response_serializer=handler.response_serializer)
    return made
