"""The client of the sayso service."""

from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Self, TypeVar

import grpc
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


class Client:
    """Calls a sayso server. Thread-safe; close it, or use it as a context manager.

    `server` is host:port, by default that of SAYSO_SERVER, else localhost:50051. `timeout` is in seconds, for one
    call, and each method can set its own. Calls that find no server are tried again a few times within that.
    """

    def __init__(self, server: str | None = None, *, timeout: float = DEFAULT_TIMEOUT) -> None:
        self.server = address(server)
        self._timeout = timeout
        self._channel = grpc.insecure_channel(self.server, options=CHANNEL_OPTIONS)
        self._stub = QuoteServiceStub(self._channel)

    def extract(
        self,
        document: str | models.Document,
        *,
        document_id: str = "",
        language: str = "",
        options: models.Options | None = None,
        timeout: float | None = None,
    ) -> models.Result:
        """The statements of one document. Raises SaysoError."""
        message = self.extract_message(
            as_document(document, document_id=document_id, language=language), options=options, timeout=timeout
        )
        return result_model(message)

    def extract_message(
        self, document: models.Document, *, options: models.Options | None = None, timeout: float | None = None
    ) -> pb.Result:
        """The statements of one document, as the message of the contract. Raises SaysoError."""
        request = extract_request(document, options or models.Options())
        return self._call(self._stub.ExtractQuotes, request, timeout).result

    def extract_many(
        self,
        documents: Iterable[str | models.Document],
        *,
        language: str = "",
        options: models.Options | None = None,
        timeout: float | None = None,
    ) -> Iterator[models.Result | SaysoError]:
        """The statements of many documents, in their order: a result, or the error of that document alone.

        The documents are sent in batches as the results are taken; `timeout` holds for each batch. Raises SaysoError
        where the server fails as a whole.
        """
        for part in slices(documents, language=language):
            request = part.request(options or models.Options())
            try:
                response = self._call(self._stub.BatchExtractQuotes, request, timeout) if request else None
            except (InvalidDocument, RequestTooLarge) as error:
                yield from part.refused(error)
            else:
                yield from part.outcomes(response)

    def info(self, *, timeout: float | None = None) -> models.ServerInfo:
        """What the server says of itself. Raises SaysoError."""
        return server_info_model(self._call(self._stub.GetServerInfo, pb.GetServerInfoRequest(), timeout))

    def close(self) -> None:
        """Close the connection."""
        self._channel.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _call(
        self,
        method: "grpc.UnaryUnaryMultiCallable[_Request, _Response]",
        request: _Request,
        timeout: float | None,
    ) -> _Response:
        try:
            return method(request, timeout=self._timeout if timeout is None else timeout)
        except grpc.RpcError as error:
            raise error_of_call(error, self.server) from None
