"""Calls of the contract that arrive over HTTP. They use the same interceptors and the same servicer as gRPC.

Requests and responses are encoded messages as in gRPC, so the service handles them in exactly the same way.
"""

import asyncio
import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn, cast

import grpc
import grpc.aio
from google.rpc import status_pb2

from sayso.v1 import quotes_pb2_grpc as pb_grpc
from sayso_server.service.errors import DETAILS_KEY, REQUEST_ID_KEY, Context, ServiceError, abort
from sayso_server.service.interceptors.handlers import Continuation, Handler

Metadata = tuple[tuple[str, str | bytes], ...]


@dataclass(frozen=True, slots=True)
class Call:
    """One call: its method (/sayso.v1.QuoteService/ExtractQuotes), message, metadata and timeout in seconds.

    If the message could not be decoded, the error takes its place.
    """

    method: str
    message: bytes | ServiceError = field(repr=False)
    metadata: Metadata = ()
    timeout: float | None = None
    peer: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a call: a message, or a status that is not OK."""

    outcome: bytes | status_pb2.Status = field(repr=False)
    request_id: str


@dataclass(frozen=True, slots=True)
class _Details:
    """The details of a call for interceptors."""

    method: str
    invocation_metadata: Metadata


class _AbortedError(grpc.aio.AbortError):
    """The call has ended with a status."""


class _CallContext:
    """The part of a gRPC context that unary methods and interceptors use."""

    def __init__(self, call: Call) -> None:
        self._metadata = call.metadata
        self._peer = call.peer
        self._end = None if call.timeout is None else asyncio.get_running_loop().time() + call.timeout
        self._trailers: dict[str, str | bytes] = {}
        self._status: status_pb2.Status | None = None
        self._when_over: list[Callable[[object], None]] = []

    def add_done_callback(self, callback: Callable[[object], None]) -> None:
        self._when_over.append(callback)

    def end(self) -> None:
        """Run the callbacks at the end of the call."""
        for callback in self._when_over:
            callback(self)

    def invocation_metadata(self) -> Metadata:
        return self._metadata

    def peer(self) -> str:
        return self._peer

    def time_remaining(self) -> float | None:
        return None if self._end is None else self._end - asyncio.get_running_loop().time()

    def set_trailing_metadata(self, trailers: Metadata) -> None:
        self._trailers = dict(trailers)

    def code(self) -> int | None:
        return self._status.code if self._status else None

    async def abort(self, code: grpc.StatusCode, details: str = "", trailing_metadata: Metadata = ()) -> NoReturn:
        self._trailers |= dict(trailing_metadata)
        rich = self._trailers.get(DETAILS_KEY)
        plain = status_pb2.Status(code=code.value[0], message=details)
        self._status = status_pb2.Status.FromString(rich) if isinstance(rich, bytes) else plain
        raise _AbortedError

    def answer(self, message: bytes | None) -> Answer:
        """The answer to the call; without a message and not aborted, it failed."""
        failed = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message="the call failed")
        outcome = self._status or (failed if message is None else message)
        return Answer(outcome, str(self._trailers.get(REQUEST_ID_KEY, "")))


class Calls:
    """Carries out calls of the unary methods of a servicer through interceptors, the first of which is outermost."""

    def __init__(
        self, servicer: pb_grpc.QuoteServiceServicer, interceptors: Sequence[grpc.aio.ServerInterceptor]
    ) -> None:
        methods = _Methods()
        pb_grpc.add_QuoteServiceServicer_to_server(servicer, cast("grpc.aio.Server", methods))
        self._handlers = methods.handlers
        self._interceptors = interceptors

    async def make(self, call: Call) -> Answer:
        """The answer to a call. Never raises, unless the call is cancelled."""
        handler = await self._intercepted(call)
        context = _CallContext(call)
        assert handler is not None, f"{call.method} is not a unary method of the contract"
        data = b"" if isinstance(call.message, ServiceError) else call.message
        request = handler.request_deserializer(data) if handler.request_deserializer else data
        try:
            response = await cast("Any", handler.unary_unary)(request, context)
        except asyncio.CancelledError:
            raise
        except Exception:  # an interceptor has logged it; gRPC returns UNKNOWN too
            return context.answer(None)
        finally:
            context.end()
        return context.answer(cast("Any", handler).response_serializer(response))

    async def _intercepted(self, call: Call) -> Handler | None:
        details = cast("grpc.HandlerCallDetails", _Details(call.method, call.metadata))

        async def innermost(details: grpc.HandlerCallDetails) -> Handler | None:
            handler = self._handlers.get(details.method)
            return _refusing(call.message, handler) if isinstance(call.message, ServiceError) else handler

        continuation: Continuation = innermost
        for interceptor in reversed(self._interceptors):
            continuation = functools.partial(cast("Any", interceptor).intercept_service, continuation)
        return await continuation(details)


def _refusing(error: ServiceError, handler: Handler | None) -> Handler:
    """A handler that always fails with an error: the message could not be decoded."""
    assert handler is not None

    async def refuse(request: Any, context: Context) -> None:
        await abort(context, error)

    refusing: Handler = grpc.unary_unary_rpc_method_handler(
        cast("Any", refuse),
        request_deserializer=lambda data: data,
        response_serializer=handler.response_serializer,
    )
    return refusing


class _Methods:
    """A stand-in for a server, which receives the handlers of a servicer."""

    def __init__(self) -> None:
        self.handlers: dict[str, Handler] = {}

    def add_generic_rpc_handlers(self, handlers: object) -> None:
        """Ignored: these are the same handlers in another form."""

    def add_registered_method_handlers(self, service: str, handlers: Mapping[str, Handler]) -> None:
        self.handlers |= {f"/{service}/{name}": handler for name, handler in handlers.items()}
