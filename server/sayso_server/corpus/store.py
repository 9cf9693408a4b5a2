"""The output folder.

    OUTPUT/_job.json                       what made it: a job of another kind does not add to it
    OUTPUT/statements/part-000000.parquet  the statements of some documents
    OUTPUT/documents/part-000000.parquet   those documents; it is written last, and makes the part count
    OUTPUT/people, OUTPUT/profiles         who is the same in several documents: see people/

Each file appears whole or not at all (storage). There is one writer, which holds a lock.

A document that failed and is read again loses its old row just before its new part is written: the old part's file of
documents, which alone knows of it, is replaced by one without that row. Whenever the job is killed, a document has one
row or none; one that has none is read by the next run, as any other.
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
"""Parts, when an output is opened: what takes long in a store is waiting for each."""
TABLES = ("documents", "statements")


class Store:
    """An output folder that this process alone writes to. Open one with `opened`.

    Raises OutputError where a part is damaged.
    """

    def __init__(self, folder: Folder, form: Form) -> None:
        self._folder = folder
        self.form = form
        self._parts = self._clean()
        self.statuses: dict[str, str] = {}
        """Of every document that has been read when the output is opened."""
        self._failed: dict[str, str] = {}
        self._replaceable: frozenset[str] = frozenset()
        self._look()

    @property
    def failed(self) -> int:
        """How many documents had failed when the output was opened, and have not been read again."""
        return len(self._failed)

    def retry_failed(self) -> None:
        """Documents that failed count as unread, and lose their rows when they are written again."""
        self._replaceable = frozenset(self._failed)
        self.statuses = {name: status for name, status in self.statuses.items() if status != "failed"}

    def write(self, part: Part) -> None:
        """Add a part: wholly, or not at all. Raises OSError."""
        self._drop(self._replaceable.intersection(part.names))
        name = f"part-{self._parts:06}.{self.form}"
        self.put(f"statements/{name}", part.statements)
        self.put(f"documents/{name}", part.documents)
        self._parts += 1

    def parts(self, table: str) -> list[str]:
        """The names of a table's files, in the order in which they were written."""
        return [f"{table}/{name}" for name in self._folder.names(table) if self._is_part(name)]

    def read(self, name: str) -> bytes | None:
        """A file of the output; None where there is none."""
        return self._folder.read(name)

    def put(self, name: str, content: bytes) -> None:
        """Write a file: wholly, or not at all. Raises OSError."""
        self._folder.put(name, content)

    def shown(self, name: str) -> str:
        """Where a file is, for messages."""
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
            raise OutputError(f"{self.shown(name)}: is damaged; remove it, and its documents are read again") from None

    def _drop(self, ids: Iterable[str]) -> None:
        """Remove the rows of documents that failed, and so have no statements."""
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
        """Who reads the tables takes all files of their form."""
        for name in self._folder.names(table):
            if name.endswith(f".{self.form}") and not self._is_part(name):
                shown = self._folder.shown(f"{table}/{name}")
                raise OutputError(f"{shown}: is no part of this output, and would be read as one; move it elsewhere")

    def _clean(self) -> int:
        """Remove what a killed job left unfinished; the number of the next part."""
        for table in TABLES:
            self._refuse_foreign(table)
        finished = {name.rpartition("/")[2] for name in self.parts("documents")}
        for name in self.parts("statements"):
            if name.rpartition("/")[2] not in finished:
                self._folder.remove(name)
        return max((int(name[len("part-") :].split(".")[0]) + 1 for name in finished), default=0)


@contextlib.contextmanager
def opened(folder: Folder, form: Form, job: dict[str, object]) -> Iterator[Store]:
    """The output of a job, made or continued. Raises OutputError where it is another's, or in use."""
    try:
        if folder.read(_JOB) is None and not folder.is_empty():
            raise OutputError(f"{folder.shown('')}: is not empty, and no output of this command; give another folder")
        with folder.locked():
            _check(folder, job)
            yield Store(folder, form)
    except PermissionError as error:
        raise OutputError(f"{error.filename or folder.shown('')}: may not be written") from None


def _check(folder: Folder, job: dict[str, object]) -> None:
    content = folder.read(_JOB)
    if not content:
        folder.put(_JOB, (json.dumps(job, indent=2) + "\n").encode())
        return
    try:
        before = json.loads(content)
    except ValueError:
        raise OutputError(f"{folder.shown(_JOB)}: is damaged; give another folder") from None
    for name, value in job.items():
        if before.get(name) != value:
            was, now = before.get(name), value
            raise OutputError(f"{folder.shown('')}: was made with {name} {was}, not {now}; give another folder")
