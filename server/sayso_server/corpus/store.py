"""The output folder.

    OUTPUT/_job.json                       what made it: a job of another kind does not add to it
    OUTPUT/statements/part-000000.parquet  the statements of some documents
    OUTPUT/documents/part-000000.parquet   those documents; it is written last, and makes the part count
    OUTPUT/people, OUTPUT/profiles         who is the same in several documents: see people/

Each file is written under another name, and then renamed. There is one writer, which holds a lock on `_job.json`.

A document that failed and is read again loses its old row just before its new part is written: the old part's file of
documents, which alone knows of it, is replaced by one without that row. Whenever the job is killed, a document has one
row or none; one that has none is read by the next run, as any other.
"""

import contextlib
import errno
import fcntl
import json
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from sayso_server.corpus.errors import InputError, OutputError
from sayso_server.corpus.parts import Form, Part, without

_JOB = "_job.json"
_UNFINISHED = ".unfinished"
_PART = re.compile(r"part-\d{6,}")
TABLES = ("documents", "statements")


class Store:
    """An output folder that this process alone writes to. Open one with `opened`.

    Raises OutputError where a part is damaged.
    """

    def __init__(self, folder: Path, form: Form) -> None:
        self._folder = folder
        self.form = form
        self._parts = self._clean()
        self.statuses: dict[str, str] = {}
        """Of every document that has been read when the output is opened."""
        self._failed: dict[str, Path] = {}
        self._replaceable: frozenset[str] = frozenset()
        self._look()

    @property
    def failed(self) -> int:
        """How many documents had failed when the output was opened, and have not been read again."""
        return len(self._failed)

    def retry_failed(self) -> None:
        """Documents that failed count as unread, and lose their rows when they are written anew."""
        self._replaceable = frozenset(self._failed)
        self.statuses = {name: status for name, status in self.statuses.items() if status != "failed"}

    def write(self, part: Part) -> None:
        """Add a part: wholly, or not at all. Raises OSError."""
        self._drop(self._replaceable.intersection(part.names))
        _write(self._path("statements", self._parts), part.statements)
        _write(self._path("documents", self._parts), part.documents)
        self._parts += 1

    def parts(self, table: str) -> list[str]:
        """The names of a table's files, in the order in which they were written."""
        return [f"{table}/{path.name}" for path in sorted((self._folder / table).glob(f"part-*.{self.form}"))]

    def read(self, name: str) -> bytes | None:
        """A file of the output; None where there is none."""
        path = self._folder / name
        return path.read_bytes() if path.exists() else None

    def put(self, name: str, content: bytes) -> None:
        """Write a file: wholly, or not at all. Raises OSError."""
        path = self._folder / name
        path.parent.mkdir(exist_ok=True)
        _write(path, content)

    def shown(self, name: str) -> str:
        """Where a file is, for messages."""
        return str(self._folder / name)

    def _look(self) -> None:
        for path in self._documents():
            try:
                statuses = {row["document_id"]: row["status"] for row in self._rows(path)}
            except (InputError, ValueError, KeyError):
                raise OutputError(f"{path}: is damaged; remove it, and its documents are read again") from None
            self.statuses |= statuses
            self._failed |= {name: path for name, status in statuses.items() if status == "failed"}

    def _drop(self, names: Iterable[str]) -> None:
        """Remove the rows of documents that failed, and so have no statements."""
        paths: dict[Path, set[str]] = {}
        for name in names:
            if path := self._failed.pop(name, None):
                paths.setdefault(path, set()).add(name)
        for path, dropped in paths.items():
            rest = without(path.read_bytes(), dropped, self.form)
            if rest is None:
                path.unlink()
                (self._folder / "statements" / path.name).unlink(missing_ok=True)
            else:
                _write(path, rest)

    def _rows(self, path: Path) -> Iterator[dict[str, str]]:
        if self.form == "parquet":
            from sayso_server.corpus import arrow

            return arrow.read_rows(path, needed=("document_id", "status"))
        return map(json.loads, path.read_bytes().splitlines())

    def _documents(self) -> list[Path]:
        return sorted((self._folder / "documents").glob(f"part-*.{self.form}"))

    def _path(self, table: str, number: int) -> Path:
        return self._folder / table / f"part-{number:06}.{self.form}"

    def _refuse_foreign(self, table: str) -> None:
        """Who reads the tables takes all files of their form."""
        for path in sorted((self._folder / table).glob(f"*.{self.form}")):
            if not _PART.fullmatch(path.stem):
                raise OutputError(f"{path}: is no part of this output, and would be read as one; move it elsewhere")

    def _clean(self) -> int:
        """Remove what a killed job left unfinished; the number of the next part."""
        for table in TABLES:
            (self._folder / table).mkdir(exist_ok=True)
            for path in (self._folder / table).glob(f"part-*{_UNFINISHED}"):
                path.unlink()
            self._refuse_foreign(table)
        finished = {path.name for path in self._documents()}
        for path in (self._folder / "statements").glob(f"part-*.{self.form}"):
            if path.name not in finished:
                path.unlink()
        return max((int(name[len("part-") :].split(".")[0]) + 1 for name in finished), default=0)


@contextlib.contextmanager
def opened(folder: Path, form: Form, job: dict[str, object]) -> Iterator[Store]:
    """The output of a job, made or continued. Raises OutputError where it is another's, or in use."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / _JOB).exists() and any(folder.iterdir()):
            raise OutputError(f"{folder}: is not empty, and no output of this command; give another folder")
        with open(folder / _JOB, "a+", encoding="utf-8") as stream:
            _lock(stream, folder)
            _check(stream, folder, job)
            yield Store(folder, form)
    except (FileExistsError, NotADirectoryError):
        raise OutputError(f"{folder}: is a file; the output is a folder") from None
    except PermissionError as error:
        raise OutputError(f"{error.filename}: may not be written") from None


def _lock(stream: IO[str], folder: Path) -> None:
    """Until the stream is closed, or its process has ended in whatever way."""
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise OutputError(f"{folder}: another job is writing to it") from None


def _check(stream: IO[str], folder: Path, job: dict[str, object]) -> None:
    stream.seek(0)
    content = stream.read()
    if not content:
        stream.write(json.dumps(job, indent=2) + "\n")
        stream.flush()
        os.fsync(stream.fileno())
        return
    try:
        before = json.loads(content)
    except ValueError:
        raise OutputError(f"{folder / _JOB}: is damaged; give another folder") from None
    for name, value in job.items():
        if before.get(name) != value:
            was, now = before.get(name), value
            raise OutputError(f"{folder}: was made with {name} {was}, not {now}; give another folder")


def _write(path: Path, content: bytes) -> None:
    unfinished = path.with_name(path.name + _UNFINISHED)
    with open(unfinished, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    unfinished.replace(path)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    """Names too outlast a power failure, in the order in which they were given."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # file systems that know no such thing
            raise
    finally:
        os.close(handle)
