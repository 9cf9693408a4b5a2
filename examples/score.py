"""How good are the results on your own articles?   python examples/score.py gold.jsonl found.jsonl

Both files have the gold format of `sayso-server extract --as gold` and `sayso-server corrections`. Prints precision,
recall and F1, in per cent, of the statements found (their contents overlap by half) and of those with the correct
speaker.
"""

import json
import sys
from pathlib import Path
from typing import Any

SHARE = 0.5
"""Minimum share of common characters for two contents to count as the same."""


def main(gold_file: str, found_file: str) -> None:
    """Compare the documents of both files by id; a document that was not read counts as missed."""
    gold, found = _read(gold_file), _read(found_file)
    pairs = [pair for name in gold for pair in matches(gold[name], found.get(name, []))]
    expected = sum(map(len, gold.values()))
    returned = sum(len(found.get(name, [])) for name in gold)
    right = sum(same_speaker(one, other) for one, other in pairs)
    for what, count in (("found", len(pairs)), ("with the speaker", right)):
        precision, recall = _percent(count, returned), _percent(count, expected)
        f1 = _percent(2 * count, returned + expected)
        sys.stdout.write(f"{what:18}P {precision:5.1f}  R {recall:5.1f}  F1 {f1:5.1f}\n")


def matches(gold: list[dict[str, Any]], found: list[dict[str, Any]]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Pair the same statements, the most similar first; each statement is in at most one pair."""
    scored = [(similarity(one, other), i, j) for i, one in enumerate(gold) for j, other in enumerate(found)]
    taken: list[tuple[int, int]] = []
    for score, i, j in sorted(scored, key=lambda item: (-item[0], item[1:])):
        if score >= SHARE and all(i != a and j != b for a, b in taken):
            taken.append((i, j))
    return [(gold[i], found[j]) for i, j in taken]


def similarity(one: dict[str, Any], other: dict[str, Any]) -> float:
    """Common characters of two contents as a share of all their characters (Jaccard)."""
    a, b = _characters(one), _characters(other)
    return len(a & b) / len(a | b) if a | b else 0.0


def same_speaker(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two statements have the same speaker, or both have none."""
    return str(one["speaker"] or "").casefold() == str(other["speaker"] or "").casefold()


def _characters(statement: dict[str, Any]) -> set[int]:
    return {place for start, end in statement["content"] for place in range(start, end)}


def _percent(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 0.0


def _read(file: str) -> dict[str, list[dict[str, Any]]]:
    documents = map(json.loads, Path(file).read_text("utf-8").splitlines())
    return {document["id"]: document["attributions"] for document in documents}


if __name__ == "__main__":
    main(*sys.argv[1:])
