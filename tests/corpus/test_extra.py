"""Tests that need the extra `corpus`: Parquet and Ray."""

import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.corpus import Corpus
from support.engine import DEADLY, POISON, SECRET
from support.filled import FULL
from support.serving import PATIENCE, wait_for

from sayso_server.corpus.inputs import Entry, File, entries
from sayso_server.corpus.parts import encode
from sayso_server.corpus.rows import STATEMENTS, statement_rows

pa = pytest.importorskip("pyarrow", reason="the extra `corpus` is not installed: no Parquet")
pq = pytest.importorskip("pyarrow.parquet")

EXAMPLE = Path(__file__).parent.parent.parent / "server/demo/corpus/said_over_time.py"
GOOD = "“Yes,” said Mara."
RAY_PATIENCE = 240


def table(corpus: Corpus, name: str) -> list[dict[str, object]]:
    parts = sorted((corpus.target / name).glob("part-*.parquet"))
    return [row for part in parts for row in pq.read_table(part).to_pylist()]


def test_parquet_says_what_json_lines_say(corpus: Corpus, tmp_path: Path) -> None:
    corpus.write(GOOD, POISON, "Nothing.", GOOD)
    corpus.run()
    read = {name: table(corpus, name) for name in ("documents", "statements")}
    corpus.target = tmp_path / "lines"
    corpus.run("--format", "jsonl")
    for name, rows in read.items():
        measured = {"seconds"}
        expected = [{key: row[key] for key in row if key not in measured} for row in corpus.rows(name)]
        assert [{key: row[key] for key in row if key not in measured} for row in rows] == expected


def test_parquet_in_from_any_row_on(corpus: Corpus) -> None:
    corpus.source = corpus.source.with_suffix(".parquet")
    columns = {"id": list(range(50)), "text": [GOOD] * 50, "title": [None] * 50, "other": [b"x"] * 50}
    pq.write_table(pa.table(columns), corpus.source, row_group_size=7)
    status, _ = corpus.run()
    assert status == 0
    assert [row["document_id"] for row in table(corpus, "documents")] == [str(number) for number in range(50)]


def test_a_cell_that_cannot_be_read_spoils_its_own_row_only(corpus: Corpus) -> None:
    corpus.source = corpus.source.with_suffix(".parquet")
    texts = pa.array([GOOD.encode(), b"caf\xe9", GOOD.encode()]).cast(pa.binary()).view(pa.string())
    moments = pa.array([10**12, 0, 0], pa.timestamp("s", tz="UTC"))  # the first is in the year 33658
    pq.write_table(pa.table({"id": ["a", "b", "c"], "text": texts, "published_at": moments}), corpus.source)
    assert corpus.run()[0] == 1
    assert [(row["document_id"], row["error"], row["warnings"]) for row in table(corpus, "documents")] == [
        ("a", None, "UNKNOWN_DATE"),
        ("b", 'UNREADABLE: "text" is missing or not a string', None),
        ("c", None, None),
    ]


def test_people_in_parquet_are_those_in_json_lines(corpus: Corpus, tmp_path: Path) -> None:
    corpus.write(GOOD, "“Never,” said Olin.", GOOD)
    corpus.run()
    read = {name: table(corpus, name) for name in ("people", "profiles")}
    assert [row["name"] for row in read["people"]] != []
    corpus.target = tmp_path / "lines"
    corpus.run("--format", "jsonl")
    assert read == {name: corpus.rows(name) for name in ("people", "profiles")}


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"PAR1 no", "is not readable as Parquet (ArrowInvalid)"), (None, "has no column 'text'")],
)
def test_parquet_that_is_none(corpus: Corpus, content: bytes | None, message: str) -> None:
    corpus.source = corpus.source.with_suffix(".parquet")
    if content is None:
        pq.write_table(pa.table({"id": ["a"]}), corpus.source)
    else:
        corpus.source.write_bytes(content)
    assert corpus.run() == (2, f"Error: {corpus.source}: {message}\n")


