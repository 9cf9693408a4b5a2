"""`sayso-server corpus` without Ray, killed and continued."""

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.corpus import Corpus
from support.engine import DEADLY, POISON, SECRET
from support.serving import PATIENCE, wait_for

from sayso_server.main import main

JSONL = ("--format", "jsonl")
GOOD = "“Yes,” said Mara."


def ids(corpus: Corpus) -> list[str]:
    return [row["document_id"] for row in corpus.rows("documents")]


def test_every_document_once_and_a_summary_on_standard_error(corpus: Corpus) -> None:
    corpus.write(*[GOOD] * 7)
    status, said = corpus.run(*JSONL)
    assert status == 0
    assert said.startswith(f"{corpus.target}: 7 documents, 21 words, 7 statements in ")
    assert ids(corpus) == [f"d{n}" for n in range(7)]
    assert len(corpus.rows("statements")) == 7


def test_a_second_run_reads_only_what_is_new(corpus: Corpus) -> None:
    corpus.write(GOOD, GOOD)
    corpus.run(*JSONL)
    corpus.write(GOOD, GOOD, GOOD)
    status, said = corpus.run(*JSONL)
    assert status == 0
    assert "1 document, 3 words, 1 statement in" in said
    assert "; 2 had been read before\n" in said
    assert ids(corpus) == ["d0", "d1", "d2"]


def test_known_speakers_are_in_the_rows_and_belong_to_the_job(corpus: Corpus, tmp_path: Path) -> None:
    speakers = tmp_path / "people.csv"
    speakers.write_text("id,name,aliases,from\nQ1,Mara Voss,Mara,2024-07-01\nQ2,A,Olin,\nQ3,B,Olin,\n", "utf-8")
    records = [
        {"id": "a", "text": "“Yes,” said Mara. “No,” said Olin.", "published_at": "2024-07-01"},
        {"id": "b", "text": "“Yes,” said Mara. “No,” said Pell.", "published_at": "2024-06-30"},
    ]
    corpus.source.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    assert corpus.run(*JSONL, "--speakers", str(speakers))[0] == 0
    columns = ("speaker", "speaker_external_id", "speaker_candidates")
    assert [tuple(row[name] for name in columns) for row in corpus.rows("statements")] == [
        ("Mara Voss", "Q1", None),
        ("Olin", None, "Q2; Q3"),
        ("Mara", None, None),
        ("Pell", None, None),
    ]
    assert corpus.run(*JSONL, "--speakers", str(speakers))[0] == 0
    speakers.write_text("id,name\nQ1,Mara\n", "utf-8")
    status, said = corpus.run(*JSONL, "--speakers", str(speakers))
    assert status == 2
    assert "was made with speakers " in said


def test_labels_are_in_both_tables(corpus: Corpus) -> None:
    records = [
        {"id": "a", "text": "“Yes,” said Mara.", "labels": {"outlet": "Café"}},
        {"id": "b", "text": "“No,” said Pell."},
    ]
    corpus.source.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    assert corpus.run(*JSONL)[0] == 0
    for table in ("documents", "statements"):
        assert [row["labels"] for row in corpus.rows(table)] == ['{"outlet": "Café"}', None]


def test_killed_and_started_again(corpus: Corpus, tmp_path: Path) -> None:
    """Killed with kill -9 at two documents, each of which waits until it is released."""
    gates = [tmp_path / "first", tmp_path / "second"]
    texts = [GOOD] * 12
    texts[5], texts[9] = f"{GOOD} WAIT {gates[0]}", f"{GOOD} WAIT {gates[1]}"
    corpus.write(*texts)
    finished = []
    for gate in gates:
        process = corpus.start(*JSONL)
        wait_for(gate.with_suffix(".entered"))
        process.kill()
        process.wait()
        gate.touch()  # its worker, which holds its pipes, sees that it is gone
        process.communicate(timeout=PATIENCE)
        finished.append(ids(corpus))
    assert len(finished[0]) < len(finished[1]) < 12
    status, said = corpus.run(*JSONL)
    assert status == 0
    assert f"{12 - len(finished[1])} documents, " in said
    assert ids(corpus)[: len(finished[1])] == finished[1], "what was finished is not touched"
    assert sorted(ids(corpus)) == sorted(f"d{n}" for n in range(12))
    assert sorted(row["document_id"] for row in corpus.rows("statements")) == sorted(ids(corpus))


def test_what_a_killed_job_left_is_removed(corpus: Corpus) -> None:
    corpus.write(GOOD, GOOD)
    corpus.run(*JSONL)
    (corpus.target / "statements" / "part-000007.jsonl").write_text('{"document_id": "d9"}\n')
    (corpus.target / "documents" / "part-000007.jsonl.unfinished").write_text("{")
    corpus.run(*JSONL)
    assert [row["document_id"] for row in corpus.rows("statements")] == ["d0", "d1"]
    assert not list(corpus.target.rglob("*.unfinished"))


