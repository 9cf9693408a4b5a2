"""The head for labelled spans: names, and the roles of attributions."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812  # the customary name
from torch import Tensor, nn

from sayso_server.parsing.heads import Head, array
from sayso_server.parsing.matrices import applied

SpanOfWords = tuple[int, int, str]
"""First word, word after the last, label."""


class SpanTagger(Head):
    """Labelled spans. Labels of one group exclude each other; groups are independent and may overlap.

    A group of k labels has 1 + 2k classes: outside, and begin and inside of each label (IOB2). Groups may have names,
    such as those of annotation conventions; the first group is used for inference.
    """

    def __init__(self, width: int, groups: list[list[str]], names: Sequence[str] = ()) -> None:
        settings: dict[str, Any] = {"names": list(names)} if names else {}
        super().__init__(width=width, groups=groups, **settings)
        self.groups = groups
        self.names = list(names)
        self.scores = nn.Linear(width, sum(1 + 2 * len(group) for group in groups))

    def grouped(self, states: Tensor) -> list[Tensor]:
        """The scores of each group, (words, classes), in float32."""
        sizes = [1 + 2 * len(group) for group in self.groups]
        return list(torch.split(applied(self.scores, self.mixed(states)).float(), sizes, 1))

    def loss(self, states: Tensor, gold: Tensor) -> Tensor:
        """Cross-entropy, summed over groups and averaged over words; `gold` is (words, groups), -100 is ignored."""
        known = (gold >= 0).any(1).sum().clamp(min=1)
        scores = zip(self.grouped(states), gold.unbind(1), strict=True)
        return torch.stack([F.cross_entropy(s, own, reduction="sum") for s, own in scores]).sum() / known

    def with_first(self, name: str) -> "SpanTagger":
        """The same tagger with the group of this name before the others."""
        order = sorted(range(len(self.groups)), key=lambda g: self.names[g] != name)
        out = SpanTagger(self.settings["width"], [self.groups[g] for g in order], [self.names[g] for g in order])
        sizes = [1 + 2 * len(group) for group in self.groups]
        state = self.state_dict()
        for part in ("scores.weight", "scores.bias"):
            parts = state[part].split(sizes)
            state[part] = torch.cat([parts[g] for g in order])
        out.load_state_dict(state)
        return out.train(self.training)

    def probabilities(self, states: Tensor) -> list[np.ndarray]:
        """The probability of each class, by group, (words, classes)."""
        return [array(scores.softmax(1)) for scores in self.grouped(states)]

    def classes(self, states: Tensor) -> list[np.ndarray]:
        """The best class of every word, by group; inside labels follow a begin label."""
        return [best_classes(array(scores.log_softmax(1))) for scores in self.grouped(states)]

    def predict_group(self, states: Tensor, group: int) -> list[SpanOfWords]:
        """The spans of one group."""
        scores = array(self.grouped(states)[group].log_softmax(1))
        return spans(best_classes(scores), self.groups[group])

    def predict(self, states: Tensor) -> list[list[SpanOfWords]]:
        """The spans of each group."""
        return [spans(ids, group) for ids, group in zip(self.classes(states), self.groups, strict=True)]


def best_classes(scores: np.ndarray) -> np.ndarray:
    """The best valid sequence of IOB2 classes, from log-probabilities (words, classes).

    Only words where outside is less likely than 0.999 need to be decoded, and only a stretch in which some word's best
    class cannot follow the one before needs a search.
    """
    is_open = scores[:, 0] < np.log(0.999)
    best: np.ndarray = np.where(is_open, scores.argmax(1), 0)
    before = np.concatenate(([0], best[:-1]))
    is_torn = (best > 0) & (best % 2 == 0) & (before != best) & (before != best - 1)
    open_words = np.flatnonzero(is_open)
    for stretch in np.split(open_words, np.flatnonzero(np.diff(open_words) > 1) + 1):
        if is_torn[stretch].any():
            best[stretch] = _viterbi(scores[stretch])
    return best


def _viterbi(scores: np.ndarray) -> list[int]:
    classes = np.arange(scores.shape[1])
    is_inside = (classes > 0) & (classes % 2 == 0)
    follows = (classes[:, None] == classes) | (classes[:, None] == classes - 1)
    forbidden = np.where(is_inside & ~follows, -np.inf, 0.0)
    best = np.where(is_inside, -np.inf, scores[0])
    back = []
    for row in scores[1:]:
        paths = best[:, None] + forbidden
        back.append(paths.argmax(0))
        best = paths.max(0) + row
    way = [int(best.argmax())]
    for origins in reversed(back):
        way.append(int(origins[way[-1]]))
    return way[::-1]


def spans(classes: np.ndarray, labels: Sequence[str]) -> list[SpanOfWords]:
    """The spans of a sequence of IOB2 classes. An inside label without a begin label starts a span."""
    out: list[SpanOfWords] = []
    for i in np.flatnonzero(classes).tolist():
        label, is_inside = labels[(int(classes[i]) - 1) // 2], classes[i] % 2 == 0
        if is_inside and out and out[-1][1] == i and out[-1][2] == label:
            out[-1] = (out[-1][0], i + 1, label)
        else:
            out.append((i, i + 1, label))
    return out
