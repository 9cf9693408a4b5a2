"""`sayso-server extract` and `info`, around the fake engine."""

import json
import platform
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from google.protobuf.json_format import Parse
from support.engine import POISON, SECRET, FakeEngine
from support.serving import PATIENCE, start_process

from sayso.v1 import quotes_pb2 as pb
from sayso_server.core.statement import REPORTED_SPEECH, CueClass
from sayso_server.main import main

TEXT = "😀 “Yes,” said Mara."


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    engine = FakeEngine()
    monkeypatch.setattr("sayso_server.commands.extract.load", lambda model, *, threads, device: engine)
    return engine


def lines(*records: object) -> bytes:
    return b"".join(json.dumps(record, ensure_ascii=False).encode() + b"\n" for record in records)


def extract(folder: Path, data: bytes, *arguments: str) -> tuple[Result, list[str]]:
    source, target = folder / "in.jsonl", folder / "out.jsonl"
    source.write_bytes(data)
    result = CliRunner().invoke(main, ["extract", str(source), str(target), *arguments])
    return result, target.read_text("utf-8").splitlines()


def test_results_are_protobuf_json_in_order(tmp_path: Path, engine: FakeEngine) -> None:
    documents = [{"id": f"d{number}", "text": TEXT, "other": None} for number in range(20)]
    result, written = extract(tmp_path, lines(*documents))
    assert (result.exit_code, result.stderr) == (0, "")
    results = [Parse(line, pb.Result()) for line in written]
    assert [message.document_id for message in results] == [f"d{number}" for number in range(20)]
    [span] = results[0].statements[0].content_spans
    assert (span.start, span.end, span.text) == (2, 8, "“Yes,”")
    assert engine.options[0].cue_classes == REPORTED_SPEECH
    assert "😀" not in written[0]
    assert "“Yes,”" in written[0]


def test_known_speakers_by_the_day_of_each_line(tmp_path: Path, engine: FakeEngine) -> None:
    speakers = tmp_path / "people.csv"
    speakers.write_text("id,name,aliases,to\nQ1,Mara Voss,Mara,2024-06-30\n", "utf-8")
    days = ("2024-06-30T20:00:00-05:00", "2024-06-30", None, "0001-01-01T00:00:00+05:00")
    documents = [{"id": "d", "text": TEXT, "published_at": day} for day in days]
    result, written = extract(tmp_path, lines(*documents), "--speakers", str(speakers))
    assert result.exit_code == 0
    found = [Parse(line, pb.Result()).speakers[0] for line in written]
    assert [speaker.external_id for speaker in found] == ["", "Q1", "Q1", "Q1"]
    assert found[1].display_name == "Mara Voss"


def test_labels_go_along(tmp_path: Path, engine: FakeEngine) -> None:
    labels: list[object] = [{"outlet": "Post", "desk": None, "odd": "HALF"}, None]
    documents = [{"id": str(n), "text": TEXT, "labels": one} for n, one in enumerate(labels)]
    result, written = extract(tmp_path, lines(*documents).replace(b"HALF", b"\\ud800"))
    assert result.exit_code == 0
    assert [dict(Parse(line, pb.Result()).labels) for line in written] == [{"outlet": "Post", "odd": "?"}, {}]


def test_labels_that_no_server_takes_spoil_their_line(tmp_path: Path, engine: FakeEngine) -> None:
    labels: list[object] = [["a", "b"], {"views": 7}, {"HALF": 7}, dict.fromkeys(map(str, range(65)), "")]
    documents = [{"id": str(n), "text": TEXT, "labels": one} for n, one in enumerate(labels)]
    result, written = extract(tmp_path, lines(*documents).replace(b"HALF", b"\\ud800"))
    assert result.exit_code == 1
    assert [json.loads(line)["error"] for line in written] == [
        '"labels" is not an object of strings',
        "\"labels\": the value of 'views' is not a string",
        "\"labels\": the value of '\\ud800' is not a string",
        '"labels": there are 65 labels; the limit is 64',
    ]


