"""The sayso-server engine in this process, with the requests and responses of the contract.

The client must install, import and type-check without the server, so it finds the engine by an entry point of the group
`sayso.local`, which any distribution can provide. It names a callable that makes a `Service` from the name of a model.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property
from importlib.metadata import entry_points
from typing import Any, Protocol, cast

from google.protobuf.message import Message
from google.rpc import code_pb2, status_pb2

from sayso._calls import BATCH, INFO, Method, Request, Response
from sayso._envelope import Envelope
from sayso._status import error_of_status
from sayso.errors import ClientClosed, LocalEngineUnavailable, SaysoError
from sayso.v1 import quotes_pb2 as pb

ENTRY_POINTS = "sayso.local"


class Service(Protocol):
    """Reads documents in this process. Failures are the same statuses as those of the server.

    FAILED_PRECONDITION means that the model cannot be used. It is called from one thread at a time.
    """

    def extract(self, request: pb.BatchExtractQuotesRequest) -> pb.BatchExtractQuotesResponse | status_pb2.Status: ...

    def info(self) -> pb.GetServerInfoResponse | status_pb2.Status: ...


def is_installed() -> bool:
    """Whether sayso-server is installed."""
    return bool(entry_points(group=ENTRY_POINTS))


class Local:
    """Answers requests in this process, one after the other, in a separate thread. Thread-safe.

    The first request loads the model. Timeouts do not apply: a document that is being read cannot be interrupted.
    Raises LocalEngineUnavailable if sayso-server is not installed.
    """

    def __init__(self, model: str) -> None:
        if not is_installed():
            raise LocalEngineUnavailable(
                "the local engine needs sayso-server, which is not installed: in a checkout, pip install ./server"
            )
        self.name = "local"
        self._model = model
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sayso")
        self._methods: dict[str, Callable[[Any], Message]] = {
            "ExtractQuotes": self._extract,
            "BatchExtractQuotes": self._batch,
            "GetServerInfo": self._info,
        }

    def submit(
        self,
        method: Method[Request, Response],
        request: Request,
        timeout: float | None = None,
        envelope: Envelope | None = None,
    ) -> Future[Response]:
        """Queue a request without waiting for the response. The future raises SaysoError. Raises ClientClosed."""
        answer = cast("Callable[[Request], Response]", self._methods[method.name])
        try:
            return self._thread.submit(answer, request)
        except RuntimeError:  # the thread has been shut down
            raise ClientClosed("this client is closed") from None

    def stream(
        self,
        requests: Iterable[pb.StreamExtractQuotesRequest],
        timeout: float | None = None,
        envelope: Envelope | None = None,
    ) -> Generator[pb.StreamExtractQuotesResponse, None, None]:
        """The responses, in order."""
        for request in requests:
            response = self.submit(BATCH, batch_of_one(request)).result()
            yield pb.StreamExtractQuotesResponse(correlation_id=request.correlation_id, outcome=response.outcomes[0])

    def serves(self, timeout: float | None = None, envelope: Envelope | None = None) -> bool:
        """Load the model if necessary. Raises SaysoError."""
        return self.submit(INFO, pb.GetServerInfoRequest()).result().ready

    def close(self) -> None:
        """Drop queued requests. The current document cannot be interrupted; the process exits only after it is done."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    @cached_property
    def _service(self) -> Service:
        [offered, *_] = entry_points(group=ENTRY_POINTS)
        return cast("Service", offered.load()(self._model))

    def _extract(self, request: pb.ExtractQuotesRequest) -> pb.ExtractQuotesResponse:
        [outcome] = self._batch(batch_of_one(request)).outcomes
        if outcome.HasField("error"):
            raise error_of_status(outcome.error)
        return pb.ExtractQuotesResponse(result=outcome.result)

    def _batch(self, request: pb.BatchExtractQuotesRequest) -> pb.BatchExtractQuotesResponse:
        answer = self._service.extract(request)
        if isinstance(answer, pb.BatchExtractQuotesResponse):
            return answer
        raise _error_of(answer)

    def _info(self, request: pb.GetServerInfoRequest) -> pb.GetServerInfoResponse:
        answer = self._service.info()
        if isinstance(answer, pb.GetServerInfoResponse):
            return answer
        raise _error_of(answer)


class AsyncLocal:
    """The same for an event loop."""

    def __init__(self, model: str) -> None:
        self._local = Local(model)
        self.name = self._local.name

    async def call(
        self, method: Method[Request, Response], request: Request, timeout: float, envelope: Envelope
    ) -> Response:
        """The response to one request. Raises SaysoError."""
        return await asyncio.wrap_future(self._local.submit(method, request, timeout))

    async def stream(
        self, requests: AsyncIterator[pb.StreamExtractQuotesRequest], timeout: float | None, envelope: Envelope
    ) -> AsyncGenerator[pb.StreamExtractQuotesResponse, None]:
        """The responses, in order."""
        async for request in requests:
            response = await asyncio.wrap_future(self._local.submit(BATCH, batch_of_one(request)))
            yield pb.StreamExtractQuotesResponse(correlation_id=request.correlation_id, outcome=response.outcomes[0])

    async def serves(self, timeout: float | None = None, envelope: Envelope | None = None) -> bool:
        """Load the model if necessary. Raises SaysoError."""
        info = await asyncio.wrap_future(self._local.submit(INFO, pb.GetServerInfoRequest()))
        return info.ready

    async def close(self) -> None:
        """Drop queued requests."""
        self._local.close()


def batch_of_one(request: pb.ExtractQuotesRequest | pb.StreamExtractQuotesRequest) -> pb.BatchExtractQuotesRequest:
    """A batch of the request's one document."""
    return pb.BatchExtractQuotesRequest(documents=[request.document], options=request.options)


def _error_of(status: status_pb2.Status) -> SaysoError:
    if status.code == code_pb2.FAILED_PRECONDITION:
        return LocalEngineUnavailable(status.message)
    return error_of_status(status)
