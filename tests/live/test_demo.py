"""`make demo`: what it shows, and that each command that it shows works as it is typed."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from support.serving import PATIENCE

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.live


def run(command: list[str], folder: Path) -> str:
    variables = {name: value for name, value in os.environ.items() if not name.startswith("SAYSO_")}
    done = subprocess.run(
        command, cwd=folder, env=variables, capture_output=True, text=True, check=False, timeout=6 * PATIENCE
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_commands_that_the_demonstration_shows_can_be_typed(tmp_path: Path) -> None:
    said = run([sys.executable, str(ROOT / "server/demo/demo.py")], tmp_path)
    assert "the server has stopped" in said
    serve, extract = (shlex.split(line) for line in re.findall(r"^\$ (.*)$", said, re.MULTILINE))
    assert run([*serve[:2], "--help"], tmp_path)
    assert "Helena Marsh" in said
    assert "Helena Marsh" in run(extract, tmp_path)
