"""The Prometheus endpoint: HTTP/1.1, one request per connection, with limits on connections and time."""

import asyncio
import contextlib
from collections.abc import Callable

MOST = 32
"""Maximum number of connections; others are closed at once."""
TIME_LIMIT = 10.0
"""Seconds within which a client must send its request and read the response."""
_LONGEST = 16 * 1024
"""Maximum size of a request head, in bytes."""
_END = b"\r\n\r\n"
PATH = b"/metrics"

Page = Callable[[], tuple[bytes, str]]
"""A function that returns the page and its content type."""


class MetricsPort:
    """Serves the page at /metrics, and nothing else. For use on the event loop that starts it."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> int:
        """Start listening; returns the port. Raises OSError."""
        self._server = await asyncio.start_server(self._serve, host, port, limit=_LONGEST)
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Close the port and all connections."""
        if not self._server:
            return
        self._server.close()
        for writer in self._open:
            writer.transport.abort()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._open) >= MOST:
            writer.transport.abort()
            return
        self._open.add(writer)
        try:
            with contextlib.suppress(OSError, EOFError, asyncio.LimitOverrunError):  # TimeoutError is an OSError
                async with asyncio.timeout(TIME_LIMIT):
                    writer.write(self._answer(await reader.readuntil(_END)))
                    await writer.drain()
                    writer.close()
                    await writer.wait_closed()
        finally:
            self._open.remove(writer)
            writer.transport.abort()

    def _answer(self, head: bytes) -> bytes:
        """The response to a request, by its first line."""
        method, _, rest = head.partition(b"\r\n")[0].partition(b" ")
        target, _, version = rest.partition(b" ")
        if not version.startswith(b"HTTP/1."):
            return _response("400 Bad Request")
        if target.partition(b"?")[0] != PATH:
            return _response("404 Not Found", b"not found; try /metrics\n")
        if method not in (b"GET", b"HEAD"):
            return _response("405 Method Not Allowed", more=("Allow: GET, HEAD",))
        body, content_type = self._page()
        answer = _response("200 OK", body, content_type)
        return answer if method == b"GET" else answer[: -len(body)]


def _response(
    status: str, body: bytes = b"", content_type: str = "text/plain; charset=utf-8", more: tuple[str, ...] = ()
) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {content_type}", f"Content-Length: {len(body)}", "Connection: close"]
    return "\r\n".join([*lines, *more]).encode() + _END + body
