"""The command `sayso`."""

import csv
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from google.protobuf.json_format import Parse, ParseDict
from support.cli import TEXT, sayso
from support.engine import MODEL, POISON, FakeEngine, extraction
from support.serving import PATIENCE, Running, free_port, run, running, server_process
from support.terminal import in_terminal, screen, without_styles

from sayso import ServerUnavailable, models
from sayso._wire.results import from_result
from sayso.cli.app import app
from sayso.cli.connection import Connection
from sayso.cli.inputs.given import Given
from sayso.cli.reading import Reading
from sayso.cli.speakers import tallies
from sayso.models import SpeakerType
from sayso.v1 import quotes_pb2 as pb
from sayso_server.core.document import Document
from sayso_server.core.statement import CueClass, Extraction, Options
from sayso_server.parsing import load
from sayso_server.service.api.responses import ResultContext, result_message


def test_lines_where_the_output_is_no_terminal(served: Running) -> None:
    result = sayso(served, "extract", "-")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "-\t1\t3\tMara\tdirect\tsaid\t“Yes, indeed,”\n"


def test_a_table(served: Running) -> None:
    result = sayso(served, "extract", "-", "--table")
    assert result.exit_code == 0
    assert [line.split() for line in result.stdout.splitlines() if line.strip(" ─")] == [
        ["speaker", "kind", "cue", "statement"],
        ["Mara", "direct", "said", "“Yes,", "indeed,”"],
    ]


def test_colours_and_control_characters_do_not_reach_a_pipe(served: Running) -> None:
    result = sayso(served, "extract", "-", "--table", text="“Yes \x1b[31mred\x07,” said Mara.")
    assert "\x1b" not in result.stdout
    assert "“Yes [31mred ,”" in result.stdout


def test_explained(served: Running) -> None:
    result = sayso(served, "extract", "-", "--table", "--explain")
    expected = "confidence 0.75, found by fake speaker 0.50 for strong +2.00 against weak -0.10"
    assert expected in " ".join(result.stdout.split())
    columns = sayso(served, "extract", "-", "--plain", "--explain").stdout.rstrip("\n").split("\t")
    lines = ["confidence 0.75, found by fake", "speaker 0.50", "for strong +2.00", "against weak -0.10"]
    assert columns[6:] == ["“Yes, indeed,”", "; ".join(lines)]
    items = sayso(served, "extract", "-", "--markdown", "--explain").stdout.splitlines()[3:7]
    assert items == [
        "  - confidence 0.75, found by fake",
        "  - speaker 0.50",
        "  - for strong \\+2.00",
        "  - against weak -0.10",
    ]


def test_json_is_the_result_of_the_contract(served: Running, tmp_path: Path) -> None:
    file = tmp_path / "article.txt"
    file.write_text(TEXT, "utf-8")
    result = sayso(served, "extract", str(file), "--json")
    [printed] = json.loads(result.stdout)
    message = ParseDict(printed, pb.Result())
    assert message.document_id == str(file)
    [span] = message.statements[0].content_spans
    assert (span.start, span.end) == (2, 18)


def documents(tmp_path: Path) -> list[str]:
    """Three documents in two files, the last of which cannot be read."""
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    lines = [{"id": "b", "text": "“No,” said Olin."}, {"id": "c", "text": POISON}]
    (tmp_path / "b.jsonl").write_text("\n\n".join(map(json.dumps, lines)), "utf-8")
    return [str(tmp_path / "a.txt"), str(tmp_path / "b.jsonl")]


def test_folders_patterns_and_json_lines(served: Running, tmp_path: Path) -> None:
    a, b = documents(tmp_path)
    (tmp_path / "image.png").write_bytes(b"\x89PNG")
    expected = f"{a}\t1\t3\tMara\tdirect\tsaid\t“Yes, indeed,”\nb\t1\t1\tOlin\tdirect\tsaid\t“No,”\n"
    for files in ([a, b], [str(tmp_path)], [str(tmp_path / "*.txt"), str(tmp_path / "**/*.jsonl")]):
        result = sayso(served, "extract", *files)
        assert (result.exit_code, result.stdout) == (1, expected)
        assert re.fullmatch(r"Error: c: this document could not be read \(request \w{32}\)\n", result.stderr)


