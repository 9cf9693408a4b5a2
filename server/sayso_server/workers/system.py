"""What worker processes ask of the system: most of it of Linux only; elsewhere it is left undone."""

import ctypes
import functools
import signal
import sys
from collections.abc import Callable

WORKER, TEMPLATE = "sayso-worker", "sayso-template"
"""What `ps -o comm` and /proc/PID/comm call the processes, on Linux."""

_SET_PARENT_DEATH_SIGNAL, _SET_NAME = 1, 15
"""Of prctl(2)."""


def name_process(name: str) -> None:
    """Call this process, more exactly its main thread, something of at most 15 characters."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_NAME, name.encode(), 0, 0, 0)


def die_with_parent() -> None:
    """Have this process killed when the one dies that it was forked from."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, int(signal.SIGKILL), 0, 0, 0)


def trimmer() -> Callable[[], object]:
    """What gives freed memory back to the system, where the C library can.

    Batches differ in size, and glibc keeps what lies between the pieces in use: without this a worker grows by hundreds
    of MiB, though nothing holds them.
    """
    try:
        return functools.partial(ctypes.CDLL(None).malloc_trim, 0)
    except (AttributeError, OSError, TypeError):
        return lambda: None
