"""Where the commands write: standard output, or a file that is there whole or as it was before."""

import os
import stat
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

import click

from sayso.cli.files import STDIN, printable
from sayso.cli.group import drop_standard_output
from sayso.cli.statuses import FAILED

FORMATS = {
    ".txt": "plain",
    ".tsv": "plain",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".md": "markdown",
    ".html": "html",
    ".htm": "html",
}
"""What a file is written as, where no format is named."""


class Unwritable(click.ClickException):
    """What was found cannot be written, as where a disk is full."""

    exit_code = FAILED


class Output:
    """A place to write to: standard output if `path` is None or "-"."""

    def __init__(self, path: str | None) -> None:
        self._path = None if path in {None, STDIN} else Path(str(path))
        self._keeps = False

    @property
    def is_terminal(self) -> bool:
        """Whether a person reads it."""
        return self._path is None and sys.stdout.isatty()

    def form(self, named: str | None, known: Sequence[str], *, default: str) -> str:
        """The format: that which was named, that of the file's name, a table on a terminal, or the default."""
        if named:
            return named
        if self.is_terminal:
            return "table"
        by_name = FORMATS.get(self._path.suffix.lower(), default) if self._path else default
        return by_name if by_name in known else default

    def without(self, paths: Sequence[str], named: Sequence[str]) -> list[str]:
        """The files to read, less this one where it only lies in a folder that is read. Raises UsageError."""
        rest = [path for path in paths if not self._is(path)]
        if any(self._is(path) for path in named) or not rest:
            raise click.UsageError(f"{printable(self.name)}: is read, and cannot be written too; name another output")
        return rest

    @property
    def name(self) -> str:
        """The file, or what standard output is called."""
        return str(self._path) if self._path else "standard output"

    @contextmanager
    def opened(self) -> Iterator[TextIO]:
        """A stream to write to. What is written to a file is there at the end, or not at all. Raises Unwritable."""
        try:
            if self._path is None:
                yield sys.stdout
                sys.stdout.flush()
            elif self._path.exists() and not self._path.is_file():  # a pipe, or a device
                with self._path.open("w", encoding="utf-8", newline="") as stream:
                    yield stream
            else:
                with _replacing(self._path, self) as stream:
                    yield stream
        except BrokenPipeError:
            raise
        except OSError as error:
            if self._path is None:
                drop_standard_output()
            raise Unwritable(f"{printable(self.name)}: {error.strerror or type(error).__name__}") from error

    def keep(self) -> None:
        """Leave the file as it was: nothing came that would be worth its place."""
        self._keeps = True

    @property
    def keeps(self) -> bool:
        """Whether the file stays as it was."""
        return self._keeps

    def _is(self, path: str) -> bool:
        """Whether a file that is read is this one."""
        try:
            ours = os.stat(self._path) if self._path else os.fstat(sys.stdout.fileno())
            theirs = os.fstat(sys.stdin.fileno()) if path == STDIN else os.stat(path)
        except (OSError, ValueError):  # not there yet, or no file at all
            return False
        return stat.S_ISREG(ours.st_mode) and os.path.samestat(ours, theirs)


@contextmanager
def _replacing(path: Path, output: Output) -> Iterator[TextIO]:
    """A temporary file next to `path`, which replaces it at the end."""
    target = path.resolve()
    handle, name = tempfile.mkstemp(prefix=f".{target.name[:100]}.", suffix=".tmp", dir=target.parent)
    try:
        with open(handle, "w", encoding="utf-8", newline="") as stream:
            yield stream
            stream.flush()
            os.fsync(handle)
        if not output.keeps:
            os.chmod(name, _mode(target))
            os.replace(name, target)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(name)


def _mode(path: Path) -> int:
    """The permissions of a file, or those that a new one gets."""
    if path.exists():
        return stat.S_IMODE(path.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
