"""The head for dependency trees."""

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812  # the customary name
from torch import Tensor, nn

from sayso_server.parsing.decoding import best_tree, is_faulty, repaired
from sayso_server.parsing.heads import WORDS, Head, array, batches, indices_on
from sayso_server.parsing.matrices import applied, linear

HEADS = 256
"""Heads of arcs whose labels are scored together. Each needs as much memory as the states of 50 words."""


class Views(NamedTuple):
    """Words, and roots, as dependents and as heads, for arcs and for labels, (..., width)."""

    arc_dependents: Tensor
    arc_heads: Tensor
    label_dependents: Tensor
    label_heads: Tensor


class Parser(Head):
    """Deep biaffine dependency parser (Dozat and Manning 2017) directly on the encoder's states.

    Labels are scored only for the chosen arcs, unless a tree must be repaired; see `decoding`.
    """

    _label_of_heads: Tensor | None

    def __init__(self, width: int, relations: list[str], arc_width: int = 256, label_width: int = 96) -> None:
        super().__init__(width=width, relations=relations, arc_width=arc_width, label_width=label_width)
        self.relations = relations
        self.root = nn.Parameter(torch.randn(width) / width**0.5)
        self.widths = [arc_width, arc_width, label_width, label_width]
        self.project = nn.Linear(width, sum(self.widths))
        self.arc = nn.Parameter(torch.zeros(arc_width + 1, arc_width))
        self.label = nn.Parameter(torch.zeros(label_width + 1, label_width + 1, len(relations)))
        nn.init.orthogonal_(self.arc[:-1])
        # `label` prepared for multiplication with heads, after loading
        self.register_buffer("_label_of_heads", None, persistent=False)

    def views(self, states: Tensor, lengths: Sequence[int]) -> Views:
        """The words of padded sentences, (sentences, 1 + longest, width), root first."""
        rooted = [torch.cat([self.root[None], own]) for own in torch.split(self.mixed(states), list(lengths))]
        padded = nn.utils.rnn.pad_sequence(rooted, batch_first=True)
        hidden = self.dropout(F.leaky_relu(self.project(padded), 0.1))
        return Views(*hidden.split(self.widths, 2))

    def arcs(self, views: Views, lengths: Sequence[int]) -> Tensor:
        """Scores (words, 1 + longest) of all heads; a word is not its own head, nor is padding anyone's."""
        scores = _with_one(views.arc_dependents) @ self.arc @ views.arc_heads.transpose(1, 2)
        places = torch.arange(scores.size(2), device=scores.device)
        outside = places[None] > torch.tensor(list(lengths), device=scores.device)[:, None]
        scores = scores.masked_fill(outside[:, None], -1e9)
        scores = scores.masked_fill(torch.eye(scores.size(1), dtype=torch.bool, device=scores.device), -1e9)
        sentence, word = _places(lengths, scores.device)
        return scores[sentence, word + 1]

    def labels(self, views: Views, lengths: Sequence[int], heads: Tensor) -> Tensor:
        """Scores (words, relations) of the arcs from these heads, (words,), 0 for the root."""
        sentence, word = _places(lengths, heads.device)
        dependents, own = views.label_dependents[sentence, word + 1], views.label_heads[sentence, heads]
        partial = (_with_one(dependents) @ self.label.flatten(1)).view(len(dependents), *self.label.shape[1:])
        return torch.einsum("nj,njr->nr", _with_one(own), partial)

    def loss(self, states: Tensor, lengths: Sequence[int], heads: Tensor, relations: Tensor) -> Tensor:
        """Mean cross-entropy of heads (0 is the root) and relations, both (words,)."""
        views = self.views(states, lengths)
        return F.cross_entropy(self.arcs(views, lengths), heads) + F.cross_entropy(
            self.labels(views, lengths, heads), relations
        )

    def predict(self, states: Tensor, lengths: Sequence[int]) -> list[list[tuple[int, str]]]:
        """(head, relation) of every word of every sentence; heads count from 1, 0 is the root."""
        out: list[list[tuple[int, str]]] = []
        start = 0
        for own in batches(lengths, WORDS):
            end = start + sum(own)
            out += self._trees(states[:, start:end], own)
            start = end
        return out

    def _trees(self, states: Tensor, lengths: Sequence[int]) -> list[list[tuple[int, str]]]:
        rows = torch.cat([self.root[None], self.mixed(states)])  # the root once, for all sentences
        hidden = F.leaky_relu(applied(self.project, rows), 0.1)
        views = Views(*(view.contiguous() for view in torch.split(hidden, self.widths, 1)))
        starts = np.cumsum([1, *lengths])
        sentences = [np.concatenate(([0], np.arange(a, b))) for a, b in itertools.pairwise(starts)]
        scores = self._scores(views, sentences)
        trees = [best_tree(own) for own in scores]
        heads = np.concatenate([places[tree[1:]] for places, tree in zip(sentences, trees, strict=True)])
        following = iter(self._best_labels(views, heads))
        out = []
        for tree, places, own in zip(trees, sentences, scores, strict=True):
            names = [self.relations[next(following)] for _ in places[1:]]
            if is_faulty(tree, names):
                rows = indices_on(views.label_heads, places)
                every = self._every_label(views.label_dependents[rows], views.label_heads[rows])
                tree, names = repaired(own, every, tree, self.relations)  # noqa: PLW2901
            out.append(list(zip(tree[1:].tolist(), names, strict=True)))
        return out

    def _scores(self, views: Views, sentences: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Scores (dependent, head) of the arcs of sentences given as rows; a word is not its own head."""
        asked = linear(_with_one(views.arc_dependents), self.arc.T)
        rows, sizes = indices_on(asked, np.concatenate(sentences)), [len(own) for own in sentences]
        pairs = zip(torch.split(asked[rows], sizes), torch.split(views.arc_heads[rows], sizes), strict=True)
        flat = array(torch.cat([(dependents @ heads.T).flatten() for dependents, heads in pairs]))
        borders = np.cumsum([size * size for size in sizes])[:-1]
        scores = [own.reshape(size, size) for own, size in zip(np.split(flat, borders), sizes, strict=True)]
        for own in scores:
            np.fill_diagonal(own, -np.inf)
        return scores

    def _best_labels(self, views: Views, heads: np.ndarray) -> list[int]:
        """The best label of each word with its head; `heads` are rows of the views, those of the words follow the root.

        Most of the work is done once per head. Heads with the same number of dependents are processed together.
        """
        used, own, counts = np.unique(heads, return_inverse=True, return_counts=True)
        by_count = np.argsort(counts, kind="stable")
        words = np.argsort(np.argsort(by_count)[own], kind="stable")
        dependents = _with_one(views.label_dependents[1:])[indices_on(views.label_dependents, words)]
        used, counts = used[by_count], counts[by_count]
        best: list[Tensor] = []
        start = 0
        for first in range(0, len(used), HEADS):
            rows = indices_on(views.label_heads, used[first : first + HEADS])
            partial = self._of_heads(views.label_heads[rows])
            sizes, numbers = np.unique(counts[first : first + HEADS], return_counts=True)
            parts = torch.split(partial, numbers.tolist())
            for size, part in zip(sizes.tolist(), parts, strict=True):
                end = start + size * len(part)
                scores = torch.bmm(dependents[start:end].view(len(part), size, -1), part)
                best.append(scores.argmax(2).flatten())
                start = end
        labels = np.empty(len(heads), dtype=np.int64)
        labels[words] = torch.cat(best).cpu().numpy()
        out: list[int] = labels.tolist()
        return out

    def _of_heads(self, heads: Tensor) -> Tensor:
        """The contribution of heads (heads, width) to label scores, (heads, 1 + width, relations)."""
        if self._label_of_heads is None:
            return torch.einsum("nj,ijr->nir", _with_one(heads), self.label)
        made = linear(_with_one(heads), self._label_of_heads)
        return made.view(len(heads), self.label.size(0), self.label.size(2))

    def _every_label(self, dependents: Tensor, heads: Tensor) -> np.ndarray:
        """Log-probabilities (dependents, heads, relations) of all pairs, from two tensors (words, width)."""
        scores = _with_one(dependents) @ self._of_heads(heads)
        return array(F.log_softmax(scores.float(), 2).transpose(0, 1))

    @classmethod
    def load(cls, path: Path) -> Self:
        """See `Head.load`."""
        head = super().load(path)
        head._label_of_heads = head.label.detach().transpose(1, 2).flatten(0, 1).contiguous()
        return head


def _with_one(tensor: Tensor) -> Tensor:
    return F.pad(tensor, (0, 1), value=1.0)


def _places(lengths: Sequence[int], device: torch.device) -> tuple[Tensor, Tensor]:
    """The sentence of every word, and its position in it."""
    counts = torch.tensor(list(lengths), device=device)
    sentence = torch.repeat_interleave(torch.arange(len(lengths), device=device), counts)
    starts = counts.cumsum(0) - counts
    return sentence, torch.arange(int(counts.sum()), device=device) - starts[sentence]
