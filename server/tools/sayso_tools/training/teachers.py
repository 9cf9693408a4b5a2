"""Distillation from teachers: a model learns the mean predictions of several trained models, also on unlabelled texts.

Each head's scores on a batch are turned into probabilities, and the teachers' are averaged; the loss is the
cross-entropy of the learner with these. So news also teaches trees and names, treebanks also teach roles and links,
and unlabelled texts teach all of these. Coreference is learned only from its annotations.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F  # noqa: N812  # the customary name
from torch import Tensor

from sayso_server.parsing.errors import ModelError
from sayso_server.parsing.linking import inside
from sayso_tools.training.corpus import Inventory, Paragraph, size
from sayso_tools.training.model import Model, lengths, stored_encoder

LEAST_CUE = 0.05
"""Minimum probability that a word is a cue's main word for its links to other words to be learned."""

SCALES = {"tags": 1.0, "arcs": 1.0, "relations": 1.0, "names": 0.4, "roles": 1.0, "cues": 1.0, "shares": 1.0} | {
    "scopes": 2.0,
    "sources": 3.0,
}
"""The weight of the loss of each kind of score. Names have a group for each convention, and all are learned."""

TAUGHT = ("pos", "depparse", "names", "roles", "links")
"""The heads that teachers need."""

BINARY = frozenset({"cues", "scopes", "sources"})
"""Scores that go through a sigmoid; all others go through a softmax."""


class Target(NamedTuple):
    """Target probabilities, (rows, classes): of exclusive classes or, with `is_binary`, independent ones.

    `weights`, of the same shape, are those of independent probabilities; None weighs all equally.
    """

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
    """The scores of a model's heads on a batch of paragraphs, by name, before softmax and sigmoid."""

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
        """The models in these folders. Raises ModelError if one lacks a head: a new one would teach noise."""
        models = []
        for folder in folders:
            if lacking := [f"{name}.pt" for name in TAUGHT if not (folder / f"{name}.pt").is_file()]:
                raise ModelError(
                    f"--teachers {folder}: lacks {', '.join(lacking)}; a teacher needs all but coreference"
                )
            model = Model(stored_encoder(folder), inventory)
            model.load_heads(folder)
            models.append(model.to(device))
        return cls(models)

    def losses(self, model: Model, states: Tensor, paragraphs: Sequence[Paragraph]) -> dict[str, Tensor]:
        """The losses of a model by kind of score; `states` are its own, of the words of the paragraphs."""
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
        """The teachers' mean probabilities by name, and the likeliest heads, (words,), for relations."""
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
