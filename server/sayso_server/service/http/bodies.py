"""Bodies of requests, read up to a limit, in bounded time, and a bounded number of bytes over all requests."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.requests import ClientDisconnect, Request


class BodyTooLargeError(Exception):
    """The body is over the limit; it was not read to its end."""


class BodyTooSlowError(Exception):
    """The body did not come in time."""


class NoRoomError(Exception):
    """Other requests hold as many bytes as the server has room for."""


class Bodies:
    """Reads bodies of at most `limit` bytes, each in `patience` seconds, and at most `room` bytes at a time."""

    def __init__(self, limit: int, *, patience: float, room: int) -> None:
        self.limit = limit
        self._patience = patience
        self._room = room
        self.reading = 0
        """How many bodies are being read."""

    @asynccontextmanager
    async def body(self, request: Request) -> AsyncIterator[bytes]:
        """The body of a request; its bytes count until the block ends.

        Raises BodyTooLargeError, before anything is read where the length is told, BodyTooSlowError, NoRoomError,
        ClientDisconnect.
        """
        told = request.headers.get("content-length")
        if told is not None and int(told) > self.limit:
            raise BodyTooLargeError
        held = [0]
        try:
            yield await self._read(request, held)
        finally:
            self._room += held[0]

    async def _read(self, request: Request, held: list[int]) -> bytes:
        body = bytearray()
        self.reading += 1
        try:
            async with asyncio.timeout(self._patience):
                async for chunk in request.stream():
                    self._take(len(chunk), held)
                    body += chunk
                    if len(body) > self.limit:
                        raise BodyTooLargeError
        except TimeoutError:
            raise BodyTooSlowError from None
        finally:
            self.reading -= 1
        return bytes(body)

    def _take(self, size: int, held: list[int]) -> None:
        if size > self._room:
            raise NoRoomError
        self._room -= size
        held[0] += size


__all__ = ["Bodies", "BodyTooLargeError", "BodyTooSlowError", "ClientDisconnect", "NoRoomError"]
