"""The base class of the heads on the encoder's states, and labels of words; see `spans`, `dependencies` and `linking`.

Each head takes the states of all words of a document, (layers, words, width), mixes the layers with learned weights,
and scores all words at once. None has a recurrent layer: the encoder was fine-tuned with all heads together. They are
thin, so that the encoder dominates the cost.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812  # the customary name
from torch import Tensor, nn

from sayso_server.parsing.encoder import LAYERS
from sayso_server.parsing.matrices import applied

WORDS = 1024
"""The maximum number of words whose trees or links are scored together, to limit memory."""


class Head(nn.Module):
    """Base class of all heads: layer mix, dropout, file format."""

    def __init__(self, dropout: float = 0.2, **settings: Any) -> None:
        super().__init__()
        self.settings = settings
        self.mix = nn.Parameter(torch.zeros(LAYERS))
        self.dropout = nn.Dropout(dropout)

    def mixed(self, states: Tensor) -> Tensor:
        """(words, width) of (layers, words, width)."""
        mixed: Tensor = self.dropout(torch.einsum("l,lnw->nw", self.mix.softmax(0), states))
        return mixed

    def save(self, path: Path) -> None:
        """Write settings and, in half precision, parameters."""
        state = {name: value.half().cpu() for name, value in self.state_dict().items()}
        torch.save({"settings": self.settings, "state": state}, path)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a head in evaluation mode. Files hold tensors and plain values only."""
        content = torch.load(path, weights_only=True, map_location="cpu")
        head = cls(**content["settings"])
        head.load_state_dict(content["state"])
        return head.float().eval()


class Tagger(Head):
    """One label per word and column; `columns` maps upos, xpos and feats to their labels."""

    def __init__(self, width: int, columns: dict[str, list[str]]) -> None:
        super().__init__(width=width, columns=columns)
        self.columns = columns
        self.scores = nn.ModuleDict({name: nn.Linear(width, len(labels)) for name, labels in columns.items()})

    def loss(self, states: Tensor, gold: dict[str, Tensor]) -> Tensor:
        """Mean cross-entropy over words, summed over columns; -100 in `gold` is ignored."""
        mixed = self.mixed(states)
        return torch.stack([F.cross_entropy(score(mixed), gold[name]) for name, score in self.scores.items()]).sum()

    def predict(self, states: Tensor) -> dict[str, list[str]]:
        """The best label of every word, by column."""
        mixed = self.mixed(states)
        best = {name: applied(score, mixed).argmax(1).tolist() for name, score in self.scores.items()}
        return {name: [self.columns[name][i] for i in ids] for name, ids in best.items()}


def array(tensor: Tensor) -> np.ndarray:
    """A tensor as an array in float32."""
    numbers: np.ndarray = tensor.float().cpu().numpy()
    return numbers


def indices_on(tensor: Tensor, places: np.ndarray) -> Tensor:
    """Indices as a tensor on the device of `tensor`."""
    return torch.from_numpy(places).to(tensor.device)


def batches(lengths: Sequence[int], most: int) -> Iterator[list[int]]:
    """The lengths in order, in batches with a sum of at most `most`; a longer one is a batch of its own."""
    own: list[int] = []
    for length in lengths:
        if own and sum(own) + length > most:
            yield own
            own = []
        own.append(length)
    if own:
        yield own
