"""Scores as sums of named features with learned or hand-set weights, so that every score can be explained.

Weights are JSON in `data/`. Statements (`selection/`) and speakers (`speakers/`) are scored the same way.
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
"""Features with their contributions to a score."""


class Scored(NamedTuple):
    """`margin`: the sum of the features' weights minus the threshold; `confidence`: the resulting probability."""

    margin: float
    confidence: float
    evidence: Evidence


@dataclass(frozen=True)
class Scorer:
    """Weights by feature, the acceptance threshold, and calibration points (margin, confidence) in rising order."""

    weights: Mapping[str, float]
    threshold: float = 0.0
    calibration: Sequence[tuple[float, float]] = ()

    def score(self, features: Iterable[str]) -> Scored:
        """The score of binary features; unknown ones add nothing."""
        weight_of = self.weights.get
        return self._scored(tuple([(name, weight) for name in features if (weight := weight_of(name))]))

    def weigh(self, features: Mapping[str, float]) -> Scored:
        """The score of numeric features: each adds its weight times its value."""
        weight_of = self.weights.get
        return self._scored(
            tuple([(name, added) for name, v in features.items() if (added := weight_of(name, 0.0) * v)])
        )

    def margin(self, features: Mapping[str, float]) -> float:
        """The margin that `weigh` gives, without the rest: for ranking."""
        weight_of = self.weights.get
        return sum([weight_of(name, 0.0) * value for name, value in features.items()]) - self.threshold

    def _scored(self, evidence: Evidence) -> Scored:
        margin = sum([added for _, added in evidence]) - self.threshold
        return Scored(margin, self.confidence(margin), evidence)

    def confidence(self, margin: float) -> float:
        """Interpolates between the two nearest calibration points; outside them, the nearest. Logistic without any."""
        points = self.calibration
        i = bisect.bisect_left(points, (margin, 0.0))
        if not 0 < i < len(points):
            return points[min(i, len(points) - 1)][1] if points else 1 / (1 + math.exp(-margin))
        (x0, y0), (x1, y1) = points[i - 1], points[i]
        return y0 + (y1 - y0) * (margin - x0) / (x1 - x0)


STRONGEST = 12
"""Maximum number of features in the explanation of a score."""


def explained(evidence: Iterable[tuple[str, float]]) -> Evidence:
    """The features with the largest contributions."""
    return tuple(sorted(evidence, key=lambda named: -abs(named[1]))[:STRONGEST])


class DataError(ValueError):
    """Invalid data file; the message names the file."""


def scorer_of(described: Any, file: str) -> Scorer:
    """The scorer described by a JSON object: `weights` and, optionally, `threshold` and `calibration`."""
    if not isinstance(described, dict) or not isinstance(described.get("weights"), dict):
        raise DataError(f"{file}: a scorer needs an object of weights by feature")
    calibration = [(x, y) for x, y in described.get("calibration", ())]
    return Scorer(described["weights"], described.get("threshold", 0.0), calibration)


def read_json(name: str) -> dict[str, Any]:
    """The object in `data/<name>.json`. Raises DataError that names the file."""
    path = resources.files("sayso_server.core") / "data" / f"{name}.json"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{path.name} cannot be read: {error}") from error
    if not isinstance(content, dict):
        raise DataError(f"{path.name} must be an object")
    return content


@cache
def load_scorer(name: str) -> Scorer:
    """The scorer of `data/<name>.json`."""
    return scorer_of(read_json(name), f"{name}.json")
