"""Who answers a client: a server (`remote`), or the engine in this process (`local`); each for Client and AsyncClient.

What is sent when, and again, is decided by `sayso._policy`, the same for all of them.
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
        """Give it up."""


class Transport(Protocol):
    """Who answers a Client. All but `close` raise SaysoError."""

    @property
    def name(self) -> str: ...

    def submit(
        self, method: Method[Request, Response], request: Request, timeout: float, envelope: Envelope
    ) -> Call[Response]:
        """Send a request, without waiting for its response."""

    def stream(
        self, requests: Iterable[pb.StreamExtractQuotesRequest], timeout: float | None, envelope: Envelope
    ) -> Generator[pb.StreamExtractQuotesResponse, None, None]:
        """The responses as they come. Raises what `requests` raises, too."""

    def serves(self, timeout: float, envelope: Envelope) -> bool:
        """Whether documents are read: not so while the models load, and while the server shuts down."""

    def close(self) -> None: ...


class AsyncTransport(Protocol):
    """Who answers an AsyncClient. All but `close` raise SaysoError."""

    @property
    def name(self) -> str: ...

    async def call(
        self, method: Method[Request, Response], request: Request, timeout: float, envelope: Envelope
    ) -> Response:
        """The response to a request."""

    def stream(
        self, requests: AsyncIterator[pb.StreamExtractQuotesRequest], timeout: float | None, envelope: Envelope
    ) -> AsyncGenerator[pb.StreamExtractQuotesResponse, None]:
        """The responses as they come. Raises what `requests` raises, too."""

    async def serves(self, timeout: float, envelope: Envelope) -> bool:
        """Whether documents are read: not so while the models load, and while the server shuts down."""

    async def close(self) -> None: ...
