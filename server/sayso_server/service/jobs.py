"""Documents on their way through the queue, and whose they are."""

import asyncio
from dataclasses import dataclass, field

from sayso_server.core.statement import Extraction, Options
from sayso_server.service.errors import ServiceError
from sayso_server.service.rounds import Help, Left, Trees


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one text, how many seconds it waited before a worker took it, and how many it took in all."""

    outcome: Extraction | ServiceError
    queue_duration: float
    duration: float


@dataclass(slots=True, eq=False)
class Job:
    """One text on its way. `deadline`, `arrival`, `taken` and `due` are times of the event loop."""

    number: int
    text: str = field(repr=False)
    options: Options
    deadline: float
    arrival: float
    answer: "asyncio.Future[Answer]" = field(repr=False)
    words: int
    request_id: str = ""
    taken: float | None = None
    deaths: int = 0
    is_blocking: bool = False
    """Whether a paragraph of it is longer than a round."""
    unread: Left = field(init=False)
    """What the bench of its worker has not read."""
    helpers: set["Desk"] = field(default_factory=set)
    """Those who read a part of its round."""
    trees: list[Trees] = field(default_factory=list)
    """What they have read, and its worker has not been given yet."""
    due: float = 0.0
    """When its worker waits for them no longer."""
    is_alone: bool = False
    """Whether they failed it, so that it is not shared any more."""

    def __post_init__(self) -> None:
        self.unread = Left(self.words, first=0)

    @property
    def left(self) -> int:
        """Words that are still to be read."""
        return self.unread.words - sum(one.words for one in self.trees)

    @property
    def may_be_shared(self) -> bool:
        """Whether several workers may read it at the same time."""
        return not (self.is_alone or self.is_blocking or self.deaths)

    def do_without_help(self) -> None:
        """Its worker reads on alone, also what others are still reading."""
        self.is_alone = True
        self.helpers.clear()

    def restart(self) -> None:
        """Its worker is gone, and with it all that was read."""
        self.unread = Left(self.words, first=0)
        self.helpers.clear()
        self.trees.clear()

    def finish(self, outcome: Extraction | ServiceError, now: float) -> None:
        """Answer, if anybody still waits for it."""
        if not self.answer.done():
            taken = now if self.taken is None else self.taken
            self.answer.set_result(Answer(outcome, taken - self.arrival, now - self.arrival))

    def is_dead(self, now: float) -> bool:
        """Whether nobody waits for it any more."""
        return self.answer.done() or self.deadline <= now


@dataclass(frozen=True, slots=True)
class Errand:
    """A part of a job that another worker has."""

    job: Job
    help: Help


@dataclass(slots=True, eq=False)
class Desk:
    """What one worker has begun and not finished. One is made by `Schedule.desk`."""

    open: list[Job] = field(default_factory=list)
    forgotten: list[int] = field(default_factory=list)
    lane: int = 0
    errand: Errand | None = None
    """What it is to read, or reads, for another."""
    is_idle: bool = False
    """Whether it was left without anything to do."""
    called: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when there may be something to do."""

    def help_with(self, errand: Errand) -> None:
        """This is to be read next, for another."""
        errand.job.helpers.add(self)
        self.errand = errand
        self.is_idle = False

    @property
    def due(self) -> float | None:
        """Until when the worker waits for those who help it; None if nobody does."""
        return min((job.due for job in self.open if job.helpers), default=None)

    def drop_dead(self, now: float) -> None:
        """Drop what nobody waits for any more, and helpers that are late."""
        for job in [job for job in self.open if job.is_dead(now)]:
            self.release(job)
            self.forgotten.append(job.number)
        for job in self.open:
            if job.helpers and job.due <= now:
                job.do_without_help()
        if self.errand and (self.errand.job.is_dead(now) or self not in self.errand.job.helpers):
            self.errand = None

    def release(self, job: Job) -> None:
        """The job is no longer this worker's."""
        if job in self.open:
            self.open.remove(job)

    def forget(self) -> tuple[int, ...]:
        """What the worker is to forget, now that it is told so."""
        forgotten = tuple(self.forgotten)
        self.forgotten.clear()
        return forgotten

    def clear(self) -> None:
        """The worker is gone; its successor has begun nothing."""
        self.open.clear()
        self.forgotten.clear()
        self.is_idle = False

    @property
    def is_blocked(self) -> bool:
        """Whether the worker may be at a round that is long."""
        return any(job.is_blocking for job in self.open)