def test_lines_that_hold_no_document_fail_alone(served: Running) -> None:
    lines = (
        'x\n[]\n{"id": 7, "text": 8}\n{"text": "“Yes,” said Mara."}\n{"id": "d", "text": "\\ud800"}\n' + "[" * 100_000
    )
    result = sayso(served, "extract", "-", "--jsonl-input", text=lines)
    assert result.exit_code == 1
    assert result.stdout == "standard input:4\t1\t1\tMara\tdirect\tsaid\t“Yes,”\n"
    assert [line.split(": ")[1] for line in result.stderr.splitlines()] == [
        "standard input:1",
        "standard input:2",
        "standard input:3",
        "standard input:6",
        "d",
    ]


def test_json_of_several_documents(served: Running, tmp_path: Path) -> None:
    files = documents(tmp_path)
    array = sayso(served, "extract", *files, "--json").stdout
    lines = sayso(served, "extract", *files, "--jsonl").stdout.splitlines()
    of_lines = [json.loads(line)["statements"] for line in lines]
    assert [result["statements"] for result in json.loads(array)] == of_lines
    assert [Parse(line, pb.Result()).document_id for line in lines] == [files[0], "b"]


def test_csv(served: Running, tmp_path: Path) -> None:
    rows = list(
        csv.DictReader(sayso(served, "extract", *documents(tmp_path), "--format", "csv").stdout.splitlines(True))
    )
    assert [(row["speaker"], row["cue"], row["text"], row["start"]) for row in rows] == [
        ("Mara", "said", "“Yes,\n  indeed,”", "2"),
        ("Olin", "said", "“No,”", "0"),
    ]


def test_markdown_in_which_nothing_is_markup(served: Running) -> None:
    result = sayso(served, "extract", "-", "--format", "markdown", text="“*Yes* <b>,” said Mara.")
    assert result.stdout == "## standard input\n\n- **Mara** (said, direct): “\\*Yes\\* &lt;b&gt;,”\n\n"


