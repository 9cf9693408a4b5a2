"""Scores as sums of named features with learned or hand-set weights, so that every score can be explained.

Weights are JSON in `data/`. One mechanism serves statements (`selection/`) and speakers (`speakers/`).
"""

import bisect
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

Evidence = tuple[tuple[str, float], ...]
"""Features with what each adds to a score."""


class Scored(NamedTuple):
    """`margin`: the sum of the features' weights minus the threshold; `confidence`: the probability that follows."""

    margin: float
    confidence: float
    evidence: Evidence


@dataclass(frozen=True)
class Scorer:
    """Weights by feature; the acceptance threshold; a rising line of points (margin, confidence)."""

    weights: Mapping[str, float]
    threshold: float = 0.0
    calibration: Sequence[tuple[float, float]] = ()

    def score(self, features: Iterable[str]) -> Scored:
        """The score of features that are there or not; unknown ones weigh nothing."""
        weight_of = self.weights.get
        return self._scored(tuple([(name, weight) for name in features if (weight := weight_of(name))]))

    def weigh(self, features: Mapping[str, float]) -> Scored:
        """The score of features that have values: each adds its weight times its value."""
        weight_of = self.weights.get
        return self._scored(
            tuple([(name, added) for name, v in features.items() if (added := weight_of(name, 0.0) * v)])
        )

    def margin(self, features: Mapping[str, float]) -> float:
        """The margin that `weigh` gives, for a ranking that needs no more."""
        weight_of = self.weights.get
        return sum([weight_of(name, 0.0) * value for name, value in features.items()]) - self.threshold

    def _scored(self, evidence: Evidence) -> Scored:
        margin = sum([added for _, added in evidence]) - self.threshold
        return Scored(margin, self.confidence(margin), evidence)

    def confidence(self, margin: float) -> float:
        """Interpolated between the two nearest points of the calibration; outside them, the nearest point's."""
        points = self.calibration
        i = bisect.bisect_left(points, (margin, 0.0))
        if not 0 < i < len(points):
            return points[min(i, len(points) - 1)][1] if points else 1 / (1 + math.exp(-margin))
        (x0, y0), (x1, y1) = points[i - 1], points[i]
        return y0 + (y1 - y0) * (margin - x0) / (x1 - x0)


STRONGEST = 12
"""How many features explain a score."""


def explained(evidence: Iterable[tuple[str, float]]) -> Evidence:
    """The strongest features with what each adds."""
    return tuple(sorted(evidence, key=lambda named: -abs(named[1]))[:STRONGEST])


def scorer_of(described: Mapping[str, Any]) -> Scorer:
    """The scorer that a JSON object describes: `weights`, and where it has them `threshold` and `calibration`."""
    calibration = [(x, y) for x, y in described.get("calibration", ())]
    return Scorer(described["weights"], described.get("threshold", 0.0), calibration)


def read_json(name: str) -> Any:
    """What `data/<name>.json` holds."""
    path = resources.files("sayso_server.core") / "data" / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8"))


@cache
def load_scorer(name: str) -> Scorer:
    """The scorer of `data/<name>.json`."""
    return scorer_of(read_json(name))
