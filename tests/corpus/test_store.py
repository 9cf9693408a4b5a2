"""The output folder: documents that failed and are read again have one row at most, whenever the job is killed."""

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.engine import MODEL, extraction

from sayso_server.corpus.errors import OutputError
from sayso_server.corpus.inputs import Entry, id_of_place
from sayso_server.corpus.parts import Form, Part, part_of
from sayso_server.corpus.rows import failed_row, read_row, statement_rows
from sayso_server.corpus.storage.local import LocalFolder
from sayso_server.corpus.store import opened

GOOD = "“Yes,” said Mara."
FIRST = ("a", "b!", "c"), ("d!",), ("e", "f!", "g!")
"""Parts of an output; documents with an exclamation mark fail."""


class Killed(BaseException):
    """Nothing catches it, so that nothing is put right."""


@pytest.fixture(params=["jsonl", "parquet"])
def form(request: pytest.FixtureRequest) -> Form:
    if request.param == "parquet":
        pytest.importorskip("pyarrow", reason="the extra `corpus` is not installed: no Parquet")
    chosen: Form = request.param
    return chosen


def make(form: Form, *names: str) -> Part:
    entries = [Entry(f"in.jsonl:{name.strip('!')}", name.strip("!"), GOOD) for name in names]
    read = extraction(GOOD)
    documents = [
        failed_row(entry, "WORKER_LOST: signal 9", MODEL) if "!" in name else read_row(entry, read, MODEL)
        for name, entry in zip(names, entries, strict=True)
    ]
    statements = [
        row for name, one in zip(names, entries, strict=True) if "!" not in name for row in statement_rows(one, read)
    ]
    return part_of(documents, statements, 3 * len(names), form)


def rows(folder: Path, table: str, form: Form) -> list[dict[str, Any]]:
    """As a reader sees them who takes all parts that there are."""
    parts = sorted((folder / table).glob(f"part-*.{form}"))
    if form == "jsonl":
        return [json.loads(line) for part in parts for line in part.read_text("utf-8").splitlines()]
    from pyarrow import parquet

    return [row for part in parts for row in parquet.read_table(part).to_pylist()]


def statuses(folder: Path, form: Form) -> dict[str, str]:
    found = rows(folder, "documents", form)
    assert len({row["document_id"] for row in found}) == len(found), "a document has two rows"
    return {row["document_id"]: row["status"] for row in found}


def first_run(folder: Path, form: Form) -> None:
    with opened(LocalFolder(folder), form, {}) as store:
        for names in FIRST:
            store.write(make(form, *names))


def second_run(folder: Path, form: Form) -> None:
    """Reads all failed documents again (f fails again), and those without a row: two documents per part."""
    with opened(LocalFolder(folder), form, {}) as store:
        store.retry_failed()
        unread = [name for name in ("b", "d", "f!", "g") if name.strip("!") not in store.statuses]
        for start in range(0, len(unread), 2):
            store.write(make(form, *unread[start : start + 2]))


def test_documents_that_failed_and_are_read_again_have_one_row(tmp_path: Path, form: Form) -> None:
    first_run(tmp_path, form)
    before = {row["document_id"]: row for row in rows(tmp_path, "documents", form)}
    second_run(tmp_path, form)
    after = {row["document_id"]: row for row in rows(tmp_path, "documents", form)}
    assert statuses(tmp_path, form) == {"f": "failed", **dict.fromkeys("abcdeg", "ok")}
    assert {name: after[name] for name in "ace"} == {name: before[name] for name in "ace"}
    assert sorted(row["document_id"] for row in rows(tmp_path, "statements", form)) == list("abcdeg")
    assert {path.name for path in (tmp_path / "documents").iterdir()} == {
        path.name for path in (tmp_path / "statements").iterdir()
    }


def test_what_failed_stays_where_it_is_not_read_again(tmp_path: Path, form: Form) -> None:
    first_run(tmp_path, form)
    with opened(LocalFolder(tmp_path), form, {}) as store:
        store.write(make(form, "h"))
        assert store.failed == 4
    with opened(LocalFolder(tmp_path), form, {}) as store:
        store.retry_failed()
        store.write(make(form, "b", "i"))
        assert store.failed == 3, "those that the input has no longer keep their rows"
    assert statuses(tmp_path, form) == dict.fromkeys("abcehi", "ok") | dict.fromkeys("dfg", "failed")


