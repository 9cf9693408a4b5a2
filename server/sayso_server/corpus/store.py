"""The output folder.

    OUTPUT/_job.json                       the settings that made it: a job with other settings cannot add to it
    OUTPUT/statements/part-000000.parquet  the statements of some documents
    OUTPUT/documents/part-000000.parquet   those documents; written last, which completes the part
    OUTPUT/people, OUTPUT/profiles         people linked across documents: see people/

Each file is written atomically (storage). There is one writer, which holds a lock.

When a failed document is read again, its old row is removed just before its new part is written: the documents file of
the old part, the only file with the row, is replaced by one without it. Whenever the job is killed, a document has one
row or none; a document without a row is read by the next run.
"""

import contextlib
import io
import json
import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

from sayso_server.corpus.errors import InputError, OutputError
from sayso_server.corpus.parts import Form, Part, without
from sayso_server.corpus.storage.access import Folder

_JOB = "_job.json"
_PART = re.compile(r"part-\d{6,}")
_READ_AT_ONCE = 16
"""The number of parts read concurrently when an output is opened, since a store's latency dominates."""
TABLES = ("documents", "statements")


class Store:
    """An output folder with this process as its only writer. Open it with `opened`.

    Raises OutputError if a part is damaged.
    """

    def __init__(self, folder: Folder, form: Form) -> None:
        self._folder = folder
        self.form = form
        self._parts = self._clean()
        self.statuses: dict[str, str] = {}
        """The ids of all documents already read when the output is opened."""
        self._failed: dict[str, str] = {}
        self._replaceable: frozenset[str] = frozenset()
        self._look()

    @property
    def failed(self) -> int:
        """The number of documents that had failed when the output was opened and were not read again."""
        return len(self._failed)

    def retry_failed(self) -> None:
        """Treat failed documents as unread; their rows are replaced when they are written again."""
        self._replaceable = frozenset(self._failed)
        self.statuses = {name: status for name, status in self.statuses.items() if status != "failed"}

    def write(self, part: Part) -> None:
        """Add a part atomically. Raises OSError."""
        self._drop(self._replaceable.intersection(part.names))
        name = f"part-{self._parts:06}.{self.form}"
        self.put(f"statements/{name}", part.statements)
        self.put(f"documents/{name}", part.documents)
        self._parts += 1

    def parts(self, table: str) -> list[str]:
        """The names of a table's files, in the order in which they were written."""
        return [f"{table}/{name}" for name in self._folder.names(table) if self._is_part(name)]

    def read(self, name: str) -> bytes | None:
        """A file of the output; None if it does not exist."""
        return self._folder.read(name)

    def put(self, name: str, content: bytes) -> None:
        """Write a file atomically. Raises OSError."""
        self._folder.put(name, content)

    def shown(self, name: str) -> str:
        """The path of a file, for messages."""
        return self._folder.shown(name)

    def _look(self) -> None:
        names = self.parts("documents")
        with ThreadPoolExecutor(_READ_AT_ONCE) as pool:
            for name, statuses in zip(names, pool.map(self._statuses, names), strict=True):
                if twice := next((one for one in statuses if one in self.statuses), None):
                    raise OutputError(
                        f"{self.shown(name)}: has document {twice!r}, which is in another part; remove one"
                    )
                self.statuses |= statuses
                self._failed |= {one: name for one, status in statuses.items() if status == "failed"}

    def _statuses(self, name: str) -> dict[str, str]:
        content = self.read(name) or b""
        try:
            return {row["document_id"]: row["status"] for row in self._rows(content, name)}
        except (InputError, ValueError, KeyError):
            raise OutputError(f"{self.shown(name)}: is damaged; remove it, and run the job again") from None

    def _drop(self, ids: Iterable[str]) -> None:
        """Remove the rows of failed documents, which have no statements."""
        parts: dict[str, set[str]] = {}
        for one in ids:
            if name := self._failed.pop(one, None):
                parts.setdefault(name, set()).add(one)
        for name, dropped in parts.items():
            rest = without(self.read(name) or b"", dropped, self.form)
            if rest is None:
                self._folder.remove(name)
                self._folder.remove(name.replace("documents", "statements", 1))
            else:
                self.put(name, rest)

    def _rows(self, content: bytes, name: str) -> Iterator[dict[str, str]]:
        if self.form == "parquet":
            from sayso_server.corpus import arrow

            return arrow.read_rows(io.BytesIO(content), name, needed=("document_id", "status"))
        return map(json.loads, content.splitlines())

    def _is_part(self, name: str) -> bool:
        stem, _, suffix = name.rpartition(".")
        return suffix == self.form and _PART.fullmatch(stem) is not None

    def _refuse_foreign(self, table: str) -> None:
        """Reject unknown files: readers of the tables read all files of this format."""
        for name in self._folder.names(table):
            if name.endswith(f".{self.form}") and not self._is_part(name):
                shown = self._folder.shown(f"{table}/{name}")
                raise OutputError(f"{shown}: is not a part of this output but would be read as one; move it elsewhere")

    def _clean(self) -> int:
        """Remove unfinished files of a killed job; returns the number of the next part."""
        for table in TABLES:
            self._refuse_foreign(table)
        finished = {name.rpartition("/")[2] for name in self.parts("documents")}
        for name in self.parts("statements"):
            if name.rpartition("/")[2] not in finished:
                self._folder.remove(name)
        return max((int(name[len("part-") :].split(".")[0]) + 1 for name in finished), default=0)


@contextlib.contextmanager
def opened(folder: Folder, form: Form, job: dict[str, object]) -> Iterator[Store]:
    """The output of a job, new or continued. Raises OutputError if it belongs to another job, or is in use."""
    try:
        if folder.read(_JOB) is None and not folder.is_empty():
            raise OutputError(f"{folder.shown('')}: is not empty, and not an output of this command; choose another")
        with folder.locked():
            _check(folder, job)
            yield Store(folder, form)
    except PermissionError as error:
        raise OutputError(f"{error.filename or folder.shown('')}: cannot be written") from None


def _check(folder: Folder, job: dict[str, object]) -> None:
    content = folder.read(_JOB)
    if not content:
        folder.put(_JOB, (json.dumps(job, indent=2) + "\n").encode())
        return
    try:
        before = json.loads(content)
    except ValueError:
        raise OutputError(f"{folder.shown(_JOB)}: is damaged; choose another folder") from None
    for name, value in job.items():
        if before.get(name) != value:
            was, now = before.get(name), value
            raise OutputError(f"{folder.shown('')}: was made with {name} {was}, not {now}; choose another folder")
