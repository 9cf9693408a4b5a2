"""Reads request bodies with limits on size, time, and total bytes across all requests."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.requests import ClientDisconnect, Request


class BodyTooLargeError(Exception):
    """The body is over the limit; it was not read completely."""


class BodyTooSlowError(Exception):
    """The body did not arrive in time."""


class NoRoomError(Exception):
    """Other requests already hold the maximum total of bytes."""


class Bodies:
    """Reads bodies of at most `limit` bytes, each within `patience` seconds, with at most `room` bytes in total."""

    def __init__(self, limit: int, *, patience: float, room: int) -> None:
        self.limit = limit
        self._patience = patience
        self._room = room
        self.reading = 0
        """The number of bodies being read."""

    @asynccontextmanager
    async def body(self, request: Request) -> AsyncIterator[bytes]:
        """The body of a request; its bytes count until the block ends.

        Raises BodyTooLargeError (before reading, if the length is declared), BodyTooSlowError, NoRoomError,
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