def test_documents_that_fail_are_counted_and_named_in_their_rows(corpus: Corpus) -> None:
    corpus.write(GOOD, f"{SECRET} {POISON}", GOOD, f"{SECRET} {DEADLY}", GOOD)
    status, said = corpus.run(*JSONL)
    assert status == 1
    assert f"could not be read: 2 in total, with status 'failed' in {corpus.target}/documents" in said
    assert [row["status"] for row in corpus.rows("documents")] == ["ok", "failed", "ok", "failed", "ok"]
    assert SECRET not in said + "".join(path.read_text("utf-8") for path in corpus.target.rglob("*.jsonl"))


def test_what_failed_is_read_again_only_when_asked_for(corpus: Corpus, tmp_path: Path) -> None:
    """Killed with kill -9 while it is: after one of the four has its new row, and while another is read."""
    gate = tmp_path / "gate"
    corpus.write(GOOD, POISON, GOOD, GOOD, POISON, POISON, POISON, GOOD)
    assert corpus.run(*JSONL)[0] == 1
    before = {row["document_id"]: row for row in corpus.rows("documents")}
    # What failed for a passing reason: here the documents themselves are other ones now.
    corpus.write(GOOD, GOOD, GOOD, GOOD, POISON, f"{GOOD} WAIT {gate}", GOOD, GOOD)
    status, said = corpus.run(*JSONL)
    assert (status, {row["document_id"]: row for row in corpus.rows("documents")}) == (1, before)
    assert "could not be read: 4 in total" in said
    assert "--retry-failed reads them again" in said

    process = corpus.start(*JSONL, "--retry-failed", "--part-words", "4")
    wait_for(gate.with_suffix(".entered"))
    process.kill()
    process.wait()
    gate.touch()
    process.communicate(timeout=PATIENCE)
    killed = {row["document_id"]: row["status"] for row in corpus.rows("documents")}
    assert len(corpus.rows("documents")) == len(killed) == 8
    assert [killed[f"d{n}"] for n in (1, 5, 6)] == ["ok", "failed", "failed"]

    status, said = corpus.run(*JSONL, "--retry-failed")
    assert status == 1
    assert ": 3 documents, 1 of them failed, " in said
    assert "could not be read: 1 in total" in said
    assert sorted(ids(corpus)) == [f"d{n}" for n in range(8)]
    assert {row["document_id"]: row["status"] for row in corpus.rows("documents") if row["status"] != "ok"} == {
        "d4": "failed"
    }
    assert sorted(row["document_id"] for row in corpus.rows("statements")) == [f"d{n}" for n in (0, 1, 2, 3, 5, 6, 7)]


def test_what_was_too_long_is_read_again_with_another_limit(corpus: Corpus) -> None:
    corpus.write(GOOD, f"{GOOD} {GOOD}")
    assert corpus.run(*JSONL, "--max-document-chars", "20")[0] == 1
    assert corpus.rows("documents")[1]["error"] == "TEXT_TOO_LONG: 35 characters, more than 20"
    status, said = corpus.run(*JSONL, "--max-document-chars", "40", "--retry-failed")
    assert (status, ": 1 document, " in said) == (0, True), said
    assert sorted((row["document_id"], row["status"]) for row in corpus.rows("documents")) == [
        ("d0", "ok"),
        ("d1", "ok"),
    ]
    assert corpus.run(*JSONL, "--no-people", "--retry-failed") == (
        0,
        f"{corpus.target}: nothing new to read; 2 had been read before\n",
    )


def test_documents_with_one_id_are_told_of(corpus: Corpus) -> None:
    corpus.write(GOOD, GOOD)
    lines = corpus.source.read_text("utf-8")
    corpus.source.write_text(lines + lines, "utf-8")
    status, said = corpus.run(*JSONL)
    assert status == 1
    assert "\n2 had the id of an earlier one and were skipped, the first is in.jsonl:3\n" in said
    assert ids(corpus) == ["d0", "d1"]


def test_sigterm_ends_the_job_and_what_it_started(corpus: Corpus, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    corpus.write(GOOD, GOOD, GOOD, f"WAIT {gate}")
    process = corpus.start(*JSONL)
    wait_for(gate.with_suffix(".entered"))
    process.terminate()
    _, said = process.communicate(timeout=PATIENCE)  # its pipes end when its workers have ended
    assert (process.returncode, said) == (130, "stopped; run the same command again to resume\n")


def test_a_full_disk_ends_the_job_which_goes_on_when_there_is_room(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)  # it could not write its figures either
    gate = tmp_path / "gate"
    corpus.write(GOOD, GOOD, GOOD, f"{GOOD} WAIT {gate}")
    process = corpus.start(*JSONL)
    wait_for(gate.with_suffix(".entered"))
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (100, 100))  # no file may grow beyond: as if it were full
    gate.touch()
    _, said = process.communicate(timeout=PATIENCE)
    message = f"Error: {corpus.target}: File too large; fix this and run the same command again to resume\n"
    assert (process.returncode, said) == (2, message)
    assert len(ids(corpus)) < 4
    assert corpus.run(*JSONL)[0] == 0
    assert sorted(ids(corpus)) == ["d0", "d1", "d2", "d3"]


