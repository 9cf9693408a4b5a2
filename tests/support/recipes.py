"""The recipes of CONTRIBUTING.md, carried out in a copy of the repository.

A step is a fenced block: `sh` holds commands; any other names a file and, after a comma, the line after which the block
goes. Without such a line the block is appended to the file, or is the file.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from difflib import ndiff
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATIENCE = 120
_COPIED = ("server/sayso_server/core", "server/sayso_server/parsing", "tests/golden", "tests/support", "tests/unit")
_FILES = ("server/sayso_server/__init__.py", "server/sayso_server/version.py", "pyproject.toml")
_MODELS = "server/sayso_server/models"
_FENCE = re.compile(r"^( *)```(\w+)(?: ([^\n]+))?\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_TARGETS = {"make words": "python -m sayso_server.core.lexicon", "make golden": "python tests/golden/refresh.py"}
"""The commands that make runs; its other steps only set up the environment."""


@dataclass(frozen=True)
class Edit:
    """A block for a file, and the line after which it goes."""

    path: str
    text: str
    after: str = ""


@dataclass(frozen=True)
class Command:
    """A line for the shell."""

    line: str


Step = Edit | Command


def recipe(title: str) -> list[Step]:
    """The steps below a heading of CONTRIBUTING.md."""
    _, found, rest = (ROOT / "CONTRIBUTING.md").read_text("utf-8").partition(f"\n## {title}\n")
    assert found, f"CONTRIBUTING.md has no recipe {title!r}"
    section = re.split(r"^## ", rest, maxsplit=1, flags=re.MULTILINE)[0]
    steps: list[Step] = []
    for match in _FENCE.finditer(section):
        text = textwrap.dedent(match[4])
        if match[2] == "sh":
            steps += map(Command, text.splitlines())
        else:
            path, _, after = match[3].partition(", after: ")
            steps.append(Edit(path, text, after))
    return steps


class Copy:
    """The parts of the repository that the first three recipes touch, in another folder; the models are linked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in _COPIED:
            shutil.copytree(ROOT / name, folder / name)
        for name in _FILES:
            shutil.copy(ROOT / name, folder / name)
        (folder / _MODELS).symlink_to(ROOT / _MODELS)
        self._before = self._texts()

    def do(self, *steps: Step) -> None:
        """Carry out steps. A command must succeed."""
        for step in steps:
            if isinstance(step, Edit):
                self._edit(step)
            else:
                done = self.run(step.line)
                assert done.returncode == 0, f"{step.line}\n{done.stdout}{done.stderr}"

    def run(self, line: str) -> "subprocess.CompletedProcess[str]":
        """Run a command of a recipe."""
        first, *arguments = shlex.split(_TARGETS.get(line, line))
        assert Path(first).name == "python", line
        # Figures of a copy are no figures of this repository.
        kept = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
        path = os.pathsep.join(str(self.folder / name) for name in ("server", "tests"))
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            env=kept | {"PYTHONPATH": path},
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )

    def changed_lines(self) -> int:
        """How many lines the diff of the copy adds and removes."""
        before, after = self._before, self._texts()
        lines = (
            line
            for name in before.keys() | after.keys()
            if before.get(name) != after.get(name)
            for line in ndiff(before.get(name, "").splitlines(), after.get(name, "").splitlines())
        )
        return sum(line.startswith(("+ ", "- ")) for line in lines)

    def _edit(self, step: Edit) -> None:
        path = self.folder / step.path
        old = path.read_text("utf-8") if path.exists() else ""
        place = len(old)
        if step.after:
            found = re.search(rf"^{re.escape(step.after)}\n", old, re.MULTILINE)
            assert found, f"{step.path} has no line {step.after!r}"
            place = found.end()
        path.write_text(old[:place] + step.text + old[place:], "utf-8")

    def _texts(self) -> dict[str, str]:
        files = (path for path in self.folder.rglob("*") if path.suffix in {".py", ".toml", ".md", ".conllu"})
        return {str(path.relative_to(self.folder)): path.read_text("utf-8") for path in files}