def test_a_page_in_a_file(served: Running, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    result = sayso(served, "extract", *documents(tmp_path), "--format", "html", "--output", str(page))
    assert (result.exit_code, result.stdout) == (1, "")
    assert page.read_text("utf-8").count('<section class="document"') == 2


def test_what_is_wanted(served: Running) -> None:
    text = "“Yes,” said Mara. “No,” said Olin."
    by_olin = sayso(served, "extract", "-", "--speaker", "OLIN", text=text)
    assert (by_olin.exit_code, by_olin.stdout) == (0, "-\t1\t19\tOlin\tdirect\tsaid\t“No,”\n")
    sayso(served, "extract", "-", "--kind", "mixed", "--min-confidence", "0.5", "--cue-class", "say", text=text)
    asked = served.engine.options[-1]
    assert ({*asked.kinds}, {*asked.cue_classes}, asked.min_confidence) == ({"mixed"}, {"say"}, 0.5)
    german = sayso(served, "extract", "-", "--language", "de", text=text)
    assert (german.exit_code, german.stderr.count("\n")) == (1, 1)
    assert "leave the language out" in german.stderr


def test_who_speaks_how_often(served: Running, tmp_path: Path) -> None:
    files = documents(tmp_path)
    text = tmp_path / "d.txt"
    text.write_text("“No, no, no,” said Olin.", "utf-8")
    result = sayso(served, "speakers", *files, str(text), "--json")
    assert result.exit_code == 1
    assert [
        (row["speaker"], row["statements"], row["words"], row["documents"]) for row in json.loads(result.stdout)
    ] == [
        ("Olin", 2, 4, 2),
        ("Mara", 1, 2, 1),
    ]
    assert sayso(served, "speakers", str(text)).stdout.split()[-8:] == ["Olin", "person", "1", "1", "0", "0", "3", "1"]
    assert sayso(served, "speakers", str(text), "--format", "csv").stdout.count("\n") == 2
    assert sayso(served, "speakers", str(text), "--csv").stdout.splitlines()[1] == "Olin,person,,1,1,0,0,3,1,,"


def tallied(*speakers: tuple[str, str]) -> list[dict[str, str | int]]:
    """The rows of documents, in each of which one speaker of a name and a type says something."""
    message = result_message(extraction("“Yes,” said Mara."), MODEL, ResultContext("", explained=False))
    served = from_result(message, models.Result)
    [statement] = served.statements
    assert statement.speaker
    readings = []
    for name, kind in speakers:
        speaker = replace(statement.speaker, name=name, type=SpeakerType(kind)) if name else None
        result = replace(served, statements=(replace(statement, speaker=speaker),))
        readings.append(Reading(Given("“Yes,” said Mara."), result, {}))
    return [tally.row() for tally in tallies(readings)]


def test_speakers_of_several_documents_are_one_where_that_is_clear() -> None:
    rows = tallied(
        ("Helena Marsh", "person"),
        ("Marsh", "person"),
        ("HELENA MARSH", "person"),
        ("Velland", "organization"),
        ("Velland", "organization"),
        ("Velland", "person"),
        ("Mark Pell", "person"),
        ("Julie Pell", "person"),
        ("Pell", "person"),
        ("Marsh", "organization"),
        ("", ""),
        ("", ""),
    )
    assert [(row["speaker"], row["type"], row["statements"], row["also_called"]) for row in rows] == [
        ("Velland", "organization", 3, ""),
        ("Helena Marsh", "person", 2, "HELENA MARSH"),
        ("Marsh", "person", 2, ""),
        ("?", "unresolved", 2, ""),
        ("Mark Pell", "person", 1, ""),
        ("Julie Pell", "person", 1, ""),
        ("Pell", "person", 1, ""),
    ]
    rows = tallied(("Marsh", "unknown"), ("Helena Marsh", "person"), ("Marsh", "person"))
    assert [(row["speaker"], row["statements"], row["documents"], row["also_called"]) for row in rows] == [
        ("Helena Marsh", 3, 3, "Marsh")
    ]


def test_a_narrow_terminal_has_room_for_names(served: Running, tmp_path: Path) -> None:
    file = tmp_path / "article.txt"
    file.write_text(TEXT, "utf-8")
    _, text = in_terminal([COMMAND, "speakers", str(file), "--server", served.address], columns=40)
    lines = [line.split() for line in screen(text) if line.strip(" ─")]
    assert lines == [["speaker", "all", "texts"], ["Mara", "1", "1"]]


def test_a_token_in_the_clear_is_told() -> None:
    clear = CliRunner().invoke(app, ["info", "--server", "192.0.2.1:1", "--timeout", "0.1", "--token", "secret"])
    assert clear.stderr.splitlines()[0] == (
        "warning: the token is sent to 192.0.2.1:1 in clear text; encrypt it with --tls"
    )
    local = CliRunner().invoke(app, ["info", "--server", "127.0.0.1:1", "--timeout", "0.1", "--token", "secret"])
    assert "warning" not in local.stderr
    assert "secret" not in clear.stderr + local.stderr


def test_health(served: Running) -> None:
    result = sayso(served, "health")
    assert (result.exit_code, result.stdout) == (0, "serving\n")
    with running(warm=False) as loading:
        result = sayso(loading, "health")
    assert (result.exit_code, result.stdout.split(":")[0]) == (3, "not serving")
    result = sayso(None, "health")
    assert (result.exit_code, result.stdout) == (3, "")
    assert "no server answers" in result.stderr


def test_health_that_waits() -> None:
    with running(warm=False) as loading:
        result = sayso(loading, "health", "--wait", "--timeout", "0.1")
        assert (result.exit_code, result.stdout) == (3, "")
        assert "is not ready: its models are loading, or it is shutting down" in result.stderr
        threading.Timer(0.5, lambda: run(loading.server.warm_up())).start()
        assert sayso(loading, "health", "--wait").stdout == "serving\n"
    result = sayso(None, "health", "--wait", "--timeout", "0.1")
    assert (result.exit_code, result.stderr.count("\n")) == (3, 1)
    assert "no server answers" in result.stderr


def test_the_variables_of_a_server_are_none_of_the_client(
    served: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("cert", "key", "client_ca"):
        (tmp_path / name).write_text("PEM")
        monkeypatch.setenv(f"SAYSO_TLS_{name.upper()}", str(tmp_path / name))
    assert sayso(served, "info").exit_code == 0
    monkeypatch.setenv("SAYSO_CLIENT_TLS", "1")
    result = sayso(served, "info", "--timeout", "5")
    assert (result.exit_code, result.stderr.count("\n")) == (3, 1)
    assert "does not speak TLS; connect without" in result.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(shell: str) -> None:
    assert "_SAYSO_COMPLETE" in CliRunner().invoke(app, ["completion", shell]).stdout


@pytest.fixture
def no_default_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """No server is named, and none runs at the default address."""
    monkeypatch.delenv("SAYSO_SERVER", raising=False)
    address = f"127.0.0.1:{free_port()}"
    monkeypatch.setattr("sayso.cli.connection.DEFAULT_SERVER", address)


@pytest.mark.usefixtures("no_default_server")
def test_without_a_server_the_local_engine_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "load_engine", lambda model: FakeEngine())
    result = CliRunner().invoke(app, ["extract", "-"], input=TEXT)
    assert (result.exit_code, result.stdout) == (0, "-\t1\t3\tMara\tdirect\tsaid\t“Yes, indeed,”\n")
    assert result.stderr.endswith(": loading the local engine instead\n")
    asked = CliRunner().invoke(app, ["extract", "--local", "-"], input=TEXT)
    assert (asked.exit_code, asked.stdout, asked.stderr) == (0, result.stdout, "")


@pytest.mark.usefixtures("no_default_server")
def test_without_a_server_and_without_an_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sayso._transports.local.is_installed", lambda: False)
    result = CliRunner().invoke(app, ["extract", "-"], input=TEXT)
    assert (result.exit_code, result.stderr.count("\n")) == (3, 1)
    assert "start one with: sayso-server serve (in a checkout: pip install ./server)" in result.stderr
    local = CliRunner().invoke(app, ["extract", "--local", "-"], input=TEXT)
    assert (local.exit_code, local.stderr.count("\n")) == (1, 1)
    assert "needs sayso-server, which is not installed" in local.stderr


def test_warnings_and_the_want_of_statements_go_to_standard_error(served: Running) -> None:
    result = sayso(served, "extract", "-", "--table", text="")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "warning: the document has no text\nno statements found\n"


class WarningEngine(FakeEngine):
    """Warns of the quotation marks of a text as the real engine does."""

    def finish(self, document: Document, options: Options, parse_seconds: float) -> Extraction:
        return replace(super().finish(document, options, parse_seconds), warnings=document.warnings)


def test_a_warning_is_told_once_for_each_document_with_its_places(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Mara said: “No.\n\n" * 5, "utf-8")
    (tmp_path / "b.txt").write_text("It” rained.\n\nMara said: “No.", "utf-8")
    unclosed = "a quotation mark is never closed; it was closed at the end of its paragraph"
    with running(engine=WarningEngine()) as served:
        result = sayso(served, "extract", str(tmp_path))
        piped = sayso(served, "extract", "-", text="Mara said: “No.")
    assert result.stderr.splitlines() == [
        f"warning: {tmp_path}/a.txt:1:12, 3:12, 5:12 and 2 more: {unclosed}",
        f"warning: {tmp_path}/b.txt:1:3: a closing quotation mark was never opened; it was ignored",
        f"warning: {tmp_path}/b.txt:3:12: {unclosed}",
    ]
    assert piped.stderr == f"warning: -:1:12: {unclosed}\n"


def test_info(served: Running) -> None:
    result = sayso(served, "info")
    assert result.exit_code == 0
    assert ["model", "fake", "7"] in [line.split() for line in result.stdout.splitlines()]


def test_no_server() -> None:
    result = sayso(None, "extract", "-")
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr.startswith("Error: no server answers at 127.0.0.1:")
    assert "; start one with: sayso-server serve" in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_server_that_is_not_ready() -> None:
    with running(warm=False) as served:
        result = sayso(served, "extract", "-", "--timeout", "1.5")
        assert sayso(served, "info").stdout.splitlines()[1].endswith("no, the models are still loading")
    assert result.exit_code == 3
    assert result.stderr.endswith("is not ready: the models are still loading; try again in a moment\n")


def test_no_answer_in_time(served: Running) -> None:
    served.engine.gate.clear()
    result = sayso(served, "extract", "-", "--timeout", "0.1")
    assert result.exit_code == 3
    told, _, named = result.stderr.partition(" (request ")
    assert told == f"Error: no answer from {served.address} within 0.1 s; allow more time with --timeout"
    assert re.fullmatch(r"\w{32}\)\n", named)


def test_a_document_that_fails(served: Running) -> None:
    result = sayso(served, "extract", "-", text=POISON)
    assert result.exit_code == 1
    assert re.fullmatch(r"Error: this document could not be read \(request \w{32}\)\n", result.stderr)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (
            "“Café”".encode("cp1252"),
            "not UTF-8: convert it, probably with iconv -f WINDOWS-1252 -t UTF-8 (byte 0 is 0x93)",
        ),
        ("“Café”".encode("utf-16"), "not UTF-8 but UTF-16: convert it with iconv -f UTF-16 -t UTF-8 (byte 0 is 0xff)"),
        (b"PK\x03\x04\x00\xff", "not text: extract its text first (byte 5 is 0xff)"),
    ],
    ids=["windows-1252", "utf-16", "binary"],
)
def test_a_file_that_is_not_utf8(served: Running, tmp_path: Path, data: bytes, reason: str) -> None:
    file = tmp_path / "odd.txt"
    file.write_bytes(data)
    result = sayso(served, "extract", str(file))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"Error: {file}: {reason}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("extract", "/nonexistent"),
        ("extract", "/nonexistent/*.txt"),
        ("extract", "-", "--timeout", "0"),
        ("extract", "-", "--tls-ca", "/nonexistent"),
        ("extract", "-", "--kind", "unknown"),
        ("extract", "-", "--tls-cert", __file__),
        ("extract", "-", "--output", "/nonexistent/page.html"),
        ("extract", "-", "--nonsense"),
    ],
)
def test_usage_in_one_line(arguments: tuple[str, ...]) -> None:
    result = sayso(None, *arguments)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert result.stderr.startswith("Error: ")
    assert result.stderr.endswith("; see app extract --help\n")


