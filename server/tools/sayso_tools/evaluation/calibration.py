"""`sayso-tools evaluate calibration GOLD PRED`: compares confidences with the share of correct statements.

Both files are in gold format, one document per line; PRED is the output of `sayso-server extract --as gold`. A
statement is correct if an annotation has its content (IoU of at least one half) and shares its source. Statements
inside annotated contents that are not annotated themselves are ignored.
Prints the number of statements and the share of correct ones, the expected calibration error in ten bins of equal size,
and the area under the ROC curve: the probability that a correct statement has a higher confidence than a wrong one.
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
    """The confidence and correctness of each statement of a document that can be judged."""
    annotations = [Annotation.of(item) for item in gold["attributions"]]
    out = []
    for item in found["attributions"]:
        value = worth(spans(item["content"]), spans(item["source"]), spans(item["cue"]), annotations)
        if value is not None:
            out.append((float(item["confidence"]), value > 0))
    return out


def calibration_error(pairs: Sequence[tuple[float, bool]]) -> float:
    """The mean difference of confidence and share of correct statements, over bins of equal size."""
    ordered = sorted(pairs, key=lambda pair: pair[0])
    bins = [ordered[i * len(ordered) // BINS : (i + 1) * len(ordered) // BINS] for i in range(BINS)]
    off = (abs(sum(c for c, _ in b) - sum(right for _, right in b)) for b in bins)
    return sum(off) / max(1, len(ordered))


def area_under_curve(pairs: Sequence[tuple[float, bool]]) -> float:
    """The share of pairs of a correct and a wrong statement in which the correct one has a higher confidence.

    Ties count half; 0 if all are correct or all are wrong.
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
