"""The client of the sayso service."""

import time
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from types import TracebackType
from typing import Protocol, Self, TypeVar, Unpack

from sayso import models
from sayso._calls import (
    BATCH,
    DEFAULT_CONCURRENCY,
    DEFAULT_TIMEOUT,
    EXTRACT,
    INFO,
    Method,
    Outcome,
    Request,
    Response,
    as_document,
    extract_request,
    target,
)
from sayso._convert import result_model, server_info_model
from sayso._local import Local
from sayso._remote import Remote
from sayso._slices import OF_ITS_DOCUMENTS, Progress, Slice, at_least_one, counted, slices
from sayso._stream import Stream
from sayso.tls import Tls
from sayso.v1 import quotes_pb2 as pb

_Response_co = TypeVar("_Response_co", covariant=True)


class Client:
    """Calls a sayso server, or the engine in this process. Thread-safe; close it, or use it as a context manager.

    `server` is host:port, by default that of SAYSO_SERVER, else localhost:50051; "dns:///host:port" spreads the calls
    over all addresses of the host. `timeout` is in seconds, for one call, and each method can set its own; calls that
    find no server are tried again a few times within it. `tls` encrypts the connection; `token`, by default that of
    SAYSO_TOKEN, goes with every call, in the clear unless there is `tls`. Raises ValueError for what is no address.

    `local=True` reads in this process instead, where sayso-server is installed: same methods, same results, no server.
    The `model` ("bundled", or a folder) is loaded with the first call, which takes seconds; documents are read one
    after the other; a timeout does not apply. Raises LocalEngineUnavailable where sayso-server is not installed.
    """

    def __init__(
        self,
        server: str | None = None,
        *,
        timeout: float = DEFAULT_TIMEOUT,
        tls: Tls | None = None,
        token: str | None = None,
        local: bool = False,
        model: str = "bundled",
    ) -> None:
        self._timeout = timeout
        self._backend: _Backend = Local(model) if local else Remote(target(server, tls, token))
        self.server = self._backend.name

    def extract(
        self,
        document: str | models.Document,
        *,
        document_id: str = "",
        language: str = "",
        timeout: float | None = None,
        **options: Unpack[models.OptionKeywords],
    ) -> models.Result:
        """The statements of one document. For the `options` see `sayso.Options`. Raises SaysoError."""
        request = extract_request(
            as_document(document, document_id=document_id, language=language), models.Options(**options)
        )
        return result_model(self._send(EXTRACT, request, timeout).result().result)

    def extract_many(
        self,
        documents: Iterable[str | models.Document],
        *,
        language: str = "",
        timeout: float | None = None,
        concurrency: int = DEFAULT_CONCURRENCY,
        progress: Progress | None = None,
        **options: Unpack[models.OptionKeywords],
    ) -> Generator[Outcome, None, None]:
        """The statements of many documents, in their order: a result, or the error of that document alone.

        The documents are sent in small batches as the outcomes are taken, up to `concurrency` batches at a time;
        `timeout` holds for each batch. An overloaded server is given the time it asks for, up to `timeout`. `progress`
        is called after every document with how many are done, and how many there are (None where `documents` has no
        length). Raises SaysoError where the server fails as a whole.
        """
        patience = self._timeout if timeout is None else timeout
        count = counted(progress, documents)
        parts = slices(documents, models.Options(**options), language=language, patience=patience)
        for outcome in self._outcomes(parts, timeout, at_least_one(concurrency)):
            count()
            yield outcome

    def stream(
        self,
        documents: Iterable[str | models.Document],
        *,
        language: str = "",
        timeout: float | None = None,
        **options: Unpack[models.OptionKeywords],
    ) -> Generator[tuple[int, Outcome], None, None]:
        """The statements of documents as they arrive: (number of the document, result or error), as they are ready.

        The numbers count the documents from 0. `documents` is read ahead, in a thread of its own. `timeout` holds for
        the whole stream; there is none unless it is given. Raises SaysoError where the server fails as a whole, and
        what `documents` raises.
        """
        stream = Stream(models.Options(**options), language=language)
        requests = (request for document in documents if (request := stream.request(document)))
        for response in self._backend.stream(requests, timeout):
            yield from stream.refused()
            yield stream.answer(response)
        yield from stream.refused()

    def info(self, *, timeout: float | None = None) -> models.ServerInfo:
        """What the server says of itself. Raises SaysoError."""
        return server_info_model(self._send(INFO, pb.GetServerInfoRequest(), timeout).result())

    def close(self) -> None:
        """Close the connection."""
        self._backend.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Client({self.server!r})"

    def _send(self, method: Method[Request, Response], request: Request, timeout: float | None) -> "_Call[Response]":
        return self._backend.submit(method, request, self._timeout if timeout is None else timeout)

    def _outcomes(self, parts: Iterable[Slice], timeout: float | None, concurrency: int) -> Iterator[Outcome]:
        """The outcomes of the slices, in order, with a bounded number of calls in flight."""
        calls: deque[_SliceCall] = deque()
        try:
            for part in parts:
                if len(calls) >= concurrency:
                    yield from self._finish(calls.popleft(), timeout)
                calls.append(self._start(part, timeout))
            while calls:
                yield from self._finish(calls.popleft(), timeout)
        finally:
            for _, call in calls:
                if call:
                    call.cancel()

    def _start(self, part: Slice, timeout: float | None) -> "_SliceCall":
        request = part.request()
        return part, self._send(BATCH, request, timeout) if request else None

    def _finish(self, started: "_SliceCall", timeout: float | None) -> Iterator[Outcome]:
        """The outcomes of a slice, sent again where that helps."""
        part, call = started
        try:
            response = call.result() if call else None
        except OF_ITS_DOCUMENTS as error:
            if again := part.later(error):
                part, seconds = again
                time.sleep(seconds)
                yield from self._finish(self._start(part, timeout), timeout)
            elif halves := part.halves(error):
                for half in halves:
                    yield from self._finish(self._start(half, timeout), timeout)
            else:
                yield from part.refused(error)
        else:
            yield from part.outcomes(response)


class _Call(Protocol[_Response_co]):
    """A call in flight."""

    def result(self) -> _Response_co: ...

    def cancel(self) -> object: ...


_SliceCall = tuple[Slice, _Call[pb.BatchExtractQuotesResponse] | None]


class _Backend(Protocol):
    """Who answers."""

    @property
    def name(self) -> str: ...

    def submit(self, method: Method[Request, Response], request: Request, timeout: float) -> _Call[Response]: ...

    def stream(
        self, requests: Iterable[pb.StreamExtractQuotesRequest], timeout: float | None
    ) -> Iterator[pb.StreamExtractQuotesResponse]: ...

    def close(self) -> None: ...
