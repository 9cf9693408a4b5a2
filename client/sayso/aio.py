"""The client of the sayso service for asyncio."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Iterable, Mapping
from contextlib import aclosing
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
from sayso._transports import AsyncTransport
from sayso._transports.local import AsyncLocal
from sayso._transports.remote import AsyncRemote
from sayso._wire.server_info import from_server_info
from sayso.errors import SaysoError, ServerUnavailable
from sayso.health import Health, health_of
from sayso.tls import Tls
from sayso.v1 import quotes_pb2 as pb

_Item = TypeVar("_Item")
_Value = TypeVar("_Value")


class AsyncClient:
    """Calls a sayso server, or the engine in this process, from one event loop; create it in that loop.

    The arguments and methods are those of `sayso.Client`.
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
    async def extract(
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
        response = await self._finish(Run(one_call(EXTRACT, request, seconds, sent)))
        return result_of(response, read, sent.request_id)

    @shows_options
    async def extract_many(
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
    ) -> AsyncGenerator[Pair, None]:
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
        async with aclosing(self._pairs(parts, at_least_one(concurrency))) as pairs:
            async for pair in pairs:
                count()
                yield pair

    @shows_options
    async def stream(
        self,
        documents: Iterable[str | models.Document] | AsyncIterable[str | models.Document],
        *,
        language: str = "",
        timeout: float | None = None,
        request_id: str | None = None,
        metadata: Metadata | None = None,
        **options: Unpack[models.OptionKeywords],
    ) -> AsyncGenerator[tuple[int, Outcome], None]:
        """Extract documents as they arrive: yields (number of the document, result or error) as they are ready.

        Documents are numbered from 0. `documents` is read ahead, in a separate task. `timeout` applies to the whole
        stream; by default there is none. If the server is loading its models, the stream starts when they are loaded.
        Raises SaysoError if the server itself fails, and errors raised by `documents`.
        """
        sent = envelope(request_id, metadata)
        stream = Stream(options_of(options), sent, language=language)
        requests = _requests(stream, documents)
        seconds = None if timeout is None else allowed(timeout)
        await self._await_models(timeout, sent.metadata)
        async with aclosing(self._transport.stream(requests, seconds, sent)) as responses:
            async for response in responses:
                for refused in stream.refused():
                    yield refused
                yield stream.answer(response)
        for refused in stream.end():
            yield refused

    async def info(
        self, *, timeout: float | None = None, request_id: str | None = None, metadata: Metadata | None = None
    ) -> models.ServerInfo:
        """The description of the server. Raises SaysoError."""
        seconds = allowed(self._seconds(timeout))
        sent = envelope(request_id, metadata)
        return from_server_info(await self._finish(Run(one_call(INFO, pb.GetServerInfoRequest(), seconds, sent))))

    async def health(
        self, *, timeout: float | None = None, request_id: str | None = None, metadata: Metadata | None = None
    ) -> Health:
        """The current health of the server, without retries. Raises SaysoError if no server answers."""
        sent, seconds = envelope(request_id, metadata), allowed(self._seconds(timeout))
        deadline = time.monotonic() + seconds
        serving = await self._transport.serves(seconds, sent)
        look = Send(INFO, pb.GetServerInfoRequest(), max(LEAST_LOOK, deadline - time.monotonic()), sent)
        try:
            info = from_server_info(await self._send(look))
        except ServerUnavailable as error:
            if not error.reason:
                raise
            return health_of(self.server, serving=False, info=None)
        return health_of(self.server, serving, info)

    async def wait_ready(self, *, timeout: float | None = None) -> None:
        """Wait until the server is running and has loaded its models. Raises SaysoError if that takes too long."""
        deadline = time.monotonic() + allowed(self._seconds(timeout))
        while wait := not_yet(await self._serves(deadline), deadline - time.monotonic()):
            await asyncio.sleep(wait.seconds)

    async def _await_models(self, timeout: float | None, metadata: Pairs) -> None:
        """Wait for the models before a stream, which cannot be retried. The stream itself reports other errors."""
        deadline = time.monotonic() + allowed(self._seconds(timeout))
        while await self._serves(deadline, metadata) is False and time.monotonic() < deadline:
            await asyncio.sleep(BETWEEN_LOOKS)

    def _connected(self) -> AsyncTransport:
        return AsyncRemote(self._target) if self._model is None else AsyncLocal(self._model)

    def __getstate__(self) -> dict[str, Any]:
        """The settings only: a copy opens its own connection."""
        return {name: value for name, value in vars(self).items() if name != "_transport"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._transport = self._connected()

    async def close(self) -> None:
        """Close the connection."""
        await self._transport.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"AsyncClient({self.server!r})"

    def _seconds(self, timeout: float | None) -> float | None:
        return self._timeout if timeout is None else timeout

    async def _serves(self, deadline: float, metadata: Pairs = ()) -> bool | SaysoError:
        try:
            return await self._transport.serves(
                max(LEAST_LOOK, deadline - time.monotonic()), Envelope(metadata=metadata)
            )
        except SaysoError as error:
            return error

    async def _pairs(self, parts: Iterable[Slice], concurrency: int) -> AsyncGenerator[Pair, None]:
        """The documents of the slices with their outcomes, in order; `concurrency` limits the calls in flight."""
        runs: deque[asyncio.Task[list[Pair]]] = deque()
        try:
            for part in parts:
                if len(runs) >= concurrency:
                    for pair in await runs[0]:
                        yield pair
                    runs.popleft()
                runs.append(asyncio.create_task(self._finish(Run(many_calls(part)))))
            while runs:
                for pair in await runs[0]:
                    yield pair
                runs.popleft()
        finally:
            for run in runs:
                run.cancel()
            await asyncio.gather(*runs, return_exceptions=True)

    async def _finish(self, run: Run[Request, Response, _Value]) -> _Value:
        """The value of a run. Raises SaysoError."""
        while step := run.step:
            if isinstance(step, Wait):
                await asyncio.sleep(step.seconds)
                run.advance(None)
                continue
            try:
                answer: Response | SaysoError = await self._send(step)
            except SaysoError as error:
                answer = error
            run.advance(answer)
        return run.value

    async def _send(self, step: Send[Request, Response]) -> Response:
        return await self._transport.call(step.method, step.request, step.timeout, step.envelope)


async def _requests(
    stream: Stream, documents: Iterable[str | models.Document] | AsyncIterable[str | models.Document]
) -> AsyncIterator[pb.StreamExtractQuotesRequest]:
    async for document in _each(documents):
        if request := stream.request(document):
            yield request


async def _each(items: Iterable[_Item] | AsyncIterable[_Item]) -> AsyncIterator[_Item]:
    if isinstance(items, AsyncIterable):
        async for item in items:
            yield item
    else:
        for item in items:
            yield item
