"""Which documents a worker is given, without workers."""

import asyncio
import itertools
from collections.abc import Callable

from sayso_server.core.statement import Options
from sayso_server.service.scheduling.jobs import Job, WorkerSlot
from sayso_server.service.scheduling.scheduler import Scheduler, longest_paragraph
from sayso_server.workers.weight import weight

BUDGET = 4
LONG = "one two\n\nthree four\n\nfive"
BLOCKING = "one two three four five\n\nsix"
NOW = 0.0


def with_schedule(act: Callable[[Scheduler, Callable[[str], Job]], None]) -> None:
    async def main() -> None:
        schedule, numbers = Scheduler(BUDGET), itertools.count()

        def add(text: str) -> Job:
            answer = asyncio.get_running_loop().create_future()
            job = Job(next(numbers), text, Options(), deadline=60.0, arrival=NOW, answer=answer, words=weight(text))
            schedule.add(job, longest_paragraph(text))
            return job

        act(schedule, add)

    asyncio.run(main())


def given(schedule: Scheduler, slot: WorkerSlot) -> list[Job]:
    return schedule.plan(slot, NOW)[1]


def test_one_of_two_workers_is_kept_free_of_paragraphs_longer_than_a_round() -> None:
    def act(schedule: Scheduler, add: Callable[[str], Job]) -> None:
        first, second = schedule.add_slot(), schedule.add_slot()
        blocking, other, long, short = add(BLOCKING), add(BLOCKING), add(LONG), add("short")
        assert [job.is_blocking for job in (blocking, other, long, short)] == [True, True, False, False]
        first.lane = second.lane = 2
        assert given(schedule, first) == [blocking, long]
        assert given(schedule, second) == [short]
        second.release(short)
        first.release(long)
        assert given(schedule, second) == []
        first.release(blocking)
        assert given(schedule, second) == [other]

    with_schedule(act)


def test_a_worker_alone_reads_them_too() -> None:
    def act(schedule: Scheduler, add: Callable[[str], Job]) -> None:
        slot = schedule.add_slot()
        blocking = [add(BLOCKING), add(BLOCKING)]
        assert given(schedule, slot) == blocking

    with_schedule(act)


def test_a_worker_that_died_blocks_no_more() -> None:
    def act(schedule: Scheduler, add: Callable[[str], Job]) -> None:
        first, second = schedule.add_slot(), schedule.add_slot()
        deadly, other = add(BLOCKING), add(BLOCKING)
        assert given(schedule, first) == [deadly, other]
        for job in (other, deadly):
            job.crashes = 1
            schedule.put_back(job)
        first.clear()
        assert given(schedule, second) == [other]
        assert given(schedule, first) == []
        second.release(other)
        assert given(schedule, second) == [deadly]

    with_schedule(act)


def test_the_longest_paragraph() -> None:
    assert [longest_paragraph(text) for text in (LONG, BLOCKING, "", "a b\nC d")] == [2, 5, 0, 2]
