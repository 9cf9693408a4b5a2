"""Trains the tokenizer on treebank paragraphs, with the word vectors of the initial encoder.

Training can be interrupted: it writes a checkpoint after every round, and continues from an existing one.
"""

import argparse
import copy
import logging
import random
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812  # the customary name
from torch import Tensor, nn

from sayso_server.parsing import atoms
from sayso_server.parsing.tokenizer import Network, Tokens, decode, layout
from sayso_tools.training.material import LATE, Batch, Material, known_features
from sayso_tools.training.meanings import Taught, vectors_of_encoder

log = logging.getLogger(__name__)

WIDTH = 64
DROPOUT = 0.25
RATE, DECAY, WARM_UP = 3e-3, 0.05, 0.05
INERTIA = 0.997
"""The decay of the running mean of the trained network; the mean is the result."""

UNKNOWN_WORDS, UNKNOWN_FEATURES = 0.15, 0.05
"""The shares of words and of all features that are replaced by unknown ones."""

LATE_RATE = 1e-3
"""The learning rate at the start of the late rounds, in which most paragraphs are unchanged."""


class Dropout(nn.Module):
    """Dropout from random bytes, eight times as fast as torch's."""

    def __init__(self, share: float) -> None:
        super().__init__()
        self.level = round(256 * share)

    def forward(self, states: Tensor) -> Tensor:
        """The states, some set to 0 and the others scaled up."""
        if not self.training:
            return states
        words = torch.randint(-(2**63), 2**63 - 1, (states.numel() // 8 + 1,))
        is_kept = words.view(torch.uint8)[: states.numel()].view(states.shape) >= self.level
        return states * is_kept * (256 / (256 - self.level))


class Reader:
    """Runs a network on batches, and caches the table rows of each atom of a lexicon."""

    def __init__(self, network: Network, lexicon: atoms.Lexicon) -> None:
        self.network = network
        self._lexicon = lexicon
        self._rows = network.rows(torch.empty(0, atoms.KINDS, dtype=torch.long))

    def scores(self, found: atoms.Text) -> Tensor:
        """The scores of each atom."""
        network = self.network
        places, length = layout(found, network)
        at = torch.from_numpy(places)
        states = network.read(network.embed(self._features(found)), found)
        row = states.new_zeros(length, states.shape[1]).index_copy(0, at, states)
        filled = states.new_zeros(length).index_fill(0, at, 1.0)
        scores: Tensor = network(row.T, filled)[at - network.reach]
        return scores

    def _features(self, found: atoms.Text) -> Tensor:
        features = self._lexicon.features
        if len(features) > len(self._rows):
            new = self.network.rows(torch.tensor(features[len(self._rows) :]))
            self._rows = torch.cat([self._rows, new])
        rows = self._rows[torch.from_numpy(found.kinds)]
        if self.network.training:
            rows[torch.rand(rows.shape) < UNKNOWN_FEATURES] = 0
            rows[torch.rand(len(rows)) < UNKNOWN_WORDS, 0] = 0
        return rows


def loss_of(scores: Tensor, batch: Batch) -> Tensor:
    """The cross-entropies of the open questions, averaged over atoms: white space always ends a token."""
    labels, after = torch.from_numpy(batch.labels), torch.from_numpy(batch.found.after)
    is_end = labels > 0
    questions = (
        (scores[:, 0], is_end, after > atoms.SPACE),
        (scores[:, 1], (labels == 2) | (labels == 4), is_end & (after > atoms.BORDER)),
        (scores[:, 2], labels > 2, is_end),
    )
    losses = [
        F.binary_cross_entropy_with_logits(score[is_open], gold[is_open].float(), reduction="sum")
        for score, gold, is_open in questions
    ]
    return torch.stack(losses).sum() / max(1, len(labels))


@torch.no_grad()
def evaluate(network: Network, material: Material) -> dict[str, float]:
    """F1 of tokens, sentences and multi-word tokens, in percent."""
    was_training = network.training
    network.eval()
    reader, counts = Reader(network, material.lexicon), Counter[str]()
    for batch in material.as_written():
        own = decode(batch.found, reader.scores(batch.found).numpy())
        ends = np.flatnonzero(batch.labels)
        labels = batch.labels[ends]
        starts = batch.found.starts[np.concatenate(([0], ends[:-1] + 1))]
        gold = Tokens(starts, batch.found.ends[ends], np.where((labels == 2) | (labels == 4), 1.0, -1.0), labels > 2)
        for name in ("tokens", "sentences", "words"):
            a, b = _spans(gold, name), _spans(own, name)
            counts.update({f"{name} right": len(a & b), f"{name} all": len(a) + len(b)})
    network.train(was_training)
    return {
        name: round(200 * counts[f"{name} right"] / max(1, counts[f"{name} all"]), 2)
        for name in ("tokens", "sentences", "words")
    }


def _spans(tokens: Tokens, name: str) -> set[tuple[int, ...]]:
    """The spans of tokens, of sentences, or of tokens with whether they have several words."""
    columns = [tokens.starts, tokens.ends, tokens.multiword]
    if name == "sentences":
        ends = np.flatnonzero(tokens.last)
        columns = [tokens.starts[np.concatenate(([0], ends[:-1] + 1))], tokens.ends[ends]]
    return set(zip(*(column.tolist() for column in columns[: 3 if name == "words" else 2]), strict=True))


def rate(done: float) -> float:
    """The learning rate after a share of the training: it rises and falls, then again at a lower level."""
    if done >= LATE:
        return LATE_RATE * (1 - done) / (1 - LATE)
    return RATE * min(done / WARM_UP, (LATE - done) / (LATE - WARM_UP))


class Run:
    """A network in training, its running mean, that mean after the best round, the optimizer and the checkpoint."""

    def __init__(self, network: Taught, checkpoint: Path) -> None:
        self.network = network
        network.dropout = Dropout(DROPOUT)
        self.optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=DECAY, betas=(0.9, 0.98))
        self.checkpoint = checkpoint
        self.done = 0
        self.average = copy.deepcopy(network).eval()
        self.best = copy.deepcopy(network).eval()
        self.score = 0.0

    def restore(self) -> None:
        """Continue after the last round, if there was one."""
        if self.checkpoint.exists():
            state = torch.load(self.checkpoint, weights_only=True)
            self.network.load_state_dict(state["network"])
            self.average.load_state_dict(state["average"])
            self.best.load_state_dict(state["best"])
            self.score = state["score"]
            self.optimizer.load_state_dict(state["optimizer"])
            self.done = state["done"]

    def keep(self) -> None:
        """Write the checkpoint."""
        state: dict[str, Any] = {
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "best": self.best.state_dict(),
            "score": self.score,
            "optimizer": self.optimizer.state_dict(),
            "done": self.done,
        }
        part = self.checkpoint.with_suffix(".part")
        torch.save(state, part)
        part.replace(self.checkpoint)

    def train(self, material: Material, dev: Material, rounds: int, seed: int) -> None:
        """Train up to `rounds` rounds. The best round on `dev` is kept."""
        reader = Reader(self.network, material.lexicon)
        while self.done < rounds:
            torch.manual_seed(seed + self.done)
            batches = list(material.varied(random.Random(f"{seed} {self.done}"), done=self.done / rounds))
            losses = [
                self._step(reader, batch, (self.done + i / len(batches)) / rounds) for i, batch in enumerate(batches)
            ]
            self.done += 1
            self._compare(evaluate(self.average, dev))
            self.keep()
            log.info("tokenizer, round %d of %d: loss %.4f", self.done, rounds, sum(losses) / len(losses))

    def _compare(self, figures: dict[str, float]) -> None:
        log.info("tokenizer, dev: %s", figures)
        if (score := figures["sentences"] + figures["words"]) > self.score:
            self.best.load_state_dict(self.average.state_dict())
            self.score = score

    def _step(self, reader: Reader, batch: Batch, done: float) -> float:
        for group in self.optimizer.param_groups:
            group["lr"] = rate(done)
        loss = loss_of(reader.scores(batch.found), batch)
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        with torch.no_grad():
            for mean, parameter in zip(self.average.parameters(), self.network.parameters(), strict=True):
                mean.lerp_(parameter, 1 - INERTIA)
        return loss.item()


def train(options: argparse.Namespace) -> None:
    """The stage: writes `tokenize.pt` to --work."""
    torch.set_flush_denormal(True)
    torch.manual_seed(options.seed)
    material = Material.of(options.treebanks, "train", options.every)
    dev = Material.of(options.treebanks, "dev", options.every)
    vectors = vectors_of_encoder(options.encoder, options.work)
    network = Taught(WIDTH, known_features(material, options.seed), vectors)
    run = Run(network, options.work / "tokenizer.checkpoint")
    run.restore()
    run.train(material, dev, options.tokenizer_rounds, options.seed)
    run.best.plain().save(options.work / "tokenize.pt")
