"""Word meanings for the tokenizer: word vectors of the initial encoder, also for words that are in no treebank.

In training, the network adds a projection of each word's vector, the same for all words, to the word's row. The final
network has the sums as its rows: it needs neither vectors nor projection, and is equally fast.
"""

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from sayso_server.parsing import atoms
from sayso_server.parsing.tokenizer import Network
from sayso_tools.training.initial import load_initial

DIMENSIONS = 96
"""The number of principal components of the vectors. More would separate words that should be treated alike."""

Vectors = Mapping[int, Tensor]
"""Vectors (DIMENSIONS) with a standard deviation near 1, by word feature."""


def vectors_of_encoder(source: Path, work: Path) -> Vectors:
    """The vectors of the initial encoder's words, from its folder. Raises ValueError for another encoder."""
    bert, tokenizer = load_initial(source, work)
    embeddings: Any = bert.embeddings
    return vectors_of(tokenizer.get_vocab(), embeddings.word_embeddings.weight.detach())


def vectors_of(pieces: Mapping[str, int], table: Tensor) -> Vectors:
    """The principal components of the vectors of whole-word pieces, from rows of a table."""
    words = sorted((piece for piece in pieces if len(piece) > 1 and piece.isalnum()), key=pieces.__getitem__)
    rows = table[[pieces[word] for word in words]].float()
    rows = rows - rows.mean(0)
    _, directions = torch.linalg.eigh(rows.T @ rows)
    components = rows @ directions.flip(1)[:, :DIMENSIONS]
    return dict(zip(map(word_feature, words), components / components.std(), strict=True))


def word_feature(word: str) -> int:
    """The feature of an atom that identifies its word: the first one."""
    return atoms.features(word)[0]


class Taught(Network):
    """A network in training that uses word vectors.

    `known` are the features with a row in the table. A word with a vector but without a row is treated as an unknown
    word with this vector.
    """

    vectors: Tensor
    is_own: Tensor

    def __init__(self, width: int, known: Tensor, vectors: Vectors) -> None:
        both = torch.tensor(sorted({*known.tolist(), *vectors}))
        super().__init__(width, both)
        size = len(next(iter(vectors.values()))) if vectors else 1
        self.register_buffer("vectors", torch.zeros(len(both) + 1, size), persistent=False)
        self.register_buffer("is_own", torch.isin(torch.cat([known[:1], both]), known), persistent=False)
        for place, feature in enumerate(both.tolist(), 1):
            if feature in vectors:
                self.vectors[place] = vectors[feature]
        self.meaning = nn.Linear(size, width, bias=False)
        nn.init.normal_(self.meaning.weight, std=0.3 / size**0.5)

    def rows(self, features: Tensor) -> Tensor:
        """The rows of the table for features, (atoms, kinds of features), and in a last column those of `vectors`."""
        rows = super().rows(features)
        return torch.cat([torch.where(self.is_own[rows], rows, 0), rows[:, :1]], dim=1)

    def embed(self, rows: Tensor) -> Tensor:
        """The embeddings of atoms, (atoms, width), from these rows."""
        meant: Tensor = self.meaning(self.vectors[rows[:, -1]])
        return super().embed(rows[:, :-1]) + meant

    @torch.no_grad()
    def plain(self) -> Network:
        """An equivalent network without vectors: its rows include them."""
        made = Network(self.width, self.known.clone(), self.dilations)
        state = copy.deepcopy(self.state_dict())
        del state["meaning.weight"]
        table = self.table.weight
        state["table.weight"] = torch.where(self.is_own[:, None], table, table[0]) + self.meaning(self.vectors)
        made.load_state_dict(state)
        return made.eval()
