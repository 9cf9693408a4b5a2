"""The client of the sayso service for asyncio."""

from collections.abc import AsyncIterator, Iterable
from types import TracebackType
from typing import Self, TypeVar

import grpc
import grpc.aio
from google.protobuf.message import Message

from sayso import models
from sayso._calls import CHANNEL_OPTIONS, DEFAULT_TIMEOUT, address, as_document, extract_request, slices
from sayso._convert import result_model, server_info_model
from sayso._status import error_of_call
from sayso.errors import InvalidDocument, RequestTooLarge, SaysoError
from sayso.v1 import quotes_pb2 as pb
from sayso.v1.quotes_pb2_grpc import QuoteServiceStub

_Request = TypeVar("_Request", bound=Message)
_Response = TypeVar("_Response", bound=Message)


class AsyncClient:
    """Calls a sayso server from one event loop; make it there. The methods are those of `sayso.Client`."""

    def __init__(self, server: str | None = None, *, timeout: float = DEFAULT_TIMEOUT) -> None:
        self.server = address(server)
        self._timeout = timeout
        self._channel = grpc.aio.insecure_channel(self.server, options=CHANNEL_OPTIONS)
        self._stub = QuoteServiceStub(self._channel)

    async def extract(
        self,
        document: str | models.Document,
        *,
        document_id: str = "",
        language: str = "",
        options: models.Options | None = None,
        timeout: float | None = None,
    ) -> models.Result:
        """The statements of one document. Raises SaysoError."""
        request = extract_request(
            as_document(document, document_id=document_id, language=language), options or models.Options()
        )
        return result_model((await self._call(self._stub.ExtractQuotes, request, timeout)).result)

    async def extract_many(
        self,
        documents: Iterable[str | models.Document],
        *,
        language: str = "",
        options: models.Options | None = None,
        timeout: float | None = None,
    ) -> AsyncIterator[models.Result | SaysoError]:
        """The statements of many documents, in their order: a result, or the error of that document alone.

        The documents are sent in batches as the results are taken; `timeout` holds for each batch. Raises SaysoError
        where the server fails as a whole.
        """
        for part in slices(documents, language=language):
            request = part.request(options or models.Options())
            try:
                response = await self._call(self._stub.BatchExtractQuotes, request, timeout) if request else None
            except (InvalidDocument, RequestTooLarge) as error:
                outcomes = part.refused(error)
            else:
                outcomes = part.outcomes(response)
            for outcome in outcomes:
                yield outcome

    async def info(self, *, timeout: float | None = None) -> models.ServerInfo:
        """What the server says of itself. Raises SaysoError."""
        return server_info_model(await self._call(self._stub.GetServerInfo, pb.GetServerInfoRequest(), timeout))

    async def close(self) -> None:
        """Close the connection."""
        await self._channel.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _call(
        self,
        method: "grpc.aio.UnaryUnaryMultiCallable[_Request, _Response]",
        request: _Request,
        timeout: float | None,
    ) -> _Response:
        try:
            return await method(request, timeout=self._timeout if timeout is None else timeout)
        except grpc.RpcError as error:
            raise error_of_call(error, self.server) from None
