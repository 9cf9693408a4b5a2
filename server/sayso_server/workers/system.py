"""System calls of worker processes; most are available only on Linux and are skipped elsewhere."""

import ctypes
import functools
import signal
import sys
from collections.abc import Callable

WORKER, TEMPLATE = "sayso-worker", "sayso-template"
"""The process names shown by `ps -o comm` and /proc/PID/comm on Linux."""

_SET_PARENT_DEATH_SIGNAL, _SET_NAME = 1, 15
"""Options of prctl(2)."""


def name_process(name: str) -> None:
    """Set the name of this process (strictly, of its main thread), at most 15 characters."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_NAME, name.encode(), 0, 0, 0)


def die_with_parent() -> None:
    """Have this process killed when its parent process ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, int(signal.SIGKILL), 0, 0, 0)


def trimmer() -> Callable[[], object]:
    """A function that returns freed memory to the system, if the C library supports it.

    Batches differ in size, and glibc keeps free memory between used blocks: without this, a worker grows by hundreds of
    MiB of unused memory.
    """
    try:
        return functools.partial(ctypes.CDLL(None).malloc_trim, 0)
    except (AttributeError, OSError, TypeError):
        return lambda: None
