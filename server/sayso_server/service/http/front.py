"""The HTTP port, on the event loop of the server."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence

import grpc.aio
import h11
from uvicorn.config import Config
from uvicorn.server import ServerState

from sayso.v1 import quotes_pb2_grpc as pb_grpc
from sayso_server.service.http.app import App
from sayso_server.service.http.bodies import Bodies
from sayso_server.service.http.calls import Calls
from sayso_server.service.http.connection import BoundedProtocol, Patience
from sayso_server.service.http.tls import server_context
from sayso_server.service.interceptors.auth import AuthInterceptor
from sayso_server.service.settings import Settings
from sayso_server.service.telemetry.metrics import Metrics

_HANDSHAKE = 10.0
"""Maximum seconds for the TLS handshake."""
_BODIES = 8
"""The number of maximum-size bodies that may be held at a time."""
_TICK = 0.05


class HttpFront:
    """See Front. Raises SettingError if the certificate cannot be used."""

    def __init__(
        self,
        settings: Settings,
        servicer: pb_grpc.QuoteServiceServicer,
        interceptors: Sequence[grpc.aio.ServerInterceptor],
        metrics: Metrics,
    ) -> None:
        http, limit = settings.http, settings.limits.max_message_bytes
        auth = next((one for one in interceptors if isinstance(one, AuthInterceptor)), None)
        self._bodies = Bodies(limit, patience=http.http_body_timeout, room=_BODIES * limit)
        self._app = App(Calls(servicer, interceptors), self._bodies, metrics, auth, settings)
        self._settings = settings
        self._tls = server_context(settings.security)
        self._state = ServerState()
        self._server: asyncio.Server | None = None

    @property
    def is_ready(self) -> bool:
        """See Front."""
        return self._app.is_ready

    @is_ready.setter
    def is_ready(self, ready: bool) -> None:
        self._app.is_ready = ready

    @property
    def port(self) -> int:
        """The port, after it was started."""
        assert self._server, "not started"
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def connections(self) -> int:
        """The number of connected clients."""
        return len(self._state.connections)

    @property
    def reading(self) -> int:
        """The number of requests still being read."""
        return self._bodies.reading

    async def start(self) -> str:
        """See Front."""
        http = self._settings.http
        patience = Patience(http.http_max_connections, http.http_head_timeout, http.http_write_timeout)
        config = Config(
            self._app.asgi,
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=http.http_keep_alive,
        )
        config.load()
        logging.getLogger("uvicorn").setLevel(logging.ERROR)  # otherwise every port scan logs a warning
        self._server = await asyncio.get_running_loop().create_server(
            lambda: BoundedProtocol(config, self._state, patience),
            self._settings.host.strip("[]"),
            http.http_port,
            ssl=self._tls,
            ssl_handshake_timeout=_HANDSHAKE if self._tls else None,
        )
        host = f"[{self._settings.host.strip('[]')}]" if ":" in self._settings.host else self._settings.host
        return f"{'https' if self._tls else 'http'}://{host}:{self.port}"

    async def stop(self, *, at_most: float) -> None:
        """See Front. Incomplete requests are not awaited."""
        if not self._server:
            return
        self._server.close()
        for connection in list(self._state.connections):
            with contextlib.suppress(h11.LocalProtocolError):
                connection.shutdown()
        await _until(lambda: len(self._state.tasks) <= self.reading, at_most)
        await _until(lambda: not self._state.connections, self._settings.stop_grace)
        for connection in list(self._state.connections):
            if isinstance(connection, BoundedProtocol):
                connection.abort()
        for task in list(self._state.tasks):
            task.cancel()


async def _until(holds: Callable[[], bool], at_most: float) -> None:
    """Wait until a condition holds, for at most `at_most` seconds."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(at_most):
            while not holds():
                await asyncio.sleep(_TICK)
