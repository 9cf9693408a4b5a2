"""Which documents a worker reads next.

There are two lanes. A document of up to half a round is short, and is read in one go, in order of arrival. Longer ones
are read one behind the other, bit by bit; while short ones wait, they get half of every round. So neither lane starves
the other, and a worker holds few documents open.

A document that was being read when a worker died is a suspect: it is read in rounds of its own, so that a second death
tells which document was it, and so that the others are safe from it.
"""

import asyncio
import itertools
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from sayso_server.core.statement import Extraction, Options
from sayso_server.service.bench import Opening, Round, Share, weight
from sayso_server.service.errors import ServiceError


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one text, and how many seconds it waited before a worker took it."""

    outcome: Extraction | ServiceError
    queue_duration: float


@dataclass(slots=True, eq=False)
class Job:
    """One text on its way. `deadline`, `arrival` and `taken` are times of the event loop, `left` counts words."""

    number: int
    text: str = field(repr=False)
    options: Options
    deadline: float
    arrival: float
    answer: "asyncio.Future[Answer]" = field(repr=False)
    request_id: str = ""
    words: int = 0
    left: int = 0
    taken: float | None = None
    deaths: int = 0

    def __post_init__(self) -> None:
        self.words = self.left = weight(self.text)

    def finish(self, outcome: Extraction | ServiceError, now: float) -> None:
        """Answer, if anybody still waits for it."""
        if not self.answer.done():
            self.answer.set_result(Answer(outcome, (now if self.taken is None else self.taken) - self.arrival))

    def is_dead(self, now: float) -> bool:
        """Whether nobody waits for it any more."""
        return self.answer.done() or self.deadline <= now


@dataclass(slots=True, eq=False)
class Desk:
    """What one worker has begun and not finished."""

    open: list[Job] = field(default_factory=list)
    forgotten: list[int] = field(default_factory=list)
    suspect_was_last: bool = False

    def release(self, job: Job) -> None:
        """The job is no longer this worker's."""
        if job in self.open:
            self.open.remove(job)


class Schedule:
    """The documents that wait, and the plan of every round."""

    def __init__(self, max_batch_words: int) -> None:
        self._budget = max_batch_words
        self._short: deque[Job] = deque()
        self._long: deque[Job] = deque()
        self._suspects: deque[Job] = deque()

    def add(self, job: Job) -> None:
        """Queue a job behind the others."""
        (self._short if self._is_short(job) else self._long).append(job)

    def put_back(self, job: Job) -> None:
        """Queue a job anew whose worker died, before the others."""
        job.left = job.words
        if job.deaths:
            self._suspects.append(job)
        else:
            (self._short if self._is_short(job) else self._long).appendleft(job)

    def plan(self, desk: Desk, now: float) -> tuple[Round, list[Job]]:
        """The next round of a worker, and its jobs. Jobs that nobody waits for are dropped on the way."""
        for job in [job for job in desk.open if job.is_dead(now)]:
            desk.release(job)
            desk.forgotten.append(job.number)
        shares = self._suspect(desk, now) or self._lanes(desk, now)
        desk.suspect_was_last = any(job.deaths for job, _ in shares)
        openings = tuple(Opening(job.number, job.text, job.options) for job, _ in shares if job not in desk.open)
        for job, _ in shares:
            job.taken = now if job.taken is None else job.taken
            if job not in desk.open:
                desk.open.append(job)
        forgotten = tuple(desk.forgotten) if shares else ()
        if shares:
            desk.forgotten.clear()
        order = Round(openings, tuple(Share(job.number, words) for job, words in shares), forgotten)
        return order, [job for job, _ in shares]

    def _suspect(self, desk: Desk, now: float) -> list[tuple[Job, int]]:
        """A suspect alone, every other round while there is other work."""
        if desk.suspect_was_last and (self._short or self._long or any(not job.deaths for job in desk.open)):
            return []
        suspects = (job for job in desk.open if job.deaths)
        job = next(suspects, None) or next(_taken_from(self._suspects, now), None)
        return [(job, self._budget)] if job else []

    def _lanes(self, desk: Desk, now: float) -> list[tuple[Job, int]]:
        shares: list[tuple[Job, int]] = []
        begun = [job for job in desk.open if not job.deaths]
        reserved = self._budget // 2 if begun or self._long else 0
        left = self._budget
        for job in _taken_from(self._short, now):
            if shares and job.left > left - reserved:
                self._short.appendleft(job)
                break
            shares.append((job, job.left))
            left -= job.left
        lane = itertools.chain(begun, _taken_from(self._long, now))
        while left > 0 and (long := next(lane, None)):
            shares.append((long, min(left, long.left)))
            left -= min(left, long.left)
        return shares

    def _is_short(self, job: Job) -> bool:
        return job.words <= self._budget // 2


def _taken_from(lane: deque[Job], now: float) -> Iterator[Job]:
    """The jobs of a lane that somebody waits for, each taken out of it."""
    while lane:
        job = lane.popleft()
        if not job.is_dead(now):
            yield job
