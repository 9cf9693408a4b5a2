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

    `server` is host:port, by default that of SAYSO_SERVER, else localhost:50051; "dns:///host:port" spreads the calls
    over all addresses of the host. `timeout` is in seconds, for one call, and each method can set its own; by default
    it is a minute, and a second more for every 1,000 characters. Calls that find no server are tried again a few times
    within it; while the models of a server load, until it ends. `tls` encrypts the connection; `token`, by default that
    of SAYSO_TOKEN, goes with every call, in the clear unless there is `tls`. Raises ValueError for what is no address.

    `metadata` (keys and values) goes with every call, that of a method with its own. `interceptors` are gRPC's, of this
    client's kind (grpc.UnaryUnaryClientInterceptor and its like, or those of grpc.aio); `options` are gRPC's channel
    options, and replace those that the client sets. `request_id` of a method names its call in the server's log, and
    comes back with its results and errors; without one, each call gets its own.

    A client can be pickled: its copy has the same settings (the token, too), and a connection of its own. Make one
    after a fork, not before.

    `local=True` reads in this process instead, where sayso-server is installed: same methods, same results, no server.
    The `model` ("bundled", or a folder) is loaded with the first call, which takes seconds; documents are read one
    after the other; a timeout does not apply. Raises LocalEngineUnavailable where sayso-server is not installed.
    """

    def __init__(  # noqa: PLR0913 - each is a setting of its own
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
        """Many documents, each with its outcome, in their order: (document, result or error of that document alone).

        The documents are sent in small batches as the outcomes are taken, up to `concurrency` batches at a time;
        `timeout` holds for each batch. A server that is overloaded, or loads its models, is given the time it asks for,
        up to `timeout`. `progress` is called after every document with how many are done, and how many there are (None
        where `documents` has no length). A `request_id` is numbered: "mine.1" is the first batch. Raises SaysoError
        where the server fails as a whole.
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
        """The statements of documents as they arrive: (number of the document, result or error), as they are ready.

        The numbers count the documents from 0. `documents` is read ahead, in a thread of its own. `timeout` holds for
        the whole stream; there is none unless it is given. Before it, a server that loads its models is waited for.
        Raises SaysoError where the server fails as a whole, and what `documents` raises.
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
        """What the server says of itself. Raises SaysoError."""
        seconds = allowed(self._seconds(timeout))
        sent = envelope(request_id, metadata)
        return from_server_info(self._finish(Run(one_call(INFO, pb.GetServerInfoRequest(), seconds, sent))))

    def health(
        self, *, timeout: float | None = None, request_id: str | None = None, metadata: Metadata | None = None
    ) -> Health:
        """How the server is now; nothing is tried again. Raises SaysoError where no server answers."""
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
        """Wait until the server is there and has loaded its models. Raises SaysoError where it is not so in time."""
        deadline = time.monotonic() + allowed(self._seconds(timeout))
        while wait := not_yet(self._serves(deadline), deadline - time.monotonic()):
            time.sleep(wait.seconds)

    def _await_models(self, timeout: float | None, metadata: Pairs) -> None:
        """Before a stream, which cannot be sent again: wait while the models load. Whatever else, the stream tells."""
        deadline = time.monotonic() + allowed(self._seconds(timeout))
        while self._serves(deadline, metadata) is False and time.monotonic() < deadline:
            time.sleep(BETWEEN_LOOKS)

    def _connected(self) -> Transport:
        return Remote(self._target) if self._model is None else Local(self._model)

    def __getstate__(self) -> dict[str, Any]:
        """The settings: a copy opens its own connection."""
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
        """The documents of the slices with their outcomes, in order, with a bounded number of calls in flight."""
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
        """What comes of a run, whose first step may be a call in flight. Raises SaysoError."""
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