def test_a_server_and_none_contradict_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    result = sayso(None, "extract", "-", "--local")
    assert result.exit_code == 2
    assert result.stderr == "Error: --local and --server contradict each other; see app extract --help\n"
    monkeypatch.setattr(load, "load_engine", lambda model: FakeEngine())
    monkeypatch.setenv("SAYSO_SERVER", "127.0.0.1:1")
    assert CliRunner().invoke(app, ["extract", "--local", "-"], input=TEXT).exit_code == 0


def test_a_command_that_is_misspelt() -> None:
    result = CliRunner().invoke(app, ["extrct"])
    assert (result.exit_code, result.stderr) == (
        2,
        "Error: No such command 'extrct'. Did you mean 'extract'? See app --help\n",
    )


def test_only_extract_keeps_fields() -> None:
    for command in ("speakers", "check"):
        assert "No such option '--keep'" in CliRunner().invoke(app, [command, "--keep", "url"]).stderr


def test_help_has_the_classes_that_a_command_reads() -> None:
    for command, classes in (("extract", "say to show"), ("speakers", "say to show"), ("check", "all")):
        assert f"[default: {classes}]" in " ".join(CliRunner().invoke(app, [command, "--help"]).stdout.split())


def test_what_listens_and_is_no_server_is_told() -> None:
    """gRPC may name the failure of another address of the same host: localhost is 127.0.0.1 and ::1."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"
        connection = Connection(server=address, local=False, model="", timeout=None, token=None, tls=None)
        told = connection.describe(ServerUnavailable(f"no server answers at {address}"))
    assert told == f"no server answers at {address}, but something listens there; find out more with: sayso doctor"


@pytest.mark.parametrize("address", ["localhost", "http://localhost:50051", "localhost:99999", ":50051"])
def test_what_is_no_address(address: str) -> None:
    result = CliRunner().invoke(app, ["info", "--server", address])
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert f'invalid server address "{address}": expected HOST:PORT, such as localhost:50051' in result.stderr


def test_no_command_is_all_commands() -> None:
    result = CliRunner().invoke(app, [])
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Commands:" in result.stderr


def test_every_format_is_a_flag(served: Running) -> None:
    for form in ("table", "plain", "json", "jsonl", "csv", "markdown"):
        by_flag = sayso(served, "extract", "-", f"--{form}")
        by_name = sayso(served, "extract", "-", "--format", form)
        assert by_flag.exit_code == 0
        assert _without_durations(by_flag.stdout) == _without_durations(by_name.stdout) != ""
    assert sayso(served, "extract", "-", "--html").stdout.startswith("<!doctype html>")


def _without_durations(text: str) -> str:
    return re.sub(r'"[\d.]+s"', "", text)


def test_all_classes(served: Running) -> None:
    sayso(served, "extract", "-", "--cue-class", "all")
    assert served.engine.options[-1].cue_classes == frozenset(CueClass)
    sayso(served, "extract", "-", "--cue-class", "other")
    assert served.engine.options[-1].cue_classes == {CueClass.OTHER}


@pytest.mark.parametrize(
    ("command", "possible"),
    [
        ("extract", "0123"),
        ("speakers", "0123"),
        ("check", "0123"),
        ("info", "0123"),
        ("health", "0123"),
        ("doctor", "0123"),
    ],
)
def test_help_documents_the_exit_statuses_that_a_command_has(command: str, possible: str) -> None:
    meanings = CliRunner().invoke(app, [command, "--help"]).stdout.split("Exit status:")[1]
    assert re.findall(r"^ +(\d+)  ", meanings, re.MULTILINE) == [*possible, "130", "141"]
    assert ("document" in meanings) == (command in {"extract", "speakers"})


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
    assert done.stdout.decode() == "-\t1\t3\tMara\tdirect\tsaid\t“Yes, indeed,”\n"


def test_standard_input_named_twice_is_read_once(served: Running) -> None:
    result = sayso(served, "extract", "-", "-")
    assert (result.exit_code, result.stderr.splitlines()) == (
        0,
        ["warning: the document has no text", "warning: 1 document has the id of an earlier one: standard input"],
    )


COMMAND = str(Path(sys.executable).with_name("sayso"))
LONG = "“Supercalifragilisticexpialidocious words are, as everybody in Ulmstadt knows, hard to break,” said Mara."


def test_a_table_in_colours_on_a_terminal_that_has_them(served: Running, tmp_path: Path) -> None:
    file = tmp_path / "article.txt"
    file.write_text(LONG, "utf-8")
    command = [COMMAND, "extract", str(file), "--server", served.address]
    status, coloured = in_terminal(command)
    assert status == 0
    assert "\x1b[32mdirect" in coloured
    _, plain = in_terminal(command, NO_COLOR="1")
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]m", plain)  # bold and dim are no colours
    assert screen(plain) == screen(coloured)


@pytest.mark.parametrize("columns", [30, 71, 72, 120])
def test_no_word_is_cut_off_however_narrow_the_terminal(served: Running, tmp_path: Path, columns: int) -> None:
    file = tmp_path / "article.txt"
    file.write_text(LONG, "utf-8")
    _, text = in_terminal([COMMAND, "extract", str(file), "--server", served.address], columns=columns)
    lines = screen(text)
    assert max(map(len, lines)) <= columns
    shown = "".join("".join(lines).split())
    assert ("speaker" in shown) == (columns >= 72)
    for word in ("Mara", "direct", "said", "“Supercalifragilisticexpialidocious", "Ulmstadt", "break,”"):
        assert word in shown
    assert "…" not in shown


def folder_of(tmp_path: Path, count: int, text: str = TEXT) -> Path:
    folder = tmp_path / "news"
    folder.mkdir()
    for number in range(count):
        (folder / f"{number}.txt").write_text(text, "utf-8")
    return folder


def test_a_bar_on_long_work_where_nothing_else_is_shown(served: Running, tmp_path: Path) -> None:
    folder, page = folder_of(tmp_path, 20), tmp_path / "page.html"
    command = [COMMAND, "extract", str(folder), "--server", served.address]
    status, text = in_terminal(command, output=str(tmp_path / "lines"))
    assert (status, (tmp_path / "lines").read_text("utf-8").count("\n")) == (0, 20)
    assert re.search(r"reading 20/20( [\d.]+/s)? ━+ …\S+/9\.txt", without_styles(text))
    assert "".join(screen(text)).strip() == ""  # it goes away
    for also in (["--html", "-o", str(page)], ["--json"]):
        assert "reading" in without_styles(in_terminal([*command, *also])[1])
    tally = [COMMAND, "speakers", str(folder), "--server", served.address]
    assert "reading" in without_styles(in_terminal(tally)[1])


def test_what_fails_under_a_bar_has_a_line_of_its_own(served: Running, tmp_path: Path) -> None:
    folder = folder_of(tmp_path, 3)
    (folder / "odd.txt").write_bytes(b"\x93")
    command = [COMMAND, "speakers", str(folder), "--server", served.address]
    status, text = in_terminal(command, columns=60)
    assert status == 1
    [line] = [line for line in screen(text) if line.startswith(f"Error: {folder / 'odd.txt'}: not UTF-8")]
    assert line.endswith("(byte 0 is 0x93)")
    assert "4/4" in without_styles(text)


def test_results_on_a_terminal_have_no_bar_among_them(served: Running, tmp_path: Path) -> None:
    folder = folder_of(tmp_path, 3)
    for files in ([str(folder)], [str(folder / "0.txt")]):
        status, text = in_terminal([COMMAND, "extract", *files, "--plain", "--server", served.address])
        assert status == 0
        assert "reading" in text
        lines = [line for line in screen(text) if line.strip()]
        assert len(lines) == (3 if len(files[0]) == len(str(folder)) else 1)
        assert all(line.endswith("“Yes, indeed,”") for line in lines)


def test_who_reads_the_output_may_leave(served: Running, tmp_path: Path) -> None:
    folder = folder_of(tmp_path, 40, text=" ".join([TEXT] * 400))
    process = subprocess.Popen(
        [COMMAND, "extract", str(folder), "--server", served.address], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(PATIENCE) == 141
    assert process.stderr is not None
    assert process.stderr.read() == b""
    process.stderr.close()


def test_an_interrupt(served: Running) -> None:
    served.engine.gate.clear()
    process = subprocess.Popen(
        [COMMAND, "extract", "-", "--server", served.address],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin is not None
    process.stdin.write(TEXT.encode())
    process.stdin.close()
    process.stdin = None
    assert served.engine.entered.wait(PATIENCE)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out, err.split()) == (130, b"", [b"Error:", b"interrupted"])


STUCK = """
import sys, threading
from support.engine import FakeEngine
from sayso_server.parsing import load

