"""The command `sayso`."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from google.protobuf.json_format import Parse
from support.engine import POISON
from support.serving import PATIENCE, Running, free_port, running, server_process

from sayso.cli.app import app
from sayso.v1 import quotes_pb2 as pb

TEXT = "😀 “Yes,\n  indeed,” said Mara."


def sayso(served: Running | None, *arguments: str, text: bytes | str = TEXT) -> Result:
    address = served.address if served else f"127.0.0.1:{free_port()}"
    return CliRunner().invoke(app, [*arguments, "--server", address], input=text)


def test_lines_where_the_output_is_no_terminal(served: Running) -> None:
    result = sayso(served, "extract", "-")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "Mara\tdirect\tsaid\t“Yes, indeed,”\n"


def test_a_table(served: Running) -> None:
    result = sayso(served, "extract", "-", "--table")
    assert result.exit_code == 0
    assert [line.split() for line in result.stdout.splitlines() if line.strip(" ─")] == [
        ["speaker", "kind", "cue", "statement"],
        ["Mara", "direct", "said", "“Yes,", "indeed,”"],
    ]


def test_json_is_the_result_of_the_contract(served: Running, tmp_path: Path) -> None:
    file = tmp_path / "article.txt"
    file.write_text(TEXT, "utf-8")
    result = sayso(served, "extract", str(file), "--json")
    message = Parse(result.stdout, pb.Result())
    assert message.document_id == str(file)
    [span] = message.statements[0].content_spans
    assert (span.start, span.end) == (2, 18)
    assert int(json.loads(result.stdout)["statements"][0]["contentSpans"][0]["start"]) == 2


def test_warnings_and_the_want_of_statements_go_to_standard_error(served: Running) -> None:
    result = sayso(served, "extract", "-", "--table", text="")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "warning: the document has no text\nno statements found\n"


def test_info(served: Running) -> None:
    result = sayso(served, "info")
    assert result.exit_code == 0
    assert ["model", "fake", "7"] in [line.split() for line in result.stdout.splitlines()]


def test_no_server() -> None:
    result = sayso(None, "extract", "-")
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr.startswith("Error: no server answers at 127.0.0.1:")
    assert result.stderr.endswith("; start one with: sayso-server serve\n")


def test_a_server_that_is_not_ready() -> None:
    with running(warm=False) as served:
        result = sayso(served, "extract", "-", "--timeout", "20")
        assert sayso(served, "info").stdout.splitlines()[1].endswith("no, the models are still loading")
    assert result.exit_code == 3
    assert result.stderr.endswith("is not ready: the models are still loading\n")


def test_no_answer_in_time(served: Running) -> None:
    served.engine.gate.clear()
    result = sayso(served, "extract", "-", "--timeout", "0.1")
    assert (result.exit_code, result.stderr) == (3, f"Error: no answer from {served.address} within 0.1 s\n")


def test_a_document_that_fails(served: Running) -> None:
    result = sayso(served, "extract", "-", text=POISON)
    assert (result.exit_code, result.stderr) == (1, "Error: this document could not be read\n")


def test_a_file_that_is_not_utf8(tmp_path: Path) -> None:
    file = tmp_path / "latin1.txt"
    file.write_bytes("“Café”".encode("cp1252"))
    result = sayso(None, "extract", str(file))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"Error: {file}: not UTF-8: byte 0 is 0x93\n"


@pytest.mark.parametrize("arguments", [("extract",), ("extract", "/nonexistent"), ("extract", "-", "--timeout", "0")])
def test_usage(arguments: tuple[str, ...]) -> None:
    assert sayso(None, *arguments).exit_code == 2


def test_help_documents_the_exit_statuses() -> None:
    help_text = CliRunner().invoke(app, ["extract", "--help"]).stdout
    assert [line.split()[0] for line in help_text.split("Exit status:")[1].splitlines() if line.strip()] == list("0123")


def test_a_real_server_and_a_real_command() -> None:
    command = Path(sys.executable).with_name("sayso")
    with server_process() as (_, address):
        done = subprocess.run(
            [command, "extract", "-", "--server", address],
            input=TEXT.encode(),
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode() == "Mara\tdirect\tsaid\t“Yes, indeed,”\n"
