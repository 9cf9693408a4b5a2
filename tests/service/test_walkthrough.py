"""The commands of docs/operations.md are run, with the engine of the tests in place of the models."""

import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from support.serving import PATIENCE, free_port

from sayso_server.service.call_facts import CallFacts
from sayso_server.service.tokens import read_tokens

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs/operations.md").read_text("utf-8")
TESTS = ROOT / "tests"
COMMANDS = {"sayso-server": "support.fake_server", "sayso": "sayso"}


def blocks(heading: str, language: str = "sh") -> list[str]:
    """The blocks of a section in a language."""
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)


@pytest.fixture
def commands(tmp_path: Path) -> Path:
    """A folder with the commands of the page, as they are in this checkout."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name, module in COMMANDS.items():
        script = folder / name
        script.write_text(f'#!/bin/sh\nPYTHONPATH="{TESTS}:$PYTHONPATH" exec "{sys.executable}" -m {module} "$@"\n')
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return folder


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is missing")
def test_the_tls_walkthrough(commands: Path, tmp_path: Path) -> None:
    port = free_port()
    variables = {
        "PATH": f"{commands}:{os.environ['PATH']}",
        "SAYSO_PORT": str(port),
        "SAYSO_SERVER": f"localhost:{port}",
        "SAYSO_WORKERS": "1",
        "SAYSO_LOG_FORMAT": "text",
    }
    script = "\n".join(["set -e", "trap 'kill $server 2>/dev/null || true' EXIT", *blocks("TLS")])
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    assert done.stdout.splitlines().count("serving") == 4  # of health and probe
    assert done.stdout.count("signed by News authority") == 3
    assert "failed" not in done.stdout
    assert "-\t1\t1\tMara\tdirect\tsaid\t“The bridge is open,”" in done.stdout
    assert "reloaded certificate tls.crt" in done.stderr
    assert "certificates renewed" in done.stderr
    assert "caller=newsroom" in done.stderr


def test_every_alert_is_in_the_page() -> None:
    alerts = yaml.safe_load((ROOT / "server/deploy/prometheus/alerts.yaml").read_text("utf-8"))
    names = [rule["alert"] for group in alerts["groups"] for rule in group["rules"]]
    assert names == re.findall(r"^\| (Sayso\w+) \|", PAGE, re.MULTILINE)


def test_the_example_of_a_token_file_is_one(tmp_path: Path) -> None:
    [text] = blocks("Tokens", "text")
    (tmp_path / "tokens").write_text(text.replace("sha256:9b1d6f...", "sha256:" + "9b" * 32), "ascii")
    assert [token.name for token in read_tokens(str(tmp_path / "tokens"))] == ["newsroom", "archive"]


def test_fields_of_the_log_are_those_of_a_call() -> None:
    section = PAGE.split("\n## Logs\n")[1].split("\n## ")[0]
    named = set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (`[^|]*) \|", section, re.MULTILINE))))
    facts = CallFacts("newsroom", "INTERNAL", 1, 7, 0.25).shown()
    assert set(facts) < named
    assert named - set(facts) == {
        *("time", "level", "logger", "message", "request_id", "method", "code", "seconds", "peer"),
    }
