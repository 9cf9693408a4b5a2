"""A job that is killed at random moments: `support.kills`, with a few kills."""

import subprocess
import sys
from pathlib import Path

import pytest
from support.corpus import environment


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_at_random_moments(tmp_path: Path, seed: int) -> None:
    command = [sys.executable, "-m", "support.kills", str(tmp_path / "out"), "--seed", str(seed)]
    options = [
        "--kills",
        "3",
        "--documents",
        "60",
        "--least",
        "1",
        "--most",
        "3",
        "--format",
        "jsonl",
        "--part-words",
        "80",
    ]
    done = subprocess.run(
        [*command, *options], env=environment(), capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Count(documents=60, statements=60, twice=0, strangers=0)" in done.stdout
    assert not list((tmp_path / "out").rglob("*.unfinished"))
