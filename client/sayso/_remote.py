"""Calls to a server, for the sync client."""

from collections.abc import Iterable, Iterator
from typing import Any, Generic

import grpc

from sayso._calls import Method, Request, Response, Target
from sayso._status import error_of_call
from sayso.v1 import quotes_pb2 as pb
from sayso.v1.quotes_pb2_grpc import QuoteServiceStub


class RemoteCall(Generic[Response]):
    """A call in flight."""

    def __init__(self, call: Any, server: str) -> None:
        self._call = call
        self._server = server

    def result(self) -> Response:
        """Wait for the response. Raises SaysoError."""
        try:
            response: Response = self._call.result()
        except grpc.RpcError as error:
            raise error_of_call(error, self._server) from None
        return response

    def cancel(self) -> None:
        """Give it up."""
        self._call.cancel()


class Remote:
    """A channel to a server. Thread-safe."""

    def __init__(self, target: Target) -> None:
        self.name = target.server
        self._target = target
        self._channel = open_channel(target)
        self._stub = QuoteServiceStub(self._channel)

    def submit(self, method: Method[Request, Response], request: Request, timeout: float) -> RemoteCall[Response]:
        """Send a request, without waiting for its response."""
        call = getattr(self._stub, method.name)
        return RemoteCall(call.future(request, timeout=timeout, metadata=self._target.metadata), self._target.server)

    def stream(
        self, requests: Iterable[pb.StreamExtractQuotesRequest], timeout: float | None
    ) -> Iterator[pb.StreamExtractQuotesResponse]:
        """The responses as they come. Raises SaysoError, and what `requests` raises."""
        source = _Watched(requests)
        call = self._stub.StreamExtractQuotes(iter(source), timeout=timeout, metadata=self._target.metadata)
        try:
            yield from call
        except grpc.RpcError as error:
            raise source.error or error_of_call(error, self._target.server) from None
        finally:
            call.cancel()
        if source.error:
            raise source.error

    def close(self) -> None:
        """Close the channel."""
        self._channel.close()


def open_channel(target: Target) -> grpc.Channel:
    """A channel. Raises OSError where a file of its TLS settings cannot be read."""
    if target.tls:
        return grpc.secure_channel(target.server, target.tls.credentials(), options=target.channel_options)
    return grpc.insecure_channel(target.server, options=target.channel_options)


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
