"""Feature weights by logistic regression on candidates, some of which are rivals.

scikit-learn has no such loss: the target of a candidate is a share, not a class, and rivals are a softmax over a
variable number of candidates. It is minimized with torch's L-BFGS.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch

from sayso_server.core.selection.evidence import Basis
from sayso_tools.training.annotations import SAME

RAREST = 12
"""Minimum occurrences of a feature to get a weight."""

PENALTY = 10.0
"""The L2 regularization."""

RANKING, SHARPNESS = 1.0, 0.1
"""The weight of the rival loss, and the difference in worth at which a rival gets nearly all of the share."""

MOST_STEPS = 120
"""The number of iterations."""


class Row(NamedTuple):
    """A training candidate: its features, and its target, 0 to 1. Rows with the same `place` are rivals."""

    basis: Basis
    place: tuple[int, ...]
    features: Sequence[str]
    value: float


def fit(rows: Sequence[Row]) -> dict[Basis, dict[str, float]]:
    """Weights by basis and feature, by logistic regression on the targets of the rows.

    Rows with the same place are rivals. The loss has a term for each row and, if one of the rivals is correct, a
    softmax over the rivals, so that the weights also learn to choose between different borders.
    """
    rows = sorted(rows, key=lambda row: row.place)
    counts = Counter((row.basis, name) for row in rows for name in row.features)
    names = sorted(key for key, count in counts.items() if count >= RAREST)
    places = {key: i for i, key in enumerate(names)}
    ids = [[places[row.basis, name] for name in row.features if (row.basis, name) in places] for row in rows]
    flat = np.array([i for row in ids for i in row])
    sizes = np.array(list(map(len, ids)))
    starts = np.concatenate([[0], sizes.cumsum()[:-1]])
    gold = np.array([row.value for row in rows])
    rivals = Rivals.of(rows)
    weights = torch.zeros(len(names), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=MOST_STEPS, history_size=20, line_search_fn="strong_wolfe")

    def loss() -> float:
        own = weights.detach().numpy()
        sums = np.add.reduceat(own[flat], starts)
        ranked, off = rivals.loss(sums)
        off += 1 / (1 + np.exp(-sums)) - gold
        weights.grad = torch.from_numpy(np.bincount(flat, np.repeat(off, sizes), len(names)) + PENALTY * own)
        return float((np.logaddexp(0, sums) - gold * sums).sum() + ranked + PENALTY / 2 * own @ own)

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    out: dict[Basis, dict[str, float]] = {}
    for (basis, name), weight in zip(names, weights.tolist(), strict=True):
        out.setdefault(basis, {})[name] = round(float(weight), 3)
    return out


@dataclass(frozen=True)
class Rivals:
    """The rivals among rows: the first row of each place, the place of each row, and the target shares of the rows.

    A place without a correct row is ignored: its rows have no share, and `counted` is 0 for them.
    """

    first: np.ndarray
    place: np.ndarray
    shares: np.ndarray
    counted: np.ndarray

    @classmethod
    def of(cls, rows: Sequence[Row]) -> "Rivals":
        """The rivals among rows, which are ordered by place."""
        is_first = np.array([i == 0 or rows[i - 1].place != row.place for i, row in enumerate(rows)])
        first, place = np.flatnonzero(is_first), is_first.cumsum() - 1
        gold = np.array([row.value for row in rows])
        best = np.maximum.reduceat(gold, first)[place]
        raised = np.exp((gold - best) / SHARPNESS)
        counted = RANKING * (best >= SAME)
        return cls(first, place, raised / np.add.reduceat(raised, first)[place], counted)

    def loss(self, sums: np.ndarray) -> tuple[float, np.ndarray]:
        """The cross-entropy of the rivals' shares, and its gradient by row."""
        highest = np.maximum.reduceat(sums, self.first)[self.place]
        raised = np.exp(sums - highest)
        total = np.add.reduceat(raised, self.first)[self.place]
        logs = sums - highest - np.log(total)
        return float(-(self.counted * self.shares * logs).sum()), self.counted * (raised / total - self.shares)
