"""What the sync and the async client share: addresses, channel options, requests."""

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sayso import models
from sayso._convert import document_message, options_message, result_model
from sayso._status import error_of_status
from sayso.errors import InvalidDocument, RequestTooLarge, SaysoError
from sayso.v1 import quotes_pb2 as pb

DEFAULT_SERVER = "localhost:50051"
DEFAULT_TIMEOUT = 60.0

_SLICE_DOCUMENTS = 16
_SLICE_BYTES = 1024 * 1024
_MAX_RESPONSE_BYTES = 64 * 1024 * 1024

_SERVICE_CONFIG = {
    "loadBalancingConfig": [{"round_robin": {}}],
    "methodConfig": [
        {
            "name": [{"service": "sayso.v1.QuoteService"}],
            "retryPolicy": {
                "maxAttempts": 4,
                "initialBackoff": "0.1s",
                "maxBackoff": "2s",
                "backoffMultiplier": 3,
                "retryableStatusCodes": ["UNAVAILABLE"],
            },
        }
    ],
}

CHANNEL_OPTIONS: tuple[tuple[str, str | int], ...] = (
    ("grpc.service_config", json.dumps(_SERVICE_CONFIG)),
    ("grpc.max_receive_message_length", _MAX_RESPONSE_BYTES),
)


def address(server: str | None) -> str:
    """The server to call: the one given, that of SAYSO_SERVER, or localhost."""
    return server or os.environ.get("SAYSO_SERVER") or DEFAULT_SERVER


def extract_request(document: models.Document, options: models.Options) -> pb.ExtractQuotesRequest:
    """The request for one document. Raises InvalidDocument."""
    return pb.ExtractQuotesRequest(document=document_message(document), options=options_message(options))


@dataclass(frozen=True, slots=True)
class Slice:
    """Some documents of a longer row, in order; one that has no message is already refused."""

    documents: Sequence[pb.Document | InvalidDocument]

    def request(self, options: models.Options) -> pb.BatchExtractQuotesRequest | None:
        """The batch to send, or None where every document is refused."""
        documents = [document for document in self.documents if isinstance(document, pb.Document)]
        if not documents:
            return None
        return pb.BatchExtractQuotesRequest(documents=documents, options=options_message(options))

    def outcomes(self, response: pb.BatchExtractQuotesResponse | None) -> Iterator[models.Result | SaysoError]:
        """One outcome per document, in order."""
        answers = iter(response.outcomes if response else ())
        for document in self.documents:
            yield document if isinstance(document, InvalidDocument) else _outcome(next(answers))

    def refused(self, error: RequestTooLarge | InvalidDocument) -> Iterator[models.Result | SaysoError]:
        """The outcomes where the batch was refused as a whole."""
        for document in self.documents:
            yield document if isinstance(document, InvalidDocument) else error


def slices(documents: Iterable[str | models.Document], *, language: str) -> Iterator[Slice]:
    """The documents in slices that fit into one call."""
    held: list[pb.Document | InvalidDocument] = []
    size = 0
    for document in documents:
        message = _message(as_document(document, language=language))
        weight = message.ByteSize() if isinstance(message, pb.Document) else 0
        if held and (len(held) == _SLICE_DOCUMENTS or size + weight > _SLICE_BYTES):
            yield Slice(tuple(held))
            held, size = [], 0
        held.append(message)
        size += weight
    if held:
        yield Slice(tuple(held))


def as_document(document: str | models.Document, *, language: str, document_id: str = "") -> models.Document:
    """A document from a text. A document's own language and identifier stay."""
    if isinstance(document, models.Document):
        return models.Document(document.text, document.document_id or document_id, document.language or language)
    return models.Document(document, document_id, language)


def _message(document: models.Document) -> pb.Document | InvalidDocument:
    try:
        return document_message(document)
    except InvalidDocument as error:
        return error


def _outcome(outcome: pb.Outcome) -> models.Result | SaysoError:
    if outcome.HasField("error"):
        return error_of_status(outcome.error)
    return result_model(outcome.result)
