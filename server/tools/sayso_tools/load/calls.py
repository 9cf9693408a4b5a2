"""Open-loop calls, limited in total and in flight."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle

import sayso


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """The load to generate. Rates are in calls per second, durations in seconds."""

    rate: float
    calls: int
    timeout: float = 30.0
    max_in_flight: int = 256
    """Maximum concurrent calls; further calls wait, and their waiting time counts."""
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Call:
    """One call: its scheduled time after the start, its latency from then, and its outcome."""

    due: float
    latency: float
    outcome: str
    """ "ok", or the error: Overloaded, ServerUnavailable/DRAINING."""
    words: int


def due_times(load: Load) -> Iterator[float]:
    """The scheduled times of calls: a Poisson process with the given rate."""
    chance = random.Random(load.seed)
    due = 0.0
    for _ in range(load.calls):
        due += chance.expovariate(load.rate)
        yield due


async def send(client: "sayso.AsyncClient", texts: Sequence[str], load: Load) -> list[Call]:
    """Send all calls, with the texts in turn; returns the calls in scheduled order."""

    async def extract(text: str) -> object:
        return await client.extract(text, timeout=load.timeout)

    return await timed(extract, texts, load)


async def timed(
    extract: Callable[[str], Awaitable[object]],
    texts: Sequence[str],
    load: Load,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> list[Call]:
    """The same for any function."""
    slots = asyncio.Semaphore(load.max_in_flight)
    start = clock()

    async def call(due: float, text: str) -> Call:
        async with slots:
            outcome = await _outcome(extract(text))
        return Call(due, clock() - start - due, outcome, len(text.split()))

    async with asyncio.TaskGroup() as group:
        tasks = []
        for due, text in zip(due_times(load), cycle(texts), strict=False):
            if (early := start + due - clock()) > 0:
                await sleep(early)
            tasks.append(group.create_task(call(due, text)))
    return [task.result() for task in tasks]


async def _outcome(answer: Awaitable[object]) -> str:
    try:
        await answer
    except sayso.SaysoError as error:
        return "/".join(filter(None, (type(error).__name__, error.reason)))
    return "ok"
