"""How long the event loop of a server does not come round, in CPU seconds of its process."""

import asyncio
import contextlib
import time
from collections.abc import Iterator

from support.serving import event_loop, run

_TICK = 0.01
"""Seconds between two looks, when nothing holds the loop up."""


class Pauses:
    """The longest pause so far.

    It is counted in CPU seconds of all threads of this process: other processes do not lengthen it, a thread that holds
    the interpreter's lock does.
    """

    def __init__(self) -> None:
        self.longest = 0.0

    async def watch(self) -> None:
        """Look until cancelled."""
        while True:
            before = time.process_time()
            await asyncio.sleep(_TICK)
            self.longest = max(self.longest, time.process_time() - before)


@contextlib.contextmanager
def pauses() -> Iterator[Pauses]:
    """Watches the loop on which the servers of tests run."""
    watched = Pauses()
    watcher = asyncio.run_coroutine_threadsafe(watched.watch(), event_loop())
    try:
        yield watched
        run(asyncio.sleep(2 * _TICK))  # a pause that has not ended counts
    finally:
        watcher.cancel()
