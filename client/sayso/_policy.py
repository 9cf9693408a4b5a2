"""What a client sends, when it sends it again, and what it makes of the answers; without sending anything itself.

`one_call`, and `many_calls` of `_slices`, are generators: they yield what to do next, a Send or a Wait, and are told the
response or the error of what was sent. A `Run` holds one of them; Client and AsyncClient do what it says, each in its
own way.
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
"""Of a text: for each of these the default timeout grows by a second. A slow machine reads some thousands in it."""
_LONGEST_TIMEOUT = 1e9
"""Seconds. gRPC's clock ends at some more, and would call them none."""
LEAST_WAIT = 0.1
"""Seconds before a call is sent again, whatever the server says."""
LEAST_LOOK = 0.5
"""Seconds that a look whether a server serves may take, however late it is."""
_WAITS = (0.1, 0.3, 0.9)
"""Seconds before a call that found no server is sent again."""
BETWEEN_LOOKS = 0.25
"""Seconds between two looks whether a server serves."""
_MOST_WAIT = 5.0
"""Seconds before a server that loads its models is asked again."""

Progress = Callable[[int, int | None], None]
"""Called after every document with how many are done, and how many there are (None where that is not known)."""


_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Send(Generic[Request, Response]):
    """Send this, and tell what came back: the response, or the SaysoError."""

    method: Method[Request, Response]
    request: Request
    timeout: float
    envelope: Envelope


@dataclass(frozen=True, slots=True)
class Wait:
    """Wait for so many seconds."""

    seconds: float


Steps = Generator[Send[Request, Response] | Wait, Response | SaysoError | None, _Value]


class Run(Generic[Request, Response, _Value]):
    """Steps under way: `step` is what to do next, None at the end, when there is the `value`."""

    value: _Value

    def __init__(self, steps: Steps[Request, Response, _Value]) -> None:
        self._steps = steps
        self.step: Send[Request, Response] | Wait | None = None
        self.advance(None)

    def advance(self, answer: Response | SaysoError | None) -> None:
        """The step is done. Raises SaysoError where it all ends with that."""
        try:
            self.step = self._steps.send(answer)
        except StopIteration as end:
            self.step, self.value = None, end.value


def allowed(timeout: float | None, characters: int = 0) -> float:
    """Seconds for a call: those given, or by default a minute, and more for a long text. Raises ValueError."""
    if timeout is None:
        return _LEAST_TIMEOUT + characters / _CHARACTERS_PER_SECOND
    if math.isnan(typed("timeout", timeout, Real, "a number of seconds")) or timeout <= 0:
        raise ValueError(f"timeout is {timeout}; it must be a number of seconds above 0")
    return min(timeout, _LONGEST_TIMEOUT)


def one_call(
    method: Method[Request, Response],
    request: Request,
    timeout: float,
    envelope: Envelope,
    *,
    now: Callable[[], float] = time.monotonic,
) -> Steps[Request, Response, Response]:
    """One call, again while the models of the server load, and there is time. Raises SaysoError."""
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
    """The number of calls in flight. Raises ValueError."""
    if typed("concurrency", concurrency, Integral, "an int") < 1:
        raise ValueError(f"concurrency is {concurrency}; at least one call must be in flight")
    return concurrency


def counted(progress: Progress | None, documents: object) -> Callable[[], None]:
    """What to call after each document. Raises TypeError."""
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
    """What to do before a server is asked again whether it serves; None where it does. Raises SaysoError."""
    if serves is True:
        return None
    not_ready = ServerUnavailable("its models are loading, or it is shutting down", reason="NOT_READY")
    error = not_ready if serves is False else serves
    if not isinstance(error, ServerUnavailable) or seconds_left <= 0:
        raise error
    return Wait(min(seconds_left, BETWEEN_LOOKS))


def seconds_until_again(error: SaysoError, tries: int) -> float | None:
    """Seconds before a call is sent again: as often as need be while a server loads its models, else a few times.

    None where that does not help.
    """
    if not isinstance(error, ServerUnavailable):
        return None
    if error.reason == "NOT_READY":
        return min(_MOST_WAIT, max(LEAST_WAIT, error.retry_after or 0))
    return _WAITS[tries] if tries < len(_WAITS) else None
