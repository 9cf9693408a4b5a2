"""Code shared by the sync and the async client: methods, requests, outcomes."""

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


def extract_request(document: models.Document, options: models.Options) -> pb.ExtractQuotesRequest:
    """The request for one document. Raises InvalidDocument."""
    return pb.ExtractQuotesRequest(document=to_document(document), options=to_options(options))


def result_of(response: pb.ExtractQuotesResponse, document: models.Document, request_id: str) -> models.Result:
    """The result of the one document. Raises ServerError if there is none."""
    if not response.HasField("result"):
        raise known_by(ServerError("the server sent no result"), request_id)
    return from_result(response.result, models.Result, document=document, request_id=request_id)


def outcome_of(outcome: pb.Outcome, document: models.Document, request_id: str) -> Outcome:
    """The result of a document, or its error."""
    if outcome.HasField("result"):
        return from_result(outcome.result, models.Result, document=document, request_id=request_id)
    nothing = ServerError("the server sent neither a result nor an error for this document")
    return known_by(error_of_status(outcome.error) if outcome.HasField("error") else nothing, request_id)


def known_by(error: SaysoError, request_id: str) -> SaysoError:
    """The error, with the request ID of its call set."""
    error.request_id = request_id
    return error
