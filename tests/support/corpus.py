"""A corpus command in a separate process, with the fake engine."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from support.serving import PATIENCE

TESTS = Path(__file__).parent.parent


def environment() -> dict[str, str]:
    """The environment of processes that import the same modules as the tests."""
    return os.environ | {"PYTHONPATH": os.pathsep.join([str(TESTS), *sys.path])}


class Corpus:
    """Input and output of a job, and the command over them."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.home.mkdir()
        self.source = folder / "in.jsonl"
        self.target = folder / "out"
        self.addresses: tuple[str, str] | None = None
        """The addresses of input and output, if they are in a store."""
        self._running: list[subprocess.Popen[str]] = []

    def write(self, *texts: str) -> None:
        lines = (json.dumps({"id": f"d{n}", "text": text}, ensure_ascii=False) + "\n" for n, text in enumerate(texts))
        self.source.write_text("".join(lines), "utf-8")

    def places(self) -> tuple[str, str]:
        """Input and output, as the command gets them."""
        return self.addresses or (str(self.source), str(self.target))

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """The command; a part is a document or two."""
        command = [sys.executable, "-m", "support.fake_corpus", "corpus", *self.places()]
        process = subprocess.Popen(
            [*command, "--part-words", "8", "--threads", "1", *arguments],
            env=environment() | {"HOME": str(self.home)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._running.append(process)
        return process

    def run(self, *arguments: str, patience: float = PATIENCE) -> tuple[int, str]:
        """Exit status and standard error; nothing goes to standard output."""
        process = self.start(*arguments)
        output, said = process.communicate(timeout=patience)
        assert output == ""
        return process.returncode, said

    def rows(self, table: str) -> list[dict[str, Any]]:
        """The rows of a table of JSON lines, part by part."""
        parts = sorted((self.target / table).glob("part-*.jsonl"))
        return [json.loads(line) for part in parts for line in part.read_text("utf-8").splitlines()]

    def end(self) -> None:
        for process in self._running:
            if process.poll() is None:
                process.kill()
            process.communicate()
