"""The server: listening, warm-up, serving, draining."""

import asyncio
import contextlib
import logging
import signal
import time
from collections.abc import Callable
from typing import Any

import grpc.aio
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from sayso.v1 import quotes_pb2 as pb
from sayso.v1 import quotes_pb2_grpc as pb_grpc
from sayso_server.core.statement import KnownSpeaker
from sayso_server.service.api.servicer import QuoteServicer
from sayso_server.service.http.offer import http_front
from sayso_server.service.in_flight import InFlight
from sayso_server.service.interceptors.auth import AuthInterceptor
from sayso_server.service.interceptors.malformed import DecodeInterceptor
from sayso_server.service.interceptors.observe import ObserveInterceptor
from sayso_server.service.scheduling.queue import EngineQueue
from sayso_server.service.settings import Settings, default_workers
from sayso_server.service.telemetry.metrics import Metrics
from sayso_server.service.telemetry.metrics_port import MetricsPort
from sayso_server.service.telemetry.tracing import Traces, traces_of
from sayso_server.service.tls import certificate_files
from sayso_server.service.tokens import TokenFile
from sayso_server.workers.handle import Worker

log = logging.getLogger(__name__)

SERVICE_NAME = pb.DESCRIPTOR.services_by_name["QuoteService"].full_name
SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING

_FOR_EVER = 2**31 - 1
"""gRPC's value for "unlimited", in milliseconds."""

_FLUSH = 5.0
"""Seconds to export the last spans, within the remaining drain time."""


class AddressError(Exception):
    """The server cannot listen on its address."""


class Server:
    """A server, created on the event loop that it serves on. Call `start`, then `warm_up`, finally `drain`.

    `traces` replaces the traces of the settings; `known` are the known speakers for requests without any. Raises
    SettingError if a file of the settings cannot be used, or tracing cannot be set up.
    """

    def __init__(
        self,
        settings: Settings,
        make_worker: Callable[[], Worker],
        traces: Traces | None = None,
        known: tuple[KnownSpeaker, ...] = (),
    ) -> None:
        self._settings = settings
        self._in_flight = InFlight()
        self._hurried = asyncio.Event()
        self._traces = traces or traces_of(settings)
        self.metrics = Metrics()
        workers = settings.workers or default_workers()
        self._queue = EngineQueue(
            make_worker, settings.limits, workers=workers, metrics=self.metrics, on_change=self._set_serving
        )
        self._health = health.aio.HealthServicer()
        self._certificates = certificate_files(settings.security, on_reload=self._reloaded("certificates"))
        self._credentials = self._certificates.credentials() if self._certificates else None
        token_file = settings.security.token_file
        self._tokens = TokenFile(token_file, on_reload=self._reloaded("tokens")) if token_file else None
        interceptors = _interceptors(settings, self.metrics, self._traces, self._tokens)
        self._grpc = grpc.aio.server(interceptors=interceptors, options=_options(settings))
        self._dispatcher: asyncio.Task[None] | None = None
        self._metrics_port = MetricsPort(self.metrics.page)
        servicer = QuoteServicer(self._queue, settings.limits, self._in_flight, self._traces, known, self.metrics)
        pb_grpc.add_QuoteServiceServicer_to_server(servicer, self._grpc)
        self.http = http_front(settings, servicer, interceptors, self.metrics)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._grpc)
        if settings.reflection:
            names = (SERVICE_NAME, health.SERVICE_NAME, reflection.SERVICE_NAME)
            reflection.enable_server_reflection(names, self._grpc)

    async def start(self) -> int:
        """Start listening, alive but not yet serving. Returns the port. Raises AddressError."""
        address = f"{_in_brackets(self._settings.host)}:{self._settings.port}"
        try:
            port = self._listen(address)
        except RuntimeError:
            raise _refused(address) from None
        await self._offer_metrics()
        await self._offer_http()
        await self._health.set("", SERVING)
        await self._health.set(SERVICE_NAME, NOT_SERVING)
        await self._grpc.start()
        log.info("listening on %s:%d%s", self._settings.host, port, " with TLS" if self._credentials else "")
        _warn_of_exposure(self._settings)
        return port

    def _listen(self, address: str) -> int:
        if self._credentials:
            return self._grpc.add_secure_port(address, self._credentials)
        return self._grpc.add_insecure_port(address)

    async def _offer_metrics(self) -> None:
        host, port = self._settings.metrics_host, self._settings.metrics_port
        if port is None:
            return
        try:
            port = await self._metrics_port.start(host, port)
        except OSError:
            raise _refused(f"{host}:{port}") from None
        log.info("metrics on http://%s:%d/metrics", host, port)

    async def _offer_http(self) -> None:
        if not self.http:
            return
        try:
            address = await self.http.start()
        except OSError:
            raise _refused(f"{self._settings.host}:{self._settings.http.http_port}") from None
        log.info("a page and JSON on %s", address)

    async def warm_up(self) -> None:
        """Start the workers, then serve. Raises LoadError, WorkerLostError."""
        started = time.monotonic()
        await self._queue.warm_up()
        self._dispatcher = asyncio.create_task(self._queue.run())
        await self._set_serving(True)
        if model := self._queue.model:
            log.info("serving: model %s %s, loaded in %.1f s", model.name, model.version, time.monotonic() - started)

    async def _set_serving(self, is_serving: bool) -> None:
        await self._health.set(SERVICE_NAME, SERVING if is_serving else NOT_SERVING)
        self.metrics.ready.set(is_serving)
        if self.http:
            self.http.is_ready = is_serving

    async def failed(self) -> None:
        """Wait for the queue to fail, and raise its error."""
        if self._dispatcher:
            await asyncio.shield(self._dispatcher)

    async def drain(self) -> int:
        """Reject new requests, finish those in flight, stop. Returns how many requests were cut off.

        An open health Watch would delay gRPC's `stop` for its whole grace period. So the requests are awaited here, and
        the grace period is short.
        """
        loop = asyncio.get_running_loop()
        end = loop.time() + self._settings.drain_duration
        await self._health.enter_graceful_shutdown()
        self.metrics.ready.set(0)
        if self.http:
            self.http.is_ready = False
        left = await self._in_flight.drain(at_most=self._settings.drain_duration)
        if left:
            log.warning("stopping with %d requests unfinished", left)
        await self._grpc.stop(self._settings.stop_grace)
        if self.http:
            await self.http.stop(at_most=max(self._settings.stop_grace, 0.0 if left else end - loop.time()))
        if self._dispatcher:
            self._dispatcher.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await self._dispatcher
        self._queue.close()
        left_over = max(self._settings.stop_grace, end - loop.time())
        await self._traces.close(at_most=min(_FLUSH, left_over), hurried=self._hurried)
        await self._metrics_port.close()
        return left

    def _reloaded(self, files: str) -> Callable[[bool], None]:
        """A callback that records in the metrics whether the last change of the files could be used."""
        shown = self.metrics.reloaded.labels(files)
        shown.set(1)
        return shown.set

    def reload(self) -> None:
        """Reload tokens and certificates if their files have changed, and log the result.

        Invalid files are ignored: the server keeps the previous values.
        """
        files = {"tokens": self._tokens, "certificates": self._certificates}
        told = [f"{name} {one.reload()}" for name, one in files.items() if one]
        log.info("reloaded: %s", ", ".join(told) or "no token or certificate files are configured")

    def hurry(self) -> None:
        """Make `drain` stop waiting."""
        self._in_flight.give_up()
        self._hurried.set()


