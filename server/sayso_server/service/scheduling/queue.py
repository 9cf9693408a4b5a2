"""The queue in front of the workers: bounded by words, with one task per worker that feeds it batches."""

import asyncio
import contextlib
import itertools
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from sayso_server.core.model import Model
from sayso_server.core.statement import Extraction, Options
from sayso_server.service.answer import Answer
from sayso_server.service.errors import (
    deadline_exceeded,
    extraction_failed,
    no_workers,
    not_ready,
    overloaded,
    worker_lost,
)
from sayso_server.service.request_id import request_id
from sayso_server.service.scheduling.jobs import Job, WorkerSlot
from sayso_server.service.scheduling.quarantine import Quarantine
from sayso_server.service.scheduling.scheduler import Scheduler, longest_paragraph
from sayso_server.service.settings import Limits
from sayso_server.service.telemetry.metrics import Metrics
from sayso_server.workers.handle import LoadError, Worker, WorkerLostError
from sayso_server.workers.protocol import Batch, BatchResult, Failed, Remaining
from sayso_server.workers.weight import weight

log = logging.getLogger(__name__)

MAX_CRASHES = 2
"""A document is rejected after crashing this many workers."""

_FIRST_GUESS = 500.0
"""The assumed speed in words per second until batches have been measured."""

_AT_ONCE = 8_000
"""Texts up to this many characters are measured on the event loop; longer ones, which take up to a tenth of a second,
in another thread."""

FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0
"""Seconds before the next attempt to replace a worker; doubled with every attempt."""


