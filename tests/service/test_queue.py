"""The queue before the workers, without gRPC."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import pytest
from support.engine import FakeEngine
from support.serving import PATIENCE, ThreadWorker

from sayso_server.core.model import Model
from sayso_server.core.statement import Extraction, Options
from sayso_server.service.errors import ServiceError
from sayso_server.service.scheduling.queue import EngineQueue
from sayso_server.service.settings import Limits
from sayso_server.service.telemetry.metrics import Metrics
from sayso_server.workers.handle import LoadError, Worker, WorkerLostError
from sayso_server.workers.protocol import Batch, BatchResult

OTHER = Options(min_confidence=0.5)


def with_queue(
    engine: FakeEngine,
    limits: Limits,
    act: Callable[[EngineQueue], Awaitable[None]],
    make_worker: Callable[[], Worker] | None = None,
) -> None:
    async def main() -> None:
        queue = EngineQueue(make_worker or (lambda: ThreadWorker(engine)), limits)
        await queue.warm_up()
        dispatcher = asyncio.create_task(queue.run())
        await act(queue)
        dispatcher.cancel()
        await asyncio.wait([dispatcher])
        queue.close()

    asyncio.run(main())


def submit(queue: EngineQueue, *texts: str, options: Options = OTHER) -> "asyncio.Task[list[str]]":
    async def texts_read() -> list[str]:
        deadline = asyncio.get_running_loop().time() + PATIENCE
        answers = await queue.submit(texts, [options] * len(texts), deadline=deadline)
        return [answer.outcome.text for answer in answers if isinstance(answer.outcome, Extraction)]

    return asyncio.create_task(texts_read())


async def held(engine: FakeEngine, queue: EngineQueue) -> "asyncio.Task[list[str]]":
    """Occupy the engine until its gate is opened."""
    engine.gate.clear()
    task = submit(queue, "held")
    await asyncio.to_thread(engine.entered.wait, PATIENCE)
    return task


def test_cancelled_work_is_skipped_and_makes_room_at_once() -> None:
    engine = FakeEngine()

    async def act(queue: EngineQueue) -> None:
        first = await held(engine, queue)
        dead = submit(queue, "dead")
        await asyncio.sleep(0)
        dead.cancel()
        await asyncio.wait([dead])
        live = submit(queue, "live")
        await asyncio.sleep(0)
        engine.gate.set()
        assert await live == ["live"]
        assert await first == ["held"]

    with_queue(engine, Limits(max_queued_words=2), act)
    assert engine.read == ["held", "live"]


def test_what_waits_goes_to_the_engine_together_up_to_the_limit() -> None:
    engine = FakeEngine()

    async def act(queue: EngineQueue) -> None:
        first = await held(engine, queue)
        waiting = [submit(queue, "a a a"), submit(queue, "b b b"), submit(queue, "c c c", "d")]
        waiting.append(submit(queue, "e", options=Options()))
        await asyncio.sleep(0)
        engine.gate.set()
        assert [await task for task in waiting] == [["a a a"], ["b b b"], ["c c c", "d"], ["e"]]
        await first

    with_queue(engine, Limits(max_batch_words=6), act)
    assert engine.parsed == [["held"], ["a a a", "b b b"], ["c c c", "d", "e"]]


def test_a_short_text_overtakes_a_long_one_which_is_read_bit_by_bit() -> None:
    engine = FakeEngine()
    long = "\n\n".join(f"p{number} x" for number in range(6))

    async def act(queue: EngineQueue) -> None:
        first = await held(engine, queue)
        documents = [submit(queue, long), submit(queue, "short")]
        await asyncio.sleep(0)
        engine.gate.set()
        assert [await task for task in documents] == [[long], ["short"]]
        await first

    with_queue(engine, Limits(max_batch_words=4), act)
    assert engine.read == ["held", "short", long]
    assert engine.parsed == [["held"], ["p0 x", "p1 x"], ["short"], ["p2 x", "p3 x"], ["p4 x", "p5 x"]]


def test_a_long_text_is_not_starved_by_short_ones() -> None:
    engine = FakeEngine()
    long = "\n\n".join(["one two"] * 4)

    async def act(queue: EngineQueue) -> None:
        first = await held(engine, queue)
        documents = [submit(queue, long), *(submit(queue, f"s{number} s") for number in range(8))]
        await asyncio.sleep(0)
        engine.gate.set()
        await asyncio.gather(first, *documents)

    with_queue(engine, Limits(max_batch_words=4), act)
    assert engine.read.index(long) == 3  # "held" and two of the short ones are before it


def test_a_long_text_is_given_up_between_its_parts() -> None:
    engine = FakeEngine()

    async def act(queue: EngineQueue) -> None:
        engine.gate.clear()
        dead = submit(queue, "\n\n".join(["one two"] * 4))
        await asyncio.to_thread(engine.entered.wait, PATIENCE)
        dead.cancel()
        await asyncio.wait([dead])
        last = submit(queue, "last")
        await asyncio.sleep(0)
        engine.gate.set()
        await last

    with_queue(engine, Limits(max_batch_words=2), act)
    assert engine.parsed == [["one two"], ["last"]]


def test_of_long_texts_the_oldest_and_the_smallest_are_read_together() -> None:
    engine = FakeEngine()

    def long(name: str, paragraphs: int) -> str:
        return "\n\n".join(f"{name}{number}" for number in range(paragraphs))

    async def act(queue: EngineQueue) -> None:
        first = await held(engine, queue)
        documents = [submit(queue, long(name, size)) for name, size in (("a", 9), ("b", 7), ("c", 5))]
        await asyncio.sleep(0)
        engine.gate.set()
        await asyncio.gather(first, *documents)

    with_queue(engine, Limits(max_batch_words=4), act)
    assert engine.parsed[1:4] == [["a0", "a1", "c0", "c1"], ["a2", "a3", "c2", "c3"], ["a4", "a5", "c4"]]
    assert [text.split()[0] for text in engine.read] == ["held", "c0", "a0", "b0"]


class Abandoned(ThreadWorker):
    """A worker whose callers go as soon as it is at work on ENDLESS, which it never comes to the end of."""

    def __init__(self, engine: FakeEngine, callers: "list[asyncio.Task[list[str]]]", rounds: list[list[str]]) -> None:
        super().__init__(engine)
        self._callers = callers
        self._rounds = rounds
        self._texts: dict[int, str] = {}

    async def work(self, order: Batch) -> BatchResult:
        self._texts |= {new.number: new.text for new in order.new_documents}
        texts = [self._texts[portion.number] for portion in order.portions]
        self._rounds.append(texts)
        if ENDLESS not in texts:
            return await super().work(order)
        for caller in self._callers:
            caller.cancel()
        return await self.linger()

    async def linger(self) -> BatchResult:
        await asyncio.Event().wait()
        raise AssertionError


class Killed(Abandoned):
    """The same, killed when the callers have gone."""

    async def linger(self) -> BatchResult:
        await asyncio.wait(self._callers)
        raise WorkerLostError("killed")


class Failing(ThreadWorker):
    """A worker that exits on demand, and whose replacements fail to start a number of times."""

    def __init__(self, engine: FakeEngine, failures: list[Exception], end: asyncio.Event) -> None:
        super().__init__(engine)
        self._failures = failures
        self._end = end

    async def start(self) -> Model:
        if self._end.is_set() and self._failures:
            raise self._failures.pop()
        return await super().start()

    async def ended(self) -> None:
        await self._end.wait()
        if not self._failures:
            await super().ended()


def test_a_worker_that_cannot_be_replaced_is_tried_again_until_it_can(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sayso_server.service.scheduling.queue.FIRST_WAIT", 0.01)
    engine, end, changes, metrics = FakeEngine(), asyncio.Event(), list[bool](), Metrics()
    failures = [WorkerLostError("no descriptors"), *(LoadError("no model") for _ in range(4))]

    async def main() -> None:
        async def on_change(is_able: bool) -> None:
            changes.append(is_able)
            if is_able:
                able.set()
            else:
                with pytest.raises(ServiceError) as refused:
                    await submit(queue, "meanwhile")
                assert refused.value.reason == "NOT_READY"

        able = asyncio.Event()
        queue = EngineQueue(lambda: Failing(engine, failures, end), Limits(), metrics=metrics, on_change=on_change)
        await queue.warm_up()
        running = asyncio.create_task(queue.run())
        end.set()
        await asyncio.wait_for(able.wait(), PATIENCE)
        assert await submit(queue, "now") == ["now"]
        running.cancel()
        await asyncio.wait([running])
        queue.close()

    asyncio.run(main())
    assert not failures
    assert changes == [False, True]
    counted = [metrics.registry.get_sample_value(f"sayso_{name}") for name in _OF_WORKERS]
    assert counted == [1, 1, 1, 1]


_OF_WORKERS = ("worker_deaths_total", "worker_restarts_total", "workers", "workers_configured")
ENDLESS = "endless"
REFUSED = "EXTRACTION_FAILED WORKER_DIED"


def outcomes(queue: EngineQueue, text: str) -> "asyncio.Task[list[str]]":
    """The text that was read, or why it is refused."""

    async def outcomes() -> list[str]:
        [answer] = await queue.submit([text], [OTHER], deadline=asyncio.get_running_loop().time() + PATIENCE)
        one = answer.outcome
        return [f"{one.reason} {one.metadata.get('cause')}" if isinstance(one, ServiceError) else one.text]

    return asyncio.create_task(outcomes())


def abandoned(kind: type[Abandoned], limits: Limits, *texts: str) -> tuple[list[list[str]], list[list[str]]]:
    """The outcomes of texts that are sent again after their callers left, and the batches in which all were read.

    First all of them come at once, then the callers are gone; then each comes again until it is answered.
    """
    engine, callers, rounds, answered = FakeEngine(), list["asyncio.Task[list[str]]"](), list[list[str]](), []

    async def act(queue: EngineQueue) -> None:
        callers[:] = [outcomes(queue, text) for text in texts]
        await asyncio.wait(callers)
        for text in texts:
            while len(rounds) < 10:  # many more than it may take
                callers[:] = [outcomes(queue, text)]
                with contextlib.suppress(asyncio.CancelledError):
                    answered.append(await callers[0])
                    break

    with_queue(engine, limits, act, lambda: kind(engine, callers, rounds))
    return answered, rounds


def test_a_text_that_runs_past_the_time_is_remembered_though_its_callers_have_gone() -> None:
    answered, rounds = abandoned(Abandoned, Limits(max_duration=0.01), ENDLESS)
    assert answered == [[REFUSED]]
    assert rounds == [[ENDLESS], [ENDLESS]]


def test_a_text_that_was_beside_one_that_killed_its_worker_is_read_alone_and_then_as_ever() -> None:
    answered, rounds = abandoned(Killed, Limits(), "good", ENDLESS, "good", "fine")
    assert answered == [["good"], [REFUSED], ["good"], ["fine"]]
    assert rounds == [["good", ENDLESS, "good", "fine"], ["good"], [ENDLESS], ["good"], ["fine"]]
