"""Runs the code blocks of the documentation, by language."""

import csv
import doctest
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.page_server import PageServer

ROOT = Path(__file__).parents[2]
PROGRAMS = ROOT / "tests/pages/bin"
"""In place of make, pip and `sayso-server serve`: they check their arguments, and change nothing."""
MODULES = Path(os.environ.get("TEST_NODE_MODULES", ROOT / "build/acceptance/node_modules"))
BUF = Path(os.environ.get("TEST_BUF", ROOT / "build/buf/node_modules/.bin/buf")).parent
PATIENCE = 300
_COMMAND = re.compile(r"^\$ ((?:.*\\\n)*.*)\n?", re.MULTILINE)
_MISSING = re.compile(r"line \d+: ([\w.-]+): command not found$", re.MULTILINE)
_NO_MODULE = re.compile(r"^ModuleNotFoundError: No module named '(datasets|duckdb|pyarrow|ray|spacy)'$", re.MULTILINE)
"""Requirements of blocks that are not part of `make install`."""
_NO_EXTRA = re.compile(r"needs (\w+), which is not installed: pip install")
_SHELL = shutil.which("bash") or "bash"


@dataclass(frozen=True)
class Block:
    """A fenced block: the words of its first line, and its content."""

    language: str
    name: str
    source: str


class Page:
    """The shared state of the blocks of one page."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        self._shared = namespace
        self.folder: Path = namespace["folder"]
        self.server: PageServer = namespace["server"]

    @property
    def printed(self) -> str | None:
        """The output of the last block."""
        return self._shared.get("printed")

    @printed.setter
    def printed(self, text: str) -> None:
        self._shared["printed"] = text

    def run(self, *command: str, both: bool = False) -> "subprocess.CompletedProcess[str]":
        """Run a command in the folder of the page; `both`: errors go where output goes, as in a terminal."""
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if both else subprocess.PIPE,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        if missing := _MISSING.search(done.stdout if both else done.stderr):
            pytest.skip(f"{missing[1]} is missing")
        if missing := _NO_EXTRA.search(done.stdout if both else done.stderr):
            pytest.skip(f"{missing[1]} is not installed")
        return done

    def _environment(self) -> dict[str, str]:
        programs = os.pathsep.join(map(str, (PROGRAMS, Path(sys.executable).parent, BUF, os.environ["PATH"])))
        places = [
            *(str(ROOT / name) for name in ("client", "server", "server/tools")),
            os.environ.get("PYTHONPATH", ""),
        ]
        return os.environ | {
            "COLUMNS": "110",
            "NODE_PATH": str(MODULES),
            "PATH": programs,
            "PYTHONPATH": os.pathsep.join(places),
            "ROOT": str(ROOT),
            "SAYSO_SERVER": self.server.grpc,
        }


def _python(block: Block, page: Page) -> None:
    _program(block, page, sys.executable, "-c")


def _javascript(block: Block, page: Page) -> None:
    node = shutil.which("node")
    if not node or ("@grpc/" in block.source and not (MODULES / "@grpc/grpc-js").exists()):
        pytest.skip("node or grpc-js is missing: make acceptance fetches the latter")
    _program(block, page, node, "-e")


def _program(block: Block, page: Page, *command: str) -> None:
    if _is_file(block, page):
        return
    done = page.run(*command, page.server.instead(block.source))
    if missing := _NO_MODULE.search(done.stderr):
        pytest.skip(f"{missing[1]} is not installed")
    assert (done.returncode, done.stderr) == (0, "")
    page.printed = done.stdout


def _shell(block: Block, page: Page) -> None:
    done = page.run(_SHELL, "-euo", "pipefail", "-c", page.server.instead(block.source))
    assert done.returncode == 0, done.stdout + done.stderr
    page.printed = done.stdout


def _console(block: Block, page: Page) -> None:
    """Commands after `$ `, each with its output; `...` matches anything."""
    matches = list(_COMMAND.finditer(block.source))
    assert matches, "no line begins with '$ '"
    assert matches[0].start() == 0, "there is output before the first command"
    for match, end in zip(matches, [m.start() for m in matches[1:]] + [len(block.source)], strict=True):
        done = page.run(_SHELL, "-o", "pipefail", "-c", page.server.instead(match[1]), both=True)
        wanted = block.source[match.end() : end]
        _same(wanted, done.stdout)
        assert done.returncode == 0 or wanted.strip(), f"{match[1]}: exit status {done.returncode}"


def _printed(block: Block, page: Page) -> None:
    assert page.printed is not None, "a text block is the output of the block before, and there is none"
    _same(block.source, page.printed)


def _same(wanted: str, printed: str) -> None:
    wanted, printed = _trimmed(wanted), _trimmed(printed)
    checker = doctest.OutputChecker()
    if not checker.check_output(wanted, printed, doctest.ELLIPSIS):
        assert wanted == printed


def _trimmed(text: str) -> str:
    """Without spaces at ends of lines, and empty lines around."""
    return "\n".join(line.rstrip() for line in text.splitlines()).strip("\n") + "\n"


def _data(read: Callable[[str], object]) -> Callable[[Block, Page], None]:
    """A file for the blocks that follow, a part of a file of the repository, or an example whose form is checked."""

    def check(block: Block, page: Page) -> None:
        if not _is_file(block, page):
            read(block.source)

    return check


def _is_file(block: Block, page: Page) -> bool:
    """Whether a block has a name: then it is compared with that file of the repository, or written."""
    if not block.name:
        return False
    file = ROOT / block.name
    if file.is_file():
        assert block.source.strip() in file.read_text("utf-8"), f"{block.name} has no such lines"
    else:
        (page.folder / block.name).parent.mkdir(parents=True, exist_ok=True)
        (page.folder / block.name).write_text(block.source, "utf-8")
    return True


def _only_a_file(text: str) -> None:
    raise AssertionError("name the file that the block is taken from, or say why it is not run")


def _json_lines(text: str) -> None:
    for line in text.splitlines():
        json.loads(line)


LANGUAGES: dict[str, Callable[[Block, Page], None]] = {
    "python": _python,
    "js": _javascript,
    "sh": _shell,
    "console": _console,
    "text": _printed,
    "json": _data(json.loads),
    "jsonl": _data(_json_lines),
    "csv": _data(lambda text: list(csv.reader(text.splitlines(), strict=True))),
    "toml": _data(tomllib.loads),
    "yaml": _data(lambda text: list(yaml.safe_load_all(text))),
    "env": _data(shlex.split),
} | dict.fromkeys(
    ["dockerfile", "go", "html", "ini", "java", "kotlin", "markdown", "promql", "proto", "r", "ruby", "sql", "ts"],
    _data(_only_a_file),
)
