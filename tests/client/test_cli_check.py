"""The command `sayso check`."""

import csv
import io
import json
import sys
from pathlib import Path

import pytest
from support.cli import sayso
from support.serving import Running
from support.terminal import in_terminal, without_styles

SPEECH = "We will always build the\nbridge, whatever it costs. Nothing else matters."
VERBATIM = "“We will always build the bridge,” said Mara."
DIFFERS = "“We will never build the bridge,” said Mara."
MISSING = "“The sky was green and full of fish,” said Olin."


@pytest.fixture
def speech(tmp_path: Path) -> str:
    path = tmp_path / "speech.txt"
    path.write_text(SPEECH, "utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("text", "status", "told"),
    [(VERBATIM, 0, "1 verbatim"), (DIFFERS, 1, "1 differs"), (MISSING, 1, "1 not found"), ("Rain.", 0, "no direct")],
)
def test_the_exit_status_says_it(served: Running, speech: str, text: str, status: int, told: str) -> None:
    result = sayso(served, "check", "-", "--against", speech, text=text)
    assert (result.exit_code, told in result.stderr) == (status, True)


def test_text_has_word_under_word(served: Running, speech: str) -> None:
    result = sayso(served, "check", "--against", speech, text=DIFFERS)
    assert result.stdout.splitlines() == [
        f"differs  Mara  standard input:1:1  =  {speech}:1:1",
        "  article We will never  build the bridge",
        "  source  We will always build the bridge",
    ]


def test_json_and_csv(served: Running, speech: str, tmp_path: Path) -> None:
    article = tmp_path / "article.txt"
    article.write_text(f"{DIFFERS}\n{MISSING}", "utf-8")
    result = sayso(served, "check", str(article), "--against", speech, "--json")
    [document] = json.loads(result.stdout)
    first, second = document["quotations"]
    assert (first["verdict"], first["speaker"], first["source"]) == ("differs", "Mara", speech)
    assert first["differences"][1] == {"kind": "replaced", "quotation": "never", "source": "always"}
    assert first["places"] == [{"start": 0, "end": 31, "line": 1, "column": 1}]
    assert (second["verdict"], second["source"], second["line"]) == ("not_found", None, 2)
    rows = list(csv.DictReader(io.StringIO(sayso(served, "check", str(article), "--against", speech, "--csv").stdout)))
    assert [(row["verdict"], row["differences"]) for row in rows] == [
        ("differs", "replaced: never / always"),
        ("not_found", ""),
    ]


def test_several_transcripts(served: Running, speech: str, tmp_path: Path) -> None:
    other = tmp_path / "other.html.txt"
    other.write_text("So I say: we will never build the bridge.", "utf-8")
    result = sayso(served, "check", "-", "--against", speech, "--against", str(other), text=DIFFERS)
    assert (result.exit_code, str(other) in result.stdout) == (0, True)


def test_what_goes_wrong_is_no_finding(served: Running, speech: str, tmp_path: Path) -> None:
    empty, binary = tmp_path / "empty.txt", tmp_path / "binary.txt"
    empty.write_text(" \n", "utf-8")
    binary.write_bytes(b"\xff\xfe\x00")
    for against, text in ((str(empty), VERBATIM), (str(binary), VERBATIM), ("-", VERBATIM), (speech, "poison")):
        result = sayso(served, "check", "-", "--against", against, text=text)
        assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
        assert result.stderr.startswith("Error: ")
    assert sayso(served, "check", "-", text=VERBATIM).exit_code == 2
    assert sayso(None, "check", "-", "--against", speech, "--timeout", "1", text=VERBATIM).exit_code == 3


def test_colours_on_a_terminal_only(served: Running, speech: str, tmp_path: Path) -> None:
    article = tmp_path / "article.txt"
    article.write_text(DIFFERS, "utf-8")
    command = [sys.executable, "-m", "sayso", "check", str(article), "--against", speech, "--server", served.address]
    status, shown = in_terminal(command)
    assert (status, "\x1b[1;31m" in shown) == (1, True)
    assert "  article We will never  build the bridge" in without_styles(shown)
    assert "\x1b" not in sayso(served, *command[3:8], text="").stdout
