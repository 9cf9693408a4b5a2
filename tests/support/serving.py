"""Servers for tests: in this process on a separate event loop, or in another process."""

import asyncio
import contextlib
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import grpc
from google.rpc import error_details_pb2, status_pb2
from grpc_health.v1 import health_pb2

from sayso.v1 import quotes_pb2_grpc as pb_grpc
from sayso_server.core.model import Model
from sayso_server.core.statement import KnownSpeaker
from sayso_server.service.server import SERVICE_NAME, Server
from sayso_server.service.settings import Limits, Settings
from sayso_server.service.telemetry.tracing import Traces
from sayso_server.workers.protocol import Batch, BatchResult
from sayso_server.workers.session import Session
from support.calls import check, trailers_of
from support.engine import FakeEngine

T = TypeVar("T")
PATIENCE = 60
"""Seconds after which a test gives up; none takes nearly as long."""


@cache
def event_loop() -> asyncio.AbstractEventLoop:
    """The only event loop of this process that may use grpc.aio, in a separate thread."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="event loop", daemon=True).start()
    return loop


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine on the event loop, from a test's thread."""
    return asyncio.run_coroutine_threadsafe(coroutine, event_loop()).result(PATIENCE)


@dataclass(frozen=True)
class Running:
    """A server in this process."""

    server: Server
    engine: FakeEngine
    port: int
    channel: grpc.Channel

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def stub(self) -> pb_grpc.QuoteServiceStub:
        return pb_grpc.QuoteServiceStub(self.channel)


class ThreadWorker:
    """A worker in a thread of this process, around an engine that the test holds."""

    def __init__(self, engine: FakeEngine) -> None:
        self._engine = engine
        self._session = Session(engine)
        self._thread = ThreadPoolExecutor(max_workers=1)

    async def start(self) -> Model:
        return self._engine.model

    async def work(self, order: Batch) -> BatchResult:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._session.work, order)

    async def ended(self) -> None:
        await asyncio.Event().wait()

    def kill(self) -> None:
        self._thread.shutdown(wait=False)


@contextlib.contextmanager
def running(
    *,
    limits: Limits | None = None,
    engine: FakeEngine | None = None,
    warm: bool = True,
    settings: Settings | None = None,
    credentials: grpc.ChannelCredentials | None = None,
    traces: Traces | None = None,
    known: tuple[KnownSpeaker, ...] = (),
) -> Iterator[Running]:
    """A server around a fake engine, drained at the end."""
    engine = engine or FakeEngine()
    settings = replace(
        settings or Settings(limits=limits or Limits()),
        port=0,
        workers=1,
        drain_duration=float(PATIENCE),
        stop_grace=0.1,
    )

    async def start() -> tuple[Server, int]:
        server = Server(settings, lambda: ThreadWorker(engine), traces, known)
        port = await server.start()
        if warm:
            await server.warm_up()
        return server, port

    server, port = run(start())
    try:
        with _channel(f"127.0.0.1:{port}", credentials) as channel:
            yield Running(server, engine, port, channel)
    finally:
        engine.gate.set()
        run(server.drain())


def _channel(address: str, credentials: grpc.ChannelCredentials | None) -> grpc.Channel:
    return grpc.secure_channel(address, credentials) if credentials else grpc.insecure_channel(address)


def status_of(error: grpc.RpcError) -> status_pb2.Status:
    """The rich status of a failed call."""
    details = trailers_of(error)["grpc-status-details-bin"]
    assert isinstance(details, bytes)
    status = status_pb2.Status.FromString(details)
    assert (status.code, status.message) == (error.code().value[0], error.details())
    return status


def reason_of(status: status_pb2.Status) -> str:
    """The reason of a rich status; every one has exactly one."""
    [info] = unpack(status, error_details_pb2.ErrorInfo)
    assert info.domain == "sayso"
    return str(info.reason)


def unpack(status: status_pb2.Status, kind: type[T]) -> list[T]:
    """The details of one kind."""
    found = []
    for detail in status.details:
        message: Any = kind()
        if detail.Unpack(message):
            found.append(message)
    return found


def free_port() -> int:
    """A free loopback port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


FAKE, REAL = "support.fake_server", "sayso_server"
"""The modules that are `sayso-server`: around a fake engine, and with the models."""


def start_process(*arguments: str, module: str = FAKE) -> "subprocess.Popen[str]":
    """`sayso-server` in a separate process."""
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=Path(__file__).parent.parent,
        stderr=subprocess.PIPE,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


@contextlib.contextmanager
def server_process(*arguments: str, module: str = FAKE) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """A ready server in a separate process, and its address; stopped at the end."""
    address = f"127.0.0.1:{free_port()}"
    process = start_process("serve", "--port", address.split(":")[1], "--workers", "1", *arguments, module=module)
    try:
        with grpc.insecure_channel(address) as channel:
            while not is_serving(channel):
                assert process.poll() is None, process.communicate()
                time.sleep(0.05)
        yield process, address
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE)


def is_serving(channel: grpc.Channel) -> bool:
    """Whether the extraction service is serving; the check does not log anything."""
    try:
        status = check(channel, SERVICE_NAME, timeout=PATIENCE).status
    except grpc.RpcError as error:
        if error.code() is grpc.StatusCode.UNAVAILABLE:
            return False
        raise
    return bool(status == health_pb2.HealthCheckResponse.SERVING)


def wait_for(path: Path, *, patience: float = PATIENCE) -> None:
    """Wait until a file is there."""
    give_up = time.monotonic() + patience
    while not path.exists():
        assert time.monotonic() < give_up, f"{path} never came"
        time.sleep(0.01)
