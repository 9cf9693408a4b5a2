"""The input and output files of the lists."""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

COMMAND = "sayso-tools lists"


@dataclass(frozen=True)
class Made:
    """An output file: its name, title, source and lines."""

    file: str
    title: str
    source: str
    licence: str
    thresholds: str
    lines: tuple[str, ...]

    def text(self) -> str:
        """The file with its header."""
        header = {
            "source": self.source,
            "licence": self.licence,
            "thresholds": self.thresholds,
            "command": COMMAND,
        }
        rows = [f"# {self.title}", *(f"# {key}: {value}" for key, value in header.items()), *self.lines]
        return "\n".join(rows) + "\n"


def read_tsv(path: Path) -> list[dict[str, str]]:
    """The rows of a TSV file with a header."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


Uses = Mapping[str, Counter[str]]
"""Counts of a word as the start of a name of a class (PER, LOC, ORG), and as an ordinary word (word)."""


def read_uses(paths: Iterable[Path]) -> dict[str, Counter[str]]:
    """The uses of every word in annotated texts, see `Uses`."""
    uses: dict[str, Counter[str]] = defaultdict(Counter)
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            word, _, tag = line.partition("\t")
            if tag.startswith("B-"):
                uses[word.lower()][tag[2:]] += 1
            elif tag == "O" and word.islower():
                uses[word]["word"] += 1
    return uses
