"""One document read by several workers: when it is shared, and that the result is the same."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.engine import POISON, FakeEngine
from support.serving import PATIENCE
from support.toy import ToyParser

from sayso_server.core.model import Model
from sayso_server.core.pipeline import Engine, Extractor
from sayso_server.core.statement import Extraction, Options, Timing
from sayso_server.service.errors import ServiceError
from sayso_server.service.scheduling.jobs import Job, WorkerSlot
from sayso_server.service.scheduling.queue import EngineQueue
from sayso_server.service.scheduling.scheduler import LEAST, Scheduler, longest_paragraph
from sayso_server.service.settings import Limits
from sayso_server.workers.handle import WorkerLostError
from sayso_server.workers.protocol import Batch, BatchResult, Failed, Outcome, Remaining, Shard, ShardResult
from sayso_server.workers.session import Session
from sayso_server.workers.weight import weight

BUDGET = 10 * LEAST
NOW = 0.0
OPTIONS = Options()
PARAGRAPH = " ".join(["Mara Olin said that it failed."] * 5)
ARTICLE = "\n\n".join([PARAGRAPH] * 16)
"""About half a round; one paragraph is less than the least part."""
LONG = "\n\n".join([ARTICLE] * 6)
TREES = ShardResult((), b"", 250, 0.0)
REFUSED = "EXTRACTION_FAILED {'cause': 'WORKER_DIED'}"


def toy() -> Extractor:
    return Extractor(ToyParser(), Model("toy", "1", "0"))


def untimed(extraction: Extraction) -> Extraction:
    return replace(extraction, timing=Timing())


def test_the_texts_are_as_long_as_these_tests_take_them_to_be() -> None:
    assert weight(PARAGRAPH) < LEAST
    assert 4 * LEAST < weight(ARTICLE) < BUDGET < 2 * BUDGET < weight(LONG)


class Office:
    """A schedule whose workers are played by the test."""

    def __init__(self, workers: int) -> None:
        self.schedule = Scheduler(BUDGET)
        self.slots = [self.schedule.add_slot() for _ in range(workers)]
        self._numbers = itertools.count()
        for slot in self.slots:
            assert not self.plan(slot)[1]

    def add(self, text: str = ARTICLE, crashes: int = 0) -> Job:
        answer = asyncio.get_running_loop().create_future()
        words = weight(text)
        job = Job(next(self._numbers), text, OPTIONS, 60.0, NOW, answer, words, crashes=crashes)
        self.schedule.add(job, longest_paragraph(text))
        return job

    def plan(self, slot: WorkerSlot, now: float = NOW) -> tuple[Batch, list[Job]]:
        return self.schedule.plan(slot, now)

    def parts(self, slot: WorkerSlot) -> int:
        """Into how many parts the next round of a worker is cut; 0 if it has none."""
        order, _ = self.plan(slot)
        return max([*(one.parts for one in order.portions), *(one.parts for one in order.shards)], default=0)


def in_office(act: Callable[[Office], None], *, workers: int = 2) -> None:
    async def main() -> None:
        act(Office(workers))

    asyncio.run(main())


def shared(office: Office, text: str = ARTICLE) -> Job:
    """A job whose part the first worker has read, in a second; the second is still at its own."""
    job = office.add(text)
    first, second = office.slots
    order, _ = office.plan(first)
    [portion] = order.portions
    assert portion.parts == 2
    [shard] = office.plan(second)[0].shards
    assert (shard.first, shard.words, shard.part, shard.parts) == (0, portion.words, 1, 2)
    job.unread, job.due = Remaining(job.words - 250, first=8), 2.0
    return job


@pytest.mark.parametrize(("workers", "parts"), [(1, 1), (2, 2), (3, 3), (4, 4), (8, 4)])
def test_a_document_is_shared_by_the_idle_workers_as_far_as_the_parts_are_worth_it(workers: int, parts: int) -> None:
    def act(office: Office) -> None:
        office.add(" ".join(["word"] * 40) + ("\n\n" + " ".join(["word"] * 40)) * 10)  # 440 words
        assert [office.parts(slot) for slot in office.slots] == [parts] * parts + [0] * (workers - parts)

    in_office(act, workers=workers)


def test_a_small_document_is_not_shared() -> None:
    def act(office: Office) -> None:
        office.add("\n\n".join(["word " * 19] * 10))
        assert [office.parts(slot) for slot in office.slots] == [1, 0]

    in_office(act)


def test_no_document_is_shared_while_another_waits() -> None:
    def act(office: Office) -> None:
        office.add(LONG)
        office.add(ARTICLE)
        assert [office.parts(slot) for slot in office.slots] == [1, 1]

    in_office(act)


def test_what_nobody_waits_for_any_more_does_not_wait() -> None:
    def act(office: Office) -> None:
        office.add(LONG)
        office.add(LONG).answer.cancel()
        first, second = office.slots
        assert [office.parts(first), office.parts(second)] == [2, 2]

    in_office(act)


def test_no_document_is_shared_with_a_worker_that_has_something_to_do() -> None:
    def act(office: Office) -> None:
        first, second = office.slots
        office.add("short")
        assert office.parts(first) == 1
        office.add(ARTICLE)
        assert office.parts(second) == 1

    in_office(act)


def test_neither_suspects_nor_what_may_block_a_worker_are_shared() -> None:
    def act(office: Office) -> None:
        suspect, blocking = office.add(crashes=1), office.add(f"{ARTICLE}\n\n{'word ' * (BUDGET + 1)}")
        suspect_slot, blocking_slot, _ = office.slots
        assert office.plan(suspect_slot)[1] == [suspect]
        assert office.plan(blocking_slot)[1] == [blocking]
        assert [slot.shard for slot in office.slots] == [None] * 3

    in_office(act, workers=3)


def test_a_worker_waits_for_its_helper_and_then_finishes_before_all_else() -> None:
    def act(office: Office) -> None:
        job, (first, second) = shared(office), office.slots
        other = office.add(LONG)
        assert office.plan(first, now=1.9) == (Batch(), [])
        office.schedule.finish_shard(second, replace(TREES, words=job.left))
        assert first.called.is_set()
        order, jobs = office.plan(first, now=1.9)
        assert jobs == [job]
        assert [(portion.words, len(portion.trees)) for portion in order.portions] == [(0, 1)]
        assert office.plan(second)[1] == [other]

    in_office(act)


def test_a_document_that_comes_meanwhile_waits_for_the_part_of_the_helper_at_most() -> None:
    def act(office: Office) -> None:
        shared(office, LONG)
        _, second = office.slots
        assert second.shard is not None
        assert second.shard.shard.words <= BUDGET
        late = office.add("late")
        office.schedule.finish_shard(second, TREES)
        assert office.plan(second)[1] == [late]

    in_office(act)


def test_a_worker_waits_for_its_helper_no_longer_than_its_own_part_took() -> None:
    def act(office: Office) -> None:
        job, (first, second) = shared(office), office.slots
        assert first.due == 2.0
        order, jobs = office.plan(first, now=2.0)
        assert jobs == [job]
        assert [(portion.words, portion.parts, portion.trees) for portion in order.portions] == [
            (job.words - 250, 1, ())
        ]
        office.schedule.finish_shard(second, TREES)
        assert not job.trees
        assert not job.may_be_shared

    in_office(act)


def test_what_a_helper_cannot_read_its_worker_reads_alone() -> None:
    def act(office: Office) -> None:
        job, (first, second) = shared(office), office.slots
        office.schedule.finish_shard(second, Failed("why"))
        assert office.plan(second) == (Batch(), [])
        order, jobs = office.plan(first)
        assert jobs == [job]
        assert [(portion.words, portion.parts, portion.trees) for portion in order.portions] == [
            (job.words - 250, 1, ())
        ]
        assert second.shard is None

    in_office(act)


def test_a_document_over_whose_part_a_helper_died_is_a_suspect_that_its_worker_reads_on() -> None:
    def act(office: Office) -> None:
        job, (first, second) = shared(office), office.slots
        office.add("another")
        job.crashes = 1
        office.schedule.finish_shard(second, Failed("its worker died"))
        second.clear()
        assert office.plan(first)[1] == [job]

    in_office(act)


def test_a_document_whose_worker_died_begins_anew_and_its_helper_has_read_for_nothing() -> None:
    def act(office: Office) -> None:
        job, (first, second) = shared(office), office.slots
        job.crashes = 1
        office.schedule.put_back(job)
        first.clear()
        office.schedule.finish_shard(second, TREES)
        assert (job.left, job.trees, job.helpers) == (job.words, [], set())
        order, jobs = office.plan(second)
        assert jobs == [job]
        assert [new.number for new in order.new_documents] == [job.number]

    in_office(act)


def test_a_helper_does_not_begin_what_is_no_longer_wanted() -> None:
    def act(office: Office) -> None:
        first, second, third = office.slots
        job = office.add()
        office.plan(first)
        assert [slot.shard and slot.shard.job for slot in office.slots] == [None, job, job]
        job.restart()
        assert office.plan(second) == (Batch(), [])
        job.helpers.add(third)
        job.answer.cancel()
        assert office.plan(third) == (Batch(), [])

    in_office(act, workers=3)


def test_of_a_cancelled_document_nothing_is_kept() -> None:
    def act(office: Office) -> None:
        job, (first, second) = shared(office), office.slots
        job.answer.cancel()
        office.schedule.finish_shard(second, TREES)
        other = office.add("another")
        order, jobs = office.plan(first)
        assert jobs == [other]
        assert order.dropped == (job.number,)
        assert job not in first.open
        assert second.shard is None

    in_office(act)


def test_every_round_of_a_long_document_is_shared_while_a_worker_is_idle() -> None:
    def act(office: Office) -> None:
        job, (first, second) = shared(office, LONG), office.slots
        office.schedule.finish_shard(second, TREES)
        assert office.plan(second) == (Batch(), [])
        [portion] = office.plan(first)[0].portions
        assert (portion.words, portion.parts, portion.trees) == (BUDGET, 2, (TREES,))
        assert not job.trees
        [shard] = office.plan(second)[0].shards
        assert (shard.number, shard.first, shard.words) == (job.number, 8, BUDGET)

    in_office(act)


class Played:
    """A worker that carries out rounds at once, but for those that the test has another end for."""

    def __init__(self, engine: Engine, ending: Callable[[Shard], Awaitable[Outcome | None]]) -> None:
        self._engine = engine
        self._session = Session(engine)
        self._ending = ending
        self.killed = False

    async def start(self) -> Any:
        return self._engine.model

    async def work(self, order: Batch) -> BatchResult:
        await asyncio.sleep(0)
        for shard in order.shards:
            if outcome := await self._ending(shard):
                return {shard.number: outcome}
        return self._session.work(order)

    async def ended(self) -> None:
        await asyncio.Event().wait()

    def kill(self) -> None:
        self.killed = True


@dataclass
class Helpers:
    """How the helpers end; by default as they should. `helps` are those that were begun."""

    shards: list[Shard] = field(default_factory=list)

    async def ending(self, shard: Shard) -> Outcome | None:
        self.shards.append(shard)
        return None


class Failing(Helpers):
    async def ending(self, shard: Shard) -> Outcome | None:
        await super().ending(shard)
        return Failed("somewhere")


class Dying(Helpers):
    async def ending(self, shard: Shard) -> Outcome | None:
        await super().ending(shard)
        raise WorkerLostError("killed")


class Hanging(Helpers):
    async def ending(self, shard: Shard) -> Outcome | None:
        await super().ending(shard)
        await asyncio.Event().wait()
        raise AssertionError


@contextlib.asynccontextmanager
async def playing(
    make: Callable[[], Played], workers: int, limits: Limits | None = None
) -> AsyncIterator[Callable[[str], Awaitable[Extraction | str]]]:
    """Idle workers; yields a function that reads a text, or returns the error."""
    queue = EngineQueue(make, limits or Limits(max_batch_words=BUDGET), workers=workers)
    await queue.warm_up()
    running = asyncio.create_task(queue.run())
    for _ in range(3):
        await asyncio.sleep(0)  # until every worker was found to have nothing to do

    async def read(text: str) -> Extraction | str:
        [answer] = await queue.submit([text], [OPTIONS], deadline=asyncio.get_running_loop().time() + PATIENCE)
        one = answer.outcome
        return f"{one.reason} {dict(one.metadata)}" if isinstance(one, ServiceError) else untimed(one)

    try:
        yield read
    finally:
        running.cancel()
        await asyncio.wait([running])
        queue.close()


def read_by(
    workers: int, helpers: Helpers, texts: Sequence[str], *, limits: Limits | None = None, engine: Any = None
) -> list[Extraction | str]:
    """The outcomes of texts that are sent one after the other."""

    async def main() -> list[Extraction | str]:
        async with playing(lambda: Played(engine or toy(), helpers.ending), workers, limits) as read:
            return [await read(text) for text in texts]

    return asyncio.run(main())


@pytest.mark.parametrize("text", [ARTICLE, LONG])
@pytest.mark.parametrize("kind", [Helpers, Failing, Dying, Hanging])
@pytest.mark.parametrize("workers", [2, 3, 4])
def test_however_the_helpers_end_a_document_comes_out_the_same(
    workers: int, kind: type[Helpers], text: str, caplog: pytest.LogCaptureFixture
) -> None:
    helpers = kind()
    expected = untimed(toy().extract(text, OPTIONS))
    deadly = kind is Dying and workers > 2  # of several helpers two die over it
    outcomes = read_by(workers, helpers, [text])
    assert outcomes == ([REFUSED] if deadly else [expected])
    assert expected.statements
    assert {shard.parts for shard in helpers.shards} == {workers}
    assert {shard.part for shard in helpers.shards} == set(range(1, workers))


def test_with_one_worker_nobody_helps() -> None:
    helpers = Helpers()
    assert read_by(1, helpers, [ARTICLE]) == [untimed(toy().extract(ARTICLE, OPTIONS))]
    assert not helpers.shards


def test_a_document_that_cannot_be_read_fails_as_it_would_with_one_worker() -> None:
    for place in (0, 8, 15):
        parts = ARTICLE.split("\n\n")
        parts[place] += f" {POISON}"
        text = "\n\n".join(parts)
        helpers = Helpers()
        outcomes = read_by(2, helpers, [text, ARTICLE], engine=FakeEngine())
        assert outcomes[0] == "EXTRACTION_FAILED {}" == read_by(1, Helpers(), [text], engine=FakeEngine())[0]
        assert isinstance(outcomes[1], Extraction)
        assert [shard.text for shard in helpers.shards] == [text, ARTICLE]


def test_a_document_over_whose_helper_and_worker_died_is_refused_and_unread_when_it_comes_again() -> None:
    helpers, crashes = Dying(), list[str]()

    class Fatal(Played):
        async def work(self, order: Batch) -> BatchResult:
            if order.portions and helpers.shards:
                crashes.append("its worker")
                raise WorkerLostError("killed")
            return await super().work(order)

    async def main() -> list[Extraction | str]:
        async with playing(lambda: Fatal(toy(), helpers.ending), 2) as read:
            return [await read(ARTICLE), await read(ARTICLE)]

    assert asyncio.run(main()) == [REFUSED, REFUSED]
    assert (len(helpers.shards), len(crashes)) == (1, 1)


def test_a_helper_that_dies_when_the_document_is_answered_makes_it_a_suspect_when_it_comes_again() -> None:
    class Late(Helpers):
        answered = asyncio.Event()

        async def ending(self, shard: Shard) -> Outcome | None:
            await super().ending(shard)
            await self.answered.wait()
            raise WorkerLostError("killed")

    helpers, made = Late(), list[Played]()

    def make() -> Played:
        made.append(Played(toy(), helpers.ending))
        return made[-1]

    async def main() -> None:
        async with playing(make, 2) as read:
            first = await read(ARTICLE)
            helpers.answered.set()
            async with asyncio.timeout(PATIENCE):
                while len(made) < 3:
                    await asyncio.sleep(0)
            assert [worker.killed for worker in made].count(True) == 1
            assert await read(ARTICLE) == first == untimed(toy().extract(ARTICLE, OPTIONS))

    asyncio.run(main())
    assert len(helpers.shards) == 1, "a suspect was shared"


words = st.lists(st.sampled_from(["Mara", "Olin", "said", "that", "it", "failed", ".", "“", "”", "told", "é", "😀"]))
paragraphs = st.builds(lambda some, times: " ".join(some * times), words, st.integers(1, 20))
texts = st.lists(paragraphs, max_size=30).map("\n\n".join)


@settings(max_examples=40, deadline=None)
@given(text=texts, workers=st.integers(2, 5), budget=st.integers(150, 2000), kind=st.sampled_from([Helpers, Failing]))
def test_what_comes_out_does_not_depend_on_how_many_read(
    text: str, workers: int, budget: int, kind: type[Helpers]
) -> None:
    [outcome] = read_by(workers, kind(), [text], limits=Limits(max_batch_words=budget))
    assert outcome == untimed(toy().extract(text, OPTIONS))