@pytest.mark.parametrize("command", ["extract", "corpus", "serve"])
def test_a_bad_file_of_speakers_ends_every_command_in_one_line(tmp_path: Path, command: str) -> None:
    speakers = tmp_path / "people.csv"
    speakers.write_text("id,name\nQ1,\n", "utf-8")
    (tmp_path / "in.jsonl").write_bytes(lines({"id": "a", "text": TEXT}))
    paths = [] if command == "serve" else [str(tmp_path / "in.jsonl"), str(tmp_path / "out")]
    form = ["--format", "jsonl"] if command == "corpus" else []
    result = CliRunner().invoke(main, [command, *paths, *form, "--speakers", str(speakers)])
    assert result.exit_code == 2
    assert result.stderr == f'Error: {speakers}, line 2, column "name": is empty\n'


def test_gold_has_the_format_of_gold_files(tmp_path: Path, engine: FakeEngine) -> None:
    result, [written] = extract(tmp_path, lines({"id": 7, "text": TEXT}), "--as", "gold", "--classes", "all")
    assert result.exit_code == 0
    assert json.loads(written) == {
        "id": "7",
        "text": TEXT,
        "attributions": [
            {
                "id": "s1",
                "content": [[2, 8]],
                "cue": [[9, 13]],
                "source": [[14, 18]],
                "addressee": [],
                "kind": "direct",
                "speaker": "Mara",
                "speaker_type": "person",
                "polarity": "affirmed",
                "confidence": 0.75,
                "rule": "fake",
                "nested": False,
            }
        ],
    }
    assert engine.options[0].cue_classes == set(CueClass)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "not JSON: Expecting property name enclosed in double quotes (column 2)"),
        (b'{"id": "a", "text": "\xff"}', "not UTF-8: byte 22 of the line"),
        (b"[]", 'not an object with "id" and "text"'),
        (b'{"text": "x"}', '"id" is missing or not a string'),
        (b'{"id": true, "text": "x"}', '"id" is missing or not a string'),
        (b'{"id": "a"}', '"text" is missing or not a string'),
        (
            b'{"id": "a", "text": "x\\ud83d"}',
            '"text" has half of a surrogate pair at character 1, which is not a character',
        ),
    ],
)
def test_a_bad_line_is_reported_and_the_others_are_kept(
    tmp_path: Path, engine: FakeEngine, line: bytes, reason: str
) -> None:
    data = lines({"id": "first", "text": TEXT}) + b"\n" + line + b"\n" + lines({"id": "last", "text": TEXT})
    result, [first, bad, last] = extract(tmp_path, data)
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [f"{tmp_path}/in.jsonl:3: {reason}", "1 line could not be read"]
    assert (json.loads(bad)["line"], json.loads(bad)["error"]) == (3, reason)
    assert [json.loads(one)["documentId"] for one in (first, last)] == ["first", "last"]


def test_a_document_that_cannot_be_read_fails_alone_and_silently(tmp_path: Path, engine: FakeEngine) -> None:
    data = lines({"id": "a", "text": TEXT}, {"id": "b", "text": f"{SECRET} {POISON}"}, {"id": "c", "text": TEXT})
    result, written = extract(tmp_path, data, "--as", "gold")
    assert result.exit_code == 1
    assert [("error" in json.loads(line), json.loads(line)["id"]) for line in written] == [
        (False, "a"),
        (True, "b"),
        (False, "c"),
    ]
    assert SECRET not in result.stderr + "".join(written)


def test_nothing_in_nothing_out(tmp_path: Path, engine: FakeEngine) -> None:
    result, written = extract(tmp_path, b"")
    assert (result.exit_code, written) == (0, [])


def test_standard_input_and_output() -> None:
    process = start_process_with_input(lines({"id": "a", "text": TEXT}), "extract", "-", "-")
    assert process.returncode == 0
    assert Parse(process.stdout, pb.Result()).document_id == "a"


def test_a_model_that_is_not_there() -> None:
    process = start_process("extract", "-", "-", "--model", "nowhere")
    output, log = process.communicate("", timeout=PATIENCE)
    assert (process.returncode, output, log) == (2, "", "Error: nowhere: no model there\n")


def test_info() -> None:
    process = start_process("info")
    output, log = process.communicate("", timeout=PATIENCE)
    assert (process.returncode, log) == (0, "")
    _, *model, processor = output.splitlines()
    assert model == ["model      fake 7", "digest     0123abcd", "device     cpu"]
    assert processor.startswith(f"processor  {platform.machine()}, ")


def start_process_with_input(data: bytes, *arguments: str) -> "subprocess.CompletedProcess[str]":
    process = start_process(*arguments)
    output, log = process.communicate(data.decode(), timeout=PATIENCE)
    return subprocess.CompletedProcess(arguments, process.returncode, output, log)
