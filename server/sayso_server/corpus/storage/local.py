"""Local files and folders. Files are replaced by renaming; the lock ends with the process that holds it."""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sayso_server.corpus.errors import OutputError
from sayso_server.corpus.storage.places import is_hidden, matcher, split_pattern

LOCK = "_lock"
"""The lock file; outside the tables and never replaced, since the lock is on the file, not on its name."""

_UNFINISHED = ".unfinished"


def find(path: Path) -> Iterator[tuple[Path, str, int]]:
    """Files: place, name and size of each. The name of an existing file is never treated as a pattern."""
    if path.is_file():
        yield path.absolute(), path.name, path.stat().st_size
        return
    base, pattern = (str(path), "") if path.exists() else split_pattern(str(path))
    folder = Path(base)
    if not folder.is_dir():
        raise FileNotFoundError(errno.ENOENT, "there is no such file or folder", str(path))
    matches = matcher(pattern or "**").fullmatch
    for one in sorted(folder.rglob("*")):
        name = one.relative_to(folder).as_posix()
        if not is_hidden(name) and matches(name) and one.is_file():
            yield one.absolute(), name, one.stat().st_size


class LocalFolder:
    """A local folder as an output, created if necessary."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def names(self, inside: str) -> list[str]:
        """The names of a folder's files; removes unfinished files of killed processes."""
        found = []
        for path in sorted((self._path / inside).glob("*")):
            if path.name.endswith(_UNFINISHED):
                path.unlink()
            elif path.is_file():
                found.append(path.name)
        return found

    def is_empty(self) -> bool:
        """Whether it is empty."""
        try:
            return all(path.name == LOCK for path in self._path.iterdir())
        except FileNotFoundError:
            return True
        except NotADirectoryError:
            raise self._is_a_file() from None

    def read(self, name: str) -> bytes | None:
        """A file's bytes."""
        try:
            return (self._path / name).read_bytes()
        except FileNotFoundError:
            return None
        except NotADirectoryError:
            raise self._is_a_file() from None

    def put(self, name: str, content: bytes) -> None:
        """Write under another name, then rename."""
        path = self._path / name
        path.parent.mkdir(exist_ok=True)
        unfinished = path.with_name(path.name + _UNFINISHED)
        with open(unfinished, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        unfinished.replace(path)
        _sync(path.parent)

    def remove(self, name: str) -> None:
        """Remove a file."""
        (self._path / name).unlink(missing_ok=True)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """A lock that lasts until the process ends in any way."""
        try:
            self._path.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            raise self._is_a_file() from None
        with open(self._path / LOCK, "a+b") as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise OutputError(f"{self._path}: another job is writing to it") from None
            yield

    def shown(self, name: str) -> str:
        """The path of a file."""
        return str(self._path / name)

    def _is_a_file(self) -> OutputError:
        return OutputError(f"{self._path}: is a file; the output must be a folder")


def _sync(folder: Path) -> None:
    """Sync a folder, so that renames survive a power failure in their order."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # file systems without support
            raise
    finally:
        os.close(handle)
