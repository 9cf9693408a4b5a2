"""The output of the command and its destination: nothing is lost, and machine-readable output is stable."""

import csv
import io
import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.cli import TEXT, sayso
from support.engine import POISON
from support.serving import PATIENCE, Running

from sayso._places import Places
from sayso.cli.app import app

COMMAND = str(Path(sys.executable).with_name("sayso"))
TWO = "“Yes,” said Mara. “No,” said Olin."


@pytest.fixture
def article(tmp_path: Path) -> Path:
    file = tmp_path / "article.txt"
    file.write_text(TEXT, "utf-8")
    return file


@pytest.mark.parametrize("form", [(), ("--csv",), ("--html",)])
def test_an_output_that_is_an_input_is_refused(served: Running, article: Path, form: tuple[str, ...]) -> None:
    link = article.with_name("link.txt")
    link.symlink_to(article)
    for output in (article, link):
        result = sayso(served, "extract", str(article), "-o", str(output), *form)
        assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
        assert "cannot be both input and output; choose another output" in result.stderr
        assert article.read_text("utf-8") == TEXT


def test_standard_output_that_is_an_input_is_refused(served: Running, article: Path) -> None:
    with article.open("a") as stream:
        done = subprocess.run(
            [COMMAND, "extract", str(article), "--server", served.address],
            stdout=stream,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
    assert done.returncode == 2
    assert done.stderr.startswith("Error: standard output: cannot be both input and output")
    assert article.read_text("utf-8") == TEXT


def test_an_output_in_a_folder_that_is_read_is_no_input(served: Running, article: Path) -> None:
    output = article.with_name("said.txt")
    for _ in range(2):
        assert sayso(served, "extract", str(article.parent), "-o", str(output)).exit_code == 0
        assert output.read_text("utf-8").count("\n") == 1


@pytest.mark.parametrize("form", ["csv", "html", "json", "plain", "markdown", "table"])
def test_an_output_stays_as_it_was_where_nothing_came(served: Running, tmp_path: Path, form: str) -> None:
    output = tmp_path / "out"
    output.write_text("precious", "utf-8")
    assert sayso(None, "extract", "-", "-f", form, "-o", str(output), "--timeout", "1").exit_code == 3
    assert sayso(served, "extract", "-", "-f", form, "-o", str(output), text=POISON).exit_code == 1
    assert output.read_text("utf-8") == "precious"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert sayso(served, "extract", "-", "-f", form, "-o", str(output)).exit_code == 0
    assert "Mara" in output.read_text("utf-8")


def test_an_output_keeps_its_permissions_and_its_link(served: Running, article: Path) -> None:
    output, link = article.with_name("out.csv"), article.with_name("link.csv")
    output.touch(0o640)
    output.chmod(0o640)
    link.symlink_to(output)
    assert sayso(served, "extract", str(article), "-o", str(link)).exit_code == 0
    assert link.is_symlink()
    assert stat.S_IMODE(output.stat().st_mode) == 0o640
    assert output.read_text("utf-8").startswith("document_id,")


@pytest.mark.parametrize(
    ("name", "beginning"),
    [
        ("out.csv", "document_id,"),
        ("out.html", "<!doctype html>"),
        ("out.HTM", "<!doctype html>"),
        ("out.json", "[{"),
        ("out.jsonl", '{"'),
        ("out.md", "## "),
        ("out.tsv", "-\t1\t3\tMara\t"),
        ("out", "-\t1\t3\tMara\t"),
    ],
)
def test_the_ending_of_the_output_says_the_format(served: Running, tmp_path: Path, name: str, beginning: str) -> None:
    assert sayso(served, "extract", "-", "-o", str(tmp_path / name)).exit_code == 0
    assert (tmp_path / name).read_text("utf-8").startswith(beginning)
    assert sayso(served, "extract", "-", "-o", str(tmp_path / name), "--markdown").exit_code == 0
    assert (tmp_path / name).read_text("utf-8").startswith("## ")


def test_the_ending_of_the_output_of_speakers(served: Running, tmp_path: Path) -> None:
    for name, beginning in (("out.csv", "speaker,type"), ("out.json", "[\n"), ("out.txt", " ")):
        assert sayso(served, "speakers", "-", "-o", str(tmp_path / name)).exit_code == 0
        assert (tmp_path / name).read_text("utf-8").startswith(beginning)


@pytest.mark.parametrize(
    ("command", "name", "told"),
    [
        ("speakers", "out.html", "there is no html here, only table, json and csv"),
        ("check --against -", "out.md", "there is no markdown here, only text, json and csv"),
    ],
)
def test_an_ending_of_another_format_is_a_usage_error(tmp_path: Path, command: str, name: str, told: str) -> None:
    result = CliRunner().invoke(app, [*command.split(), "-o", str(tmp_path / name)])
    assert (result.exit_code, (tmp_path / name).exists()) == (2, False)
    assert result.stderr == f"Error: {tmp_path / name}: {told}; see app {command.split(maxsplit=1)[0]} --help\n"


@pytest.mark.parametrize(
    ("command", "options", "told"),
    [
        ("extract", "--json --table", "--table and --json"),
        ("extract", "--csv --format json", "--csv and --format json"),
        ("extract", "--html --excel", "--html and --excel"),
        ("speakers", "--table --csv --json", "--table and --json and --csv"),
        ("check", "--against - --json --csv", "--json and --csv"),
    ],
)
def test_formats_that_contradict_each_other_are_a_usage_error(command: str, options: str, told: str) -> None:
    result = CliRunner().invoke(app, [command, *options.split()])
    assert result.exit_code == 2
    assert result.stderr == f"Error: {told} contradict each other; see app {command} --help\n"


@pytest.mark.parametrize("options", ["--json --json", "--json --format json", "--csv --excel", "--format csv --excel"])
def test_a_format_that_is_named_twice_is_one_format(served: Running, article: Path, options: str) -> None:
    assert sayso(served, "extract", str(article), *options.split()).exit_code == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize("form", ["--plain", "--csv", "--json", "--html", "--table", "--jsonl"])
def test_a_full_disk_is_one_line(served: Running, article: Path, form: str) -> None:
    command = [COMMAND, "extract", str(article), form, "--server", served.address]
    with open("/dev/full", "w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=PATIENCE)
    assert (done.returncode, done.stderr) == (1, "Error: standard output: No space left on device\n")
    done = subprocess.run([*command, "-o", "/dev/full"], capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert (done.returncode, done.stderr) == (1, "Error: /dev/full: No space left on device\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("command", ["--help", "info --help", "--version", "info", "health", "doctor --json"])
def test_a_full_disk_is_one_line_of_commands_without_documents(served: Running, command: str, unbuffered: str) -> None:
    variables = os.environ | {"SAYSO_SERVER": served.address, "PYTHONUNBUFFERED": unbuffered}
    arguments = [COMMAND, *command.split()]
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            arguments, env=variables, stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=PATIENCE
        )
    assert (done.returncode, done.stderr) == (1, "Error: standard output: No space left on device\n")
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "w") as closed:
        done = subprocess.run(
            arguments, env=variables, stdout=closed, stderr=subprocess.PIPE, text=True, check=False, timeout=PATIENCE
        )
    assert done.stderr == ""


@pytest.mark.parametrize(("closed", "name"), [("<&-", "input"), ("<<<x >&-", "output")])
def test_standard_streams_that_are_closed_are_one_line(served: Running, closed: str, name: str) -> None:
    command = ["bash", "-c", f'"$0" extract --json --server "$1" {closed}', COMMAND, served.address]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert (done.returncode, done.stderr) == (1, f"Error: standard {name}: Bad file descriptor\n")


@pytest.mark.parametrize("encoding", ["latin1", "ascii"])
@pytest.mark.parametrize("form", ["--json", "--plain", "--table", "--markdown", "--csv"])
def test_a_file_or_a_pipe_gets_utf8_in_every_locale(served: Running, article: Path, encoding: str, form: str) -> None:
    done = subprocess.run(
        [COMMAND, "extract", str(article), form, "--server", served.address],
        env=os.environ | {"PYTHONIOENCODING": encoding},
        capture_output=True,
        check=False,
        timeout=PATIENCE,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert "“Yes," in done.stdout.decode("utf-8")


def test_without_standard_error_results_come_all_the_same(served: Running, article: Path) -> None:
    command = ["sh", "-c", '"$0" extract "$1" --server "$2" 2>&-', COMMAND, str(article), served.address]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert (done.returncode, done.stdout.count("\n")) == (0, 1)


def test_an_interrupt_while_libraries_are_imported() -> None:
    """The first import hangs, and is interrupted there."""
    code = """
import sys
class Slow:
    def find_spec(self, name, path=None, target=None):
        if name == "click.core":
            print("importing", flush=True)
            import time
            try:
                time.sleep(60)
            except BaseException as error:
                raise ImportError("swallowed") from error
sys.meta_path.insert(0, Slow())
from sayso.cli import main
main()
"""
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "importing\n"
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=PATIENCE)
    assert (process.returncode, said) == (130, "Error: interrupted\n")


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_what_is_ended_leaves_the_output_as_it_was(
    served: Running, article: Path, number: signal.Signals, status: int
) -> None:
    output = article.with_name("out.csv")
    output.write_text("precious")
    served.engine.gate.clear()
    command = [COMMAND, "extract", str(article), "-o", str(output), "--server", served.address]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert served.engine.entered.wait(PATIENCE)
    assert len(list(article.parent.iterdir())) == 3, "a temporary file is beside the output"
    process.send_signal(number)
    process.communicate(timeout=PATIENCE)
    assert process.returncode == status
    assert sorted(path.name for path in article.parent.iterdir()) == ["article.txt", "out.csv"]
    assert output.read_text() == "precious"


def test_plain_has_the_same_columns_always(served: Running, article: Path) -> None:
    row = ["1", "3", "Mara", "direct", "said", "“Yes, indeed,”"]
    one = sayso(served, "extract", str(article)).stdout.splitlines()
    both = sayso(served, "extract", str(article), "-", "--header").stdout.splitlines()
    assert [line.split("\t") for line in one] == [[str(article), *row]]
    header = ["document", "line", "column", "speaker", "kind", "cue", "statement"]
    assert [line.split("\t") for line in both] == [header, [str(article), *row], ["-", *row]]
    without = sayso(served, "extract", str(article), "--no-filename", "--header", "--explain").stdout.splitlines()
    assert [line.split("\t")[:-1] for line in without] == [header[1:], row]
    assert without[0].endswith("\twhy")


def test_a_table_names_the_document_if_wished(served: Running, article: Path) -> None:
    for arguments, is_named in (([], False), (["--with-filename"], True)):
        shown = sayso(served, "extract", str(article), "--table", *arguments).stdout
        assert (str(article) in shown) == is_named


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("ab\ncd", [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 3)]),
        ("a\r\nb\r😀c", [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (3, 1), (3, 2), (3, 3)]),
    ],
)
def test_lines_and_columns(text: str, places: list[tuple[int, int]]) -> None:
    found = Places(text)
    assert [found.of(offset) for offset in range(len(text) + 1)] == places


