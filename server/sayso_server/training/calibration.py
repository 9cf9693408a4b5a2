"""`python -m sayso_server.training.calibration GOLD PRED`: whether confidences say how often statements are right.

Both are files of one document a line in the gold's format; PRED is what `sayso-server extract --as gold` writes. A
statement is right if an annotation has its content (intersection over union of at least one half) and shares its
source. What lies in an annotated content without being annotated itself counts as nothing.
Prints the statements and share of right ones, the expected calibration error in ten bins of equal size, and the area
under the ROC curve: the probability that a right statement has more confidence than a wrong one.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from sayso_server.core.contents import overlap
from sayso_server.core.statement import Span
from sayso_server.training.data import documents

BINS = 10


def judgements(gold: dict[str, Any], found: dict[str, Any]) -> list[tuple[float, bool]]:
    """Confidence, and whether it is right, of the statements of a document that can be judged."""
    out = []
    annotations = [{name: _spans(a[name]) for name in ("content", "source")} for a in gold["attributions"]]
    for statement in found["attributions"]:
        content, source, cue = (_spans(statement[name]) for name in ("content", "source", "cue"))
        matching = [a for a in annotations if overlap(content, a["content"]) >= 0.5]
        if matching:
            best = max(matching, key=lambda a: overlap(content, a["content"]))["source"]
            is_right = any(x.overlaps(y) for x in source for y in best) or not (source or best)
            out.append((float(statement["confidence"]), is_right))
        elif not any(all(any(s.covers(o) for s in a["content"]) for o in cue or content) for a in annotations):
            out.append((float(statement["confidence"]), False))
    return out


def _spans(pairs: list[list[int]]) -> list[Span]:
    return [Span(*pair) for pair in pairs]


def calibration_error(pairs: Sequence[tuple[float, bool]]) -> float:
    """The mean distance of confidence and share of right ones, over bins of equal size."""
    ordered = sorted(pairs, key=lambda pair: pair[0])
    bins = [ordered[i * len(ordered) // BINS : (i + 1) * len(ordered) // BINS] for i in range(BINS)]
    off = (abs(sum(c for c, _ in b) - sum(right for _, right in b)) for b in bins)
    return sum(off) / max(1, len(ordered))


def area_under_curve(pairs: Sequence[tuple[float, bool]]) -> float:
    """The share of pairs of a right and a wrong one in which the right one has more confidence; ties count half."""
    right, wrong = ([c for c, is_right in pairs if is_right is side] for side in (True, False))
    wins = sum((a > b) + (a == b) / 2 for a in right for b in wrong)
    return wins / max(1, len(right) * len(wrong))


@click.command()
@click.argument("gold", type=click.Path(path_type=Path, exists=True))
@click.argument("found", type=click.Path(path_type=Path, exists=True))
def main(gold: Path, found: Path) -> None:
    """Compare the confidences of FOUND with GOLD."""
    annotated = {d["id"]: d for d in documents(gold)}
    pairs = [pair for d in documents(found) for pair in judgements(annotated[d["id"]], d)]
    figures = {
        "statements": len(pairs),
        "right": round(sum(right for _, right in pairs) / max(1, len(pairs)), 3),
        "mean confidence": round(sum(c for c, _ in pairs) / max(1, len(pairs)), 3),
        "expected calibration error": round(calibration_error(pairs), 3),
        "area under curve": round(area_under_curve(pairs), 3),
    }
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
