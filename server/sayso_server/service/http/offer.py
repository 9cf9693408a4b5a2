"""The interface of the HTTP port. It does not need the extra."""

from collections.abc import Sequence
from typing import Protocol

import grpc.aio

from sayso.v1 import quotes_pb2_grpc as pb_grpc
from sayso_server.service.settings import SettingError, Settings
from sayso_server.service.telemetry.metrics import Metrics

_EXTRA = {"starlette", "uvicorn", "h11"}


class Front(Protocol):
    """The HTTP port, on the event loop of the server."""

    is_ready: bool
    """The readiness that it reports; the service itself rejects requests that it cannot accept."""

    async def start(self) -> str:
        """Start listening; returns the address as a URL. Raises OSError."""

    async def stop(self, *, at_most: float) -> None:
        """Reject new connections, let requests in flight finish within `at_most` seconds, and stop."""


def http_front(
    settings: Settings,
    servicer: pb_grpc.QuoteServiceServicer,
    interceptors: Sequence[grpc.aio.ServerInterceptor],
    metrics: Metrics,
) -> Front | None:
    """The HTTP port of the settings, None without --http-port. Raises SettingError."""
    if settings.http.http_port is None:
        return None
    try:
        from sayso_server.service.http.front import HttpFront
    except ModuleNotFoundError as error:
        if error.name and error.name.split(".")[0] in _EXTRA:
            raise SettingError("--http-port needs the extra http: pip install starlette uvicorn h11") from error
        raise
    return HttpFront(settings, servicer, interceptors, metrics)
