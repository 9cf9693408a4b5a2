"""Many documents as calls of a few: what `extract_many` sends, and what it makes of the answers."""

from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from dataclasses import dataclass, replace

from sayso import models
from sayso._calls import Outcome, as_document, outcome_of
from sayso._messages import document_message, options_message
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
"""Small enough that a few of them, one behind the other, are read within the default timeout by a slow machine too."""

OF_ITS_DOCUMENTS = (InvalidDocument, RequestTooLarge, Overloaded, RequestTimeout, ExtractionFailed, ServerError)
"""Failures of a call that concern its documents only; any other is the server's, and ends it all."""

Progress = Callable[[int, int | None], None]
"""Called after every document with how many are done, and how many there are (None where that is not known)."""


@dataclass(frozen=True, slots=True)
class Slice:
    """Some documents of a longer row, in order; one that has no message is already refused.

    `patience` is how many seconds may yet be waited for an overloaded server.
    """

    documents: Sequence[pb.Document | InvalidDocument]
    options: pb.ExtractOptions
    patience: float

    def request(self) -> pb.BatchExtractQuotesRequest | None:
        """The batch to send, or None where every document is refused."""
        documents = [document for document in self.documents if isinstance(document, pb.Document)]
        return pb.BatchExtractQuotesRequest(documents=documents, options=self.options) if documents else None

    def outcomes(self, response: pb.BatchExtractQuotesResponse | None) -> Iterator[Outcome]:
        """One outcome per document, in order."""
        answers = iter(response.outcomes if response else ())
        for document in self.documents:
            yield document if isinstance(document, InvalidDocument) else outcome_of(next(answers))

    def refused(self, error: SaysoError) -> Iterator[Outcome]:
        """The outcomes where the call failed as a whole. Raises `error` where it would fail for any document."""
        if error.reason == "INVALID_OPTION":
            raise error
        for document in self.documents:
            yield document if isinstance(document, InvalidDocument) else error

    def halves(self, error: SaysoError) -> "tuple[Slice, Slice] | None":
        """Two slices to send instead, where this one was too large for the server."""
        too_large = isinstance(error, RequestTooLarge) or error.reason == "TOO_MANY_DOCUMENTS"
        if not too_large or len(self.documents) == 1:
            return None
        middle = len(self.documents) // 2
        return replace(self, documents=self.documents[:middle]), replace(self, documents=self.documents[middle:])

    def later(self, error: SaysoError) -> "tuple[Slice, float] | None":
        """The same slice, to be sent again after so many seconds, where the server asked for that."""
        if not isinstance(error, Overloaded) or error.retry_after is None or error.retry_after > self.patience:
            return None
        return replace(self, patience=self.patience - error.retry_after), error.retry_after


def slices(
    documents: Iterable[str | models.Document], options: models.Options, *, language: str, patience: float
) -> Iterator[Slice]:
    """The documents in slices that fit into one call. Raises InvalidDocument for options that cannot be."""
    wishes = options_message(options)
    held: list[pb.Document | InvalidDocument] = []
    size = 0
    for document in documents:
        message = _message(as_document(document, language=language))
        weight = message.ByteSize() if isinstance(message, pb.Document) else 0
        if held and (len(held) == _SLICE_DOCUMENTS or size + weight > _SLICE_BYTES):
            yield Slice(tuple(held), wishes, patience)
            held, size = [], 0
        held.append(message)
        size += weight
    if held:
        yield Slice(tuple(held), wishes, patience)


def at_least_one(concurrency: int) -> int:
    """The number of calls in flight. Raises ValueError."""
    if concurrency < 1:
        raise ValueError(f"concurrency is {concurrency}; at least one call must be in flight")
    return concurrency


def counted(progress: Progress | None, documents: object) -> Callable[[], None]:
    """What to call after each document."""
    total = len(documents) if isinstance(documents, Sized) else None
    done = 0

    def count() -> None:
        nonlocal done
        done += 1
        if progress:
            progress(done, total)

    return count


def _message(document: models.Document) -> pb.Document | InvalidDocument:
    try:
        return document_message(document)
    except InvalidDocument as error:
        return error