def test_two_jobs_do_not_write_to_one_folder(corpus: Corpus, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    corpus.write(f"WAIT {gate}")
    first = corpus.start(*JSONL)
    wait_for(gate.with_suffix(".entered"))
    assert corpus.run(*JSONL) == (2, f"Error: {corpus.target}: another job is writing to it\n")
    gate.touch()
    first.communicate(timeout=PATIENCE)
    assert (first.returncode, ids(corpus)) == (0, ["d0"])


def test_an_output_is_continued_only_as_it_was_made(corpus: Corpus) -> None:
    corpus.write(GOOD)
    corpus.run(*JSONL)
    status, said = corpus.run(*JSONL, "--classes", "all")
    assert (status, said) == (
        2,
        f"Error: {corpus.target}: was made with classes speech, not all; choose another folder\n",
    )


@pytest.mark.parametrize(
    ("source", "target", "message"),
    [
        ("http://news/in.jsonl", "out", "http:// is not supported; use a local path or s3://, "),
        ("in.jsonl", "s3://key:secret@news/out", "s3://: an address must not contain credentials"),
        ("s3:///in.jsonl", "out", "s3:///in.jsonl: has no bucket or host"),
    ],
)
def test_an_address_that_is_none_is_refused_and_no_folder_is_made_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, target: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["corpus", source, target])
    assert done.exit_code == 2
    assert message in done.stderr
    assert "secret" not in done.stderr
    assert not list(tmp_path.iterdir())


def test_on_ray_there_are_no_gpus(tmp_path: Path) -> None:
    places = [str(tmp_path / name) for name in ("in.jsonl", "out")]
    done = CliRunner().invoke(main, ["corpus", *places, *JSONL, "--workers", "2", "--device", "cuda"])
    assert done.exit_code == 2
    assert "on Ray there is only --device cpu; leave out --device" in done.stderr


def test_carried_fields_are_in_both_tables_and_belong_to_the_job(corpus: Corpus) -> None:
    lines = [{"url": "a", "text": GOOD, "desk": "world", "views": 7}, {"url": "b", "text": GOOD}, "no document"]
    corpus.source.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    options = (*JSONL, "--id-field", "url", "--carry", "desk", "--carry", "views:int")
    assert corpus.run(*options)[0] == 1
    values = [("a", "world", 7), ("b", None, None), ("in.jsonl:3 (no id)", None, None)]
    for table, expected in (("documents", values), ("statements", values[:2])):
        assert [(row["document_id"], row["desk"], row["views"]) for row in corpus.rows(table)] == expected
    status, said = corpus.run(*JSONL, "--id-field", "url", "--carry", "desk")
    assert (status, "was made with carried ['desk:string', 'views:int'], not ['desk:string']" in said) == (2, True)


def test_an_output_in_the_input_is_refused(corpus: Corpus) -> None:
    corpus.write(GOOD)
    corpus.source = corpus.source.parent
    status, said = corpus.run(*JSONL)
    message = "is inside the input, and would be read by the next run; choose another folder"
    assert (status, said) == (2, f"Error: {corpus.target}: {message}\n")
    assert not corpus.target.exists()


def test_a_folder_of_something_else_is_left_alone(corpus: Corpus) -> None:
    corpus.write(GOOD)
    corpus.target.mkdir()
    (corpus.target / "thesis.doc").touch()
    status, said = corpus.run(*JSONL)
    assert (status, said) == (
        2,
        f"Error: {corpus.target}: is not empty, and not an output of this command; choose another\n",
    )
    assert [path.name for path in corpus.target.iterdir()] == ["thesis.doc"]


@pytest.mark.parametrize(
    ("missing", "arguments", "message", "instead"),
    [
        ("pyarrow", (), "Parquet needs pyarrow", "use JSON lines (--format jsonl)"),
        (
            "ray",
            (*JSONL, "--workers", "2"),
            "reading with several workers or on a cluster needs ray",
            "leave out --workers and --address",
        ),
    ],
)
def test_a_missing_extra_is_named_where_it_is_needed(
    tmp_path: Path, missing: str, arguments: tuple[str, ...], message: str, instead: str
) -> None:
    (tmp_path / "in.jsonl").write_text(json.dumps({"id": "a", "text": GOOD}))
    code = f"import sys; sys.modules[{missing!r}] = None; from sayso_server.main import main; main()"
    command = [sys.executable, "-c", code, "corpus", str(tmp_path / "in.jsonl"), str(tmp_path / "out"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert done.returncode == 2
    install = "pip install './server[corpus]' in a checkout of sayso"
    assert done.stderr == f"Error: {message}, which is not installed: {install}, or {instead}\n"
    assert not (tmp_path / "out").exists()


def test_the_command_loads_nothing_heavy_before_it_is_needed() -> None:
    heavy = ("grpc", "ray", "pyarrow", "torch", "matplotlib")
    code = f"import sys, sayso_server.main; sys.stdout.write(' '.join(set({heavy!r}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=PATIENCE)
    assert done.stdout == ""