def test_json_is_an_array_of_however_many(served: Running, article: Path) -> None:
    for files, count in (([str(article)], 1), ([str(article), "-"], 2)):
        assert len(json.loads(sayso(served, "extract", *files, "--json").stdout)) == count
    nothing = sayso(served, "extract", "-", "--json", text=POISON)
    assert (nothing.exit_code, nothing.stdout) == (1, "[]\n")


def test_csv_for_excel(served: Running, tmp_path: Path) -> None:
    lines = [{"id": name, "text": TWO} for name in ('=HYPERLINK("x")', "+1", "-1", "@a", "\ta", "plain")]
    file = tmp_path / "a.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    for command in (("extract",), ("extract", "--csv")):
        printed = sayso(served, *command, str(file), "--excel").stdout
        assert printed.startswith("\ufeffdocument_id,")
        rows = list(csv.DictReader(io.StringIO(printed.removeprefix("\ufeff"), newline="")))
        names = ['\'=HYPERLINK("x")', "'+1", "'-1", "'@a", "'\ta", "plain"]
        assert [row["document_id"] for row in rows[::2]] == names
        assert rows[0]["confidence"] == "0.75"
    faithful = sayso(served, "extract", str(file), "--csv").stdout
    assert next(csv.DictReader(io.StringIO(faithful)))["document_id"] == '=HYPERLINK("x")'
    tally = sayso(served, "speakers", str(file), "--excel").stdout
    assert tally.startswith("\ufeffspeaker,")


