"""Whether files have changed: certificates and tokens are renewed without a restart."""

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

State = tuple[tuple[int, int, int], ...]
"""Of each file: when it was written, its inode and its size."""


class Reload(StrEnum):
    """What became of files that were looked at again."""

    UNCHANGED = "unchanged"
    RENEWED = "renewed"
    REFUSED = "kept as they were, because the new ones cannot be used"


def state_of(paths: Iterable[str]) -> State:
    """What a change of these files changes; a link is followed, as those of mounted secrets are."""
    return tuple(_state(Path(path)) for path in paths)


def _state(path: Path) -> tuple[int, int, int]:
    try:
        found = path.stat()
    except OSError:
        return (0, 0, 0)  # reading it will say why
    return (found.st_mtime_ns, found.st_ino, found.st_size)
