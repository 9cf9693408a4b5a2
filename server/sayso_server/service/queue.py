"""The queue before the workers: bounded by words, and one task per worker that feeds it round after round."""

import asyncio
import itertools
import logging
from collections.abc import Callable, Sequence

from sayso_server.core.model import Model
from sayso_server.core.statement import Extraction, Options
from sayso_server.service.errors import (
    deadline_exceeded,
    extraction_failed,
    not_ready,
    overloaded,
    worker_lost,
)
from sayso_server.service.jobs import Answer, Desk, Job
from sayso_server.service.logs import request_id
from sayso_server.service.metrics import Metrics
from sayso_server.service.refusals import Refusals
from sayso_server.service.rounds import Failed, Left, Progress, Round
from sayso_server.service.schedule import Schedule
from sayso_server.service.settings import Limits
from sayso_server.service.workers import LoadError, Worker, WorkerLostError

log = logging.getLogger(__name__)

MAX_DEATHS = 2
"""Workers that a document may be read by when they die."""

_FIRST_GUESS = 500.0
"""Words per second, until rounds were measured."""

_MAX_STARTS = 3
"""Attempts to replace a worker before the server gives up."""


class EngineQueue:
    """Accepts texts, has workers read them, replaces workers that die. Belongs to the event loop that calls `run`."""

    def __init__(
        self, make_worker: Callable[[], Worker], limits: Limits, *, workers: int = 1, metrics: Metrics | None = None
    ) -> None:
        self._make_worker = make_worker
        self._limits = limits
        self._metrics = metrics or Metrics()
        self._schedule = Schedule(limits.max_batch_words)
        self._refusals = Refusals(limits.refusal_duration)
        self._workers: list[Worker | None] = [None] * workers
        self._accepted: set[Job] = set()
        self._numbers = itertools.count()
        self._words = 0
        self._speed = _FIRST_GUESS
        self.model: Model | None = None
        """The model, once every worker has loaded it."""

    async def warm_up(self) -> None:
        """Start the workers. Raises LoadError, WorkerLostError."""
        models = await asyncio.gather(*(self._start(place) for place in range(len(self._workers))))
        self.model = models[0]

    async def run(self) -> None:
        """Serve the queue until cancelled. Raises LoadError, WorkerLostError where a worker cannot be replaced."""
        tenders = [asyncio.create_task(self._tend(place)) for place in range(len(self._workers))]
        try:
            await asyncio.gather(*tenders)
        finally:
            for tender in tenders:
                tender.cancel()

    def close(self) -> None:
        """End the workers at once."""
        for worker in self._workers:
            if worker:
                worker.kill()

    async def submit(self, texts: Sequence[str], options: Sequence[Options], *, deadline: float) -> list[Answer]:
        """One answer per text, in order, each read with its own options; cancelling drops what is not read yet.

        `deadline` is a time of the event loop. Raises ServiceError: NOT_READY, OVERLOADED, DEADLINE_EXCEEDED.
        """
        if self.model is None:
            raise not_ready()
        loop = asyncio.get_running_loop()
        now, owner = loop.time(), request_id.get()
        jobs = [
            Job(next(self._numbers), text, own, deadline, now, loop.create_future(), request_id=owner)
            for text, own in zip(texts, options, strict=True)
        ]
        if readable := [job for job in jobs if not self._is_refused(job)]:
            self._accept(readable)
        try:
            async with asyncio.timeout_at(deadline):
                return await asyncio.gather(*(job.answer for job in jobs))
        except TimeoutError:
            raise deadline_exceeded() from None
        finally:
            for job in jobs:
                job.answer.cancel()
                self._release(job)

    def _is_refused(self, job: Job) -> bool:
        """Answer a document at once over which enough workers died before; fewer make it a suspect."""
        job.deaths = self._refusals.deaths(job.text, job.arrival)
        if job.deaths < MAX_DEATHS:
            return False
        _report(job, "is refused unread: workers died over it before")
        job.finish(worker_lost(), job.arrival)
        return True

    def _accept(self, jobs: Sequence[Job]) -> None:
        words = sum(job.words for job in jobs)
        if self._words and self._words + words > self._limits.max_queued_words:
            self._metrics.refused.inc()
            raise overloaded(retry_after=max(1.0, self._until_room(words)))
        for job in jobs:
            self._schedule.add(job)
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
        model = await worker.start()
        self._metrics.workers.inc()
        return model

    async def _tend(self, place: int) -> None:
        """Feed one worker, and its successors."""
        desk = self._schedule.desk()
        loop = asyncio.get_running_loop()
        while True:
            worker = self._workers[place]
            assert worker is not None, "the queue runs before it is warm"
            desk.called.clear()
            started = loop.time()
            order, jobs = self._schedule.plan(desk, started)
            try:
                if jobs:
                    async with asyncio.timeout(self._limits.max_duration):
                        progress = await worker.work(order)
                    self._measure(order, loop.time() - started)
                    self._settle(desk, jobs, progress, started)
                else:
                    await self._idle(worker, desk)
            except (WorkerLostError, TimeoutError) as error:
                self._bury(worker, desk, jobs, error)
                await self._replace(place)

    async def _idle(self, worker: Worker, desk: Desk) -> None:
        """Wait until there may be something to do. Raises WorkerLostError where the worker ends before."""
        called, ended = asyncio.create_task(desk.called.wait()), asyncio.create_task(worker.ended())
        patience = None if desk.due is None else desk.due - asyncio.get_running_loop().time()
        try:
            done, _ = await asyncio.wait((called, ended), timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        finally:
            called.cancel()
            ended.cancel()
        if ended in done:
            raise WorkerLostError("it was idle")

    def _measure(self, order: Round, seconds: float) -> None:
        if not order.words:
            return  # what was read before is finished: that tells nothing of the speed
        self._metrics.round_words.observe(order.words)
        self._metrics.round_seconds.observe(seconds)
        if seconds > 0:
            self._speed += 0.2 * (order.words / seconds - self._speed)

    def _settle(self, desk: Desk, jobs: Sequence[Job], progress: Progress, started: float) -> None:
        now = asyncio.get_running_loop().time()
        for job in jobs:
            outcome = progress[job.number]
            if desk.errand:
                self._schedule.helped(desk, outcome)
                continue
            if isinstance(outcome, Left):
                job.unread = outcome
                job.due = now + (now - started)
                continue
            desk.release(job)
            if job.deaths:
                self._refusals.absolve(job.text)
            if isinstance(outcome, Failed):
                _report(job, "could not be read: %s", outcome.reason)
                job.finish(extraction_failed(), now)
            elif isinstance(outcome, Extraction):
                self._metrics.read(outcome)
                job.finish(outcome, now)
            self._release(job)

    def _bury(self, worker: Worker, desk: Desk, jobs: Sequence[Job], error: Exception) -> None:
        """A worker is gone: what it was reading is tried once more on its own, the rest as if nothing had been.

        What it was reading is remembered though nobody may wait for it any more: it is tried when it comes again.
        """
        worker.kill()
        self._metrics.workers.dec()
        self._metrics.worker_deaths.inc()
        log.error("a worker died over %d documents: %s", len(jobs), str(error) or "it did not answer in time")
        now = asyncio.get_running_loop().time()
        remembered = {text: self._refusals.blame(text, now) for text in {job.text for job in jobs}}
        for job in jobs:
            job.deaths = max(job.deaths + 1, remembered[job.text])
        if desk.errand:
            self._schedule.helped(desk, Failed("its worker died"))
        for job in reversed(desk.open):
            if job.deaths < MAX_DEATHS:
                self._schedule.put_back(job)
        desk.clear()
        for job in jobs:
            if job.deaths >= MAX_DEATHS:
                _report(job, "is refused: %d workers died over it", job.deaths)
                self._refuse(job.text, now)

    def _refuse(self, text: str, now: float) -> None:
        """Answer every request for a document over which workers died."""
        for job in [job for job in self._accepted if job.text == text]:
            job.finish(worker_lost(), now)
            self._release(job)

    async def _replace(self, place: int) -> None:
        for attempt in range(1, _MAX_STARTS + 1):
            try:
                await self._start(place)
            except (LoadError, WorkerLostError) as error:
                log.error("a worker did not start (attempt %d of %d): %s", attempt, _MAX_STARTS, error)
                if attempt == _MAX_STARTS:
                    raise
                await asyncio.sleep(attempt)
            else:
                log.info("a worker was replaced")
                return


def _report(job: Job, message: str, *details: object) -> None:
    log.error(f"a document of %d characters {message}", len(job.text), *details, extra={"of_request": job.request_id})
