"""Plans which documents a worker reads next.

There are three lanes. Every worker serves the non-empty lanes round-robin, one batch each. A document that fits into
one batch is short; short documents are read together, in order of arrival. Longer documents are read in several
batches: the oldest one and the one with the fewest words left share a batch. So no lane starves another, a short
document waits for at most one batch of each other lane, and a worker has few open documents.

A batch has at least one paragraph, so a paragraph longer than a batch makes a long batch. It is not split, because its
trees depend on where the encoder's rows and the tokenizer's windows begin, so the results would differ. Instead, if
there are two or more workers, one is always kept free of such documents.

A document that was being read when a worker crashed is a suspect. Suspects are in the third lane and are read one per
batch, so that a second crash identifies the document and does not affect others. The same applies if a suspect is sent
again.

If no documents are waiting and workers are idle, a batch of a single document is shared: helpers read parts of it. The
document's worker waits for them only as long as it needed for its own part. It reads late or failed parts itself, and
the document is not shared again. So a failing helper costs time, but never a document. Suspects and documents with a
paragraph longer than a batch are not shared. Under load there are always documents waiting, so nothing is shared.
"""

import itertools
from collections import deque
from collections.abc import Iterator

from sayso_server.core.paragraphs import paragraphs
from sayso_server.service.scheduling.jobs import AssignedShard, Job, WorkerSlot
from sayso_server.workers.protocol import Batch, NewDocument, Outcome, Portion, Shard, ShardResult
from sayso_server.workers.weight import weight

LEAST = 100
"""Minimum words of a shard: smaller shards cost more to hand over than they save."""


