"""Documents on their way through the queue, and whose they are."""

import asyncio
from dataclasses import dataclass, field

from sayso_server.core.statement import Extraction, Options
from sayso_server.service.answer import Answer
from sayso_server.service.errors import ServiceError
from sayso_server.workers.protocol import Remaining, Shard, ShardResult


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
    crashes: int = 0
    is_blocking: bool = False
    """Whether a paragraph of it is longer than a batch."""
    unread: Remaining = field(init=False)
    """What its worker has not read."""
    helpers: set["WorkerSlot"] = field(default_factory=set)
    """The slots of workers that read shards of it."""
    trees: list[ShardResult] = field(default_factory=list)
    """What they have read, and its worker has not been given yet."""
    due: float = 0.0
    """When its worker waits for them no longer."""
    is_alone: bool = False
    """Whether a helper failed, so that it is not shared any more."""

    def __post_init__(self) -> None:
        self.unread = Remaining(self.words, first=0)

    @property
    def left(self) -> int:
        """Words that are still to be read."""
        return self.unread.words - sum(one.words for one in self.trees)

    @property
    def may_be_shared(self) -> bool:
        """Whether several workers may read it at the same time."""
        return not (self.is_alone or self.is_blocking or self.crashes)

    def drop_helpers(self) -> None:
        """Its worker continues alone, and reads again what others are still reading."""
        self.is_alone = True
        self.helpers.clear()

    def restart(self) -> None:
        """Its worker is gone, and with it all that was read."""
        self.unread = Remaining(self.words, first=0)
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
class AssignedShard:
    """A shard of a job that another worker has begun."""

    job: Job
    shard: Shard


@dataclass(slots=True, eq=False)
class WorkerSlot:
    """One worker's place in the schedule, and what it has begun and not finished. `Scheduler.add_slot` makes one."""

    open: list[Job] = field(default_factory=list)
    dropped: list[int] = field(default_factory=list)
    lane: int = 0
    shard: AssignedShard | None = None
    """The shard that it reads, or will read, for another worker."""
    is_idle: bool = False
    """Whether it was left without anything to do."""
    called: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when there may be something to do."""

    def assign(self, shard: AssignedShard) -> None:
        """Read this next, for another worker."""
        shard.job.helpers.add(self)
        self.shard = shard
        self.is_idle = False

    @property
    def due(self) -> float | None:
        """Until when the worker waits for those who help it; None if nobody does."""
        return min((job.due for job in self.open if job.helpers), default=None)

    def drop_dead(self, now: float) -> None:
        """Drop what nobody waits for any more, and helpers that are late."""
        for job in [job for job in self.open if job.is_dead(now)]:
            self.release(job)
            self.dropped.append(job.number)
        for job in self.open:
            if job.helpers and job.due <= now:
                job.drop_helpers()
        if self.shard and (self.shard.job.is_dead(now) or self not in self.shard.job.helpers):
            self.shard = None

    def release(self, job: Job) -> None:
        """The job is no longer this worker's."""
        if job in self.open:
            self.open.remove(job)

    def take_dropped(self) -> tuple[int, ...]:
        """What the worker is to forget, now that it is told so."""
        dropped = tuple(self.dropped)
        self.dropped.clear()
        return dropped

    def clear(self) -> None:
        """The worker is gone; its successor has begun nothing."""
        self.open.clear()
        self.dropped.clear()
        self.is_idle = False

    @property
    def is_blocked(self) -> bool:
        """Whether the worker may be busy with a long batch."""
        return any(job.is_blocking for job in self.open)