async def serve(server: Server) -> int:
    """Run until SIGTERM or SIGINT; a second signal stops without waiting. SIGHUP reloads files.

    Returns how many requests were cut off.

    Raises AddressError, LoadError, WorkerLostError.
    """
    stopped = _stop_signals(server.hurry)
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, server.reload)
    tasks: set[asyncio.Task[Any]] = set()
    try:
        await server.start()
        tasks = {asyncio.create_task(_work(server)), asyncio.create_task(stopped.wait())}
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    except Exception:
        server.hurry()  # requests in flight can no longer be answered
        raise
    finally:
        if stopped.is_set():
            log.info("draining")
        left = await server.drain()
        for task in tasks:
            task.cancel()
    log.info("stopped")
    return left


async def _work(server: Server) -> None:
    await server.warm_up()
    await server.failed()


def _stop_signals(hurry: Callable[[], None]) -> asyncio.Event:
    """An event that the first signal sets; the second signal calls `hurry`."""
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()

    def stop() -> None:
        if stopped.is_set():
            hurry()
        stopped.set()

    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop)
    return stopped


def _in_brackets(host: str) -> str:
    """An address as written before a port: IPv6 addresses in brackets."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def _refused(address: str) -> AddressError:
    return AddressError(f"cannot listen on {address}: it is in use, or not an address of this machine")


def _warn_of_exposure(settings: Settings) -> None:
    if settings.host in ("localhost", "::1", "[::1]") or settings.host.startswith("127."):
        return
    security = settings.security
    if not (security.token_file or security.tls_client_ca):
        log.warning("anyone who can reach %s may call: neither --token-file nor --tls-client-ca is set", settings.host)
    elif not security.tls_cert:
        log.warning("tokens and texts are sent to %s unencrypted: --tls-cert is not set", settings.host)


def _interceptors(
    settings: Settings, metrics: Metrics, traces: Traces, tokens: TokenFile | None
) -> list[grpc.aio.ServerInterceptor]:
    """The interceptors, outermost first."""
    auth = [AuthInterceptor(tokens, open_health=settings.security.open_health)] if tokens else []
    return [ObserveInterceptor(metrics, traces), *auth, DecodeInterceptor(settings.limits)]


def _options(settings: Settings) -> list[tuple[str, int]]:
    connections = settings.connections
    durations = {
        "grpc.keepalive_time_ms": connections.keepalive_time,
        "grpc.keepalive_timeout_ms": connections.keepalive_timeout,
        "grpc.max_connection_idle_ms": connections.max_connection_idle,
        "grpc.max_connection_age_ms": connections.max_connection_age,
        "grpc.max_connection_age_grace_ms": connections.max_connection_age_grace,
    }
    return [
        ("grpc.so_reuseport", 0),  # a second server on the port must fail, not take half of the connections
        ("grpc.max_receive_message_length", settings.limits.max_message_bytes),
        ("grpc.max_allowed_incoming_connections", connections.max_connections),
        ("grpc.max_concurrent_streams", connections.max_connection_streams),
        ("grpc.http2.min_ping_interval_without_data_ms", round(connections.min_ping_interval * 1000)),
        ("grpc.keepalive_permit_without_calls", 1),
        *((name, round(seconds * 1000) or _FOR_EVER) for name, seconds in durations.items()),
    ]