def test_fields_that_are_kept_come_out_of_csv_and_json(served: Running, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    lines = [{"url": "u1", "body": TWO, "desk": {"name": "city"}, "other": 1}, {"url": "u2", "body": TWO}]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    asked = (str(file), "--text-field", "body", "--id-field", "url", "--keep", "desk", "--keep", "url")
    rows = list(csv.DictReader(io.StringIO(sayso(served, "extract", *asked, "--csv").stdout)))
    assert [(row["document_id"], row["desk"], row["url"], row["line"], row["column"]) for row in rows] == [
        ("u1", '{"name": "city"}', "u1", "1", "1"),
        ("u1", '{"name": "city"}', "u1", "1", "19"),
        ("u2", "", "u2", "1", "1"),
        ("u2", "", "u2", "1", "19"),
    ]
    for form in ("--json", "--jsonl"):
        printed = sayso(served, "extract", *asked, form).stdout
        results = json.loads(printed) if form == "--json" else [json.loads(line) for line in printed.splitlines()]
        kept = [{"desk": {"name": "city"}, "url": "u1"}, {"desk": None, "url": "u2"}]
        assert [one["input"] for one in results] == kept
        assert [one["documentId"] for one in results] == ["u1", "u2"]


def test_fields_that_are_called_like_columns_stay_apart(served: Running, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text(json.dumps({"id": "a", "text": TWO, "speaker": "whoever", "line": 7}))
    printed = sayso(served, "extract", str(file), "--keep", "speaker", "--keep", "line", "--csv").stdout
    row = next(csv.DictReader(io.StringIO(printed)))
    assert (row["speaker"], row["input_speaker"], row["line"], row["input_line"]) == ("Mara", "whoever", "1", "7")


def test_documents_with_one_id_are_told_of(served: Running, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text("".join(json.dumps({"id": name, "text": TWO}) + "\n" for name in "aabca"))
    result = sayso(served, "extract", str(file))
    assert (result.exit_code, result.stderr) == (0, "warning: 2 documents have the id of an earlier one, first a\n")


def test_a_speaker_who_is_nobody(served: Running) -> None:
    result = sayso(served, "extract", "-", "--speaker", "Mara", "--speaker", "Pell", text=TWO)
    assert (result.exit_code, result.stdout.count("\n")) == (1, 1)
    assert result.stderr == 'Error: no speaker matches "Pell"; the speakers are: Mara, Olin\n'
    nobody = sayso(served, "extract", "-", "--speaker", "Pell", text="It rained.")
    assert (nobody.exit_code, nobody.stderr) == (1, 'Error: no speaker matches "Pell"; there are no speakers\n')


def test_the_start_imports_nothing_heavy() -> None:
    heavy = ("grpc", "google.protobuf", "rich", "asyncio", "trafilatura", "pandas", "xml.etree.ElementTree")
    for arguments in (["--version"], ["extract", "--help"], ["completion", "bash"]):
        code = (
            f"import sys; sys.argv = ['sayso', *{arguments!r}]\n"
            "from sayso.cli import main\n"
            "try:\n    main()\n"
            f"except SystemExit:\n    sys.stderr.write(' '.join(set({heavy!r}) & set(sys.modules)))"
        )
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=PATIENCE)
        assert done.stderr == ""


def test_every_name_of_the_package_is_there_and_imported_when_it_is_used() -> None:
    code = (
        "import sys, sayso\n"
        "assert 'sayso.models' not in sys.modules\n"
        "assert {'Client', 'AsyncClient', 'Result', 'Tls', '__version__'} <= set(dir(sayso)), dir(sayso)\n"
        "assert all(getattr(sayso, name) for name in sayso.__all__)\n"
        "assert sayso.errors.SaysoError is sayso.SaysoError\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=PATIENCE)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_files_are_completed_by_the_shell(shell: str, tmp_path: Path) -> None:
    words = {"COMP_WORDS": "sayso extract art", "COMP_CWORD": "art" if shell == "fish" else "2"}
    done = subprocess.run(
        [COMMAND],
        env=os.environ | words | {"_SAYSO_COMPLETE": f"{shell}_complete"},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert done.stdout.replace("\n", ",").startswith("file,art")
    script = CliRunner().invoke(app, ["completion", shell]).stdout
    if shell == "zsh":
        first, second, *_ = script.splitlines()
        assert first == "#compdef sayso"
        assert second == "(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }"


def test_bash_completes_file_names(tmp_path: Path) -> None:
    (tmp_path / "sayso.bash").write_text(CliRunner().invoke(app, ["completion", "bash"]).stdout)
    (tmp_path / "article.txt").touch()
    code = (
        f"source {tmp_path}/sayso.bash; cd {tmp_path}; complete -p sayso; COMP_WORDS=(sayso extract art); COMP_CWORD=2;"
        " compopt() { echo compopt $*; }; _sayso_completion sayso art extract; echo ${COMPREPLY[@]}"
    )
    path = f"{Path(COMMAND).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", code],
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
    )
    assert "complete -o nosort -F _sayso_completion sayso" in done.stdout
    assert "compopt -o default" in done.stdout  # the names of files are bash's
