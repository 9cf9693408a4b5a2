"""A local server with canned responses."""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Self

import grpc

from sayso._envelope import REQUEST_ID_KEY
from sayso._testing.results import MODEL, result
from sayso._testing.statuses import status_of
from sayso._wire.requests import from_document
from sayso._wire.results import to_result
from sayso.errors import AccessDenied, SaysoError, ServerUnavailable
from sayso.models import Document, Result
from sayso.v1 import quotes_pb2 as pb
from sayso.v1 import quotes_pb2_grpc as pb_grpc

Answer = Result | SaysoError
"""The outcome of a document."""

Answers = Mapping[str, Answer] | Callable[[Document], Answer]
"""Outcomes by the text of the document, or a function that makes them; it is called from several threads."""

_DETAILS_KEY = "grpc-status-details-bin"
_HEALTH = "grpc.health.v1.Health"
_SERVING, _NOT_SERVING = b"\x08\x01", b"\x08\x02"
"""Encoded HealthCheckResponses: messages of one field."""
_GRACE = 0.2
"""Seconds that calls in flight may take when the server closes. Without any, gRPC prints a line on standard error."""
_CODES = {code.value[0]: code for code in grpc.StatusCode}


@dataclass(frozen=True, slots=True)
class Recorded:
    """A call that the server received: its method's name, documents, options and metadata."""

    method: str
    documents: tuple[Document, ...]
    options: pb.ExtractOptions
    metadata: Mapping[str, str | bytes]
    request_id: str


class FakeServer:
    """A sayso server with canned responses at `address`, until it is closed; for tests of programs that call a server.

    `answers` maps texts to a Result (see `result`) or to a SaysoError, or is a function of the sayso.Document. A text
    that is not in `answers` has an empty result. `fail_next` makes whole calls fail. `calls` are the received calls, in
    order. With `token`, calls with another token or none are rejected. With `ready = False`, it behaves like a server
    that is loading its models. Thread-safe.
    """

    def __init__(
        self, answers: Answers | None = None, *, token: str = "", ready: bool = True, threads: int = 8
    ) -> None:
        self.calls: list[Recorded] = []
        self.ready = ready
        self._answers = answers or {}
        self._token = token
        self._failures: deque[SaysoError] = deque()
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="sayso-fake")
        self._server = grpc.server(self._threads)
        pb_grpc.add_QuoteServiceServicer_to_server(_Servicer(self), self._server)
        check: Any = grpc.unary_unary_rpc_method_handler(lambda *_: _SERVING if self.ready else _NOT_SERVING)
        self._server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(_HEALTH, {"Check": check})])
        self.address = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        self._server.start()

    def fail_next(self, error: SaysoError, times: int = 1) -> None:
        """Answer the next calls with this error. Raises TypeError for an error that no server causes."""
        status_of(error)
        with self._lock:
            self._failures.extend([error] * times)

    @property
    def documents(self) -> list[Document]:
        """All received documents, in order."""
        return [document for call in self.calls for document in call.documents]

    def close(self) -> None:
        """Stop the server; calls in flight are cancelled after a moment."""
        self._server.stop(_GRACE).wait()
        self._threads.shutdown()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"FakeServer({self.address!r}, {len(self.calls)} calls)"

    def _answer(self, document: Document) -> Answer:
        if callable(self._answers):
            found = self._answers(document)
        else:
            found = self._answers.get(document.text) or result(document.text)
        if isinstance(found, SaysoError):
            return found
        return replace(
            found, document_id=found.document_id or document.document_id, labels=found.labels or document.labels
        )

    def _take(self, call: Recorded) -> SaysoError | None:
        """Record a call; returns the error that it fails with, if any."""
        with self._lock:
            self.calls.append(call)
            if self._token and call.metadata.get("authorization") != f"Bearer {self._token}":
                return AccessDenied("the bearer token is missing or unknown")
            if self._failures:
                return self._failures.popleft()
            if call.documents and not self.ready:
                return ServerUnavailable("the models are still loading", reason="NOT_READY", retry_after=0.1)
            return None


class _Servicer(pb_grpc.QuoteServiceServicer):
    """The methods of the contract."""

    def __init__(self, fake: FakeServer) -> None:
        self._fake = fake

    def ExtractQuotes(self, request: pb.ExtractQuotesRequest, context: Any) -> pb.ExtractQuotesResponse:  # noqa: N802
        self._take("ExtractQuotes", [request.document], request.options, context)
        outcome = self._outcome(request.document)
        if isinstance(outcome, SaysoError):
            raise _ended(context, outcome)
        return pb.ExtractQuotesResponse(result=to_result(outcome))

    def BatchExtractQuotes(  # noqa: N802
        self, request: pb.BatchExtractQuotesRequest, context: Any
    ) -> pb.BatchExtractQuotesResponse:
        self._take("BatchExtractQuotes", request.documents, request.options, context)
        return pb.BatchExtractQuotesResponse(outcomes=[_message(self._outcome(one)) for one in request.documents])

    def StreamExtractQuotes(  # noqa: N802
        self, request_iterator: Iterator[pb.StreamExtractQuotesRequest], context: Any
    ) -> Iterator[pb.StreamExtractQuotesResponse]:
        for request in request_iterator:
            self._take("StreamExtractQuotes", [request.document], request.options, context)
            outcome = _message(self._outcome(request.document))
            yield pb.StreamExtractQuotesResponse(correlation_id=request.correlation_id, outcome=outcome)

    def GetServerInfo(self, request: pb.GetServerInfoRequest, context: Any) -> pb.GetServerInfoResponse:  # noqa: N802
        self._take("GetServerInfo", [], pb.ExtractOptions(), context)
        model = pb.ModelInfo(name=MODEL.name, version=MODEL.version) if self._fake.ready else None
        return pb.GetServerInfoResponse(
            server_version="fake", ready=self._fake.ready, model=model, language_codes=["en"]
        )

    def _take(self, method: str, documents: Iterable[pb.Document], options: pb.ExtractOptions, context: Any) -> None:
        """Record a call, and end it if it is to fail."""
        metadata = dict(context.invocation_metadata())
        name = metadata.get(REQUEST_ID_KEY, "")
        context.set_trailing_metadata(_trailers(name))
        call = Recorded(method, tuple(map(from_document, documents)), options, metadata, name)
        if error := self._fake._take(call):
            raise _ended(context, error)

    def _outcome(self, document: pb.Document) -> Answer:
        return self._fake._answer(from_document(document))


def _trailers(request_id: str | bytes) -> tuple[tuple[str, str | bytes], ...]:
    return ((REQUEST_ID_KEY, request_id),)


def _message(answer: Answer) -> pb.Outcome:
    if isinstance(answer, SaysoError):
        return pb.Outcome(error=status_of(answer))
    return pb.Outcome(result=to_result(answer))


def _ended(context: Any, error: SaysoError) -> AssertionError:
    """End a call with an error; never returns."""
    status = status_of(error)
    name = dict(context.invocation_metadata()).get(REQUEST_ID_KEY, "")
    details = ((_DETAILS_KEY, status.SerializeToString()),) if status.details else ()
    context.set_trailing_metadata((*details, *_trailers(name)))
    context.abort(_CODES[status.code], status.message)
    return AssertionError("abort raises")
