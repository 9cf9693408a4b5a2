"""Connections with time limits for clients that send no request or do not read the response."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import h11
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

_FULL = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nretry-after: 1\r\nconnection: close\r\n\r\n"
_TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Patience:
    """Limits: the number of connections, and the seconds for sending requests and reading responses."""

    connections: int
    head: float
    write: float


class BoundedProtocol(H11Protocol):
    """uvicorn's HTTP/1.1 protocol, with a time limit on everything that a client can delay."""

    def __init__(self, config: Config, state: ServerState, patience: Patience) -> None:
        super().__init__(config=config, server_state=state, app_state={})
        self._most = patience.connections
        self._head = _Timer(self.loop, patience.head, self._too_slow)
        self._writing = _Timer(self.loop, patience.write, self.abort)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start waiting for the first request, or close the connection at once if there are too many."""
        is_full = len(self.connections) >= self._most
        super().connection_made(transport)
        if is_full:
            transport.write(_FULL)
            self.close()
        else:
            self._head.start()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the timers."""
        self._head.stop()
        self._writing.stop()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Start the time limit for the head of a request, or stop it when the head is complete."""
        super().data_received(data)
        if self._is_answering:
            self._head.stop()
        else:
            self._head.start()

    def on_response_complete(self) -> None:
        """Data that has already arrived counts as the beginning of the next request."""
        super().on_response_complete()
        if self.transport.is_closing():
            self._writing.start()
        elif not self._is_answering and self.conn.trailing_data[0]:
            self._head.start()

    def send_400_response(self, msg: str) -> None:
        """The data is not HTTP: close the connection."""
        super().send_400_response(msg)
        self._writing.start()

    def pause_writing(self) -> None:
        """Start the time limit for a client that reads more slowly than the response is written."""
        super().pause_writing()
        self._writing.start()

    def resume_writing(self) -> None:
        """Stop the time limit: the client has caught up."""
        if not self.transport.is_closing():
            self._writing.stop()
        super().resume_writing()

    def timeout_keep_alive_handler(self) -> None:
        """Close an idle connection, even if its last response has not been read."""
        super().timeout_keep_alive_handler()
        self._writing.start()

    def close(self) -> None:
        """Close the connection; data already written may still be read for some time."""
        self.transport.close()
        self._writing.start()

    def abort(self) -> None:
        """Close the connection at once."""
        self.transport.abort()

    @property
    def _is_answering(self) -> bool:
        return bool(self.cycle) and not self.cycle.response_complete

    def _too_slow(self) -> None:
        if not self.transport.is_closing() and self.conn.our_state is h11.IDLE:
            self.transport.write(_TOO_SLOW)
        self.close()


class _Timer:
    """Calls a function after some time, unless stopped first."""

    def __init__(self, loop: asyncio.AbstractEventLoop, seconds: float, act: Callable[[], None]) -> None:
        self._loop = loop
        self._seconds = seconds
        self._act = act
        self._handle: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Start the timer, unless it is already running."""
        if not self._handle:
            self._handle = self._loop.call_later(self._seconds, self._act)

    def stop(self) -> None:
        if self._handle:
            self._handle.cancel()
        self._handle = None
