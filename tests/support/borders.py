"""Reads `live/borders.txt`: texts, and the sentences that they have."""

from pathlib import Path
from typing import NamedTuple

BORDERS = Path(__file__).parent.parent / "live" / "borders.txt"
BORDER = "◆"
MISSED = "! "


class Case(NamedTuple):
    """A text, its sentences, and whether it is known that they are not found."""

    text: str
    sentences: list[str]
    is_missed: bool


def read_borders() -> list[Case]:
    """All cases, in the order of the file."""
    lines = BORDERS.read_text(encoding="utf-8").split("\n")
    return [_case(line) for line in lines if line.strip() and not line.startswith("#")]


def _case(line: str) -> Case:
    marked = line.removeprefix(MISSED)
    text = marked.replace(f" {BORDER} ", " ").replace(BORDER, "")
    return Case(text, [part.strip(" ") for part in marked.split(BORDER)], line.startswith(MISSED))
