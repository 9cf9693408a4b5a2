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
from sayso_server.core.statement import Extraction, KnownSpeaker
from sayso_server.service.answer import Answer
from sayso_server.service.api.requests import (
    Wishes,
    day_of_publication,
    read_options,
    refusal,
    response_limit,
    result_context,
)
from sayso_server.service.api.responses import result_message, server_info_message
from sayso_server.service.call_facts import call_facts
from sayso_server.service.errors import (
    Context,
    ServiceError,
    abort,
    internal,
    missing_document,
    result_too_large,
    too_many_documents,
)
from sayso_server.service.in_flight import InFlight
from sayso_server.service.scheduling.queue import EngineQueue
from sayso_server.service.settings import Limits
from sayso_server.service.telemetry.metrics import Metrics
from sayso_server.service.telemetry.tracing import NO_TRACES, Traces
from sayso_server.workers.isolation import describe

log = logging.getLogger(__name__)

Response = TypeVar("Response")
Handler = Callable[["QuoteServicer", Any, Context], Awaitable[Response]]


def answered(handler: Handler[Response]) -> Handler[Response]:
    """Converts exceptions of a handler to statuses."""

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
    """Validates requests, passes their texts to the queue, and converts the results."""

    def __init__(
        self,
        queue: EngineQueue,
        limits: Limits,
        in_flight: InFlight,
        traces: Traces = NO_TRACES,
        known: tuple[KnownSpeaker, ...] = (),
        metrics: Metrics | None = None,
    ) -> None:
        self._queue = queue
        self._limits = limits
        self._in_flight = in_flight
        self._traces = traces
        self._known = known
        self._metrics = metrics or Metrics()

    @answered
    async def ExtractQuotes(self, request: pb.ExtractQuotesRequest, context: Context) -> pb.ExtractQuotesResponse:
        """One document; an invalid document fails the call."""
        self._in_flight.call(context)
        return pb.ExtractQuotesResponse(result=await self._extract_one(request, context))

    @answered
    async def BatchExtractQuotes(
        self, request: pb.BatchExtractQuotesRequest, context: Context
    ) -> pb.BatchExtractQuotesResponse:
        """Several documents, each with its own outcome."""
        self._in_flight.call(context)
        if len(request.documents) > self._limits.max_batch_documents:
            raise too_many_documents(len(request.documents), self._limits.max_batch_documents)
        wishes = read_options(request.options, self._known)
        outcomes = await self._extract(request.documents, wishes, context, request.ByteSize())
        for outcome in outcomes:
            self._count_failure(outcome)
        return await asyncio.to_thread(_batch_response, outcomes)

    @answered
    async def StreamExtractQuotes(  # type: ignore[override]  # several tasks write responses
        self, request_iterator: AsyncIterator[pb.StreamExtractQuotesRequest], context: Context
    ) -> None:
        """Documents as they arrive, with a limited number in flight; responses as soon as they are ready."""
        slots = asyncio.Semaphore(self._limits.max_stream_documents)
        writing = asyncio.Lock()

        async def answer(request: pb.StreamExtractQuotesRequest) -> None:
            try:
                with self._in_flight.request():
                    await write(request, await self._extract_one(request, context))
            except ServiceError as error:
                await write(request, error)
            finally:
                slots.release()

        async def write(request: pb.StreamExtractQuotesRequest, outcome: pb.Result | ServiceError) -> None:
            response = pb.StreamExtractQuotesResponse(correlation_id=request.correlation_id)
            self._count_failure(outcome)
            _set_outcome(response.outcome, outcome)
            async with writing:
                await context.write(response)

        broken: ServiceError | None = None
        async with asyncio.TaskGroup() as answers:
            try:
                async for request in request_iterator:
                    await slots.acquire()
                    answers.create_task(answer(request))
            except ServiceError as error:
                broken = error  # raised after the group, which would wrap it, and after the pending responses
        if broken:
            raise broken

    @answered
    async def GetServerInfo(self, request: pb.GetServerInfoRequest, context: Context) -> pb.GetServerInfoResponse:
        """Versions, model and limits; available while the models are loading."""
        return server_info_message(self._queue.model, self._limits)

    async def _extract_one(
        self, request: pb.ExtractQuotesRequest | pb.StreamExtractQuotesRequest, context: Context
    ) -> pb.Result:
        """The result of a request's document. Raises ServiceError."""
        if not request.HasField("document"):
            raise missing_document()
        wishes = read_options(request.options, self._known)
        [outcome] = await self._extract([request.document], wishes, context, request.ByteSize())
        if isinstance(outcome, ServiceError):
            raise outcome
        return outcome

    async def _extract(
        self, documents: Sequence[pb.Document], wishes: Wishes, context: Context, size: int
    ) -> list[pb.Result | ServiceError]:
        """One outcome per document, in order; `size` is that of the request. Raises ServiceError if none was tried."""
        refusals = [refusal(document, self._limits) for document in documents]
        accepted = [document for document, refused in zip(documents, refusals, strict=True) if not refused]
        answers = iter(await self._answers(accepted, wishes, self._deadline(context), size) if accepted else ())
        room = _Room(response_limit(context, self._limits))
        return [
            refused or await self._converted(document, next(answers), wishes, room)
            for document, refused in zip(documents, refusals, strict=True)
        ]

    async def _answers(
        self, documents: Sequence[pb.Document], wishes: Wishes, deadline: float, size: int
    ) -> list[Answer]:
        arrived = time.time_ns()
        texts = [document.text for document in documents]
        options = [wishes.options.on(day_of_publication(document)) for document in documents]
        answers = await self._queue.submit(texts, options, deadline=deadline, size=size)
        for answer in answers:
            self._traces.document(answer, arrived)
            self._count(answer)
        return answers

    def _count(self, answer: Answer) -> None:
        """Count a document for its caller."""
        if isinstance(answer.outcome, Extraction):
            call_facts().read(answer.outcome.words, answer.queue_duration)
            self._metrics.read_for(call_facts().caller, answer.outcome.words)

    def _count_failure(self, outcome: pb.Result | ServiceError) -> None:
        """Count a document that failed within a batch; if the whole call fails, the call is counted instead."""
        if isinstance(outcome, ServiceError):
            self._metrics.failures.labels(outcome.reason).inc()

    async def _converted(
        self, document: pb.Document, answer: Answer, wishes: Wishes, room: "_Room"
    ) -> pb.Result | ServiceError:
        """The result message, if there is room for it; made in a thread, since a large result takes seconds."""
        return await asyncio.to_thread(lambda: room.fitting(self._result(document, answer, wishes)))

    def _result(self, document: pb.Document, answer: Answer, wishes: Wishes) -> pb.Result | ServiceError:
        if isinstance(answer.outcome, ServiceError):
            return answer.outcome
        model = self._queue.model
        assert model is not None, "a text was read before the model was loaded"
        return result_message(answer.outcome, model, result_context(document, wishes, answer.queue_duration))

    def _deadline(self, context: Context) -> float:
        """The deadline of a call, as a time of the event loop."""
        remaining = cast("float | None", context.time_remaining())  # None without a deadline, despite the stub
        allowed = self._limits.max_duration
        return asyncio.get_running_loop().time() + (allowed if remaining is None else min(remaining, allowed))


_FRAME = 16
"""Overhead of a response per result, in bytes."""


class _Room:
    """The remaining size of a response, in bytes."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._left = limit

    def fitting(self, outcome: pb.Result | ServiceError) -> pb.Result | ServiceError:
        """The outcome, or an error in place of a result that does not fit."""
        if isinstance(outcome, ServiceError):
            return outcome
        size = outcome.ByteSize() + _FRAME
        if size > self._left:
            return result_too_large(size, self._limit)
        self._left -= size
        return outcome


def _batch_response(outcomes: Sequence[pb.Result | ServiceError]) -> pb.BatchExtractQuotesResponse:
    """The response of a batch. Results are copied one by one, so that other threads can run in between."""
    response = pb.BatchExtractQuotesResponse()
    for outcome in outcomes:
        _set_outcome(response.outcomes.add(), outcome)
    return response


def _set_outcome(message: pb.Outcome, outcome: pb.Result | ServiceError) -> None:
    if isinstance(outcome, ServiceError):
        message.error.CopyFrom(outcome.status())
    else:
        message.result.CopyFrom(outcome)
