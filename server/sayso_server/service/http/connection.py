"""Connections that cannot be held for ever: by those who send no request, and those who do not read the answer."""

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
    """How many connections there may be, and how many seconds each may take for its requests and to read answers."""

    connections: int
    head: float
    write: float


class BoundedProtocol(H11Protocol):
    """HTTP/1.1 of uvicorn, with an end to everything that a client can draw out."""

    def __init__(self, config: Config, state: ServerState, patience: Patience) -> None:
        super().__init__(config=config, server_state=state, app_state={})
        self._most = patience.connections
        self._head = _Timer(self.loop, patience.head, self._too_slow)
        self._writing = _Timer(self.loop, patience.write, self.abort)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """The first request must come in time; where there are too many connections none is awaited."""
        is_full = len(self.connections) >= self._most
        super().connection_made(transport)
        if is_full:
            transport.write(_FULL)
            self.close()
        else:
            self._head.start()

    def connection_lost(self, exc: Exception | None) -> None:
        """The timers end with the connection."""
        self._head.stop()
        self._writing.stop()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """A request that has begun must be complete in time, up to its body."""
        super().data_received(data)
        if self._is_answering:
            self._head.stop()
        else:
            self._head.start()

    def on_response_complete(self) -> None:
        """What has come of the next request by now counts as its beginning."""
        super().on_response_complete()
        if self.transport.is_closing():
            self._writing.start()
        elif not self._is_answering and self.conn.trailing_data[0]:
            self._head.start()

    def send_400_response(self, msg: str) -> None:
        """It is no HTTP; the connection ends."""
        super().send_400_response(msg)
        self._writing.start()

    def pause_writing(self) -> None:
        """The client does not read as fast as the answer is written: it must catch up in time."""
        super().pause_writing()
        self._writing.start()

    def resume_writing(self) -> None:
        """It has caught up."""
        if not self.transport.is_closing():
            self._writing.stop()
        super().resume_writing()

    def timeout_keep_alive_handler(self) -> None:
        """Nothing more came: the connection ends, also where its last answer is not read."""
        super().timeout_keep_alive_handler()
        self._writing.start()

    def close(self) -> None:
        """End the connection; what is written still may be read, for some time."""
        self.transport.close()
        self._writing.start()

    def abort(self) -> None:
        """End the connection at once."""
        self.transport.abort()

    @property
    def _is_answering(self) -> bool:
        return bool(self.cycle) and not self.cycle.response_complete

    def _too_slow(self) -> None:
        if not self.transport.is_closing() and self.conn.our_state is h11.IDLE:
            self.transport.write(_TOO_SLOW)
        self.close()


class _Timer:
    """Does something after some time, unless it is stopped before."""

    def __init__(self, loop: asyncio.AbstractEventLoop, seconds: float, act: Callable[[], None]) -> None:
        self._loop = loop
        self._seconds = seconds
        self._act = act
        self._handle: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """From now on, unless it runs already."""
        if not self._handle:
            self._handle = self._loop.call_later(self._seconds, self._act)

    def stop(self) -> None:
        if self._handle:
            self._handle.cancel()
        self._handle = None