def test_the_example_answers_from_the_tables(corpus: Corpus, tmp_path: Path) -> None:
    pytest.importorskip("duckdb", reason="the extra `plots` is not installed")
    pytest.importorskip("matplotlib", reason="the extra `plots` is not installed")
    lines = [
        {"id": "a", "text": GOOD, "title": "First", "published_at": "2024-03-01"},
        {"id": "b", "text": "“Never,” said Olin.", "published_at": "2024-03-02"},
        {"id": "c", "text": GOOD, "published_at": "2024-05-01"},
        {"id": "d", "text": POISON, "published_at": "2024-05-01"},
    ]
    corpus.source.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    assert corpus.run()[0] == 1
    drawn = tmp_path / "mara.svg"
    command = [sys.executable, str(EXAMPLE), str(corpus.target), "mara", "--plot", str(drawn)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert (done.returncode, done.stderr) == (0, "")
    said = [line for line in done.stdout.splitlines() if "· say ·" in line]
    assert said == ["2024-03-01  Mara · say · direct", "2024-05-01  Mara · say · direct"]
    assert "2024-03" in done.stdout
    assert "Olin" not in done.stdout, "not one of the same articles"
    nobody = subprocess.run([*command[:3], "Orr"], capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert (nobody.returncode, nobody.stderr) == (1, f"no person matches 'Orr' in {corpus.target}/people\n")
    assert drawn.read_text("utf-8").startswith("<?xml")


def test_people_on_ray_are_those_found_here(corpus: Corpus, tmp_path: Path) -> None:
    """Run in a separate process, which makes a folder of tables and links its people twice."""
    pytest.importorskip("ray", reason="the extra `corpus` is not installed: no Ray")
    corpus.write(GOOD, "“Never,” said Olin.", GOOD, "“No,” said Mara Olin.")
    corpus.run("--no-people")
    assert not (corpus.target / "people").exists()
    script = tmp_path / "find.py"
    script.write_text(
        "import functools, pathlib, sys\n"
        "from sayso_server.corpus import job, on_ray\n"
        "from sayso_server.corpus.people.job import here\n"
        "if __name__ == '__main__':\n"
        "    on_ray_of_two = functools.partial(on_ray.mapping_on_ray, workers=2, address=None)\n"
        "    job.FEW_PARTS = 0\n"
        "    mapping = on_ray_of_two if sys.argv[2] == 'ray' else here\n"
        "    print(job.find_people(pathlib.Path(sys.argv[1]), 'parquet', mapping, job={}).profiles)\n"
    )
    found = []
    for where in ("here", "ray"):
        command = [sys.executable, str(script), str(corpus.target), where]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "HOME": str(corpus.home)}
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=RAY_PATIENCE, env=environment
        )
        assert done.returncode == 0, done.stderr
        found.append((done.stdout, table(corpus, "people"), table(corpus, "profiles"), table(corpus, "statements")))
        for name in ("people", "profiles"):
            shutil.rmtree(corpus.target / name)
    assert found[0] == found[1]
    assert found[0][0] == "4\n"


def test_on_ray_killed_and_started_again(corpus: Corpus, tmp_path: Path) -> None:
    """Two workers; the job is killed with kill -9 while one of them waits; documents fail and end their process."""
    pytest.importorskip("ray", reason="the extra `corpus` is not installed: no Ray")
    gate = tmp_path / "gate"
    texts = [GOOD] * 24
    texts[3], texts[8], texts[13] = f"{SECRET} {POISON}", f"{SECRET} {DEADLY}", f"{GOOD} WAIT {gate}"
    corpus.write(*texts)
    process = corpus.start("--workers", "2")
    wait_for(gate.with_suffix(".entered"), patience=RAY_PATIENCE)
    process.kill()
    process.wait()
    gate.touch()  # its worker, which holds its pipes, sees that it is gone
    process.communicate(timeout=RAY_PATIENCE)
    before = [row["document_id"] for row in table(corpus, "documents")]
    assert len(before) < 24
    status, said = corpus.run("--workers", "2", patience=RAY_PATIENCE)
    assert status == 1, said
    assert said.splitlines()[0].startswith(f"{corpus.target}: {24 - len(before)} documents, "), said
    documents = {str(row["document_id"]): str(row["error"] or "").split(":")[0] for row in table(corpus, "documents")}
    assert len(table(corpus, "documents")) == 24
    assert {name: error for name, error in documents.items() if error} == {
        "d3": "EXTRACTION_FAILED",
        "d8": "WORKER_LOST",
    }
    assert sorted(str(row["document_id"]) for row in table(corpus, "statements")) == sorted(
        documents.keys() - {"d3", "d8"}
    )
    assert SECRET not in said + json.dumps(table(corpus, "documents"), default=str)


def test_sigterm_on_ray_ends_all_that_was_started(corpus: Corpus, tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="the extra `corpus` is not installed: no Ray")
    gate = tmp_path / "gate"
    corpus.write(*[f"WAIT {gate}"] * 4)
    process = corpus.start("--workers", "2")
    wait_for(gate.with_suffix(".entered"), patience=RAY_PATIENCE)
    process.terminate()
    output, said = process.communicate(timeout=RAY_PATIENCE)
    gate.touch()
    assert (process.returncode, output, said) == (130, "", "stopped; run the same command again to resume\n")
    assert not list(Path(tempfile.gettempdir()).glob(f"sayso-ray-{process.pid}-*"))
    assert not list(corpus.home.iterdir())


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("127.0.0.1:1", "there is no Ray cluster at 127.0.0.1:1: Connection refused"),
        (
            "ray://head:10001",
            "ray://head:10001: Ray Data cannot run through ray://; run this on a machine of the cluster",
        ),
    ],
)
def test_a_cluster_that_is_none(corpus: Corpus, address: str, message: str) -> None:
    pytest.importorskip("ray", reason="the extra `corpus` is not installed: no Ray")
    corpus.write(GOOD)
    assert corpus.run("--address", address) == (2, f"Error: {message}\n")


def test_a_row_of_every_column_comes_back_from_parquet() -> None:
    entry = Entry("in.jsonl:1", "d1", FULL.text, published_at=datetime(2024, 8, 1, tzinfo=UTC), labels={"desk": "city"})
    [row] = statement_rows(entry, FULL)
    assert pq.read_table(io.BytesIO(encode([row], STATEMENTS, "parquet"))).to_pylist() == [row]


def test_labels_may_be_a_map_or_a_struct(corpus: Corpus) -> None:
    corpus.source = corpus.source.with_suffix(".parquet")
    for labels in (pa.array([[("desk", "city")]], pa.map_(pa.string(), pa.string())), pa.array([{"desk": "city"}])):
        pq.write_table(pa.table({"id": ["a"], "text": [GOOD], "labels": labels}), corpus.source)
        [(_, entry)] = entries(File(corpus.source, corpus.source.name, corpus.source.stat().st_size))
        assert entry.labels == {"desk": "city"}
