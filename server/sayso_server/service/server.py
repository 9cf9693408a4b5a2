"""The server: listens, warms up, serves, drains."""

import asyncio
import contextlib
import logging
import signal
import time
from collections.abc import Callable

import grpc.aio
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from sayso.v1 import quotes_pb2 as pb
from sayso.v1 import quotes_pb2_grpc as pb_grpc
from sayso_server.service.activity import Activity
from sayso_server.service.decoding import DecodeInterceptor
from sayso_server.service.engine import Engine
from sayso_server.service.queue import EngineQueue
from sayso_server.service.servicer import QuoteServicer
from sayso_server.service.settings import Settings

log = logging.getLogger(__name__)

SERVICE_NAME = pb.DESCRIPTOR.services_by_name["QuoteService"].full_name
SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


class AddressError(Exception):
    """The server cannot listen on its address."""


class Server:
    """One server, made on the event loop that it serves on. `start`, then `warm_up`, in the end `drain`."""

    def __init__(self, settings: Settings, load: Callable[[], Engine]) -> None:
        self._settings = settings
        self._activity = Activity()
        self._queue = EngineQueue(load, settings.limits)
        self._health = health.aio.HealthServicer()
        self._grpc = grpc.aio.server(interceptors=[DecodeInterceptor()], options=_options(settings))
        self._dispatcher: asyncio.Task[None] | None = None
        pb_grpc.add_QuoteServiceServicer_to_server(
            QuoteServicer(self._queue, settings.limits, self._activity), self._grpc
        )
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._grpc)
        if settings.reflection:
            names = (SERVICE_NAME, health.SERVICE_NAME, reflection.SERVICE_NAME)
            reflection.enable_server_reflection(names, self._grpc)

    @property
    def busy(self) -> bool:
        """Whether the engine's thread is at work."""
        return self._queue.busy

    async def start(self) -> int:
        """Listen, alive but not yet serving. Returns the port. Raises AddressError."""
        address = f"{self._settings.host}:{self._settings.port}"
        try:
            port = self._grpc.add_insecure_port(address)
        except RuntimeError:
            raise AddressError(f"cannot listen on {address}: it is taken, or not an address of this machine") from None
        await self._health.set("", SERVING)
        await self._health.set(SERVICE_NAME, NOT_SERVING)
        await self._grpc.start()
        log.info("listening on %s:%d", self._settings.host, port)
        return port

    async def warm_up(self) -> None:
        """Load the engine, then serve. Raises what the loader raises."""
        started = time.monotonic()
        await self._queue.warm_up()
        self._dispatcher = asyncio.create_task(self._queue.run())
        await self._health.set(SERVICE_NAME, SERVING)
        if model := self._queue.model:
            log.info("serving: model %s %s, loaded in %.1f s", model.name, model.version, time.monotonic() - started)

    async def failed(self) -> None:
        """Wait until the work behind the queue ends, which it does by an error only; raises that."""
        if self._dispatcher:
            await asyncio.shield(self._dispatcher)

    async def drain(self) -> None:
        """Take no new work, finish what is in flight, stop.

        An open health Watch would hold up `stop` for all of its grace, so the work is waited for here, and the grace
        is short.
        """
        await self._health.enter_graceful_shutdown()
        left = await self._activity.drain(at_most=self._settings.drain_duration)
        if left:
            log.warning("stopping with %d requests unfinished", left)
        await self._grpc.stop(self._settings.stop_grace)
        if self._dispatcher:
            self._dispatcher.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await self._dispatcher
        self._queue.close()


async def serve(server: Server) -> None:
    """Run until SIGTERM or SIGINT; a second one does not wait. Raises AddressError, and what loading raises."""
    stopped = _stop_signals()
    await server.start()
    tasks = {asyncio.create_task(_work(server)), asyncio.create_task(stopped.wait())}
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        log.info("draining")
        await server.drain()
        for task in tasks:
            task.cancel()
    log.info("stopped")


async def _work(server: Server) -> None:
    await server.warm_up()
    await server.failed()


def _stop_signals() -> asyncio.Event:
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()

    def stop() -> None:
        stopped.set()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(name)

    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop)
    return stopped


def _options(settings: Settings) -> list[tuple[str, int]]:
    return [
        ("grpc.so_reuseport", 0),  # a second server on the port must fail, not take half of the connections
        ("grpc.max_receive_message_length", settings.limits.max_message_bytes),
    ]
