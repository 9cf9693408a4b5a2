"""A training run: steps over the mix, with a schedule, checkpoints and evaluations on the development parts."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor, nn

from sayso_tools.training.corpus import size
from sayso_tools.training.mix import Batch, Stream, step
from sayso_tools.training.model import Model, paragraphs_of
from sayso_tools.training.teachers import Teachers

log = logging.getLogger(__name__)

Measure = Callable[[Model], Mapping[str, float]]

TOLD = 20
"""Steps between log lines."""


def optimizer_of(model: Model, rate: float, encoder_rate: float) -> torch.optim.AdamW:
    """AdamW with a separate learning rate for the encoder, whose word vectors are frozen."""
    words = model.encoder.bert.get_input_embeddings()
    words.requires_grad_(False)  # slow, and the treebanks have few of the words
    inner = [p for p in model.encoder.parameters() if p.requires_grad]
    known = set(map(id, model.encoder.parameters()))
    outer = [p for p in model.parameters() if id(p) not in known]
    groups = [{"params": inner, "lr": encoder_rate, "peak": encoder_rate}, {"params": outer, "lr": rate, "peak": rate}]
    return torch.optim.AdamW(groups, betas=(0.9, 0.98), weight_decay=0.01, fused=True)


def schedule(done: float, warm_up: float = 0.06) -> float:
    """The share of the peak rate at a share of all steps: linear warm-up from one hundredth, then linear decay."""
    return max(0.01, done / warm_up) if done < warm_up else max(0.0, (1 - done) / (1 - warm_up))


@dataclass
class Run:
    """A training run. When restarted, it continues after the last checkpoint.

    Each step has its own random seed, so that a resumed run gives the same results. With `minutes`, the run ends after
    that much training time instead, and the learning rates follow the clock. With `teachers`, the model learns from
    them on every batch, in addition to the annotations. `measures` are logged `evaluations` times, the last time at
    the end.
    """

    model: Model
    optimizer: torch.optim.AdamW
    streams: list[Stream]
    checkpoint: Path
    steps: int
    seed: int = 1
    every: int = 100
    evaluations: int = 3
    measures: Mapping[str, Measure] = field(default_factory=dict)
    minutes: float | None = None
    teachers: Teachers | None = None
    clock: Callable[[], float] = time.monotonic
    done: int = 0
    spent: float = 0.0

    @property
    def share(self) -> float:
        """The completed share of the run, 0 to 1."""
        return self.done / self.steps if self.minutes is None else min(1.0, self.spent / 60 / self.minutes)

    def restore(self) -> None:
        """Continue from the checkpoint, if there is one."""
        if self.checkpoint.exists():
            state = torch.load(self.checkpoint, weights_only=True, map_location=self.model.encoder.bert.device)
            self.model.load_state_dict(state["model"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.done, self.spent = state["done"], state["spent"]
            for stream in self.streams:
                stream.restore(state["streams"][stream.name])
            log.info("continuing after step %d", self.done)

    def keep(self) -> None:
        """Write the checkpoint; the old one is kept until the new one is complete."""
        state = {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "done": self.done,
            "spent": self.spent,
            "streams": {s.name: [s.round, s.next] for s in self.streams},
        }
        unfinished = self.checkpoint.with_suffix(".new")
        torch.save(state, unfinished)
        unfinished.replace(self.checkpoint)

    def train(self) -> None:
        """Run the remaining steps."""
        told = _Told()
        while self.share < 1:
            before, started = self.share, self.clock()
            self.model.train()
            told.add(*self._step(before))
            self.done += 1
            self.spent += self.clock() - started
            if self.done % TOLD == 0:
                told.tell(self.done, self.share)
            if self.done % self.every == 0 or self.share == 1:
                self.keep()
            if int(self.share * self.evaluations) > int(before * self.evaluations):
                self.measure()
                told = _Told()
        self.model.eval()

    def _step(self, share: float) -> tuple[dict[str, float], int]:
        """Run one step; returns the losses and the number of words."""
        torch.manual_seed(self.seed * 1_000_003 + self.done)
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * schedule(share)
        seen: dict[str, float] = {}
        words = 0
        for batch in step(self.streams, self.done):
            losses = self._losses(batch)
            torch.autograd.backward(torch.stack(list(losses.values())).sum())
            seen |= {name: loss.item() for name, loss in losses.items()}
            words += sum(map(size, paragraphs_of(batch)))
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
        return seen, words

    def _losses(self, batch: Batch) -> dict[str, Tensor]:
        """By the annotations, and by the teachers if there are any."""
        paragraphs = paragraphs_of(batch)
        states = self.model.states(paragraphs)
        losses = self.model.losses(batch, states)
        return losses if self.teachers is None else losses | self.teachers.losses(self.model, states, paragraphs)

    def measure(self) -> None:
        """Log the figures on the development parts."""
        self.model.eval()
        for name, measure in self.measures.items():
            log.info("step %d %s %s", self.done, name, rounded(measure(self.model)))


class _Told:
    """Running means of the losses, and words per second."""

    def __init__(self) -> None:
        self.means: dict[str, float] = {}
        self.words = 0
        self.started = time.monotonic()

    def add(self, seen: Mapping[str, float], words: int) -> None:
        self.words += words
        for name, value in seen.items():
            self.means[name] = 0.95 * self.means.get(name, value) + 0.05 * value

    def tell(self, done: int, share: float) -> None:
        pace = self.words / (time.monotonic() - self.started)
        told = " ".join(f"{name} {value:.3f}" for name, value in self.means.items())
        log.info("step %d (%.1f %%): %s; %.0f words/s", done, 100 * share, told, pace)


def rounded(figures: Mapping[str, float]) -> dict[str, float]:
    """Figures rounded to two decimals."""
    return {name: round(float(value), 2) for name, value in figures.items()}
