"""Learns the weights of candidate features by logistic regression on annotated news, for `scorer.json`.

The target is the agreement of a candidate's content with the annotations (see `examples` and `regression`). Some of the
documents have roles and links from heads that have not seen them (see `folds`). The threshold and the calibration are
determined on documents that the weights were not learned from.
"""

import argparse
import json
import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sayso_server.core.grammar.contents import overlap
from sayso_server.core.rules import RULES
from sayso_server.core.scoring import Scorer
from sayso_server.core.selection.choice import Chosen
from sayso_server.core.selection.evidence import Basis
from sayso_server.core.selection.weights import FILE, scorers
from sayso_server.core.statement import REPORTED_SPEECH
from sayso_tools.training.annotations import Annotation
from sayso_tools.training.examples import Example, agreement
from sayso_tools.training.folds import KNOWN
from sayso_tools.training.news import articles
from sayso_tools.training.regression import fit

log = logging.getLogger(__name__)

ENOUGH = (-1.5, -1.0, -0.75, -0.5, -0.25, 0.0)
"""The candidate thresholds for the sum of weights."""

COST = 0.003
"""The F1 that may be sacrificed for more statements from rules, which follow our conventions, and fewer from links."""

PARTS = 4
"""The number of folds of documents: the threshold and calibration for each are found with weights from the others."""

POINTS = 15
"""The number of points on the calibration curve."""


def learn(examples: Iterable[Example]) -> dict[Basis, Scorer]:
    """The weights for every basis; bases with rivals are fitted together, trees alone separately."""
    given = list(examples)
    out: dict[Basis, Scorer] = {}
    for bases in ((Basis.RULES, Basis.LINKED), (Basis.TREES,)):
        rows = [row for number, example in enumerate(given) for basis in bases for row in example.rows(basis, number)]
        learned = fit(rows)
        out |= {basis: Scorer(learned.get(basis, {})) for basis in bases}
    return out


def figures(chosen: Sequence[Chosen], gold: Sequence[Annotation], *, speech: bool) -> Counter[str]:
    """The counts of annotations, statements and correct statements of a document, without nested ones."""
    out: Counter[str] = Counter(gold=sum(g.is_speech or not speech for g in gold))
    for item in chosen:
        cue = item.candidate.cue
        if item.parent is not None or (speech and cue is not None and cue.cue_class not in REPORTED_SPEECH):
            continue
        value = agreement(item.candidate, gold)
        best = max(gold, key=lambda g: overlap(item.candidate.content, g.content), default=None)
        is_other = best is not None and not best.is_speech and overlap(item.candidate.content, best.content) >= 0.5
        if value is not None and not (speech and is_other):
            out["found"] += 1
            out["right"] += value > 0
    return out


def f1(counts: Counter[str]) -> float:
    """F1 from counts of gold, found and correct."""
    return 2 * counts["right"] / max(1, counts["gold"] + counts["found"])


def totals(examples: Sequence[Example], weights: Sequence[Mapping[Basis, Scorer]], basis: Basis) -> float:
    """F1 of contents with their sources, the mean of reported speech and of all classes."""
    chosen = [(e, e.chosen(w, basis)) for e, w in zip(examples, weights, strict=True)]
    counts = [sum((figures(c, e.gold, speech=speech) for e, c in chosen), Counter()) for speech in (True, False)]
    return sum(map(f1, counts)) / 2


def with_enough(weights: Mapping[Basis, Scorer], basis: Basis, enough: float) -> dict[Basis, Scorer]:
    """The scorers with another threshold for one basis."""
    return {key: replace(own, threshold=enough) if key is basis else own for key, own in weights.items()}


def calibrated(pairs: Sequence[tuple[float, bool]]) -> list[tuple[float, float]]:
    """Increasing points (margin, share of correct statements), from groups of equal size, pooled to be increasing."""
    pairs = sorted(pairs)
    size = max(1, len(pairs) // POINTS)
    pooled: list[Sequence[tuple[float, bool]]] = []
    for group in (pairs[i : i + size] for i in range(0, len(pairs), size)):
        pooled.append(group)
        while len(pooled) > 1 and _share(pooled[-2]) >= _share(pooled[-1]):
            pooled[-2:] = [[*pooled[-2], *pooled[-1]]]
    return [(round(sum(m for m, _ in g) / len(g), 3), round(_share(g), 3)) for g in pooled]


def _share(group: Sequence[tuple[float, bool]]) -> float:
    """The share of correct statements, smoothed slightly towards one half."""
    return (sum(right for _, right in group) + 0.5) / (len(group) + 1)


def outcomes(example: Example, weights: Mapping[Basis, Scorer], basis: Basis) -> Iterator[tuple[float, bool]]:
    """The margin and correctness of the statements that are returned by default and can be judged."""
    bases = {id(item.candidate): item.basis for item in example.candidates}
    for item in example.chosen(weights, basis):
        cue = item.candidate.cue
        value = agreement(item.candidate, example.gold)
        is_default = cue is None or cue.cue_class in REPORTED_SPEECH
        own = Basis.TREES if basis is Basis.TREES else bases.get(id(item.candidate), Basis.TREES)
        if is_default and value is not None and own is basis:
            yield item.score.margin, value > 0


def run(options: argparse.Namespace) -> None:
    """Learn, and write the file."""
    examples = [Example.of(a) for a in articles(options, options.annotated / "polnear-train.jsonl")]
    log.info("%d documents, %d candidates", len(examples), sum(len(e.candidates) for e in examples))
    path = Path(options.data) / f"{FILE}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(described(trained(examples)), indent=1) + "\n", encoding="utf-8")
    scorers.cache_clear()  # so that this process reads the new file


def trained(examples: Sequence[Example]) -> dict[Basis, Scorer]:
    """Weights from all examples; threshold and calibration with weights that have not seen the document."""
    others = [learn([e for i, e in enumerate(examples) if i % PARTS != part]) for part in range(PARTS)]
    held_out = [others[i % PARTS] for i in range(len(examples))]
    final = learn(examples)
    for basis in Basis:
        tried = {
            enough: totals(examples, [with_enough(w, basis, enough) for w in held_out], basis) for enough in ENOUGH
        }
        good = [enough for enough, reached in tried.items() if reached >= max(tried.values()) - COST]
        best = max(good) if basis is Basis.LINKED else min(good)
        log.info("%s: F1 by threshold: %s", basis, {k: round(100 * v, 2) for k, v in tried.items()})
        held_out = [with_enough(w, basis, best) for w in held_out]
        final = with_enough(final, basis, best)
    for basis in Basis:
        unknown = [(e, w) for e, w in zip(examples, held_out, strict=True) if e.article.fold != KNOWN]
        pairs = [
            pair for e, w in unknown for pair in outcomes(e, w, basis)
        ]  # heads are overconfident on documents they have seen
        final[basis] = replace(final[basis], calibration=calibrated(pairs))
    return final


def described(weights: Mapping[Basis, Scorer]) -> dict[str, Any]:
    """The content of the file."""
    return {"known": sorted(RULES)} | {
        basis.value: {
            "threshold": own.threshold,
            "calibration": own.calibration,
            "weights": {name: weight for name, weight in sorted(own.weights.items()) if weight},
        }
        for basis, own in weights.items()
    }
