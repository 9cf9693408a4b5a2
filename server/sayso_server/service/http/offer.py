"""Whether there is an HTTP port. Nothing here needs the extra."""

from collections.abc import Sequence
from typing import Protocol

import grpc.aio

from sayso.v1 import quotes_pb2_grpc as pb_grpc
from sayso_server.service.settings import SettingError, Settings
from sayso_server.service.telemetry.metrics import Metrics

_EXTRA = {"starlette", "uvicorn", "h11"}


class Front(Protocol):
    """What listens for HTTP, on the event loop of the server."""

    is_ready: bool
    """What it tells those who ask; the service itself refuses what it cannot take."""

    async def start(self) -> str:
        """Listen; the address as a URL. Raises OSError."""

    async def stop(self, *, at_most: float) -> None:
        """Take no connections, let requests in flight be answered, `at_most` seconds, and end."""


def http_front(
    settings: Settings,
    servicer: pb_grpc.QuoteServiceServicer,
    interceptors: Sequence[grpc.aio.ServerInterceptor],
    metrics: Metrics,
) -> Front | None:
    """What the settings ask for: None without --http-port. Raises SettingError."""
    if settings.http.http_port is None:
        return None
    try:
        from sayso_server.service.http.front import HttpFront
    except ModuleNotFoundError as error:
        if error.name and error.name.split(".")[0] in _EXTRA:
            raise SettingError("--http-port needs the extra http: pip install starlette uvicorn h11") from error
        raise
    return HttpFront(settings, servicer, interceptors, metrics)
