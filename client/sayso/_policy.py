"""Request and retry policy of the clients, without any I/O.

`one_call`, and `many_calls` of `_slices`, are generators: they yield the next step, a Send or a Wait, and receive the
response or the error of each Send. A `Run` wraps one of them; Client and AsyncClient carry out its steps.
"""

import itertools
import math
import time
from collections.abc import Callable, Generator, Sized
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Generic, TypeVar

from sayso._calls import Method, Request, Response
from sayso._envelope import Envelope
from sayso._typed import typed
from sayso.errors import SaysoError, ServerUnavailable

_LEAST_TIMEOUT = 60.0
_CHARACTERS_PER_SECOND = 1_000
"""The default timeout grows by a second for this many characters; slow machines read a few thousand a second."""
_LONGEST_TIMEOUT = 1e9
"""Seconds. Slightly larger values overflow gRPC's clock, which treats them as no time at all."""
LEAST_WAIT = 0.1
"""Minimum seconds before a call is sent again, whatever the server says."""
LEAST_LOOK = 0.5
"""Minimum timeout of a readiness check, in seconds, even if less time is left."""
_WAITS = (0.1, 0.3, 0.9)
"""Seconds before each retry of a call that found no server."""
BETWEEN_LOOKS = 0.25
"""Seconds between two readiness checks."""
_MOST_WAIT = 5.0
"""Maximum seconds between calls to a server that is loading its models."""

Progress = Callable[[int, int | None], None]
"""Called after every document with the number done and the total (None if unknown)."""


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
        seconds = seconds_until_again(answer, tries)
        left = deadline - now() - (seconds or 0)
        if seconds is None or left <= 0:
            raise answer
        yield Wait(seconds)
    raise AssertionError("counting does not end")


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


def seconds_until_again(error: SaysoError, tries: int) -> float | None:
    """Seconds before a call is sent again: without limit while a server loads its models, otherwise a few times.

    None if a retry does not help.
    """
    if not isinstance(error, ServerUnavailable):
        return None
    if error.reason == "NOT_READY":
        return min(_MOST_WAIT, max(LEAST_WAIT, error.retry_after or 0))
    return _WAITS[tries] if tries < len(_WAITS) else None