class Scheduler:
    """Holds the waiting documents and plans the batches."""

    def __init__(self, max_batch_words: int) -> None:
        self._budget = max_batch_words
        self._short: deque[Job] = deque()
        self._long: deque[Job] = deque()
        self._suspects: deque[Job] = deque()
        self._slots: list[WorkerSlot] = []

    def add_slot(self) -> WorkerSlot:
        """Add a worker; returns its slot."""
        self._slots.append(WorkerSlot())
        return self._slots[-1]

    def add(self, job: Job, longest: int = 0) -> None:
        """Queue a job at the end of its lane. `longest` is its longest paragraph, if the job is not short."""
        job.is_blocking = longest > self._budget
        self._lane(job).append(job)
        self._call()

    def put_back(self, job: Job) -> None:
        """Queue a job again after its worker crashed, ahead of the others."""
        job.restart()
        if job.crashes:
            self._suspects.append(job)
        else:
            self._lane(job).appendleft(job)
        self._call()

    def finish_shard(self, slot: WorkerSlot, outcome: Outcome) -> None:
        """Handle the outcome of a shard that a worker read for another."""
        assert slot.shard is not None, "the worker has no shard"
        job = slot.shard.job
        slot.shard = None
        if slot not in job.helpers:
            return  # it took too long, or the job was restarted
        job.helpers.remove(slot)
        if isinstance(outcome, ShardResult):
            job.trees.append(outcome)
        else:
            job.is_alone = True
        self._call()

    def plan(self, slot: WorkerSlot, now: float) -> tuple[Batch, list[Job]]:
        """The next batch of a worker, and its jobs. Drops jobs that no caller is waiting for."""
        slot.drop_dead(now)
        if slot.shard:
            return Batch(shards=(slot.shard.shard,), dropped=slot.take_dropped()), [slot.shard.job]
        chosen = [] if slot.due is not None else self._portions(slot, now)
        portions = [(job, min(words, job.left)) for job, words in chosen]
        slot.is_idle = not (portions or slot.open)
        if not portions:
            return Batch(), []
        new_documents = tuple(
            NewDocument(job.number, job.text, job.options) for job, _ in portions if job not in slot.open
        )
        for job, _ in portions:
            job.taken = now if job.taken is None else job.taken
            if job not in slot.open:
                slot.open.append(job)
        parts = self._lend(*portions[0], now) if len(portions) == 1 else 1
        order = Batch(new_documents, tuple(_portion(job, words, parts) for job, words in portions), slot.take_dropped())
        return order, [job for job, _ in portions]

    def _lend(self, job: Job, words: int, now: float) -> int:
        """Assign shards of a portion to idle workers, if it may be shared; returns the number of parts."""
        idle = [slot for slot in self._slots if slot.is_idle]
        parts = min(1 + len(idle), words // LEAST)
        if parts < 2 or not job.may_be_shared or self._has_waiting(now):
            return 1
        for part, slot in enumerate(idle[: parts - 1], 1):
            slot.assign(AssignedShard(job, Shard(job.number, job.text, job.unread.first, words, part, parts)))
        self._call()
        return parts

    def _has_waiting(self, now: float) -> bool:
        """Whether there is a document that no worker has started."""
        return any(not job.is_dead(now) for job in itertools.chain(self._short, self._long, self._suspects))

    def _call(self) -> None:
        """Wake all workers: there may be work."""
        for slot in self._slots:
            slot.called.set()

    def _portions(self, slot: WorkerSlot, now: float) -> list[tuple[Job, int]]:
        """The jobs of the next batch, each with its number of words.

        Jobs that only need to be finished come first, otherwise jobs of the next lane.
        """
        if complete := [(job, 0) for job in slot.open if not job.left]:
            return complete
        lanes = (self._suspect_batch, self._short_batch, self._long_batch)
        for lane in (slot.lane, slot.lane + 1, slot.lane + 2):
            if portions := lanes[lane % 3](slot, now):
                slot.lane = (lane + 1) % 3
                return portions
        return []

    def _suspect_batch(self, slot: WorkerSlot, now: float) -> list[tuple[Job, int]]:
        begun = (job for job in slot.open if job.crashes)
        job = next(itertools.chain(begun, self._allowed(slot, self._suspects, now)), None)
        return [(job, self._budget)] if job else []

    def _short_batch(self, slot: WorkerSlot, now: float) -> list[tuple[Job, int]]:
        portions: list[tuple[Job, int]] = []
        left = self._budget
        for job in _taken_from(self._short, now):
            if job.words > left:
                self._short.appendleft(job)
                break
            portions.append((job, job.words))
            left -= job.words
        return portions

    def _long_batch(self, slot: WorkerSlot, now: float) -> list[tuple[Job, int]]:
        begun = [job for job in slot.open if not job.crashes]
        oldest = next(itertools.chain(begun, self._allowed(slot, self._long, now)), None)
        if oldest is None:
            return []
        may_block = self._may_block(slot)
        waiting = [job for job in self._long if may_block or not job.is_blocking]
        others = [job for job in (*begun[1:], *waiting) if job is not oldest and not job.is_dead(now)]
        if not others:
            return [(oldest, self._budget)]
        smallest = min(others, key=lambda job: job.left)
        if smallest in self._long:
            self._long.remove(smallest)
        return [(job, max(1, self._budget // 2)) for job in (oldest, smallest)]

    def _allowed(self, slot: WorkerSlot, lane: deque[Job], now: float) -> Iterator[Job]:
        """Remove and yield the first job of a lane that this worker may start; drops jobs without a waiting caller."""
        may_block = self._may_block(slot)
        for job in list(lane):
            if job.is_dead(now):
                lane.remove(job)
            elif may_block or not job.is_blocking:
                lane.remove(job)
                yield job
                return

    def _may_block(self, slot: WorkerSlot) -> bool:
        """Whether this worker may start a document with a paragraph longer than a batch."""
        others = [other for other in self._slots if other is not slot]
        return not others or any(not other.is_blocked for other in others)

    def _lane(self, job: Job) -> deque[Job]:
        if job.crashes:
            return self._suspects
        return self._short if self.is_short(job) else self._long

    def is_short(self, job: Job) -> bool:
        """Whether it fits into one batch."""
        return job.words <= self._budget


def longest_paragraph(text: str) -> int:
    """The number of words of the longest paragraph. Slow for texts with many lines."""
    return max((weight(text[part.start : part.end]) for part in paragraphs(text)), default=0)


def _portion(job: Job, words: int, parts: int) -> Portion:
    """The portion for the job's worker, with the results of its helpers."""
    portion = Portion(job.number, words, parts, tuple(job.trees))
    job.trees.clear()
    return portion


def _taken_from(lane: deque[Job], now: float) -> Iterator[Job]:
    """Remove and yield the jobs of a lane that a caller is waiting for."""
    while lane:
        job = lane.popleft()
        if not job.is_dead(now):
            yield job
