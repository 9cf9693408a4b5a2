"""Counts the requests in flight, and rejects new ones during shutdown."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from sayso_server.service.errors import Context, draining


class InFlight:
    """Counts requests from their arrival until the last byte of their response is sent."""

    def __init__(self) -> None:
        self._in_flight = 0
        self._draining = False
        self._idle = asyncio.Event()
        self._idle.set()

    def call(self, context: Context) -> None:
        """Count a call until it is over, which is later than the end of its handler: gRPC still sends the response.

        Raises ServiceError DRAINING after `drain` was called.
        """
        self._begin()
        context.add_done_callback(lambda _: self._end())  # type: ignore[arg-type]  # any callable is accepted

    @contextmanager
    def request(self) -> Iterator[None]:
        """Count one request of a stream until the block ends. Raises ServiceError DRAINING after `drain` was called."""
        self._begin()
        try:
            yield
        finally:
            self._end()

    def _begin(self) -> None:
        if self._draining:
            raise draining()
        self._in_flight += 1
        self._idle.clear()

    def _end(self) -> None:
        self._in_flight -= 1
        if not self._in_flight:
            self._idle.set()

    async def drain(self, *, at_most: float) -> int:
        """Reject new requests, and wait up to `at_most` seconds for those in flight. Returns how many are left."""
        self._draining = True
        try:
            async with asyncio.timeout(at_most):
                await self._idle.wait()
        except TimeoutError:
            pass
        return self._in_flight

    def give_up(self) -> None:
        """Make `drain` stop waiting."""
        self._idle.set()
