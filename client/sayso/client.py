"""The client of the sayso service."""

import time
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import closing
from types import TracebackType
from typing import Any, Self, TypeVar, Unpack

from sayso import models
from sayso._arguments import as_document, options_of
from sayso._calls import (
    DEFAULT_CONCURRENCY,
    EXTRACT,
    INFO,
    Outcome,
    Request,
    Response,
    extract_request,
    result_of,
)
from sayso._envelope import Envelope, Metadata, Pairs, envelope
from sayso._policy import (
    BETWEEN_LOOKS,
    LEAST_LOOK,
    Progress,
    Run,
    Send,
    Wait,
    allowed,
    at_least_one,
    counted,
    not_yet,
    one_call,
)
from sayso._signature import shows_options
from sayso._slices import Pair, Slice, many_calls, slices
from sayso._stream import Stream
from sayso._target import target
from sayso._transports import Call, Transport
from sayso._transports.local import Local
from sayso._transports.remote import Remote
from sayso._wire.server_info import from_server_info
from sayso.errors import SaysoError, ServerUnavailable
from sayso.health import Health, health_of
from sayso.tls import Tls
from sayso.v1 import quotes_pb2 as pb

_Value = TypeVar("_Value")
_SliceRun = Run[pb.BatchExtractQuotesRequest, pb.BatchExtractQuotesResponse, list[Pair]]


