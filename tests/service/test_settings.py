"""Flags and variables come from the same fields."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support.serving import PATIENCE

from sayso_server.commands.environment import unknown_variables, variables_of
from sayso_server.commands.probe import probe
from sayso_server.commands.serve import serve
from sayso_server.commands.settings import setting_fields, variable_of
from sayso_server.main import main
from sayso_server.service.settings import Settings, default_threads, default_workers

ROOT = Path(__file__).parents[2]


def run(*arguments: str, **variables: str) -> Result:
    return CliRunner().invoke(main, ["serve", *arguments], env=variables)


def config(*arguments: str, **variables: str) -> dict[str, str]:
    result = run("--print-config", *arguments, **variables)
    assert result.exit_code == 0, result.output
    return dict(line.split("=", maxsplit=1) for line in result.stdout.splitlines())


def test_the_defaults_are_those_of_the_settings() -> None:
    printed = config()
    assert (printed["SAYSO_HOST"], printed["SAYSO_PORT"]) == ("127.0.0.1", str(Settings().port))
    assert (printed["SAYSO_REFLECTION"], printed["SAYSO_METRICS_PORT"]) == ("true", "")
    workers = default_workers()
    assert (printed["SAYSO_WORKERS"], printed["SAYSO_THREADS"]) == (str(workers), str(default_threads(workers)))
    assert {variable_of(one.name) for one in setting_fields()} < set(printed)


def test_the_cores_are_shared_out_among_the_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    shapes = []
    for cores in (1, 2, 4, 8, 12):
        monkeypatch.setattr("sayso_server.service.settings._cores", lambda cores=cores: cores)
        printed = config()
        shapes.append((int(printed["SAYSO_WORKERS"]), int(printed["SAYSO_THREADS"])))
    assert shapes == [(1, 1), (2, 1), (4, 1), (4, 2), (4, 3)]


def test_on_a_gpu_a_batch_has_more_words() -> None:
    assert config()["SAYSO_MAX_BATCH_WORDS"] == "1000"
    assert config("--device", "cuda:1")["SAYSO_MAX_BATCH_WORDS"] == "4000"
    assert config(SAYSO_DEVICE="cuda", SAYSO_MAX_BATCH_WORDS="7")["SAYSO_MAX_BATCH_WORDS"] == "7"


@pytest.mark.parametrize("name", ["gpu", "cuda:", "cuda:x", "cpu:0", "auto", ""])
def test_an_unknown_device_is_refused(name: str) -> None:
    result = run("--print-config", "--device", name)
    assert result.exit_code == 2
    assert f"{name!r} is not cpu, cuda or cuda:N" in result.stderr


def test_a_flag_is_stronger_than_its_variable() -> None:
    assert config(SAYSO_MAX_BATCH_WORDS="7")["SAYSO_MAX_BATCH_WORDS"] == "7"
    assert config("--max-batch-words", "8", SAYSO_MAX_BATCH_WORDS="7")["SAYSO_MAX_BATCH_WORDS"] == "8"
    assert config("--no-reflection")["SAYSO_REFLECTION"] == "false"


def test_a_variable_that_nobody_reads_is_told() -> None:
    environment = {
        "SAYSO_WORKER": "2",
        "SAYSO_NONSENSE": "1",
        "SAYSO_WORKERS": "2",
        "SAYSO_SERVER": "localhost:50051",
        "SAYSO_TOKEN": "secret",
        "SAYSO_CLIENT_CA": "ca.pem",
        "SAYSO_SERVER_PORT": "tcp://10.0.0.1:50051",
        "SAYSO_SERVER_SERVICE_HOST": "10.0.0.1",
        "SAYSO_SERVER_SERVICE_PORT_GRPC": "50051",
        "SAYSO_SERVER_PORT_50051_TCP_ADDR": "10.0.0.1",
        "HOME": "/",
    }
    assert list(unknown_variables(environment, variables_of(serve, probe))) == [
        "SAYSO_NONSENSE is not a setting of the server",
        "SAYSO_WORKER is not a setting of the server; did you mean SAYSO_WORKERS?",
    ]


def test_such_a_variable_is_told_at_the_start_and_with_the_settings() -> None:
    told = run("--print-config", SAYSO_METRIC_PORT="9464").stderr
    assert told == "warning: SAYSO_METRIC_PORT is not a setting of the server; did you mean SAYSO_METRICS_PORT?\n"
    command = [sys.executable, "-m", "support.fake_server", "serve", "--port", "0", "--model", "missing"]
    command += ["--log-format", "text"]
    done = subprocess.run(
        command,
        cwd=Path(__file__).parent.parent,
        env=os.environ | {"SAYSO_METRIC_PORT": "9464"},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert "WARNING sayso_server.commands.serve: SAYSO_METRIC_PORT is not a setting" in done.stderr


def test_the_tests_read_no_variable_that_a_server_would_tell() -> None:
    files = [ROOT / "Makefile", *(ROOT / "tests").rglob("*.py")]
    read = re.compile(r"""(?:environ\.get\("|^\t@?)(SAYSO_\w+)(?:"|=)""", re.MULTILINE)
    names = dict.fromkeys((name for file in files for name in read.findall(file.read_text("utf-8"))), "1")
    assert list(unknown_variables(names, variables_of(serve, probe))) == []


def test_what_is_printed_can_be_read_again() -> None:
    printed = config("--metrics-port", "9464", "--max-duration", "1.5", "--workers", "2", "--log-format", "json")
    assert config(**printed) == printed


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--port", "70000"], "70000 is not in the range 0<=x<=65535"),
        (["--workers", "0"], "0 is not in the range x>=1"),
        (["--max-duration", "-1"], "-1.0 is not in the range x>=1"),
        (["--max-queued-words", "many"], "'many' is not a valid integer range"),
        (["--tls-cert", "a.pem"], "--tls-cert and --tls-key must be given together: one of them is missing"),
        (["--tls-client-ca", "a.pem"], "--tls-client-ca needs --tls-cert and --tls-key"),
        (["--token-file", "/nowhere"], "--token-file /nowhere: No such file or directory"),
        (
            ["--tls-cert", "/nowhere", "--tls-key", "/nowhere"],
            "cannot be used: No such file or directory",
        ),
    ],
)
def test_a_bad_setting_is_refused_in_one_line(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], complaint: str
) -> None:
    monkeypatch.setattr("sayso_server.commands.serve.set_up", lambda level, form: None)
    result = run("--port", "0", *arguments)
    assert result.exit_code == 2
    [line] = [line for line in result.stderr.splitlines() if line.startswith("Error: ")]
    assert complaint in line
    assert "Traceback" not in result.stderr
