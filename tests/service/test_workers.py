"""Workers as processes: the effects of crashes on requests."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from support.engine import DEADLY, POISON, SECRET, load_deadly, load_nothing, load_telling
from support.serving import PATIENCE

from sayso_server.core.statement import Extraction, Options
from sayso_server.service.errors import ServiceError
from sayso_server.service.scheduling.queue import EngineQueue
from sayso_server.service.settings import Limits
from sayso_server.workers.handle import LoadError, ProcessWorker, WorkerLostError
from sayso_server.workers.process import Loader
from sayso_server.workers.protocol import Batch, NewDocument, Portion
from sayso_server.workers.session import dealt

REFUSED = "EXTRACTION_FAILED {'cause': 'WORKER_DIED'}"


def deadly_worker() -> ProcessWorker:
    return ProcessWorker(load_deadly, threads=1)


def with_queue(act: Callable[[EngineQueue, list[ProcessWorker]], Awaitable[None]], *, workers: int = 1) -> None:
    made: list[ProcessWorker] = []

    def make() -> ProcessWorker:
        made.append(deadly_worker())
        return made[-1]

    async def main() -> None:
        queue = EngineQueue(make, Limits(), workers=workers)
        await queue.warm_up()
        dispatcher = asyncio.create_task(queue.run())
        try:
            await act(queue, made)
        finally:
            dispatcher.cancel()
            await asyncio.wait([dispatcher])
            queue.close()

    asyncio.run(main())


def submit(queue: EngineQueue, *texts: str) -> "asyncio.Task[list[str]]":
    """The outcomes of texts: the text that was read, or the reason of the error."""

    async def outcomes() -> list[str]:
        answers = await queue.submit(
            texts, [Options()] * len(texts), deadline=asyncio.get_running_loop().time() + PATIENCE
        )
        return [_shown(answer.outcome) for answer in answers]

    return asyncio.create_task(outcomes())


def _shown(outcome: Extraction | ServiceError) -> str:
    return outcome.text if isinstance(outcome, Extraction) else f"{outcome.reason} {dict(outcome.metadata)}"


async def _appears(path: Path) -> None:
    async with asyncio.timeout(PATIENCE):
        while not path.exists():
            await asyncio.sleep(0.01)


def test_a_killed_worker_is_replaced_and_nothing_is_lost(tmp_path: Path) -> None:
    gate = tmp_path / "gate"

    async def act(queue: EngineQueue, made: list[ProcessWorker]) -> None:
        held = submit(queue, f"WAIT {gate}")
        await _appears(gate.with_suffix(".entered"))
        waiting = submit(queue, "a", "b")
        assert made[0].pid
        os.kill(made[0].pid, signal.SIGKILL)
        gate.touch()
        assert await held == [f"WAIT {gate}"]
        assert await waiting == ["a", "b"]
        assert len(made) == 2

    with_queue(act)


def test_a_document_over_which_workers_die_is_refused_and_the_others_are_unharmed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def act(queue: EngineQueue, made: list[ProcessWorker]) -> None:
        assert await submit(queue, "a", f"{DEADLY} {SECRET}", "b", POISON) == [
            "a",
            REFUSED,
            "b",
            "EXTRACTION_FAILED {}",
        ]
        assert await submit(queue, "c") == ["c"]
        assert len(made) == 3

    with_queue(act)
    assert "signal 9" in caplog.text
    assert SECRET not in caplog.text


def test_a_document_over_which_workers_died_kills_no_more_of_them() -> None:
    deadly = f"{DEADLY} {SECRET}"

    async def act(queue: EngineQueue, made: list[ProcessWorker]) -> None:
        first, second = submit(queue, deadly), submit(queue, deadly)
        assert await first == await second == [REFUSED]
        assert await submit(queue, deadly) == [REFUSED]
        assert await submit(queue, "a", deadly, "b") == ["a", REFUSED, "b"]
        assert len(made) == 3

    with_queue(act)


def test_an_idle_worker_that_dies_is_replaced_before_the_next_request() -> None:
    async def act(queue: EngineQueue, made: list[ProcessWorker]) -> None:
        assert made[0].pid
        os.kill(made[0].pid, signal.SIGKILL)
        async with asyncio.timeout(PATIENCE):
            while len(made) < 2 or not made[1].pid:
                await asyncio.sleep(0.01)
        assert await submit(queue, "a") == ["a"]
        assert len(made) == 2

    with_queue(act)


def test_a_request_that_comes_as_an_idle_worker_dies_is_answered() -> None:
    async def act(queue: EngineQueue, made: list[ProcessWorker]) -> None:
        assert made[0].pid
        os.kill(made[0].pid, signal.SIGKILL)
        assert await submit(queue, "a") == ["a"]

    with_queue(act)


def test_a_worker_that_does_not_start_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sayso_server.service.scheduling.queue.FIRST_WAIT", 0.01)
    loaders = iter([load_deadly, load_nothing, load_nothing, load_deadly, load_deadly])

    async def main() -> list[str]:
        queue = EngineQueue(lambda: ProcessWorker(next(loaders), threads=1), Limits())
        await queue.warm_up()
        running = asyncio.create_task(queue.run())
        read = [*await submit(queue, DEADLY), *await submit(queue, "a")]
        running.cancel()
        await asyncio.wait([running])
        queue.close()
        return read

    assert asyncio.run(main()) == ["EXTRACTION_FAILED {'cause': 'WORKER_DIED'}", "a"]
    assert next(loaders, None) is None


def test_two_workers_read_at_the_same_time(tmp_path: Path) -> None:
    gates = [tmp_path / "one", tmp_path / "two"]

    async def act(queue: EngineQueue, made: list[ProcessWorker]) -> None:
        first = submit(queue, f"WAIT {gates[0]}")
        await _appears(gates[0].with_suffix(".entered"))
        second = submit(queue, f"WAIT {gates[1]}")
        await _appears(gates[1].with_suffix(".entered"))
        for gate in gates:
            gate.touch()
        await asyncio.gather(first, second)

    with_queue(act, workers=2)


FILLER = "word " * 59
GATHERED = dealt([1] * 4, range(4), 2)
"""Which of four such paragraphs each of two workers reads."""


def of_four(special: str, place: int) -> str:
    """A document that two idle workers share, with something special in a paragraph."""
    parts = [f"{FILLER}{number}" for number in range(4)]
    parts[place] = f"{FILLER}{special}"
    return "\n\n".join(parts)


@pytest.mark.parametrize("hand", [0, 1])
def test_a_shared_document_over_which_workers_die_is_refused_and_another_is_read(hand: int) -> None:
    async def act(queue: EngineQueue, made: list[ProcessWorker]) -> None:
        await submit(queue, "both are idle then")
        assert await submit(queue, of_four(DEADLY, GATHERED[hand][0])) == [REFUSED]
        assert len(made) == 4
        assert await submit(queue, of_four("a", 0)) == [of_four("a", 0)]
        assert await submit(queue, of_four(DEADLY, GATHERED[hand][0])) == [REFUSED]
        assert len(made) == 4

    with_queue(act, workers=2)


def test_a_shared_document_that_cannot_be_read_fails_wherever_that_is() -> None:
    async def act(queue: EngineQueue, made: list[ProcessWorker]) -> None:
        await submit(queue, "both are idle then")
        for [place, *_] in GATHERED:
            assert await submit(queue, of_four(POISON, place)) == ["EXTRACTION_FAILED {}"]
        assert len(made) == 2

    with_queue(act, workers=2)


@pytest.mark.parametrize("hand", [0, 1])
def test_a_worker_killed_over_its_part_of_a_document_loses_nothing(hand: int, tmp_path: Path) -> None:
    text = of_four(f"WAIT {tmp_path / 'gate'}", GATHERED[hand][0])

    async def act(queue: EngineQueue, made: list[ProcessWorker]) -> None:
        await submit(queue, "both are idle then")
        held = submit(queue, text)
        await _appears(tmp_path / "gate.entered")
        for worker in made[:2]:
            if worker.pid and (tmp_path / "gate.entered").read_text() == str(worker.pid):
                os.kill(worker.pid, signal.SIGKILL)
        (tmp_path / "gate").touch()
        assert await held == [text]
        assert await submit(queue, "a") == ["a"]

    with_queue(act, workers=2)


def complaint_of(load: Loader, *, threads: int = 1) -> str:
    """Why a worker does not load."""

    async def start() -> None:
        worker = ProcessWorker(load, threads=threads)
        try:
            await worker.start()
        finally:
            worker.kill()

    with pytest.raises(LoadError) as raised:
        asyncio.run(start())
    return str(raised.value)


def test_a_worker_without_a_model_says_why() -> None:
    assert complaint_of(load_nothing) == "nowhere: no model there"


def test_threads_are_set_before_torch_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    assert complaint_of(load_telling, threads=3) == "['3', 'PASSIVE'], torch imported: False"


def test_a_worker_that_is_killed_at_work_is_seen_to_end() -> None:
    async def work() -> None:
        worker = deadly_worker()
        await worker.start()
        await worker.work(Batch((NewDocument(1, DEADLY, Options()),), (Portion(1, 1),)))

    with pytest.raises(WorkerLostError, match=r"^signal 9$"):
        asyncio.run(work())
