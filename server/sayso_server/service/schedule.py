"""Which documents a worker reads next.

There are three lanes, and every worker serves them in turn, a round each, as far as something waits in them. A
document that fits into one round is short; short ones are read together, in order of arrival. Longer ones are read bit
by bit: the oldest and the one of which least is left share a round. So no lane starves another, a short document waits
for a round of the others at most, and a worker holds few documents open.

A round reads one paragraph at least, so a paragraph longer than a round makes a long one. It is not cut: its trees
depend on where the encoder's rows and the tokenizer's windows begin, so what came out would not be the same. Instead,
one worker is always kept free of such documents, where there are two or more.

A document that was being read when a worker died is a suspect: it is read in rounds of its own, so that a second death
tells which document it was, and so that the others are safe from it: the third lane. So it is where such a document
comes again.
"""

import asyncio
import itertools
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from sayso_server.core.statement import Extraction, Options
from sayso_server.core.text import paragraphs
from sayso_server.service.bench import Opening, Round, Share, weight
from sayso_server.service.errors import ServiceError


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one text, how many seconds it waited before a worker took it, and how many it took in all."""

    outcome: Extraction | ServiceError
    queue_duration: float
    duration: float


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
    is_blocking: bool = False
    """Whether a paragraph of it is longer than a round."""

    def __post_init__(self) -> None:
        self.words = self.left = weight(self.text)

    def finish(self, outcome: Extraction | ServiceError, now: float) -> None:
        """Answer, if anybody still waits for it."""
        if not self.answer.done():
            taken = now if self.taken is None else self.taken
            self.answer.set_result(Answer(outcome, taken - self.arrival, now - self.arrival))

    def is_dead(self, now: float) -> bool:
        """Whether nobody waits for it any more."""
        return self.answer.done() or self.deadline <= now


@dataclass(slots=True, eq=False)
class Desk:
    """What one worker has begun and not finished. One is made by `Schedule.desk`."""

    open: list[Job] = field(default_factory=list)
    forgotten: list[int] = field(default_factory=list)
    lane: int = 0

    def release(self, job: Job) -> None:
        """The job is no longer this worker's."""
        if job in self.open:
            self.open.remove(job)

    def clear(self) -> None:
        """The worker is another one, which has begun nothing."""
        self.open.clear()
        self.forgotten.clear()

    @property
    def is_blocked(self) -> bool:
        """Whether the worker may be at a round that is long."""
        return any(job.is_blocking for job in self.open)


class Schedule:
    """The documents that wait, and the plan of every round."""

    def __init__(self, max_batch_words: int) -> None:
        self._budget = max_batch_words
        self._short: deque[Job] = deque()
        self._long: deque[Job] = deque()
        self._suspects: deque[Job] = deque()
        self._desks: list[Desk] = []

    def desk(self) -> Desk:
        """The desk of one more worker."""
        self._desks.append(Desk())
        return self._desks[-1]

    def add(self, job: Job) -> None:
        """Queue a job behind the others of its lane."""
        job.is_blocking = not self._is_short(job) and longest_paragraph(job.text) > self._budget
        self._lane(job).append(job)

    def put_back(self, job: Job) -> None:
        """Queue a job anew whose worker died, before the others."""
        job.left = job.words
        if job.deaths:
            self._suspects.append(job)
        else:
            self._lane(job).appendleft(job)

    def plan(self, desk: Desk, now: float) -> tuple[Round, list[Job]]:
        """The next round of a worker, and its jobs. Jobs that nobody waits for are dropped on the way."""
        for job in [job for job in desk.open if job.is_dead(now)]:
            desk.release(job)
            desk.forgotten.append(job.number)
        shares = self._shares(desk, now)
        openings = tuple(Opening(job.number, job.text, job.options) for job, _ in shares if job not in desk.open)
        for job, _ in shares:
            job.taken = now if job.taken is None else job.taken
            if job not in desk.open:
                desk.open.append(job)
        forgotten = tuple(desk.forgotten) if shares else ()
        if shares:
            desk.forgotten.clear()
        order = Round(openings, tuple(Share(job.number, min(words, job.left)) for job, words in shares), forgotten)
        return order, [job for job, _ in shares]

    def _shares(self, desk: Desk, now: float) -> list[tuple[Job, int]]:
        """The jobs of the next round and how many words each may take, from the lane whose turn it is."""
        lanes = (self._suspect_round, self._short_round, self._long_round)
        for lane in (desk.lane, desk.lane + 1, desk.lane + 2):
            if shares := lanes[lane % 3](desk, now):
                desk.lane = (lane + 1) % 3
                return shares
        return []

    def _suspect_round(self, desk: Desk, now: float) -> list[tuple[Job, int]]:
        begun = (job for job in desk.open if job.deaths)
        job = next(itertools.chain(begun, self._allowed(desk, self._suspects, now)), None)
        return [(job, self._budget)] if job else []

    def _short_round(self, desk: Desk, now: float) -> list[tuple[Job, int]]:
        shares: list[tuple[Job, int]] = []
        left = self._budget
        for job in _taken_from(self._short, now):
            if job.words > left:
                self._short.appendleft(job)
                break
            shares.append((job, job.words))
            left -= job.words
        return shares

    def _long_round(self, desk: Desk, now: float) -> list[tuple[Job, int]]:
        begun = [job for job in desk.open if not job.deaths]
        oldest = next(itertools.chain(begun, self._allowed(desk, self._long, now)), None)
        if oldest is None:
            return []
        may_block = self._may_block(desk)
        waiting = [job for job in self._long if may_block or not job.is_blocking]
        others = [job for job in (*begun[1:], *waiting) if job is not oldest and not job.is_dead(now)]
        if not others:
            return [(oldest, self._budget)]
        smallest = min(others, key=lambda job: job.left)
        if smallest in self._long:
            self._long.remove(smallest)
        return [(job, max(1, self._budget // 2)) for job in (oldest, smallest)]

    def _allowed(self, desk: Desk, lane: deque[Job], now: float) -> Iterator[Job]:
        """The first job of a lane that this worker may begin, taken out of it; those that nobody waits for go too."""
        may_block = self._may_block(desk)
        for job in list(lane):
            if job.is_dead(now):
                lane.remove(job)
            elif may_block or not job.is_blocking:
                lane.remove(job)
                yield job
                return

    def _may_block(self, desk: Desk) -> bool:
        """Whether this worker may begin a document with a paragraph longer than a round."""
        others = [other for other in self._desks if other is not desk]
        return not others or any(not other.is_blocked for other in others)

    def _lane(self, job: Job) -> deque[Job]:
        if job.deaths:
            return self._suspects
        return self._short if self._is_short(job) else self._long

    def _is_short(self, job: Job) -> bool:
        return job.words <= self._budget


def longest_paragraph(text: str) -> int:
    """The words of the longest paragraph."""
    return max((weight(text[part.start : part.end]) for part in paragraphs(text)), default=0)


def _taken_from(lane: deque[Job], now: float) -> Iterator[Job]:
    """The jobs of a lane that somebody waits for, each taken out of it."""
    while lane:
        job = lane.popleft()
        if not job.is_dead(now):
            yield job
