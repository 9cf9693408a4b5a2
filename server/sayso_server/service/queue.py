"""The queue before the engine: bounded, in order of arrival, one engine thread behind it."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from sayso_server.core.statement import Extraction, Options
from sayso_server.service.engine import Engine, Model
from sayso_server.service.errors import ServiceError, deadline_exceeded, extraction_failed, not_ready, overloaded
from sayso_server.service.isolation import describe, extract_each
from sayso_server.service.settings import Limits

log = logging.getLogger(__name__)

_CHARS_PER_SECOND = 5_000
"""A cautious guess of the engine's speed, for the advice when to try again."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one text, and how many seconds it waited before the engine took it."""

    outcome: Extraction | ServiceError
    queue_duration: float


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    """One text that waits. `deadline` and `arrival` are times of the event loop."""

    text: str
    options: Options
    deadline: float
    arrival: float
    answer: "asyncio.Future[Answer]" = field(repr=False)

    @property
    def weight(self) -> int:
        return len(self.text) + 1

    def finish(self, outcome: Extraction | ServiceError, taken: float) -> None:
        if not self.answer.done():
            self.answer.set_result(Answer(outcome, taken - self.arrival))


class EngineQueue:
    """Loads the engine and runs it in one thread of its own, batch after batch.

    Belongs to the event loop that calls `run`.
    """

    def __init__(self, load: Callable[[], Engine], limits: Limits) -> None:
        self._load = load
        self._limits = limits
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="engine")
        self._engine: Engine | None = None
        self._waiting: deque[_Job] = deque()
        self._arrived = asyncio.Event()
        self._weight = 0
        self.busy = False
        """Whether the thread is at work, loading included."""

    @property
    def model(self) -> Model | None:
        """The model, once it is loaded."""
        return self._engine.model if self._engine else None

    async def warm_up(self) -> None:
        """Load the engine. Raises what the loader raises."""
        self.busy = True
        try:
            self._engine = await asyncio.get_running_loop().run_in_executor(self._thread, self._load)
        finally:
            self.busy = False

    async def run(self) -> None:
        """Serve the queue until cancelled."""
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            while self._engine and (batch := self._take()):
                await self._extract(self._engine, batch)

    def close(self) -> None:
        """Give up the thread, without waiting for what it does."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def submit(self, texts: Sequence[str], options: Options, *, deadline: float) -> list[Answer]:
        """One answer per text, in order; cancelling drops the texts that still wait.

        `deadline` is a time of the event loop. Raises ServiceError: NOT_READY, OVERLOADED, DEADLINE_EXCEEDED.
        """
        if self._engine is None:
            raise not_ready()
        loop = asyncio.get_running_loop()
        jobs = [_Job(text, options, deadline, loop.time(), loop.create_future()) for text in texts]
        self._accept(jobs)
        try:
            async with asyncio.timeout_at(deadline):
                return await asyncio.gather(*(job.answer for job in jobs))
        except TimeoutError:
            raise deadline_exceeded() from None

    def _accept(self, jobs: Sequence[_Job]) -> None:
        weight = sum(job.weight for job in jobs)
        if self._weight and self._weight + weight > self._limits.max_queued_chars:
            raise overloaded(retry_after=max(1.0, self._weight / _CHARS_PER_SECOND))
        self._weight += weight
        self._waiting.extend(jobs)
        self._arrived.set()

    def _take(self) -> list[_Job]:
        """The next jobs that still matter and can go to the engine together. Dead ones are dropped on the way."""
        now = asyncio.get_running_loop().time()
        batch: list[_Job] = []
        chars = 0
        while self._waiting:
            job = self._waiting[0]
            dead = job.answer.done() or job.deadline <= now
            if not dead and batch:
                fits = chars + len(job.text) <= self._limits.max_batch_chars
                if not fits or job.options != batch[0].options:
                    break
            self._waiting.popleft()
            if dead:
                self._weight -= job.weight
                job.finish(deadline_exceeded(), now)
            else:
                batch.append(job)
                chars += len(job.text)
        return batch

    async def _extract(self, engine: Engine, batch: Sequence[_Job]) -> None:
        loop = asyncio.get_running_loop()
        taken = loop.time()
        texts = [job.text for job in batch]
        self.busy = True
        try:
            outcomes = await loop.run_in_executor(self._thread, extract_each, engine, texts, batch[0].options)
        finally:
            self.busy = False
            self._weight -= sum(job.weight for job in batch)
        for job, outcome in zip(batch, outcomes, strict=True):
            if isinstance(outcome, Exception):
                log.error("a document of %d characters could not be read: %s", len(job.text), describe(outcome))
                outcome = extraction_failed()  # noqa: PLW2901
            job.finish(outcome, taken)
