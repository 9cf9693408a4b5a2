"""Transports of a client: a server (`remote`) or the engine in this process (`local`), for Client and AsyncClient.

`sayso._policy` decides what to send and when to retry, for all of them.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterable
from typing import Protocol, TypeVar

from sayso._calls import Method, Request, Response
from sayso._envelope import Envelope
from sayso.v1 import quotes_pb2 as pb

_Response_co = TypeVar("_Response_co", covariant=True)


class Call(Protocol[_Response_co]):
    """A call in flight."""

    def result(self) -> _Response_co:
        """Wait for the response. Raises SaysoError."""

    def cancel(self) -> object:
        """Cancel the call."""


class Transport(Protocol):
    """The transport of a Client. All methods but `close` raise SaysoError."""

    @property
    def name(self) -> str: ...

    def submit(
        self, method: Method[Request, Response], request: Request, timeout: float, envelope: Envelope
    ) -> Call[Response]:
        """Send a request without waiting for the response."""

    def stream(
        self, requests: Iterable[pb.StreamExtractQuotesRequest], timeout: float | None, envelope: Envelope
    ) -> Generator[pb.StreamExtractQuotesResponse, None, None]:
        """The responses as they arrive. Also raises errors raised by `requests`."""

    def serves(self, timeout: float, envelope: Envelope) -> bool:
        """Whether the server accepts documents; false while it loads its models or shuts down."""

    def close(self) -> None: ...


class AsyncTransport(Protocol):
    """The transport of an AsyncClient. All methods but `close` raise SaysoError."""

    @property
    def name(self) -> str: ...

    async def call(
        self, method: Method[Request, Response], request: Request, timeout: float, envelope: Envelope
    ) -> Response:
        """The response to a request."""

    def stream(
        self, requests: AsyncIterator[pb.StreamExtractQuotesRequest], timeout: float | None, envelope: Envelope
    ) -> AsyncGenerator[pb.StreamExtractQuotesResponse, None]:
        """The responses as they arrive. Also raises errors raised by `requests`."""

    async def serves(self, timeout: float, envelope: Envelope) -> bool:
        """Whether the server accepts documents; false while it loads its models or shuts down."""

    async def close(self) -> None: ...
