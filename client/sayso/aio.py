"""The client of the sayso service for asyncio."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Iterable
from contextlib import aclosing
from types import TracebackType
from typing import Protocol, Self, TypeVar, Unpack

from sayso import models
from sayso._aio_backends import AsyncLocal, AsyncRemote
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
from sayso._slices import OF_ITS_DOCUMENTS, Progress, Slice, at_least_one, counted, slices
from sayso._stream import Stream
from sayso.tls import Tls
from sayso.v1 import quotes_pb2 as pb

_Item = TypeVar("_Item")


class AsyncClient:
    """Calls a sayso server, or the engine in this process, from one event loop; make it there.

    The arguments and methods are those of `sayso.Client`.
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
        self._backend: _Backend = AsyncLocal(model) if local else AsyncRemote(target(server, tls, token))
        self.server = self._backend.name

    async def extract(
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
        return result_model((await self._send(EXTRACT, request, timeout)).result)

    async def extract_many(
        self,
        documents: Iterable[str | models.Document],
        *,
        language: str = "",
        timeout: float | None = None,
        concurrency: int = DEFAULT_CONCURRENCY,
        progress: Progress | None = None,
        **options: Unpack[models.OptionKeywords],
    ) -> AsyncGenerator[Outcome, None]:
        """The statements of many documents, in their order: a result, or the error of that document alone.

        The documents are sent in small batches as the outcomes are taken, up to `concurrency` batches at a time;
        `timeout` holds for each batch. An overloaded server is given the time it asks for, up to `timeout`. `progress`
        is called after every document with how many are done, and how many there are (None where `documents` has no
        length). Raises SaysoError where the server fails as a whole.
        """
        patience = self._timeout if timeout is None else timeout
        count = counted(progress, documents)
        parts = slices(documents, models.Options(**options), language=language, patience=patience)
        async with aclosing(self._outcomes(parts, timeout, at_least_one(concurrency))) as outcomes:
            async for outcome in outcomes:
                count()
                yield outcome

    async def stream(
        self,
        documents: Iterable[str | models.Document] | AsyncIterable[str | models.Document],
        *,
        language: str = "",
        timeout: float | None = None,
        **options: Unpack[models.OptionKeywords],
    ) -> AsyncGenerator[tuple[int, Outcome], None]:
        """The statements of documents as they arrive: (number of the document, result or error), as they are ready.

        The numbers count the documents from 0. `documents` is read ahead, in a task of its own. `timeout` holds for
        the whole stream; there is none unless it is given. Raises SaysoError where the server fails as a whole, and
        what `documents` raises.
        """
        stream = Stream(models.Options(**options), language=language)
        requests = _requests(stream, documents)
        async with aclosing(self._backend.stream(requests, timeout)) as responses:
            async for response in responses:
                for refused in stream.refused():
                    yield refused
                yield stream.answer(response)
        for refused in stream.refused():
            yield refused

    async def info(self, *, timeout: float | None = None) -> models.ServerInfo:
        """What the server says of itself. Raises SaysoError."""
        return server_info_model(await self._send(INFO, pb.GetServerInfoRequest(), timeout))

    async def close(self) -> None:
        """Close the connection."""
        await self._backend.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"AsyncClient({self.server!r})"

    async def _send(self, method: Method[Request, Response], request: Request, timeout: float | None) -> Response:
        return await self._backend.call(method, request, self._timeout if timeout is None else timeout)

    async def _outcomes(
        self, parts: Iterable[Slice], timeout: float | None, concurrency: int
    ) -> AsyncGenerator[Outcome, None]:
        """The outcomes of the slices, in order, with a bounded number of calls in flight."""
        calls: deque[asyncio.Task[list[Outcome]]] = deque()
        try:
            for part in parts:
                if len(calls) >= concurrency:
                    for outcome in await calls[0]:
                        yield outcome
                    calls.popleft()
                calls.append(asyncio.create_task(self._finish(part, timeout)))
            while calls:
                for outcome in await calls[0]:
                    yield outcome
                calls.popleft()
        finally:
            for call in calls:
                call.cancel()
            await asyncio.gather(*calls, return_exceptions=True)

    async def _finish(self, part: Slice, timeout: float | None) -> list[Outcome]:
        """The outcomes of a slice, sent again where that helps."""
        request = part.request()
        try:
            response = await self._send(BATCH, request, timeout) if request else None
        except OF_ITS_DOCUMENTS as error:
            if again := part.later(error):
                part, seconds = again
                await asyncio.sleep(seconds)
                return await self._finish(part, timeout)
            if halves := part.halves(error):
                return [outcome for half in halves for outcome in await self._finish(half, timeout)]
            return list(part.refused(error))
        return list(part.outcomes(response))


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


class _Backend(Protocol):
    """Who answers."""

    @property
    def name(self) -> str: ...

    async def call(self, method: Method[Request, Response], request: Request, timeout: float) -> Response: ...

    def stream(
        self, requests: AsyncIterator[pb.StreamExtractQuotesRequest], timeout: float | None
    ) -> AsyncGenerator[pb.StreamExtractQuotesResponse, None]: ...

    async def close(self) -> None: ...
