"""Calls to a server."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Generic

import grpc
import grpc.aio

from sayso._calls import Method, Request, Response, known_by
from sayso._envelope import Envelope
from sayso._status import error_of_call
from sayso._target import Target
from sayso.errors import ClientClosed, SaysoError
from sayso.v1 import quotes_pb2 as pb
from sayso.v1.quotes_pb2_grpc import QuoteServiceStub

_HEALTH = "/grpc.health.v1.Health/Check"
_SERVICE = b"sayso.v1.QuoteService"
_HEALTH_REQUEST = bytes([0x0A, len(_SERVICE)]) + _SERVICE
_SERVING = bytes([0x08, 1])
"""An encoded HealthCheckRequest and HealthCheckResponse: one field each, not worth another dependency."""


class RemoteCall(Generic[Response]):
    """A call in flight."""

    def __init__(self, call: Any, target: Target, envelope: Envelope) -> None:
        self._call = call
        self._target = target
        self._envelope = envelope

    def result(self) -> Response:
        """Wait for the response. Raises SaysoError."""
        with _errors(self._target, self._envelope):
            response: Response = self._call.result()
            self._envelope.answered(self._call.trailing_metadata())
        return response

    def cancel(self) -> None:
        """Cancel the call."""
        self._call.cancel()


class Remote:
    """A channel to a server. Thread-safe."""

    def __init__(self, target: Target) -> None:
        self.name = target.server
        self._target = target
        channel: grpc.Channel = _open(grpc, target)
        with _interceptors():
            self._channel = grpc.intercept_channel(channel, *target.interceptors)
        self._stub = QuoteServiceStub(self._channel)

    def submit(
        self, method: Method[Request, Response], request: Request, timeout: float, envelope: Envelope
    ) -> RemoteCall[Response]:
        """Send a request without waiting for the response. Raises ClientClosed."""
        send = getattr(self._stub, method.name)
        with _errors(self._target, envelope):
            call = send.future(request, timeout=timeout, metadata=self._target.sent(envelope))
        return RemoteCall(call, self._target, envelope)

    def stream(
        self, requests: Iterable[pb.StreamExtractQuotesRequest], timeout: float | None, envelope: Envelope
    ) -> Generator[pb.StreamExtractQuotesResponse, None, None]:
        """The responses as they arrive. Raises SaysoError and errors raised by `requests`."""
        source = _Watched(requests)
        with _errors(self._target, envelope):
            sent = self._target.sent(envelope)
            call = self._stub.StreamExtractQuotes(iter(source), timeout=timeout, metadata=sent)
        try:
            yield from call
        except grpc.RpcError as error:
            raise source.error or _error(error, self._target, envelope) from None
        finally:
            call.cancel()
        if source.error:
            raise source.error

    def serves(self, timeout: float, envelope: Envelope) -> bool:
        """Whether the server accepts documents. Raises SaysoError."""
        with _errors(self._target, envelope):
            check: Any = self._channel.unary_unary(_HEALTH)
            return bool(check(_HEALTH_REQUEST, timeout=timeout, metadata=self._target.sent(envelope)) == _SERVING)

    def close(self) -> None:
        """Close the channel."""
        self._channel.close()


class AsyncRemote:
    """A channel to a server, opened in the event loop that first calls it; a later event loop reopens it."""

    def __init__(self, target: Target) -> None:
        self.name = target.server
        self._target = target
        self._credentials = target.tls.credentials() if target.tls else None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._opened: grpc.aio.Channel | None = None
        self._is_closed = False

    async def call(
        self, method: Method[Request, Response], request: Request, timeout: float, envelope: Envelope
    ) -> Response:
        """The response to one request. Raises SaysoError."""
        send = getattr(QuoteServiceStub(self._channel), method.name)
        with _errors(self._target, envelope):
            call = send(request, timeout=timeout, metadata=self._target.sent(envelope))
            response: Response = await call
            envelope.answered(await call.trailing_metadata())
        return response

    async def stream(
        self, requests: AsyncIterator[pb.StreamExtractQuotesRequest], timeout: float | None, envelope: Envelope
    ) -> AsyncGenerator[pb.StreamExtractQuotesResponse, None]:
        """The responses as they arrive. Raises SaysoError and errors raised by `requests`."""
        stub = QuoteServiceStub(self._channel)
        with _errors(self._target, envelope):
            call = stub.StreamExtractQuotes(timeout=timeout, metadata=self._target.sent(envelope))
        # Written here instead of by gRPC, which would only log an error raised by `requests`, and never end.
        writing = asyncio.create_task(_write(call, requests))
        try:
            async for response in call:
                yield response
            await writing
        except grpc.RpcError as error:
            raise _error(error, self._target, envelope) from None
        except asyncio.CancelledError:
            if writing.done() and not writing.cancelled() and (broken := writing.exception()):
                raise broken from None
            raise
        finally:
            call.cancel()
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)

    async def serves(self, timeout: float, envelope: Envelope) -> bool:
        """Whether the server accepts documents. Raises SaysoError."""
        check: Any = self._channel.unary_unary(_HEALTH)
        with _errors(self._target, envelope):
            return bool(await check(_HEALTH_REQUEST, timeout=timeout, metadata=self._target.sent(envelope)) == _SERVING)

    async def close(self) -> None:
        """Close the channel."""
        self._is_closed = True
        if self._opened and self._loop is asyncio.get_running_loop():
            await self._opened.close()

    @property
    def _channel(self) -> "grpc.aio.Channel":
        """The channel of the running event loop. Raises ClientClosed, and RuntimeError if another loop is using it."""
        if self._is_closed:
            raise ClientClosed("this client is closed")
        loop = asyncio.get_running_loop()
        if self._opened and self._loop is loop:
            return self._opened
        if self._loop and self._loop.is_running():
            raise RuntimeError("an event loop in another thread is using this AsyncClient: make one for each loop")
        self._loop = loop
        with _interceptors():
            self._opened = _open(grpc.aio, self._target, self._credentials, interceptors=self._target.interceptors)
        return self._opened


def _open(library: Any, target: Target, credentials: grpc.ChannelCredentials | None = None, **more: Any) -> Any:
    """A channel of grpc or grpc.aio. Raises OSError if a file of the TLS settings cannot be read."""
    credentials = credentials or (target.tls.credentials() if target.tls else None)
    if credentials:
        return library.secure_channel(target.server, credentials, options=target.channel_options, **more)
    return library.insecure_channel(target.server, options=target.channel_options, **more)


@contextmanager
def _interceptors() -> Iterator[None]:
    """Turns gRPC's errors about interceptors for the other kind of client into one exception."""
    try:
        yield
    except (TypeError, ValueError) as error:
        raise TypeError(f"interceptors: {error}") from None


