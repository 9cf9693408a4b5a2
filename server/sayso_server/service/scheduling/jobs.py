"""Documents in the queue, and the workers that they are assigned to."""

import asyncio
from dataclasses import dataclass, field

from sayso_server.core.statement import Extraction, Options
from sayso_server.service.answer import Answer
from sayso_server.service.errors import ServiceError
from sayso_server.workers.protocol import Remaining, Shard, ShardResult


@dataclass(slots=True, eq=False)
class Job:
    """A text in the queue. `deadline`, `arrival`, `taken` and `due` are times of the event loop."""

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
    """Whether one of its paragraphs is longer than a batch."""
    unread: Remaining = field(init=False)
    """The part that its worker has not read."""
    helpers: set["WorkerSlot"] = field(default_factory=set)
    """The slots of the workers that are reading shards of it."""
    trees: list[ShardResult] = field(default_factory=list)
    """Shards that helpers have read and its worker has not yet received."""
    due: float = 0.0
    """The deadline for the helpers."""
    is_alone: bool = False
    """Whether a helper failed; then it is not shared again."""

    def __post_init__(self) -> None:
        self.unread = Remaining(self.words, first=0)

    @property
    def left(self) -> int:
        """The number of words still to be read."""
        return self.unread.words - sum(one.words for one in self.trees)

    @property
    def may_be_shared(self) -> bool:
        """Whether several workers may read it concurrently."""
        return not (self.is_alone or self.is_blocking or self.crashes)

    def drop_helpers(self) -> None:
        """Let its worker continue alone, and read unfinished shards itself."""
        self.is_alone = True
        self.helpers.clear()

    def restart(self) -> None:
        """Start again after its worker crashed; everything read so far is lost."""
        self.unread = Remaining(self.words, first=0)
        self.helpers.clear()
        self.trees.clear()

    def finish(self, outcome: Extraction | ServiceError, now: float) -> None:
        """Set the outcome, if a caller is still waiting."""
        if not self.answer.done():
            taken = now if self.taken is None else self.taken
            self.answer.set_result(Answer(outcome, taken - self.arrival, now - self.arrival))

    def is_dead(self, now: float) -> bool:
        """Whether no caller is waiting for it any more."""
        return self.answer.done() or self.deadline <= now


@dataclass(frozen=True, slots=True)
class AssignedShard:
    """A shard of a job that belongs to another worker."""

    job: Job
    shard: Shard


@dataclass(slots=True, eq=False)
class WorkerSlot:
    """One worker's slot in the schedule, with its unfinished jobs. `Scheduler.add_slot` creates it."""

    open: list[Job] = field(default_factory=list)
    dropped: list[int] = field(default_factory=list)
    lane: int = 0
    shard: AssignedShard | None = None
    """The shard that it is reading, or will read, for another worker."""
    is_idle: bool = False
    """Whether it is idle."""
    called: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when there may be something to do."""

    def assign(self, shard: AssignedShard) -> None:
        """Make this shard of another worker the next work."""
        shard.job.helpers.add(self)
        self.shard = shard
        self.is_idle = False

    @property
    def due(self) -> float | None:
        """The deadline for the worker's helpers; None if it has none."""
        return min((job.due for job in self.open if job.helpers), default=None)

    def drop_dead(self, now: float) -> None:
        """Drop jobs that no caller is waiting for, and late helpers."""
        for job in [job for job in self.open if job.is_dead(now)]:
            self.release(job)
            self.dropped.append(job.number)
        for job in self.open:
            if job.helpers and job.due <= now:
                job.drop_helpers()
        if self.shard and (self.shard.job.is_dead(now) or self not in self.shard.job.helpers):
            self.shard = None

    def release(self, job: Job) -> None:
        """Remove the job from this worker."""
        if job in self.open:
            self.open.remove(job)

    def take_dropped(self) -> tuple[int, ...]:
        """The documents that the worker should drop; clears the list."""
        dropped = tuple(self.dropped)
        self.dropped.clear()
        return dropped

    def clear(self) -> None:
        """Reset the slot after a crash: the new worker has no open documents."""
        self.open.clear()
        self.dropped.clear()
        self.is_idle = False

    @property
    def is_blocked(self) -> bool:
        """Whether the worker may be busy with an overlong paragraph."""
        return any(job.is_blocking for job in self.open)