class EngineQueue:
    """Accepts texts, passes them to workers, and replaces crashed workers. For use on the event loop that calls `run`.

    `on_change` is called with False when the last worker cannot be replaced, and with True when one can be again.
    """

    def __init__(
        self,
        make_worker: Callable[[], Worker],
        limits: Limits,
        *,
        workers: int = 1,
        metrics: Metrics | None = None,
        on_change: Callable[[bool], Awaitable[None]] | None = None,
    ) -> None:
        self._make_worker = make_worker
        self._limits = limits
        self._metrics = metrics or Metrics()
        self._metrics.configured(limits, workers)
        self._scheduler = Scheduler(limits.max_batch_words)
        self._measuring = ThreadPoolExecutor(max_workers=1, thread_name_prefix="measuring")
        self._quarantine = Quarantine(limits.refusal_duration)
        self._workers: list[Worker | None] = [None] * workers
        self._lost: set[int] = set()
        self._on_change = on_change
        self._accepted: set[Job] = set()
        self._numbers = itertools.count()
        self._words = 0
        self._bytes = 0
        self._speed = _FIRST_GUESS
        self.model: Model | None = None
        """The model, set after every worker has loaded it."""

    async def warm_up(self) -> None:
        """Start the workers. Raises LoadError, WorkerLostError."""
        models = await asyncio.gather(*(self._start(place) for place in range(len(self._workers))))
        self.model = models[0]
        self._metrics.loaded(models[0])

    async def run(self) -> None:
        """Serve the queue until cancelled."""
        runners = [asyncio.create_task(self._run_worker(place)) for place in range(len(self._workers))]
        try:
            await asyncio.gather(*runners)
        finally:
            for runner in runners:
                runner.cancel()

    def close(self) -> None:
        """Kill the workers."""
        for worker in self._workers:
            if worker:
                worker.kill()
        self._measuring.shutdown(wait=False, cancel_futures=True)

    async def submit(
        self, texts: Sequence[str], options: Sequence[Options], *, deadline: float, size: int = 0
    ) -> list[Answer]:
        """One answer per text, in order, each read with its own options; cancelling drops unread texts.

        `deadline` is a time of the event loop; `size` is the size of the request in bytes, counted until the answers
        are ready. Raises ServiceError: NOT_READY, OVERLOADED, DEADLINE_EXCEEDED.
        """
        if self.model is None:
            raise not_ready()
        if not self._is_able:
            raise no_workers()
        try:
            with self._held(size):
                async with asyncio.timeout_at(deadline):
                    return await self._answers(texts, options, deadline)
        except TimeoutError:
            raise deadline_exceeded() from None

    @contextlib.contextmanager
    def _held(self, size: int) -> Iterator[None]:
        """Count the bytes of a request while it is held. Raises ServiceError OVERLOADED if the queue is full."""
        if self._bytes and self._bytes + size > self._limits.max_queued_bytes:
            self._metrics.refused.inc()
            raise overloaded(retry_after=1.0)
        self._bytes += size
        self._metrics.queue_bytes.set(self._bytes)
        try:
            yield
        finally:
            self._bytes -= size
            self._metrics.queue_bytes.set(self._bytes)

    async def _answers(self, texts: Sequence[str], options: Sequence[Options], deadline: float) -> list[Answer]:
        loop = asyncio.get_running_loop()
        now, owner, is_little = loop.time(), request_id.get(), sum(map(len, texts)) <= _AT_ONCE
        words = [await self._measure(weight, text, at_once=is_little) for text in texts]
        jobs = [
            Job(next(self._numbers), text, own, deadline, now, loop.create_future(), count, request_id=owner)
            for text, own, count in zip(texts, options, words, strict=True)
        ]
        readable = [job for job in jobs if not self._is_quarantined(job)]
        try:
            self._accept(readable)
            for job in readable:
                is_short = self._scheduler.is_short(job)
                longest = 0 if is_short else await self._measure(longest_paragraph, job.text, at_once=is_little)
                self._scheduler.add(job, longest)
            answers = await asyncio.gather(*(job.answer for job in jobs))
            for answer in answers:
                self._metrics.queue_wait.observe(answer.queue_duration)
            return answers
        finally:
            for job in jobs:
                job.answer.cancel()
                self._release(job)

    async def _measure(self, measure: Callable[[str], int], text: str, *, at_once: bool) -> int:
        """The result of `measure` for a text, in a thread if it would block the event loop for too long."""
        if at_once:
            return measure(text)
        return await asyncio.get_running_loop().run_in_executor(self._measuring, measure, text)

    def _is_quarantined(self, job: Job) -> bool:
        """Reject a document that crashed enough workers before; one that crashed fewer becomes a suspect."""
        job.crashes = self._quarantine.crashes(job.text, job.arrival)
        if job.crashes < MAX_CRASHES:
            return False
        _report(job, "is rejected unread: it crashed workers before")
        job.finish(worker_lost(), job.arrival)
        return True

    def _accept(self, jobs: Sequence[Job]) -> None:
        words = sum(job.words for job in jobs)
        if jobs and self._words and self._words + words > self._limits.max_queued_words:
            self._metrics.refused.inc()
            raise overloaded(retry_after=max(1.0, self._until_room(words)))
        self._accepted.update(jobs)
        self._count(words)

    def _until_room(self, words: int) -> float:
        """Estimated seconds until `words` fit into the queue, at the recent speed."""
        too_many = self._words + words - self._limits.max_queued_words
        return min(too_many, self._words) / (self._speed * len(self._workers))

    def _release(self, job: Job) -> None:
        """Stop counting the words of a job that is done or abandoned."""
        if job in self._accepted:
            self._accepted.remove(job)
            self._count(-job.words)

    def _count(self, words: int) -> None:
        self._words += words
        self._metrics.queue_words.set(self._words)
        self._metrics.queue_documents.set(len(self._accepted))

    async def _start(self, place: int) -> Model:
        worker = self._workers[place] = self._make_worker()
        try:
            model = await worker.start()
        except (LoadError, WorkerLostError):
            worker.kill()
            raise
        self._metrics.workers.inc()
        return model

    async def _run_worker(self, place: int) -> None:
        """Feed one worker and its replacements."""
        slot = self._scheduler.add_slot()
        loop = asyncio.get_running_loop()
        while True:
            worker = self._workers[place]
            assert worker is not None, "the queue was started before its workers"
            slot.called.clear()
            started = loop.time()
            order, jobs = self._scheduler.plan(slot, started)
            try:
                if jobs:
                    async with asyncio.timeout(self._limits.max_duration):
                        progress = await worker.work(order)
                    self._observe(order, loop.time() - started)
                    self._settle(slot, jobs, progress, started)
                else:
                    await self._idle(worker, slot)
            except (WorkerLostError, TimeoutError) as error:
                self._on_crash(worker, slot, jobs, error)
                await self._replace(place)

    async def _idle(self, worker: Worker, slot: WorkerSlot) -> None:
        """Wait until there may be work. Raises WorkerLostError if the worker exits first."""
        called, ended = asyncio.create_task(slot.called.wait()), asyncio.create_task(worker.ended())
        patience = None if slot.due is None else slot.due - asyncio.get_running_loop().time()
        try:
            done, _ = await asyncio.wait((called, ended), timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        finally:
            called.cancel()
            ended.cancel()
        if ended in done:
            raise WorkerLostError("it was idle")

    def _observe(self, order: Batch, seconds: float) -> None:
        if not order.words:
            return  # it only finished earlier work, which says nothing about the speed
        self._metrics.batch_words.observe(order.words)
        self._metrics.batch_seconds.observe(seconds)
        if seconds > 0:
            self._speed += 0.2 * (order.words / seconds - self._speed)

    def _settle(self, slot: WorkerSlot, jobs: Sequence[Job], progress: BatchResult, started: float) -> None:
        now = asyncio.get_running_loop().time()
        for job in jobs:
            outcome = progress[job.number]
            if slot.shard:
                self._scheduler.finish_shard(slot, outcome)
                continue
            if isinstance(outcome, Remaining):
                job.unread = outcome
                job.due = now + (now - started)
                continue
            slot.release(job)
            if job.crashes:
                self._quarantine.clear(job.text)
            if isinstance(outcome, Failed):
                _report(job, "could not be read: %s", outcome.reason)
                job.finish(extraction_failed(), now)
            elif isinstance(outcome, Extraction):
                self._metrics.read(outcome)
                job.finish(outcome, now)
            self._release(job)

    def _on_crash(self, worker: Worker, slot: WorkerSlot, jobs: Sequence[Job], error: Exception) -> None:
        """Handle a crashed worker: retry the documents of its batch one at a time, and requeue the rest.

        Crashes are recorded even if no caller is waiting any more, for the next time the document is sent.
        """
        worker.kill()
        self._metrics.workers.dec()
        self._metrics.worker_deaths.inc()
        log.error("a worker crashed reading %d documents: %s", len(jobs), str(error) or "it did not answer in time")
        now = asyncio.get_running_loop().time()
        remembered = {text: self._quarantine.record_crash(text, now) for text in {job.text for job in jobs}}
        for job in jobs:
            job.crashes = max(job.crashes + 1, remembered[job.text])
        if slot.shard:
            self._scheduler.finish_shard(slot, Failed("its worker died"))
        for job in reversed(slot.open):
            if job.crashes < MAX_CRASHES:
                self._scheduler.put_back(job)
        slot.clear()
        for job in jobs:
            if job.crashes >= MAX_CRASHES:
                _report(job, "is rejected: it crashed %d workers", job.crashes)
                self._refuse(job.text, now)

    def _refuse(self, text: str, now: float) -> None:
        """Reject all requests for a document that crashed workers."""
        for job in [job for job in self._accepted if job.text == text]:
            job.finish(worker_lost(), now)
            self._release(job)

    @property
    def _is_able(self) -> bool:
        """Whether there is a worker, or one will be available."""
        return len(self._lost) < len(self._workers)

    async def _replace(self, place: int) -> None:
        """Replace a crashed worker, retrying until it succeeds."""
        wait = FIRST_WAIT
        while True:
            try:
                await self._start(place)
            except (LoadError, WorkerLostError) as error:
                log.error("a worker did not start; next attempt in %.0f s: %s", wait, error)
                await self._change(self._lost | {place})
                await asyncio.sleep(wait)
                wait = min(2 * wait, LONGEST_WAIT)
            else:
                log.info("a worker was replaced")
                self._metrics.worker_restarts.inc()
                await self._change(self._lost - {place})
                return

    async def _change(self, lost: set[int]) -> None:
        """Handle a change in the set of workers that could not be replaced."""
        was_able = self._is_able
        self._lost = lost
        if self._on_change and self._is_able != was_able:
            await self._on_change(self._is_able)


def _report(job: Job, message: str, *details: object) -> None:
    log.error(f"a document of %d characters {message}", len(job.text), *details, extra={"of_request": job.request_id})
