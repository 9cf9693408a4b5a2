"""Detects changed files, so that certificates and tokens can be renewed without a restart."""

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

State = tuple[tuple[int, int, int], ...]
"""Modification time, inode and size of each file."""


class Reload(StrEnum):
    """The result of checking files for changes."""

    UNCHANGED = "unchanged"
    RENEWED = "renewed"
    REFUSED = "kept, because the new ones cannot be used"


def state_of(paths: Iterable[str]) -> State:
    """A value that differs when one of the files changes; links are followed, for mounted secrets."""
    return tuple(_state(Path(path)) for path in paths)


def _state(path: Path) -> tuple[int, int, int]:
    try:
        found = path.stat()
    except OSError:
        return (0, 0, 0)  # reading it will report the error
    return (found.st_mtime_ns, found.st_ino, found.st_size)
