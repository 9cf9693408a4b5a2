"""Tables in a store whose files appear when they are opened, as those of HDFS do; a folder of this machine is one."""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.engine import MODEL, extraction

from sayso_server.corpus.inputs import Entry
from sayso_server.corpus.parts import Part, part_of
from sayso_server.corpus.rows import failed_row, read_row, statement_rows
from sayso_server.corpus.storage.places import Address
from sayso_server.corpus.store import opened

fs = pytest.importorskip("pyarrow.fs", reason="the extra `corpus` is not installed: no HDFS")
GOOD = "“Yes,” said Mara."
TABLES = Address("hdfs", "namenode:8020", "out")


class Killed(BaseException):
    """Nothing catches it."""


class Deadly:
    """A file system that is killed at one of its changes, and then does nothing more."""

    def __init__(self, system: Any, at: int) -> None:
        self._system, self._at, self._changes, self._is_dead = system, at, itertools.count(), False

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._system, name)
        return self._deadly(real) if name in ("move", "delete_file", "open_output_stream") else real

    def _deadly(self, change: Callable[..., Any]) -> Callable[..., Any]:
        def changed(*arguments: Any, **options: Any) -> Any:
            self._is_dead = self._is_dead or next(self._changes) == self._at
            if self._is_dead:
                raise Killed
            return change(*arguments, **options)

        return changed


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """The folder of the output, on a file system that dies at a change; -1: never."""
    from sayso_server.corpus.storage import lease, remote

    monkeypatch.setattr(lease, "SETTLING_SECONDS", 0.0)

    def made(at: int = -1) -> Any:
        local = fs.SubTreeFileSystem(str(tmp_path), fs.LocalFileSystem())
        monkeypatch.setattr(remote, "_opened", lambda *_: (Deadly(local, at), ""))
        return remote.RemoteFolder(TABLES)

    return made


def part(*names: str) -> Part:
    entries = [Entry(f"in.jsonl:{name}", name.strip("!"), GOOD) for name in names]
    read = extraction(GOOD)
    documents = [
        failed_row(one, "WORKER_LOST: signal 9", MODEL) if "!" in name else read_row(one, read, MODEL)
        for name, one in zip(names, entries, strict=True)
    ]
    rows = [
        row for name, one in zip(names, entries, strict=True) if "!" not in name for row in statement_rows(one, read)
    ]
    return part_of(documents, rows, 3, "jsonl")


def job(folder: Any) -> None:
    """Writes a and b!, then reads failed documents and those without a row."""
    with opened(folder, "jsonl", {}) as tables:
        if "a" not in tables.statuses:
            tables.write(part("a", "b!"))
    with opened(folder, "jsonl", {}) as tables:
        tables.retry_failed()
        unread = [name for name in ("a", "b") if name not in tables.statuses]
        if unread:
            tables.write(part(*unread))


def test_killed_at_any_step_of_it(store: Callable[..., Any], tmp_path: Path) -> None:
    """Killed at each change of the folder in turn, until there is none more; then the same job again."""
    for at in itertools.count():
        killed = False
        try:
            job(store(at))
        except Killed:
            killed = True
        for claim in tmp_path.glob("out/_lock/*"):
            claim.unlink()  # of this process, which goes on
        job(store())
        with opened(store(), "jsonl", {}) as tables:
            assert tables.statuses == {"a": "ok", "b": "ok"}
        said = [line for path in tmp_path.glob("out/statements/part-*") for line in path.read_text().splitlines()]
        assert len(said) == 2
        assert {path.name for path in tmp_path.glob("out/*/part-*")} == {
            path.name for path in tmp_path.glob("out/documents/part-*")
        }
        if not killed:
            break
        for path in tmp_path.rglob("*.json*"):
            path.unlink()
    assert at > 12, "claims, the job, two parts, and one of them written again"
