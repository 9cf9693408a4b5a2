"""Request, retry and splitting policy of the clients, without any I/O.

`one_call` and `many_calls` are generators: they yield the next step, a Send or a Wait, and receive the response or the
error of each Send. A `Run` wraps one of them; Client and AsyncClient carry out its steps.
"""

import itertools
import math
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence, Sized
from dataclasses import dataclass, replace
from numbers import Integral, Real
from typing import Generic, TypeVar

from sayso import models
from sayso._arguments import as_document, several
from sayso._calls import BATCH, Method, Outcome, Request, Response, known_by, outcome_of
from sayso._envelope import Envelope
from sayso._typed import typed
from sayso._wire.requests import to_document, to_options
from sayso.errors import (
    ExtractionFailed,
    InvalidDocument,
    Overloaded,
    RequestTimeout,
    RequestTooLarge,
    SaysoError,
    ServerError,
    ServerUnavailable,
)
from sayso.v1 import quotes_pb2 as pb

_SLICE_DOCUMENTS = 16
_SLICE_BYTES = 8 * 1024
"""Small enough that even a slow machine can read several, one after the other, within the default timeout."""

_LEAST_TIMEOUT = 60.0
_CHARACTERS_PER_SECOND = 1_000
"""The default timeout grows by a second for this many characters; slow machines read a few thousand a second."""
_LONGEST_TIMEOUT = 1e9
"""Seconds. Slightly larger values overflow gRPC's clock, which treats them as no time at all."""
_LEAST_WAIT = 0.1
"""Minimum seconds before a call is sent again, whatever the server says."""
LEAST_LOOK = 0.5
"""Minimum timeout of a readiness check, in seconds, even if less time is left."""
_WAITS = (0.1, 0.3, 0.9)
"""Seconds before each retry of a call that found no server."""
BETWEEN_LOOKS = 0.25
"""Seconds between two readiness checks."""
_MOST_WAIT = 5.0
"""Maximum seconds between calls to a server that is loading its models."""

OF_ITS_DOCUMENTS = (InvalidDocument, RequestTooLarge, Overloaded, RequestTimeout, ExtractionFailed, ServerError)
"""Failures of a call that affect only its documents; any other failure is the server's, and ends the whole run."""

Progress = Callable[[int, int | None], None]
"""Called after every document with the number done and the total (None if unknown)."""

Pair = tuple[str | models.Document, Outcome]
"""A document as given, and its outcome."""

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Send(Generic[Request, Response]):
    """Send this, and return the response or the SaysoError to the generator."""

    method: Method[Request, Response]
    request: Request
    timeout: float
    envelope: Envelope


@dataclass(frozen=True, slots=True)
class Wait:
    """Wait for this many seconds."""

    seconds: float


Steps = Generator[Send[Request, Response] | Wait, Response | SaysoError | None, _Value]


class Run(Generic[Request, Response, _Value]):
    """A run in progress: `step` is the next step, None at the end, when `value` is set."""

    value: _Value

    def __init__(self, steps: Steps[Request, Response, _Value]) -> None:
        self._steps = steps
        self.step: Send[Request, Response] | Wait | None = None
        self.advance(None)

    def advance(self, answer: Response | SaysoError | None) -> None:
        """Report that the step is done. Raises the SaysoError that ends the run."""
        try:
            self.step = self._steps.send(answer)
        except StopIteration as end:
            self.step, self.value = None, end.value


def allowed(timeout: float | None, characters: int = 0) -> float:
    """The timeout of a call in seconds; by default a minute, and more for a long text. Raises ValueError."""
    if timeout is None:
        return _LEAST_TIMEOUT + characters / _CHARACTERS_PER_SECOND
    if math.isnan(typed("timeout", timeout, Real, "a number of seconds")) or timeout <= 0:
        raise ValueError(f"timeout is {timeout}; it must be a number of seconds greater than 0")
    return min(timeout, _LONGEST_TIMEOUT)


def one_call(
    method: Method[Request, Response],
    request: Request,
    timeout: float,
    envelope: Envelope,
    *,
    now: Callable[[], float] = time.monotonic,
) -> Steps[Request, Response, Response]:
    """One call, retried while the server loads its models and time is left. Raises SaysoError."""
    deadline = now() + timeout
    left = timeout
    for tries in itertools.count():
        answer = yield Send(method, request, left, envelope)
        assert answer is not None
        if not isinstance(answer, SaysoError):
            return answer
        seconds = _unavailable(answer, tries)
        left = deadline - now() - (seconds or 0)
        if seconds is None or left <= 0:
            raise answer
        yield Wait(seconds)
    raise AssertionError("counting does not end")


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
        seconds = _unavailable(error, tries)
        if isinstance(error, Overloaded) and error.retry_after is not None:
            seconds = max(_LEAST_WAIT, error.retry_after)
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


def at_least_one(concurrency: int) -> int:
    """The checked number of calls in flight. Raises ValueError."""
    if typed("concurrency", concurrency, Integral, "an int") < 1:
        raise ValueError(f"concurrency is {concurrency}; at least one call must be in flight")
    return concurrency


def counted(progress: Progress | None, documents: object) -> Callable[[], None]:
    """A function to call after each document, which reports the progress. Raises TypeError."""
    if progress is not None and not callable(progress):
        raise TypeError(f"progress is of type {type(progress).__name__}; it must be a function of two numbers")
    total = len(documents) if isinstance(documents, Sized) else None
    done = 0

    def count() -> None:
        nonlocal done
        done += 1
        if progress:
            progress(done, total)

    return count


def not_yet(serves: bool | SaysoError, seconds_left: float) -> Wait | None:
    """The wait before the next readiness check; None if the server is ready. Raises SaysoError."""
    if serves is True:
        return None
    not_ready = ServerUnavailable("its models are loading, or it is shutting down", reason="NOT_READY")
    error = not_ready if serves is False else serves
    if not isinstance(error, ServerUnavailable) or seconds_left <= 0:
        raise error
    return Wait(min(seconds_left, BETWEEN_LOOKS))


def _unavailable(error: SaysoError, tries: int) -> float | None:
    """Seconds before a call is sent again: without limit while a server loads its models, otherwise a few times.

    None if a retry does not help.
    """
    if not isinstance(error, ServerUnavailable):
        return None
    if error.reason == "NOT_READY":
        return min(_MOST_WAIT, max(_LEAST_WAIT, error.retry_after or 0))
    return _WAITS[tries] if tries < len(_WAITS) else None


def _message(document: models.Document) -> pb.Document | InvalidDocument:
    try:
        return to_document(document)
    except InvalidDocument as error:
        return error
