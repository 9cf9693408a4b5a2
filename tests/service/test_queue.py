"""The queue before the engine, without gRPC."""

import asyncio
from collections.abc import Awaitable, Callable

from support.engine import FakeEngine
from support.serving import PATIENCE

from sayso_server.core.statement import Extraction, Options
from sayso_server.service.queue import EngineQueue
from sayso_server.service.settings import Limits

OTHER = Options(min_confidence=0.5)


def with_queue(engine: FakeEngine, limits: Limits, act: Callable[[EngineQueue], Awaitable[None]]) -> None:
    async def main() -> None:
        queue = EngineQueue(lambda: engine, limits)
        await queue.warm_up()
        dispatcher = asyncio.create_task(queue.run())
        await act(queue)
        dispatcher.cancel()
        queue.close()

    asyncio.run(main())


def submit(queue: EngineQueue, *texts: str, options: Options = OTHER) -> "asyncio.Task[list[str]]":
    async def texts_read() -> list[str]:
        deadline = asyncio.get_running_loop().time() + PATIENCE
        answers = await queue.submit(texts, options, deadline=deadline)
        return [answer.outcome.text for answer in answers if isinstance(answer.outcome, Extraction)]

    return asyncio.create_task(texts_read())


async def held(engine: FakeEngine, queue: EngineQueue) -> "asyncio.Task[list[str]]":
    """Occupy the engine until its gate is opened."""
    engine.gate.clear()
    task = submit(queue, "held")
    await asyncio.to_thread(engine.entered.wait, PATIENCE)
    return task


def test_cancelled_work_is_skipped() -> None:
    engine = FakeEngine()

    async def act(queue: EngineQueue) -> None:
        first = await held(engine, queue)
        dead, live = submit(queue, "dead"), submit(queue, "live")
        await asyncio.sleep(0)
        dead.cancel()
        await asyncio.wait([dead])
        engine.gate.set()
        assert await live == ["live"]
        assert await first == ["held"]

    with_queue(engine, Limits(), act)
    assert engine.read == ["held", "live"]


def test_what_waits_goes_to_the_engine_together_up_to_the_limit_and_with_like_options() -> None:
    engine = FakeEngine()

    async def act(queue: EngineQueue) -> None:
        first = await held(engine, queue)
        waiting = [submit(queue, "aaaa"), submit(queue, "bbbb"), submit(queue, "cccc", "d")]
        waiting.append(submit(queue, "e", options=Options()))
        await asyncio.sleep(0)
        engine.gate.set()
        assert [await task for task in waiting] == [["aaaa"], ["bbbb"], ["cccc", "d"], ["e"]]
        await first

    with_queue(engine, Limits(max_batch_chars=8), act)
    assert engine.read == ["held", "aaaa", "bbbb", "cccc", "d", "e"]
    assert engine.batches == [1, 2, 2, 1]