def test_a_line_that_was_repaired_replaces_what_was_said_of_its_place(tmp_path: Path, form: Form) -> None:
    with opened(LocalFolder(tmp_path), form, {}) as store:
        unreadable = Entry("in.jsonl:7", id_of_place("in.jsonl:7"), error="UNREADABLE: not JSON")
        store.write(part_of([failed_row(unreadable, unreadable.error, MODEL)], [], 0, form))
    with opened(LocalFolder(tmp_path), form, {}) as store:
        store.retry_failed()
        repaired = Entry("in.jsonl:7", "x", GOOD)
        store.write(part_of([read_row(repaired, extraction(GOOD), MODEL)], [], 3, form))
    assert statuses(tmp_path, form) == {"x": "ok"}


def test_a_row_that_failed_is_not_taken_for_that_of_the_place_it_is_named_like(tmp_path: Path, form: Form) -> None:
    failed, other = Entry("in.jsonl:7", "in.jsonl:2", "text"), Entry("in.jsonl:2", "x", GOOD)
    with opened(LocalFolder(tmp_path), form, {}) as store:
        store.write(part_of([failed_row(failed, "WORKER_LOST: signal 9", MODEL)], [], 0, form))
    with opened(LocalFolder(tmp_path), form, {}) as store:
        store.retry_failed()
        store.write(part_of([read_row(other, extraction(GOOD), MODEL)], [], 3, form))
    assert statuses(tmp_path, form) == {"in.jsonl:2": "failed", "x": "ok"}


@pytest.mark.parametrize("table", ["documents", "statements"])
def test_a_file_that_is_no_part_is_named_and_left_alone(tmp_path: Path, form: Form, table: str) -> None:
    first_run(tmp_path, form)
    foreign = tmp_path / table / f"part-x.{form}"
    foreign.write_text("{}")
    (tmp_path / table / "notes.txt").write_text("readers of tables do not take this")
    with pytest.raises(OutputError) as refused, opened(LocalFolder(tmp_path), form, {}):
        pass
    assert str(refused.value) == f"{foreign}: is not a part of this output but would be read as one; move it elsewhere"
    assert foreign.read_text() == "{}"


def test_a_damaged_part_is_named_and_can_be_removed(tmp_path: Path, form: Form) -> None:
    first_run(tmp_path, form)
    part = tmp_path / "documents" / f"part-000001.{form}"
    part.write_bytes(part.read_bytes()[:-9])
    with pytest.raises(OutputError) as refused, opened(LocalFolder(tmp_path), form, {}):
        pass
    assert str(refused.value) == f"{part}: is damaged; remove it, and run the job again"
    part.unlink()
    with opened(LocalFolder(tmp_path), form, {}) as store:
        assert sorted(store.statuses) == list("abcefg")


def kill(patch: pytest.MonkeyPatch, at: int, *, after: bool) -> None:
    """Kill the job before or after its change number `at` of a folder: files are replaced and removed."""
    changes = itertools.count()

    def deadly(change: Callable[..., Any]) -> Callable[..., Any]:
        def changed(*arguments: Any, **options: Any) -> Any:
            number = next(changes)
            if number == at and not after:
                raise Killed
            result = change(*arguments, **options)
            if number == at:
                raise Killed
            return result

        return changed

    for name in ("replace", "unlink"):
        patch.setattr(Path, name, deadly(getattr(Path, name)))


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_at_any_step_of_it(tmp_path: Path, form: Form, after: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed at each change of the folder in turn, until there is none more; then the same run again."""
    for at in itertools.count():
        folder = tmp_path / str(at)
        first_run(folder, form)
        killed = False
        with monkeypatch.context() as patch:
            kill(patch, at, after=after)
            try:
                second_run(folder, form)
            except Killed:
                killed = True
        found = statuses(folder, form)
        assert {name: found.get(name) for name in "ace"} == dict.fromkeys("ace", "ok")
        second_run(folder, form)
        assert statuses(folder, form) == {"f": "failed", **dict.fromkeys("abcdeg", "ok")}
        assert sorted(row["document_id"] for row in rows(folder, "statements", form)) == list("abcdeg")
        if not killed:
            break
    assert at == 8, "three parts lose rows, one of them both files; two parts of two files each are written"
