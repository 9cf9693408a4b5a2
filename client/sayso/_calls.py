"""What the sync and the async client share: methods, requests, outcomes."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from google.protobuf.message import Message

from sayso import models
from sayso._status import error_of_status
from sayso._wire.requests import to_document, to_options
from sayso._wire.results import from_result
from sayso.errors import SaysoError, ServerError
from sayso.v1 import quotes_pb2 as pb

DEFAULT_CONCURRENCY = 4

Request = TypeVar("Request", bound=Message)
Response = TypeVar("Response", bound=Message)
Outcome = models.Result | SaysoError


@dataclass(frozen=True, slots=True)
class Method(Generic[Request, Response]):
    """A method of the service with one request and one response."""

    name: str


EXTRACT: Method[pb.ExtractQuotesRequest, pb.ExtractQuotesResponse] = Method("ExtractQuotes")
BATCH: Method[pb.BatchExtractQuotesRequest, pb.BatchExtractQuotesResponse] = Method("BatchExtractQuotes")
INFO: Method[pb.GetServerInfoRequest, pb.GetServerInfoResponse] = Method("GetServerInfo")


def as_document(document: str | models.Document, *, language: str, document_id: str = "") -> models.Document:
    """A document from a text. A document's own language and identifier stay. Raises TypeError."""
    if not isinstance(document, str | models.Document):
        raise TypeError(f"document is a {type(document).__name__}; it must be a str or a sayso.Document")
    if isinstance(document, models.Document):
        return models.Document(
            document.text,
            document.document_id or document_id,
            document.language or language,
            document.title,
            document.published_at,
            document.labels,
        )
    return models.Document(document, document_id, language)


def extract_request(document: models.Document, options: models.Options) -> pb.ExtractQuotesRequest:
    """The request for one document. Raises InvalidDocument."""
    return pb.ExtractQuotesRequest(document=to_document(document), options=to_options(options))


def result_of(response: pb.ExtractQuotesResponse) -> models.Result:
    """The result of the one document. Raises ServerError where there is none."""
    if not response.HasField("result"):
        raise ServerError("the server sent no result")
    return from_result(response.result, models.Result)


def outcome_of(outcome: pb.Outcome) -> Outcome:
    """The result of a document, or its error."""
    if outcome.HasField("error"):
        return error_of_status(outcome.error)
    if outcome.HasField("result"):
        return from_result(outcome.result, models.Result)
    return ServerError("the server sent neither a result nor an error of this document")
