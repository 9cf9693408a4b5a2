"""How good a candidate is: learned weights of named features, and how sure that makes us.

The weights are in `data/scorer.json`, made by the training stage `scorer`, a set for each basis of candidates.
"""

import bisect
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import NamedTuple

from sayso_server.core.evidence import Basis


class Scored(NamedTuple):
    """`margin`: the features' weights less what is enough; `confidence`: that content and source are right."""

    margin: float
    confidence: float
    evidence: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Scorer:
    """Weights by feature; the sum from which on a candidate is taken; a rising line of points (margin, confidence)."""

    weights: Mapping[str, float]
    enough: float = 0.0
    calibration: Sequence[tuple[float, float]] = ()

    def score(self, features: Iterable[str]) -> Scored:
        """The score of a candidate with these features; unknown ones weigh nothing."""
        weight_of = self.weights.get
        found = tuple([(name, weight) for name in features if (weight := weight_of(name))])
        margin = sum([weight for _, weight in found]) - self.enough
        return Scored(margin, self.confidence(margin), found)

    def confidence(self, margin: float) -> float:
        """Between the two nearest points of the calibration, by proportion; outside them, the nearest."""
        points = self.calibration
        i = bisect.bisect_left(points, (margin, 0.0))
        if not 0 < i < len(points):
            return points[min(i, len(points) - 1)][1] if points else 1 / (1 + math.exp(-margin))
        (x0, y0), (x1, y1) = points[i - 1], points[i]
        return y0 + (y1 - y0) * (margin - x0) / (x1 - x0)


STRONGEST = 12
"""How many features explain a score."""


def explained(evidence: Iterable[tuple[str, float]]) -> tuple[tuple[str, float], ...]:
    """The strongest features with their weights."""
    return tuple(sorted(evidence, key=lambda named: -abs(named[1]))[:STRONGEST])


@cache
def scorers() -> Mapping[Basis, Scorer]:
    """The scorers of `data/scorer.json`."""
    path = resources.files("sayso_server.core") / "data" / "scorer.json"
    return {
        Basis(name): Scorer(part["weights"], part["enough"], [(x, y) for x, y in part["calibration"]])
        for name, part in json.loads(path.read_text(encoding="utf-8")).items()
    }
