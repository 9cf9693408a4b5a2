"""Learning from teachers: a model learns the mean of what several trained models see, on texts without labels, too.

Each head's scores on a batch are turned into probabilities, and the teachers' are averaged; the loss is the
cross-entropy of the learner with these. So news learns trees and names, treebanks learn roles and links, and texts
that nobody annotated teach everything. Coreference is learned from its annotations only.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F  # noqa: N812  # the customary name
from torch import Tensor

from sayso_server.parsing.linking import inside
from sayso_tools.training.corpus import Inventory, Paragraph, size
from sayso_tools.training.model import Model, lengths, stored_encoder

LEAST_CUE = 0.05
"""How likely a word must be a cue's main word for its links to other words to be learned."""

SCALES = {"tags": 1.0, "arcs": 1.0, "relations": 1.0, "names": 0.4, "roles": 1.0, "cues": 1.0, "shares": 1.0} | {
    "scopes": 2.0,
    "sources": 3.0,
}
"""What the loss of each kind of score counts. Names have a group for each convention, and all are learned."""

BINARY = frozenset({"cues", "scopes", "sources"})
"""Scores that go through a sigmoid, each by itself; all others through a softmax."""


class Target(NamedTuple):
    """Probabilities: of classes, (rows, classes), or with `is_binary` each by itself; `weights` (like them) or all."""

    probabilities: Tensor
    is_binary: bool = False
    weights: Tensor | None = None

    def loss(self, scores: Tensor) -> Tensor:
        """The cross-entropy of a learner's scores; its mean over rows, or over weights."""
        if not self.is_binary:
            return F.cross_entropy(scores, self.probabilities)
        if self.weights is None:
            return F.binary_cross_entropy_with_logits(scores, self.probabilities)
        own = F.binary_cross_entropy_with_logits(scores, self.probabilities, self.weights, reduction="sum")
        return own / self.weights.sum().clamp(min=1)


class Reading:
    """What a model makes of a batch of paragraphs: the scores of its heads before softmax and sigmoid, by name."""

    def __init__(self, model: Model, states: Tensor, paragraphs: Sequence[Paragraph]) -> None:
        self.model, self.states = model, states
        self.sentences = lengths(paragraphs)
        self.paragraphs = list(map(size, paragraphs))
        self.views = model.depparse.views(states, self.sentences)

    def scores(self) -> dict[str, Tensor]:
        """All but relations, (rows, classes); rows are words, or for scopes and sources pairs of padded paragraphs."""
        mixed = self.model.pos.mixed(self.states)
        out = {f"tags {name}": score(mixed) for name, score in self.model.pos.scores.items()}
        out["arcs"] = self.model.depparse.arcs(self.views, self.sentences)
        for head in ("names", "roles"):
            groups = getattr(self.model, head).grouped(self.states)
            out |= {f"{head} {number}": own for number, own in enumerate(groups)}
        links = self.model.links.scores(self.states, self.paragraphs)
        words = inside(self.paragraphs, self.states.device)
        return out | {
            "cues": links.cues[words],
            "shares": links.shares[words],
            "scopes": links.scopes[words],
            "sources": links.sources[words],
        }

    def relations(self, heads: Tensor) -> Tensor:
        """The scores (words, relations) with these heads."""
        return self.model.depparse.labels(self.views, self.sentences, heads)


class Teachers:
    """Trained models that teach another one."""

    def __init__(self, models: Sequence[Model]) -> None:
        self.models = [model.eval().requires_grad_(requires_grad=False) for model in models]

    @classmethod
    def load(cls, folders: Sequence[Path], inventory: Inventory, device: torch.device) -> "Teachers":
        """Those of models folders."""
        models = []
        for folder in folders:
            model = Model(stored_encoder(folder), inventory)
            model.load_heads(folder)
            models.append(model.to(device))
        return cls(models)

    def losses(self, model: Model, states: Tensor, paragraphs: Sequence[Paragraph]) -> dict[str, Tensor]:
        """The losses of a model on the states that it has of a batch, by kind of score."""
        reading = Reading(model, states, paragraphs)
        targets, heads = self.targets(paragraphs)
        scores = reading.scores() | {"relations": reading.relations(heads)}
        out: dict[str, Tensor] = {}
        for name, target in targets.items():
            kind = name.split()[0]
            out[f"taught {kind}"] = out.get(f"taught {kind}", 0.0) + SCALES[kind] * target.loss(scores[name])
        return out

    @torch.no_grad()
    def targets(self, paragraphs: Sequence[Paragraph]) -> tuple[dict[str, Target], Tensor]:
        """The teachers' mean probabilities by name, and the likeliest heads, (words,), that relations go with."""
        readings = [Reading(model, model.states(paragraphs, is_fast=True), paragraphs) for model in self.models]
        means = _means([reading.scores() for reading in readings])
        heads = means["arcs"].argmax(1)
        means |= _means([{"relations": reading.relations(heads)} for reading in readings])
        words = inside(readings[0].paragraphs, means["cues"].device)
        cues = torch.zeros_like(words, dtype=means["cues"].dtype).masked_scatter(words, means["cues"])
        paragraph = words.nonzero()[:, 0]
        weights = torch.where(cues >= LEAST_CUE, cues, 0.0)[paragraph]
        of_pairs = {"scopes": weights, "sources": weights}
        return {name: Target(mean, name in BINARY, of_pairs.get(name)) for name, mean in means.items()}, heads


def _means(scores: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    """The mean probability of each score."""
    return {
        name: torch.stack([own[name].sigmoid() if name in BINARY else own[name].softmax(1) for own in scores]).mean(0)
        for name in scores[0]
    }