class Stuck(FakeEngine):
    def parse(self, paragraphs):
        print("entered", file=sys.stderr, flush=True)
        threading.Event().wait()

load.load_engine = lambda model: Stuck()
sys.argv = ["sayso", "extract", "--local", sys.argv[1]]
from sayso.cli import main
main()
"""


def test_the_loading_of_the_models_is_told_where_a_person_waits(tmp_path: Path) -> None:
    file = tmp_path / "article.txt"
    file.write_text(TEXT, "utf-8")
    _, text = in_terminal(
        [sys.executable, "-c", STUCK, str(file)],
        seen=lambda process, text: process.send_signal(signal.SIGINT) if "entered" in text else None,
        PYTHONPATH=os.pathsep.join([str(Path(__file__).parent.parent), *sys.path]),
    )
    assert "loading the models" in without_styles(text)


def test_an_interrupt_does_not_wait_for_the_local_engine(tmp_path: Path) -> None:
    file = tmp_path / "article.txt"
    file.write_text(TEXT, "utf-8")
    process = subprocess.Popen(
        [sys.executable, "-c", STUCK, str(file)],
        cwd=Path(__file__).parent.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stderr is not None
    assert process.stderr.readline() == b"entered\n"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out, err.split()) == (130, b"", [b"Error:", b"interrupted"])


def test_a_file_that_is_too_large_to_be_held(served: Running, tmp_path: Path) -> None:
    file = tmp_path / "huge.txt"
    with file.open("wb") as opened:
        opened.truncate(100 * 1024**3)  # 100 GiB of nothing, on no disk
    result = sayso(served, "extract", str(file))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"Error: {file}: more than 64 MiB in one document; split it, or use JSON lines\n"


def test_a_message_over_the_limit(served: Running) -> None:
    result = sayso(served, "extract", "-", text="x" * 9_000_000)
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "the message has 9,000,0" in result.stderr
    assert "the limit is 8,388,608; split the text" in result.stderr


@pytest.mark.parametrize("command", [["check", "--against"], ["extract", "--table"]], ids=lambda words: words[0])
def test_a_closed_pipe_is_no_fault_of_a_report(served: Running, tmp_path: Path, command: list[str]) -> None:
    article = tmp_path / "article.txt"
    article.write_text(TEXT, "utf-8")
    reading, writing = os.pipe()
    os.close(reading)
    named = [str(article)] if "--against" in command else []
    done = subprocess.run(
        [COMMAND, *command, *named, str(article), "--server", served.address],
        stdout=writing, stderr=subprocess.PIPE, check=False, timeout=PATIENCE,
    )  # fmt: skip
    os.close(writing)
    assert done.returncode == 141
