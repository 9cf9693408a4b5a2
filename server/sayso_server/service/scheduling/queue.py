"""The queue before the workers: bounded by words, and one task per worker that feeds it batch after batch."""

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
"""Workers that a document may crash."""

_FIRST_GUESS = 500.0
"""Words per second, until batches were measured."""

_AT_ONCE = 8_000
"""Characters that are measured on the event loop: the tenth of a second that it takes for more is another thread's."""

FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0
"""Seconds before a worker that could not be replaced is tried again; they double with every attempt."""


class EngineQueue:
    """Accepts texts, has workers read them, replaces workers that die. Belongs to the event loop that calls `run`.

    `on_change` is called with False when the last worker cannot be replaced, with True when one can again.
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
        """The model, once every worker has loaded it."""

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
        """End the workers at once."""
        for worker in self._workers:
            if worker:
                worker.kill()
        self._measuring.shutdown(wait=False, cancel_futures=True)

    async def submit(
        self, texts: Sequence[str], options: Sequence[Options], *, deadline: float, size: int = 0
    ) -> list[Answer]:
        """One answer per text, in order, each read with its own options; cancelling drops what is not read yet.

        `deadline` is a time of the event loop, `size` the bytes of the request, which are held until then.
        Raises ServiceError: NOT_READY, OVERLOADED, DEADLINE_EXCEEDED.
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
        """Count the bytes of a request. Raises ServiceError OVERLOADED where others hold too many."""
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
        """What `measure` says of a text, which may take so long that the event loop must run meanwhile."""
        if at_once:
            return measure(text)
        return await asyncio.get_running_loop().run_in_executor(self._measuring, measure, text)

    def _is_quarantined(self, job: Job) -> bool:
        """Answer a document at once that crashed enough workers before; fewer make it a suspect."""
        job.crashes = self._quarantine.crashes(job.text, job.arrival)
        if job.crashes < MAX_CRASHES:
            return False
        _report(job, "is refused unread: workers died over it before")
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
        """Seconds until so many more words can be accepted, at the speed of late."""
        too_many = self._words + words - self._limits.max_queued_words
        return min(too_many, self._words) / (self._speed * len(self._workers))

    def _release(self, job: Job) -> None:
        """The words of a job that is answered or given up no longer count."""
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
        """Feed one worker, and its successors."""
        slot = self._scheduler.add_slot()
        loop = asyncio.get_running_loop()
        while True:
            worker = self._workers[place]
            assert worker is not None, "the queue runs before it is warm"
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
        """Wait until there may be something to do. Raises WorkerLostError where the worker ends before."""
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
            return  # what was read before is finished: that tells nothing of the speed
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
        """A worker is gone: what it was reading is tried once more on its own, the rest as if nothing had been.

        What it was reading is remembered though nobody may wait for it any more: it is tried when it comes again.
        """
        worker.kill()
        self._metrics.workers.dec()
        self._metrics.worker_deaths.inc()
        log.error("a worker died over %d documents: %s", len(jobs), str(error) or "it did not answer in time")
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
                _report(job, "is refused: %d workers died over it", job.crashes)
                self._refuse(job.text, now)

    def _refuse(self, text: str, now: float) -> None:
        """Answer every request for a document that crashed workers."""
        for job in [job for job in self._accepted if job.text == text]:
            job.finish(worker_lost(), now)
            self._release(job)

    @property
    def _is_able(self) -> bool:
        """Whether there is a worker, or one may be expected."""
        return len(self._lost) < len(self._workers)

    async def _replace(self, place: int) -> None:
        """Start a worker in the place of one that died, however often that must be tried."""
        wait = FIRST_WAIT
        while True:
            try:
                await self._start(place)
            except (LoadError, WorkerLostError) as error:
                log.error("a worker did not start, it is tried again in %.0f s: %s", wait, error)
                await self._change(self._lost | {place})
                await asyncio.sleep(wait)
                wait = min(2 * wait, LONGEST_WAIT)
            else:
                log.info("a worker was replaced")
                self._metrics.worker_restarts.inc()
                await self._change(self._lost - {place})
                return

    async def _change(self, lost: set[int]) -> None:
        """Another worker could not be replaced, or could after all."""
        was_able = self._is_able
        self._lost = lost
        if self._on_change and self._is_able != was_able:
            await self._on_change(self._is_able)


def _report(job: Job, message: str, *details: object) -> None:
    log.error(f"a document of %d characters {message}", len(job.text), *details, extra={"of_request": job.request_id})
