"""The completion scripts in their shells; skipped if a shell is missing."""

import os
import pty
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support.serving import PATIENCE

COMMAND = Path(sys.executable).with_name("sayso")
TYPED = {
    "sayso ex": "sayso extract",
    "sayso extract --form": "--format",
    "sayso extract --format js": "json",
    "sayso extract art": "article.txt",
    "sayso extract -o ne": "news/",
    "sayso completion z": "zsh",
    "sayso doc": "doctor",
}
"""The text typed before Tab, and the line or the suggestions after it."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the shell runs, as if it was at home."""
    (tmp_path / "article.txt").touch()
    (tmp_path / "news").mkdir()
    return tmp_path


def environment(folder: Path) -> dict[str, str]:
    path = f"{COMMAND.parent}{os.pathsep}{os.environ['PATH']}"
    return os.environ | {"PATH": path, "HOME": str(folder), "TERM": "dumb", "COLUMNS": "120", "LINES": "40"}


@pytest.mark.skipif(not shutil.which("fish"), reason="fish is missing: apt-get install fish")
def test_fish(folder: Path) -> None:
    questions = "; ".join(f"complete -C '{typed}'; echo ---" for typed in TYPED)
    done = subprocess.run(
        ["fish", "--no-config", "-c", f"sayso completion fish | source; {questions}"],
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
    )
    answers = [[line.split("\t")[0] for line in part.split("\n") if line] for part in done.stdout.split("---")]
    assert done.stderr == ""
    for (typed, expected), answer in zip(TYPED.items(), answers, strict=False):
        assert expected.removeprefix("sayso ") in answer, typed


class Zsh:
    """An interactive zsh, whose answers are read as they come."""

    def __init__(self, terminal: int) -> None:
        self._terminal = terminal

    def send(self, text: str) -> None:
        os.write(self._terminal, text.encode())

    def wait(self, expected: str) -> str:
        """Its output up to a given text."""
        text, give_up = "", time.monotonic() + PATIENCE
        while expected not in text:
            assert time.monotonic() < give_up, f"there is no {expected} in {text!r}"
            if select.select([self._terminal], [], [], 0.1)[0]:
                text += os.read(self._terminal, 4096).decode(errors="replace")
        return text


@contextmanager
def zsh(folder: Path) -> Iterator[Zsh]:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        ["zsh", "-f", "-i"],
        cwd=folder,
        env=environment(folder),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        yield Zsh(ours)
    finally:
        process.kill()
        process.wait(PATIENCE)
        os.close(ours)


AS_CODE = 'eval "$(sayso completion zsh)"'
AS_FILE = "mkdir f; sayso completion zsh > f/_sayso; fpath=($PWD/f $fpath); autoload -Uz compinit; compinit -u -D"


@pytest.mark.skipif(not shutil.which("zsh"), reason="zsh is missing: apt-get install zsh")
@pytest.mark.parametrize("load", [AS_CODE, AS_FILE], ids=["as code", "as a file"])
def test_zsh(folder: Path, load: str) -> None:
    with zsh(folder) as shell:
        shell.send(f'{load}; echo REA""DY\n')
        shell.wait("READY")
        for typed, expected in TYPED.items():
            shell.send(f"{typed}\t")
            shell.wait(expected)
            shell.send(f'\x15echo DO""NE{len(expected)}\n')  # the line is cleared first
            shell.wait(f"DONE{len(expected)}")
