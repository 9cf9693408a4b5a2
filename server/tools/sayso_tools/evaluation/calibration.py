"""`sayso-tools evaluate calibration GOLD PRED`: whether confidences say how often statements are right.

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
from sklearn.metrics import roc_auc_score

from sayso_tools.training.annotations import Annotation, spans, worth
from sayso_tools.training.data import documents

BINS = 10


def judgements(gold: dict[str, Any], found: dict[str, Any]) -> list[tuple[float, bool]]:
    """Confidence, and whether it is right, of the statements of a document that can be judged."""
    annotations = [Annotation.of(item) for item in gold["attributions"]]
    out = []
    for item in found["attributions"]:
        value = worth(spans(item["content"]), spans(item["source"]), spans(item["cue"]), annotations)
        if value is not None:
            out.append((float(item["confidence"]), value > 0))
    return out


def calibration_error(pairs: Sequence[tuple[float, bool]]) -> float:
    """The mean distance of confidence and share of right ones, over bins of equal size."""
    ordered = sorted(pairs, key=lambda pair: pair[0])
    bins = [ordered[i * len(ordered) // BINS : (i + 1) * len(ordered) // BINS] for i in range(BINS)]
    off = (abs(sum(c for c, _ in b) - sum(right for _, right in b)) for b in bins)
    return sum(off) / max(1, len(ordered))


def area_under_curve(pairs: Sequence[tuple[float, bool]]) -> float:
    """The share of pairs of a right and a wrong one in which the right one has more confidence; ties count half.

    0 where all are right or all are wrong.
    """
    confidences, right = zip(*pairs, strict=True) if pairs else ((), ())
    return float(roc_auc_score(right, confidences)) if len(set(right)) == 2 else 0.0


@click.command("calibration")
@click.argument("gold", type=click.Path(path_type=Path, exists=True))
@click.argument("found", type=click.Path(path_type=Path, exists=True))
def calibration(gold: Path, found: Path) -> None:
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
