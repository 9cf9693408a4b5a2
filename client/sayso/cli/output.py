"""Output of the commands: standard output, or a file, which is replaced atomically."""

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
"""The format of a file by its extension, if no format is given."""


class Unwritable(click.ClickException):
    """The output cannot be written, for example because the disk is full."""

    exit_code = FAILED


class Output:
    """An output: standard output if `path` is None or "-", otherwise a file."""

    def __init__(self, path: str | None) -> None:
        self._path = None if path in {None, STDIN} else Path(str(path))
        self._keeps = False

    @property
    def is_terminal(self) -> bool:
        """Whether the output is a terminal."""
        return self._path is None and sys.stdout.isatty()

    def form(self, named: str | None, known: Sequence[str], *, default: str) -> str:
        """The format: as given, from the file's extension, a table on a terminal, or the default.

        Raises UsageError if the extension is that of a format which is not `known`.
        """
        if named:
            return named
        if self.is_terminal:
            return "table"
        by_name = FORMATS.get(self._path.suffix.lower(), default) if self._path else default
        if by_name in known:
            return by_name
        if by_name != "plain":
            forms = " and ".join([", ".join(known[:-1]), known[-1]])
            raise click.UsageError(
                f"{printable(self.name)}: there is no {by_name} here, only {forms}", click.get_current_context()
            )
        return default

    def without(self, paths: Sequence[str], named: Sequence[str]) -> list[str]:
        """The files to read, without this one if it is merely in a folder that is read. Raises UsageError."""
        rest = [path for path in paths if not self._is(path)]
        if any(self._is(path) for path in named) or not rest:
            raise click.UsageError(f"{printable(self.name)}: cannot be both input and output; choose another output")
        return rest

    @property
    def name(self) -> str:
        """The name of the file or of standard output."""
        return str(self._path) if self._path else "standard output"

    @contextmanager
    def opened(self) -> Iterator[TextIO]:
        """A stream to write to. A file is replaced only when everything has been written. Raises Unwritable."""
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
        """Leave the file unchanged: there is nothing to replace it with."""
        self._keeps = True

    @property
    def keeps(self) -> bool:
        """Whether the file is left unchanged."""
        return self._keeps

    def _is(self, path: str) -> bool:
        """Whether an input file is this file."""
        try:
            ours = os.stat(self._path) if self._path else os.fstat(sys.stdout.fileno())
            theirs = os.fstat(sys.stdin.fileno()) if path == STDIN else os.stat(path)
        except (OSError, ValueError):  # it does not exist yet, or is not a file
            return False
        return stat.S_ISREG(ours.st_mode) and os.path.samestat(ours, theirs)


@contextmanager
def _replacing(path: Path, output: Output) -> Iterator[TextIO]:
    """A temporary file next to `path`, which replaces `path` at the end."""
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
    """The permissions of a file, or of a new one."""
    if path.exists():
        return stat.S_IMODE(path.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
