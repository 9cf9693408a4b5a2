"""The documents in flight in a stream."""

from collections import deque
from collections.abc import Iterator

from sayso import models
from sayso._arguments import as_document
from sayso._calls import Outcome, known_by, outcome_of
from sayso._envelope import Envelope
from sayso._wire.requests import to_document, to_options
from sayso.errors import InvalidDocument, SaysoError, ServerError
from sayso.v1 import quotes_pb2 as pb


class Stream:
    """Numbers the documents, and keeps the errors of those that cannot be sent until they can be reported."""

    def __init__(self, options: models.Options, envelope: Envelope, *, language: str) -> None:
        self._options = to_options(options)
        self._envelope = envelope
        self._language = language
        self._count = 0
        self._refused: deque[tuple[int, InvalidDocument]] = deque()
        self._unanswered: dict[str, tuple[int, models.Document]] = {}

    def request(self, document: str | models.Document) -> pb.StreamExtractQuotesRequest | None:
        """The request for the next document; None if it is invalid."""
        index, self._count = self._count, self._count + 1
        named = as_document(document, language=self._language, name=f"documents[{index}]")
        try:
            message = to_document(named)
        except InvalidDocument as error:
            self._refused.append((index, error))
            return None
        self._unanswered[str(index)] = index, named
        return pb.StreamExtractQuotesRequest(correlation_id=str(index), document=message, options=self._options)

    def answer(self, response: pb.StreamExtractQuotesResponse) -> tuple[int, Outcome]:
        """The number of a document and its outcome. Raises ServerError if the document is not in flight."""
        sent = self._unanswered.pop(response.correlation_id, None)
        if sent is None:
            raise self._error("the server answered a document that it was not sent, or answered it twice")
        index, document = sent
        return index, outcome_of(response.outcome, document, self._envelope.request_id)

    def refused(self) -> Iterator[tuple[int, Outcome]]:
        """The documents found invalid since the last call."""
        while self._refused:
            yield self._refused.popleft()

    def end(self) -> Iterator[tuple[int, Outcome]]:
        """The last invalid documents. Raises ServerError if a document that was sent has no response."""
        yield from self.refused()
        if self._unanswered:
            count = len(self._unanswered)
            left = "1 document" if count == 1 else f"{count:,} documents"
            raise self._error(f"the server ended the stream before it had answered {left}")

    def _error(self, message: str) -> SaysoError:
        return known_by(ServerError(message), self._envelope.request_id)
