"""A handle to a worker process on the event loop."""

import asyncio
import multiprocessing
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from typing import Any, Protocol

from sayso_server.core.model import Model
from sayso_server.workers.process import Loader, NotLoaded, main
from sayso_server.workers.protocol import Batch, BatchResult


class WorkerLostError(Exception):
    """The worker ended before it answered."""


class LoadError(Exception):
    """The worker could not load its engine. The message is one line."""


class Worker(Protocol):
    """Carries out batches, one at a time."""

    async def start(self) -> Model:
        """Load the engine. Raises LoadError, WorkerLostError."""

    async def work(self, order: Batch) -> BatchResult:
        """The outcomes of the documents of a batch. Raises WorkerLostError."""

    async def ended(self) -> None:
        """Wait until the process has ended for any reason."""

    def kill(self) -> None:
        """Kill it at once; pending calls raise WorkerLostError."""


def start_method(imports: Sequence[str] | None) -> BaseContext:
    """How to start workers: on Linux, forked from a process that has imported these modules; otherwise spawned.

    The first call that names modules decides for the whole process, which has only one such fork server.
    """
    if imports is None or sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["sayso_server.workers.template", *imports])
    return context


class ProcessWorker:
    """A process behind a pipe, with a separate thread that waits for it. `imports`: see `start_method`."""

    def __init__(self, load: Loader, *, threads: int, imports: Sequence[str] | None = None) -> None:
        self._load = load
        self._imports = imports
        self._threads = threads
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="worker")
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None
        self._killed = False

    @property
    def pid(self) -> int | None:
        """The process ID, after it was started."""
        return self._process.pid if self._process else None

    async def start(self) -> Model:
        """See Worker."""
        answer = await self._in_thread(self._spawn)
        if isinstance(answer, NotLoaded):
            raise LoadError(answer.reason)
        model: Model = answer
        return model

    async def work(self, order: Batch) -> BatchResult:
        """See Worker."""
        progress: BatchResult = await self._in_thread(lambda: self._exchange(order))
        return progress

    async def ended(self) -> None:
        """See Worker."""
        assert self._process is not None, "a worker that was not started"
        loop, sentinel, seen = asyncio.get_running_loop(), self._process.sentinel, asyncio.Event()
        loop.add_reader(sentinel, seen.set)
        try:
            await seen.wait()
        finally:
            loop.remove_reader(sentinel)

    def kill(self) -> None:
        """See Worker."""
        self._killed = True
        if self._process:
            self._process.kill()
        self._thread.shutdown(wait=False)

    async def _in_thread(self, call: Callable[[], Any]) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._guarded, call)

    def _guarded(self, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except (EOFError, OSError) as error:
            raise WorkerLostError(self._death()) from error

    def _spawn(self) -> Any:
        context = start_method(self._imports)
        self._pipe, theirs = context.Pipe()
        process: BaseProcess = context.Process(  # type: ignore[attr-defined]  # every context has it
            target=main, args=(theirs, self._load, self._threads), daemon=True
        )
        try:
            process.start()
        finally:
            theirs.close()  # otherwise the end of the worker would go unnoticed
        self._process = process
        if self._killed:
            process.kill()  # `kill` came while the process was being made
        return self._pipe.recv()

    def _exchange(self, order: Batch) -> Any:
        assert self._pipe is not None, "a worker that was not started"
        self._pipe.send(order)
        return self._pipe.recv()

    def _death(self) -> str:
        if not self._process:
            return "it did not start"
        self._process.join()  # its pipe is closed, so it has ended or is about to
        code = self._process.exitcode
        return f"signal {-code}" if code is not None and code < 0 else f"exit status {code}"
