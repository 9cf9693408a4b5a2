"""The corpus job with its input and output in an object store: S3, of a server on loopback."""

import gzip
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.corpus import Corpus
from support.s3 import program, running
from support.serving import PATIENCE, wait_for

fs = pytest.importorskip("pyarrow.fs", reason="the extra `corpus` is not installed: no object stores")
pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")
SERVER = program()
pytestmark = pytest.mark.skipif(SERVER is None, reason="no S3 server: make build/s3/.installed")

GOOD = "“Yes,” said Mara."
SLOW = {"patience": 3 * PATIENCE}


@pytest.fixture(scope="module")
def environment() -> Iterator[dict[str, str]]:
    assert SERVER
    with running(SERVER) as found:
        yield found


class Bucket:
    """A bucket of a test."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._system, _ = fs.FileSystem.from_uri(f"s3://{name}/?allow_bucket_creation=true")
        self._system.create_dir(name)

    def put(self, path: str, content: bytes) -> None:
        with self._system.open_output_stream(f"{self.name}/{path}", compression=None) as stream:
            stream.write(content)

    def names(self) -> list[str]:
        found = self._system.get_file_info(fs.FileSelector(self.name, recursive=True))
        return sorted(one.path[len(self.name) + 1 :] for one in found if one.is_file)

    def read(self, path: str) -> bytes:
        with self._system.open_input_file(f"{self.name}/{path}") as stream:
            content: bytes = stream.read()
        return content

    def remove(self, path: str) -> None:
        self._system.delete_file(f"{self.name}/{path}")

    def rows(self, table: str) -> list[dict[str, Any]]:
        parts = [name for name in self.names() if name.startswith(f"out/{table}/part-")]
        return [row for part in parts for row in pq.read_table(io.BytesIO(self.read(part))).to_pylist()]

    def ids(self, table: str = "documents") -> list[str]:
        return [row["document_id"] for row in self.rows(table)]


@pytest.fixture
def bucket(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, corpus: Corpus, request: pytest.FixtureRequest
) -> Bucket:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    made = Bucket(re.sub("[^a-z]+", "-", request.node.name)[:60].strip("-"))
    corpus.addresses = (f"s3://{made.name}/in", f"s3://{made.name}/out")
    return made


def lines(*texts: str, first: int = 0) -> bytes:
    return b"".join(json.dumps({"id": f"d{n}", "text": text}).encode() + b"\n" for n, text in enumerate(texts, first))


def test_folders_of_all_kinds_in_and_tables_out(corpus: Corpus, bucket: Bucket) -> None:
    bucket.put("in/a b%20.jsonl", lines(*[GOOD] * 6))
    bucket.put("in/packed.jsonl.gz", gzip.compress(lines(*[GOOD] * 6, first=6)))
    bucket.put("in/notes.txt", GOOD.encode())
    bucket.put("in/.hidden.txt", GOOD.encode())
    table = io.BytesIO()
    pq.write_table(pa.table({"id": [str(n) for n in range(9)], "text": [GOOD] * 9}), table, row_group_size=2)
    bucket.put("in/year=2024/part-0.parquet", table.getvalue())
    status, said = corpus.run("--carry", "year:int", **SLOW)
    assert status == 0, (said, [row for row in bucket.rows("documents") if row["error"]])
    assert sorted(bucket.ids()) == sorted([*(f"d{n}" for n in range(12)), "notes.txt", *map(str, range(9))])
    assert sorted(bucket.ids("statements")) == sorted(bucket.ids())
    years = {row["document_id"]: row["year"] for row in bucket.rows("documents")}
    assert (years["3"], years["d3"]) == (2024, None)
    assert not [name for name in bucket.names() if name.startswith("out/_lock")]

    bucket.put("in/more.jsonl", lines(GOOD, first=12))
    status, said = corpus.run("--carry", "year:int", **SLOW)
    assert status == 0
    assert said.startswith(f"s3://{bucket.name}/out: 1 document, ")
    assert len(set(bucket.ids())) == len(bucket.ids()) == 23


def test_a_pattern_and_one_object(corpus: Corpus, bucket: Bucket, tmp_path: Path) -> None:
    for number, day in enumerate(("2023-12", "2024-01", "2024-02")):
        bucket.put(f"in/{day}/a.jsonl", lines(GOOD, first=number))
    for source, expected in (("in/2024-*/*.jsonl", ["d1", "d2"]), ("in/2023-12/a.jsonl", ["d0"])):
        corpus.target = tmp_path / expected[0]
        corpus.addresses = (f"s3://{bucket.name}/{source}", str(corpus.target))
        assert corpus.run("--format", "jsonl")[0] == 0
        assert [row["document_id"] for row in corpus.rows("documents")] == expected


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("in/none", "there is no such file or folder"),
        ("in/*.txt", "there are no files ending in .jsonl, .parquet, .txt, compressed (.gz, .bz2, .xz, .zst) or not"),
    ],
)
def test_an_input_that_is_none(corpus: Corpus, bucket: Bucket, source: str, message: str) -> None:
    bucket.put("in/a.jsonl", lines(GOOD))
    corpus.addresses = (f"s3://{bucket.name}/{source}", f"s3://{bucket.name}/out")
    assert corpus.run() == (2, f"Error: s3://{bucket.name}/{source}: {message}\n")


def test_an_output_in_the_input_is_refused(corpus: Corpus, bucket: Bucket) -> None:
    bucket.put("in/a.jsonl", lines(GOOD))
    corpus.addresses = (f"s3://{bucket.name}/in", f"s3://{bucket.name}/in/out")
    status, said = corpus.run()
    assert (status, "is inside the input" in said) == (2, True)


def test_something_else_is_left_alone(corpus: Corpus, bucket: Bucket) -> None:
    bucket.put("in/a.jsonl", lines(GOOD))
    bucket.put("out/thesis.doc", b"x")
    status, said = corpus.run()
    assert (status, "is not empty, and not an output of this command" in said) == (2, True)
    assert bucket.names() == ["in/a.jsonl", "out/thesis.doc"]


def test_killed_and_started_again(corpus: Corpus, bucket: Bucket, tmp_path: Path) -> None:
    """Killed with kill -9 while a document waits, with some parts written, and half of another."""
    gate = tmp_path / "gate"
    texts = [GOOD] * 12
    texts[5] = f"{GOOD} WAIT {gate}"
    bucket.put("in/a.jsonl", lines(*texts))
    process = corpus.start()
    wait_for(gate.with_suffix(".entered"))
    status, said = corpus.run()
    assert status == 2
    assert f"s3://{bucket.name}/out: another job is writing to it: process {process.pid} of " in said
    process.kill()
    process.wait()
    gate.touch()
    process.communicate(timeout=PATIENCE)
    before = bucket.ids()
    assert 0 < len(before) < 12
    bucket.put("out/statements/part-000007.parquet", b"what a killed job left")
    status, said = corpus.run(**SLOW)
    assert status == 0, said
    assert f"took over the lock of process {process.pid} of " in said
    assert sorted(bucket.ids()) == sorted(bucket.ids("statements")) == sorted(f"d{n}" for n in range(12))
    assert bucket.ids()[: len(before)] == before, "what was finished is not touched"


def test_a_store_has_its_defaults_unless_the_address_sets_them() -> None:
    from sayso_server.corpus.storage.remote import with_default

    assert with_default("gs", "") == "retry_limit_seconds=60"  # without credentials it would try for long
    assert with_default("gs", "retry_limit_seconds=5&anonymous=true") == "retry_limit_seconds=5&anonymous=true"
    assert with_default("s3", "region=eu-north-1") == "region=eu-north-1&allow_delayed_open=true"
    assert with_default("hdfs", "user=ann") == "user=ann"
