"""The methods of sayso.v1.QuoteService."""

import asyncio
import functools
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, TypeVar, cast

import grpc.aio

from sayso.v1 import quotes_pb2 as pb
from sayso.v1 import quotes_pb2_grpc as pb_grpc
from sayso_server.core.statement import KnownSpeaker
from sayso_server.service.activity import Activity
from sayso_server.service.conversion import ResultContext, result_message, server_info_message
from sayso_server.service.errors import Context, ServiceError, abort, internal, missing_document, too_many_documents
from sayso_server.service.isolation import describe
from sayso_server.service.jobs import Answer
from sayso_server.service.queue import EngineQueue
from sayso_server.service.requests import Wishes, day_of_publication, read_options, refusal
from sayso_server.service.settings import Limits
from sayso_server.service.tracing import NO_TRACES, Traces

log = logging.getLogger(__name__)

Response = TypeVar("Response")
Handler = Callable[["QuoteServicer", Any, Context], Awaitable[Response]]


def answered(handler: Handler[Response]) -> Handler[Response]:
    """Turns what a handler raises into the status that the caller sees."""

    @functools.wraps(handler)
    async def answer(servicer: "QuoteServicer", request: Any, context: Context) -> Response:
        try:
            return await handler(servicer, request, context)
        except ServiceError as error:
            await abort(context, error)
        except grpc.aio.AbortError:
            raise
        except Exception as error:
            log.error("%s failed: %s", handler.__name__, describe(error))
            await abort(context, internal())

    return answer


class QuoteServicer(pb_grpc.QuoteServiceServicer):
    """Checks requests, hands their texts to the queue, and converts what comes back."""

    def __init__(
        self,
        queue: EngineQueue,
        limits: Limits,
        activity: Activity,
        traces: Traces = NO_TRACES,
        known: tuple[KnownSpeaker, ...] = (),
    ) -> None:
        self._queue = queue
        self._limits = limits
        self._activity = activity
        self._traces = traces
        self._known = known

    @answered
    async def ExtractQuotes(self, request: pb.ExtractQuotesRequest, context: Context) -> pb.ExtractQuotesResponse:
        """One document; its refusal is the call's."""
        with self._activity.request():
            return pb.ExtractQuotesResponse(result=await self._extract_one(request, context))

    @answered
    async def BatchExtractQuotes(
        self, request: pb.BatchExtractQuotesRequest, context: Context
    ) -> pb.BatchExtractQuotesResponse:
        """Several documents, each with its own outcome."""
        with self._activity.request():
            wishes = read_options(request.options, self._known)
            if len(request.documents) > self._limits.max_batch_documents:
                raise too_many_documents(len(request.documents), self._limits.max_batch_documents)
            outcomes = await self._extract(request.documents, wishes, context)
            return pb.BatchExtractQuotesResponse(outcomes=[_outcome(outcome) for outcome in outcomes])

    @answered
    async def StreamExtractQuotes(  # type: ignore[override]  # writes for itself, several tasks at once
        self, request_iterator: AsyncIterator[pb.StreamExtractQuotesRequest], context: Context
    ) -> None:
        """Documents as they arrive, a bounded number of them in flight; answers in the order they are ready."""
        slots = asyncio.Semaphore(self._limits.max_stream_documents)
        writing = asyncio.Lock()

        async def answer(request: pb.StreamExtractQuotesRequest) -> None:
            try:
                response = await self._stream_response(request, context)
                async with writing:
                    await context.write(response)
            finally:
                slots.release()

        broken: ServiceError | None = None
        async with asyncio.TaskGroup() as answers:
            try:
                async for request in request_iterator:
                    await slots.acquire()
                    answers.create_task(answer(request))
            except ServiceError as error:
                broken = error  # raised behind the group, which would wrap it, and after the answers due
        if broken:
            raise broken

    @answered
    async def GetServerInfo(self, request: pb.GetServerInfoRequest, context: Context) -> pb.GetServerInfoResponse:
        """Versions, model and limits; also while the models load."""
        return server_info_message(self._queue.model, self._limits)

    async def _stream_response(
        self, request: pb.StreamExtractQuotesRequest, context: Context
    ) -> pb.StreamExtractQuotesResponse:
        try:
            with self._activity.request():
                outcome: pb.Result | ServiceError = await self._extract_one(request, context)
        except ServiceError as error:
            outcome = error
        return pb.StreamExtractQuotesResponse(correlation_id=request.correlation_id, outcome=_outcome(outcome))

    async def _extract_one(
        self, request: pb.ExtractQuotesRequest | pb.StreamExtractQuotesRequest, context: Context
    ) -> pb.Result:
        """The result of a request's document. Raises ServiceError."""
        if not request.HasField("document"):
            raise missing_document()
        [outcome] = await self._extract([request.document], read_options(request.options, self._known), context)
        if isinstance(outcome, ServiceError):
            raise outcome
        return outcome

    async def _extract(
        self, documents: Sequence[pb.Document], wishes: Wishes, context: Context
    ) -> list[pb.Result | ServiceError]:
        """One outcome per document, in order. Raises ServiceError where none could be tried."""
        refusals = [refusal(document, self._limits) for document in documents]
        accepted = [document for document, refused in zip(documents, refusals, strict=True) if not refused]
        answers = iter(await self._answers(accepted, wishes, self._deadline(context)) if accepted else ())
        return [
            refused or self._result(document, next(answers), wishes)
            for document, refused in zip(documents, refusals, strict=True)
        ]

    async def _answers(self, documents: Sequence[pb.Document], wishes: Wishes, deadline: float) -> list[Answer]:
        arrived = time.time_ns()
        texts = [document.text for document in documents]
        options = [wishes.options.on(day_of_publication(document)) for document in documents]
        answers = await self._queue.submit(texts, options, deadline=deadline)
        for answer in answers:
            self._traces.document(answer, arrived)
        return answers

    def _result(self, document: pb.Document, answer: Answer, wishes: Wishes) -> pb.Result | ServiceError:
        if isinstance(answer.outcome, ServiceError):
            return answer.outcome
        model = self._queue.model
        assert model is not None, "a text was answered before the model was loaded"
        form = ResultContext(
            document.document_id, wishes.unit, wishes.explained, wishes.alternatives, answer.queue_duration
        )
        return result_message(answer.outcome, model, form)

    def _deadline(self, context: Context) -> float:
        """When to give up, as a time of the event loop."""
        remaining = cast("float | None", context.time_remaining())  # None without a deadline, whatever the stub says
        allowed = self._limits.max_duration
        return asyncio.get_running_loop().time() + (allowed if remaining is None else min(remaining, allowed))


def _outcome(outcome: pb.Result | ServiceError) -> pb.Outcome:
    if isinstance(outcome, ServiceError):
        return pb.Outcome(error=outcome.status())
    return pb.Outcome(result=outcome)