class Client:
    """Calls a sayso server, or the engine in this process. Thread-safe; close it, or use it as a context manager.

    `server` is host:port, by default SAYSO_SERVER, otherwise localhost:50051; "dns:///host:port" spreads the calls over
    all addresses of the host. `timeout` is in seconds and applies to one call; each method can override it. The default
    is a minute, and a second more for every 1,000 characters. Within the timeout, a call is retried a few times if no
    server answers, and until the end while the server loads its models. `tls` encrypts the connection; `token`, by
    default SAYSO_TOKEN, is sent with every call, in clear text without `tls`. Raises ValueError for an invalid address.

    `metadata` (keys and values) is sent with every call; that of a method only with its own call. `interceptors` are
    gRPC interceptors of the matching kind (grpc.UnaryUnaryClientInterceptor and so on, or those of grpc.aio); `options`
    are gRPC channel options and override the client's. The `request_id` of a method identifies its call in the server's
    log and is returned with its results and errors; if none is given, each call gets a new one.

    A client can be pickled: the copy has the same settings, including the token, and its own connection. After a fork,
    create a new client.

    `local=True` reads in this process instead, if sayso-server is installed: same methods, same results, no server. The
    first call loads the `model` ("bundled", or a folder), which takes seconds; documents are read one after the other;
    timeouts do not apply. Raises LocalEngineUnavailable if sayso-server is not installed.
    """

    def __init__(  # noqa: PLR0913 - each is a separate setting
        self,
        server: str | None = None,
        *,
        timeout: float | None = None,
        tls: Tls | None = None,
        token: str | None = None,
        metadata: Metadata | None = None,
        interceptors: Iterable[Any] = (),
        options: Mapping[str, str | int] | None = None,
        local: bool = False,
        model: str = "bundled",
    ) -> None:
        self._timeout = timeout
        allowed(timeout)
        self._target = target(server, tls, token, metadata=metadata, interceptors=interceptors, options=options)
        self._model = model if local else None
        self._transport = self._connected()
        self.server = self._transport.name

    @shows_options
    def extract(
        self,
        document: str | models.Document,
        *,
        document_id: str = "",
        language: str = "",
        timeout: float | None = None,
        request_id: str | None = None,
        metadata: Metadata | None = None,
        **options: Unpack[models.OptionKeywords],
    ) -> models.Result:
        """The statements of one document. For the `options` see `sayso.Options`. Raises SaysoError."""
        read, sent = as_document(document, document_id=document_id, language=language), envelope(request_id, metadata)
        request = extract_request(read, options_of(options))
        seconds = allowed(self._seconds(timeout), len(read.text))
        response = self._finish(Run(one_call(EXTRACT, request, seconds, sent)))
        return result_of(response, read, sent.request_id)

    @shows_options
    def extract_many(
        self,
        documents: Iterable[str | models.Document],
        *,
        language: str = "",
        timeout: float | None = None,
        concurrency: int = DEFAULT_CONCURRENCY,
        progress: Progress | None = None,
        request_id: str | None = None,
        metadata: Metadata | None = None,
        **options: Unpack[models.OptionKeywords],
    ) -> Generator[Pair, None, None]:
        """Extract many documents: yields (document, result or error of that document) in order.

        The documents are sent in small batches as the outcomes are consumed, up to `concurrency` batches at a time;
        `timeout` applies to each batch. If the server is overloaded or loading its models, a batch is retried after the
        time that the server asks for, up to `timeout`. `progress` is called after every document with the number done
        and the total (None if `documents` has no length). A `request_id` is numbered: "mine.1" is the first batch.
        Raises SaysoError if the server itself fails.
        """
        count = counted(progress, documents)
        sent = envelope(request_id, metadata, numbered=True)
        parts = slices(documents, options_of(options), sent, language=language, timeout=self._seconds(timeout))
        for pair in self._pairs(parts, at_least_one(concurrency)):
            count()
            yield pair

    @shows_options
    def stream(
        self,
        documents: Iterable[str | models.Document],
        *,
        language: str = "",
        timeout: float | None = None,
        request_id: str | None = None,
        metadata: Metadata | None = None,
        **options: Unpack[models.OptionKeywords],
    ) -> Generator[tuple[int, Outcome], None, None]:
        """Extract documents as they arrive: yields (number of the document, result or error) as they are ready.

        Documents are numbered from 0. `documents` is read ahead, in a separate thread. `timeout` applies to the whole
        stream; by default there is none. If the server is loading its models, the stream starts when they are loaded.
        Raises SaysoError if the server itself fails, and errors raised by `documents`.
        """
        sent = envelope(request_id, metadata)
        stream = Stream(options_of(options), sent, language=language)
        requests = (request for document in documents if (request := stream.request(document)))
        seconds = None if timeout is None else allowed(timeout)
        self._await_models(timeout, sent.metadata)
        with closing(self._transport.stream(requests, seconds, sent)) as responses:
            for response in responses:
                yield from stream.refused()
                yield stream.answer(response)
        yield from stream.end()

    def info(
        self, *, timeout: float | None = None, request_id: str | None = None, metadata: Metadata | None = None
    ) -> models.ServerInfo:
        """The description of the server. Raises SaysoError."""
        seconds = allowed(self._seconds(timeout))
        sent = envelope(request_id, metadata)
        return from_server_info(self._finish(Run(one_call(INFO, pb.GetServerInfoRequest(), seconds, sent))))

    def health(
        self, *, timeout: float | None = None, request_id: str | None = None, metadata: Metadata | None = None
    ) -> Health:
        """The current health of the server, without retries. Raises SaysoError if no server answers."""
        sent, seconds = envelope(request_id, metadata), allowed(self._seconds(timeout))
        deadline = time.monotonic() + seconds
        serving = self._transport.serves(seconds, sent)
        look = Send(INFO, pb.GetServerInfoRequest(), max(LEAST_LOOK, deadline - time.monotonic()), sent)
        try:
            info = from_server_info(self._send(look).result())
        except ServerUnavailable as error:
            if not error.reason:
                raise
            return health_of(self.server, serving=False, info=None)
        return health_of(self.server, serving, info)

    def wait_ready(self, *, timeout: float | None = None) -> None:
        """Wait until the server is running and has loaded its models. Raises SaysoError if that takes too long."""
        deadline = time.monotonic() + allowed(self._seconds(timeout))
        while wait := not_yet(self._serves(deadline), deadline - time.monotonic()):
            time.sleep(wait.seconds)

    def _await_models(self, timeout: float | None, metadata: Pairs) -> None:
        """Wait for the models before a stream, which cannot be retried. The stream itself reports other errors."""
        deadline = time.monotonic() + allowed(self._seconds(timeout))
        while self._serves(deadline, metadata) is False and time.monotonic() < deadline:
            time.sleep(BETWEEN_LOOKS)

    def _connected(self) -> Transport:
        return Remote(self._target) if self._model is None else Local(self._model)

    def __getstate__(self) -> dict[str, Any]:
        """The settings only: a copy opens its own connection."""
        return {name: value for name, value in vars(self).items() if name != "_transport"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._transport = self._connected()

    def close(self) -> None:
        """Close the connection."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Client({self.server!r})"

    def _seconds(self, timeout: float | None) -> float | None:
        return self._timeout if timeout is None else timeout

    def _serves(self, deadline: float, metadata: Pairs = ()) -> bool | SaysoError:
        try:
            return self._transport.serves(max(LEAST_LOOK, deadline - time.monotonic()), Envelope(metadata=metadata))
        except SaysoError as error:
            return error

    def _pairs(self, parts: Iterable[Slice], concurrency: int) -> Iterator[Pair]:
        """The documents of the slices with their outcomes, in order; `concurrency` limits the calls in flight."""
        runs: deque[tuple[_SliceRun, Call[pb.BatchExtractQuotesResponse] | None]] = deque()
        try:
            for part in parts:
                if len(runs) >= concurrency:
                    yield from self._finish(*runs.popleft())
                run = Run(many_calls(part))
                runs.append((run, self._send(run.step) if isinstance(run.step, Send) else None))
            while runs:
                yield from self._finish(*runs.popleft())
        finally:
            for _, call in runs:
                if call:
                    call.cancel()

    def _finish(self, run: Run[Request, Response, _Value], call: Call[Response] | None = None) -> _Value:
        """The value of a run; its first step may already be in flight, as `call`. Raises SaysoError."""
        while step := run.step:
            if isinstance(step, Wait):
                time.sleep(step.seconds)
                run.advance(None)
                continue
            try:
                answer: Response | SaysoError = (call or self._send(step)).result()
            except SaysoError as error:
                answer = error
            call = None
            run.advance(answer)
        return run.value

    def _send(self, step: Send[Request, Response]) -> Call[Response]:
        return self._transport.submit(step.method, step.request, step.timeout, step.envelope)
