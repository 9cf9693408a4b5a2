"""Many documents: cut into slices that fit into a call each, which are sent again, or in halves, where that helps."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from sayso import models
from sayso._arguments import as_document, several
from sayso._calls import BATCH, Outcome, known_by, outcome_of
from sayso._envelope import Envelope
from sayso._policy import LEAST_WAIT, Send, Steps, Wait, allowed, seconds_until_again
from sayso._wire.requests import to_document, to_options
from sayso.errors import (
    ExtractionFailed,
    InvalidDocument,
    Overloaded,
    RequestTimeout,
    RequestTooLarge,
    SaysoError,
    ServerError,
)
from sayso.v1 import quotes_pb2 as pb

_SLICE_DOCUMENTS = 16

_SLICE_BYTES = 8 * 1024
"""Small enough that even a slow machine can read several, one after the other, within the default timeout."""

OF_ITS_DOCUMENTS = (InvalidDocument, RequestTooLarge, Overloaded, RequestTimeout, ExtractionFailed, ServerError)
"""Failures of a call that affect only its documents; any other failure is the server's, and ends the whole run."""

Pair = tuple[str | models.Document, Outcome]
"""A document as given, and its outcome."""


@dataclass(frozen=True, slots=True)
class Slice:
    """Consecutive documents of a longer series, each with its message or the error why it has none.

    `timeout` applies to one call; `patience` is how many more seconds to wait for a busy server.
    """

    documents: Sequence[tuple[str | models.Document, pb.Document | InvalidDocument]]
    options: pb.ExtractOptions
    timeout: float
    patience: float
    envelope: Envelope

    def request(self) -> pb.BatchExtractQuotesRequest | None:
        """The batch to send, or None if every document is invalid."""
        messages = [message for _, message in self.documents if isinstance(message, pb.Document)]
        return pb.BatchExtractQuotesRequest(documents=messages, options=self.options) if messages else None

    def outcomes(self, response: pb.BatchExtractQuotesResponse) -> Iterator[Pair]:
        """One outcome per document sent, in order, and the errors of the others."""
        answers = iter(response.outcomes)
        for document, message in self.documents:
            if isinstance(message, InvalidDocument):
                yield document, message
            else:
                yield document, outcome_of(next(answers), as_document(document), self.envelope.request_id)

    def refused(self, error: SaysoError) -> Iterator[Pair]:
        """The outcomes if the whole call failed."""
        for document, message in self.documents:
            yield document, message if isinstance(message, InvalidDocument) else error

    def halves(self, error: SaysoError) -> "tuple[Slice, Slice] | None":
        """Two slices to send instead, if this one was too large for the server."""
        too_large = isinstance(error, RequestTooLarge) or error.reason == "TOO_MANY_DOCUMENTS"
        if not too_large or len(self.documents) == 1:
            return None
        middle = len(self.documents) // 2
        return replace(self, documents=self.documents[:middle]), replace(self, documents=self.documents[middle:])

    def later(self, error: SaysoError, tries: int) -> "tuple[Slice, float] | None":
        """The same slice, and the seconds to wait before sending it again, if that may help and patience is left."""
        seconds = seconds_until_again(error, tries)
        if isinstance(error, Overloaded) and error.retry_after is not None:
            seconds = max(LEAST_WAIT, error.retry_after)
        if seconds is None or seconds > self.patience:
            return None
        return replace(self, patience=self.patience - seconds), seconds


def many_calls(
    whole: Slice,
) -> Steps[pb.BatchExtractQuotesRequest, pb.BatchExtractQuotesResponse, list[Pair]]:
    """The outcomes of a slice, retried or split where that helps. Raises errors that end the whole run."""
    found: list[Pair] = []
    todo = [whole]
    tries = 0
    while todo:
        part = todo.pop()
        request = part.request()
        if request is None:
            found += part.outcomes(pb.BatchExtractQuotesResponse())
            continue
        answer = yield Send(BATCH, request, part.timeout, part.envelope)
        assert answer is not None
        if isinstance(answer, pb.BatchExtractQuotesResponse):
            if len(answer.outcomes) == len(request.documents):
                found += part.outcomes(answer)
                tries = 0
                continue
            sent, came = len(request.documents), len(answer.outcomes)
            lacking = ServerError(f"the server answered {sent} documents with {came} outcomes")
            answer = known_by(lacking, part.envelope.request_id)
        if again := part.later(answer, tries):
            part, seconds = again
            tries += 1
            yield Wait(seconds)
            todo.append(part)
        elif halves := part.halves(answer):
            todo += reversed(halves)
        elif isinstance(answer, OF_ITS_DOCUMENTS) and answer.reason != "INVALID_OPTION":
            found += part.refused(answer)
        else:
            raise answer
    return found


def slices(
    documents: Iterable[str | models.Document],
    options: models.Options,
    envelope: Envelope,
    *,
    language: str,
    timeout: float | None,
) -> Iterator[Slice]:
    """The documents in slices that fit into one call. Raises InvalidDocument for invalid options."""
    numbers = itertools.count(1)
    wishes = to_options(options)
    held: list[tuple[str | models.Document, pb.Document | InvalidDocument]] = []
    size = 0

    def cut() -> Slice:
        seconds = allowed(timeout, size)
        return Slice(tuple(held), wishes, seconds, seconds, envelope.of_batch(next(numbers)))

    for index, document in enumerate(several(documents)):
        message = _message(as_document(document, language=language, name=f"documents[{index}]"))
        weight = message.ByteSize() if isinstance(message, pb.Document) else 0
        if held and (len(held) == _SLICE_DOCUMENTS or size + weight > _SLICE_BYTES):
            yield cut()
            held, size = [], 0
        held.append((document, message))
        size += weight
    if held:
        yield cut()


def _message(document: models.Document) -> pb.Document | InvalidDocument:
    try:
        return to_document(document)
    except InvalidDocument as error:
        return error
