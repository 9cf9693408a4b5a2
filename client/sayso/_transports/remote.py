"""Calls to a server."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Generic

import grpc
import grpc.aio

from sayso._calls import Method, Request, Response
from sayso._status import error_of_call
from sayso._target import Target
from sayso.errors import ClientClosed
from sayso.v1 import quotes_pb2 as pb
from sayso.v1.quotes_pb2_grpc import QuoteServiceStub

_HEALTH = "/grpc.health.v1.Health/Check"
_SERVICE = b"sayso.v1.QuoteService"
_HEALTH_REQUEST = bytes([0x0A, len(_SERVICE)]) + _SERVICE
_SERVING = bytes([0x08, 1])
"""A HealthCheckRequest and a HealthCheckResponse: two messages of one field, not worth a further dependency."""


class RemoteCall(Generic[Response]):
    """A call in flight."""

    def __init__(self, call: Any, target: Target) -> None:
        self._call = call
        self._target = target

    def result(self) -> Response:
        """Wait for the response. Raises SaysoError."""
        with _errors(self._target):
            response: Response = self._call.result()
        return response

    def cancel(self) -> None:
        """Give it up."""
        self._call.cancel()


class Remote:
    """A channel to a server. Thread-safe."""

    def __init__(self, target: Target) -> None:
        self.name = target.server
        self._target = target
        self._channel = _open(grpc, target)
        self._stub = QuoteServiceStub(self._channel)

    def submit(self, method: Method[Request, Response], request: Request, timeout: float) -> RemoteCall[Response]:
        """Send a request, without waiting for its response. Raises ClientClosed."""
        send = getattr(self._stub, method.name)
        with _errors(self._target):
            return RemoteCall(send.future(request, timeout=timeout, metadata=self._target.metadata), self._target)

    def stream(
        self, requests: Iterable[pb.StreamExtractQuotesRequest], timeout: float | None
    ) -> Generator[pb.StreamExtractQuotesResponse, None, None]:
        """The responses as they come. Raises SaysoError, and what `requests` raises."""
        source = _Watched(requests)
        with _errors(self._target):
            call = self._stub.StreamExtractQuotes(iter(source), timeout=timeout, metadata=self._target.metadata)
        try:
            yield from call
        except grpc.RpcError as error:
            raise source.error or error_of_call(error, self._target) from None
        finally:
            call.cancel()
        if source.error:
            raise source.error

    def serves(self, timeout: float) -> bool:
        """Whether the server reads documents. Raises SaysoError."""
        with _errors(self._target):
            check: Any = self._channel.unary_unary(_HEALTH)
            return bool(check(_HEALTH_REQUEST, timeout=timeout, metadata=self._target.metadata) == _SERVING)

    def close(self) -> None:
        """Close the channel."""
        self._channel.close()


class AsyncRemote:
    """A channel to a server."""

    def __init__(self, target: Target) -> None:
        self.name = target.server
        self._target = target
        self._channel: grpc.aio.Channel = _open(grpc.aio, target)
        self._stub = QuoteServiceStub(self._channel)

    async def call(self, method: Method[Request, Response], request: Request, timeout: float) -> Response:
        """The response to one request. Raises SaysoError."""
        call = getattr(self._stub, method.name)
        with _errors(self._target):
            response: Response = await call(request, timeout=timeout, metadata=self._target.metadata)
        return response

    async def stream(
        self, requests: AsyncIterator[pb.StreamExtractQuotesRequest], timeout: float | None
    ) -> AsyncGenerator[pb.StreamExtractQuotesResponse, None]:
        """The responses as they come. Raises SaysoError, and what `requests` raises."""
        with _errors(self._target):
            call = self._stub.StreamExtractQuotes(timeout=timeout, metadata=self._target.metadata)
        # Written here, not given to gRPC: that would only log an error of `requests`, and never end.
        writing = asyncio.create_task(_write(call, requests))
        try:
            async for response in call:
                yield response
            await writing
        except grpc.RpcError as error:
            raise error_of_call(error, self._target) from None
        except asyncio.CancelledError:
            if writing.done() and not writing.cancelled() and (broken := writing.exception()):
                raise broken from None
            raise
        finally:
            call.cancel()
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)

    async def serves(self, timeout: float) -> bool:
        """Whether the server reads documents. Raises SaysoError."""
        with _errors(self._target):
            check: Any = self._channel.unary_unary(_HEALTH)
            return bool(await check(_HEALTH_REQUEST, timeout=timeout, metadata=self._target.metadata) == _SERVING)

    async def close(self) -> None:
        """Close the channel."""
        await self._channel.close()


def _open(library: Any, target: Target) -> Any:
    """A channel of grpc or grpc.aio. Raises OSError where a file of its TLS settings cannot be read."""
    if target.tls:
        return library.secure_channel(target.server, target.tls.credentials(), options=target.channel_options)
    return library.insecure_channel(target.server, options=target.channel_options)


@contextmanager
def _errors(target: Target) -> Iterator[None]:
    """gRPC's errors as SaysoErrors; it has none of its own for a channel that is closed."""
    try:
        yield
    except grpc.RpcError as error:
        raise error_of_call(error, target) from None
    except (ValueError, grpc.aio.UsageError) as error:
        if "closed" not in str(error):
            raise
        raise ClientClosed("this client is closed") from None


class _Watched:
    """Requests, and the error that ended them: gRPC takes them in a thread of its own, and would only log it."""

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
    """Send the requests; an error of theirs cancels the call."""
    try:
        async for request in requests:
            await call.write(request)
        await call.done_writing()
    except asyncio.InvalidStateError:
        pass  # the call has ended: its status says why
    except BaseException:
        call.cancel()
        raise