@contextmanager
def _errors(target: Target, envelope: Envelope) -> Iterator[None]:
    """Converts gRPC errors to SaysoErrors; gRPC has no error class for a closed channel."""
    try:
        yield
    except grpc.RpcError as error:
        raise _error(error, target, envelope) from None
    except (ValueError, grpc.aio.UsageError) as error:
        if "closed" not in str(error):
            raise
        raise ClientClosed("this client is closed") from None


def _error(error: grpc.RpcError, target: Target, envelope: Envelope) -> SaysoError:
    assert isinstance(error, grpc.Call | grpc.aio.AioRpcError)
    envelope.answered(error.trailing_metadata())
    return known_by(error_of_call(error, target), envelope.request_id)


class _Watched:
    """Iterates over requests and keeps the error that ended them: gRPC's own thread would only log it."""

    def __init__(self, requests: Iterable[pb.StreamExtractQuotesRequest]) -> None:
        self._requests = requests
        self.error: Exception | None = None

    def __iter__(self) -> Iterator[pb.StreamExtractQuotesRequest]:
        try:
            yield from self._requests
        except Exception as error:
            self.error = error


async def _write(
    call: "grpc.aio.StreamStreamCall[pb.StreamExtractQuotesRequest, pb.StreamExtractQuotesResponse]",
    requests: AsyncIterator[pb.StreamExtractQuotesRequest],
) -> None:
    """Send the requests; an error raised by them cancels the call."""
    try:
        async for request in requests:
            await call.write(request)
        await call.done_writing()
    except asyncio.InvalidStateError:
        pass  # the call has ended: its status says why
    except BaseException:
        call.cancel()
        raise
