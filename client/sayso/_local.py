"""The engine of sayso-server in this process, behind the requests and responses of the contract.

The client must install, import and type-check without the server, so nothing here is imported by a statement: `_Server`
names everything of sayso-server that is used, and looks it up when the engine is first needed.
"""

import platform
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any, cast

from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message

from sayso._calls import BATCH, Method, Request, Response
from sayso._status import error_of_status
from sayso.errors import LocalEngineUnavailable
from sayso.v1 import quotes_pb2 as pb


def is_installed() -> bool:
    """Whether sayso-server is there."""
    return find_spec("sayso_server") is not None


class Local:
    """Answers requests in this process, one after the other, in a thread of its own. Thread-safe.

    The model is loaded with the first request. A timeout does not apply: what is being read cannot be interrupted.
    Raises LocalEngineUnavailable where sayso-server is not installed.
    """

    def __init__(self, model: str) -> None:
        if not is_installed():
            raise LocalEngineUnavailable(
                "the local engine needs sayso-server, which is not installed: pip install sayso-server"
            )
        self._server = _Server(model)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sayso")
        self._methods: dict[str, Callable[[Any], Message]] = {
            "ExtractQuotes": self._extract,
            "BatchExtractQuotes": self._batch,
            "GetServerInfo": self._info,
        }

    def submit(
        self, method: Method[Request, Response], request: Request, timeout: float | None = None
    ) -> Future[Response]:
        """Queue a request, without waiting for its response. The future raises SaysoError."""
        answer = cast("Callable[[Request], Response]", self._methods[method.name])
        return self._thread.submit(answer, request)

    def stream(
        self, requests: Iterable[pb.StreamExtractQuotesRequest], timeout: float | None = None
    ) -> Iterator[pb.StreamExtractQuotesResponse]:
        """The responses, in order."""
        for request in requests:
            response = self.submit(BATCH, batch_of_one(request)).result()
            yield pb.StreamExtractQuotesResponse(correlation_id=request.correlation_id, outcome=response.outcomes[0])

    def close(self) -> None:
        """Drop what is queued; what is being read is finished first."""
        self._thread.shutdown(cancel_futures=True)

    def _extract(self, request: pb.ExtractQuotesRequest) -> pb.ExtractQuotesResponse:
        [outcome] = self._server.extract([request.document], request.options)
        if outcome.HasField("error"):
            raise error_of_status(outcome.error)
        return pb.ExtractQuotesResponse(result=outcome.result)

    def _batch(self, request: pb.BatchExtractQuotesRequest) -> pb.BatchExtractQuotesResponse:
        return pb.BatchExtractQuotesResponse(outcomes=self._server.extract(request.documents, request.options))

    def _info(self, request: pb.GetServerInfoRequest) -> pb.GetServerInfoResponse:
        return self._server.info()


def batch_of_one(request: pb.StreamExtractQuotesRequest) -> pb.BatchExtractQuotesRequest:
    """The batch that has the outcome of one request of a stream."""
    return pb.BatchExtractQuotesRequest(documents=[request.document], options=request.options)


class _Server:
    """Everything of sayso-server that is used here. Not thread-safe."""

    def __init__(self, model: str) -> None:
        self._model = model

    def extract(self, documents: Iterable[pb.Document], options: pb.ExtractOptions) -> list[pb.Outcome]:
        """One outcome per document, in order, as the service would answer. Raises SaysoError for the options."""
        wishes = self._wishes(options)
        refusals = [(document, self._requests.refusal(document, self._limits)) for document in documents]
        texts = [document.text for document, refused in refusals if not refused]
        answers = iter(self._isolation.extract_each(self._engine, texts, wishes.options) if texts else ())
        return [
            pb.Outcome(error=refused.status()) if refused else self._outcome(document, next(answers), wishes)
            for document, refused in refusals
        ]

    def info(self) -> pb.GetServerInfoResponse:
        """What a server with this engine would say of itself."""
        limits = self._limits
        longest = Duration()
        longest.FromSeconds(int(limits.max_duration))
        return pb.GetServerInfoResponse(
            server_version=version("sayso-server"),
            model=self._conversion.model_message(self._engine.model),
            language_codes=["en"],
            limits=pb.Limits(
                max_document_chars=limits.max_document_chars,
                max_batch_documents=limits.max_batch_documents,
                max_message_bytes=limits.max_message_bytes,
                max_duration=longest,
            ),
            ready=True,
            component_versions={"python": platform.python_version()}
            | {name: version(name) for name in ("stanza", "torch")},
        )

    @cached_property
    def _engine(self) -> Any:
        errors = import_module("sayso_server.parsing.errors")
        try:
            return import_module("sayso_server.parsing.load").load_engine(self._model)
        except errors.ModelError as error:
            raise LocalEngineUnavailable(str(error)) from error

    def _wishes(self, options: pb.ExtractOptions) -> Any:
        try:
            return self._requests.read_options(options)
        except self._errors.ServiceError as error:
            raise error_of_status(error.status()) from None

    def _outcome(self, document: pb.Document, extraction: Any, wishes: Any) -> pb.Outcome:
        if isinstance(extraction, Exception):
            return pb.Outcome(error=self._errors.extraction_failed().status())
        context = self._conversion.ResultContext(document.document_id, wishes.unit, wishes.explained)
        return pb.Outcome(result=self._conversion.result_message(extraction, self._engine.model, context))

    @cached_property
    def _limits(self) -> Any:
        return import_module("sayso_server.service.settings").Limits()

    @cached_property
    def _requests(self) -> Any:
        return import_module("sayso_server.service.requests")

    @cached_property
    def _isolation(self) -> Any:
        return import_module("sayso_server.service.isolation")

    @cached_property
    def _conversion(self) -> Any:
        return import_module("sayso_server.service.conversion")

    @cached_property
    def _errors(self) -> Any:
        return import_module("sayso_server.service.errors")
