"""Reads `live/borders.txt`: texts, and the sentences that they have."""

from pathlib import Path

BORDERS = Path(__file__).parent.parent / "live" / "borders.txt"
BORDER = "◆"


def read_borders() -> list[tuple[str, list[str]]]:
    """Each text with its sentences."""
    lines = BORDERS.read_text(encoding="utf-8").split("\n")
    cases = [line for line in lines if line.strip() and not line.startswith("#")]
    texts = [case.replace(f" {BORDER} ", " ").replace(BORDER, "") for case in cases]
    return [(text, [part.strip(" ") for part in case.split(BORDER)]) for text, case in zip(texts, cases, strict=True)]
