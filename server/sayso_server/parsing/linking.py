"""The head for attribution links: assigns words to the cues of their paragraph, as content and as source.

A cue is represented by its main word. Each pair of a word and a cue's main word has three scores:

    share   the outermost cue whose content the word is part of, or none: a softmax over the paragraph, so cues compete
    scope   whether the word is in the content of this cue: a sigmoid, so that contents of nested statements can overlap
    source  whether the word is in the source of this cue: a sigmoid

Each is a biaffine score plus a distance bias in logarithmic steps. A fourth score finds the main words.
"""

import itertools
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812  # the customary name
from torch import Tensor, nn

from sayso_server.core.tree import CueLink, LikelyCue
from sayso_server.parsing.heads import WORDS, Head, array, batches
from sayso_server.parsing.matrices import applied, linear

LONGEST = 500
"""The maximum number of words of a paragraph for links; longer ones are split between sentences."""

STEPS = 4
"""Distance steps per doubling."""

FARTHEST = 31
"""Distance steps on either side."""

LEAST_CUE, LEAST = 0.1, 0.1
"""Minimum probabilities of main words and of pairs in the results."""

RIVAL = 0.005
"""Minimum probability of a cue's main word for the share score; the share of other words is negligible."""

IGNORED = -100
"""The gold label for unannotated words."""


class Gold(NamedTuple):
    """The annotation of a paragraph. Cues have numbers greater than 0; 0 is none.

    `cues` (words,): the number of the cue whose main word this is, or `IGNORED` if unknown.
    `contents`, `sources` (words, columns): numbers of the cues whose content or source has the word, outermost first.
    """

    cues: Tensor
    contents: Tensor
    sources: Tensor


class Scores(NamedTuple):
    """Scores of paragraphs before softmax and sigmoid, padded to the longest, each word as a cue.

    `cues` (paragraphs, words); `shares` (paragraphs, words, 1 + cues), the first column is none; `scopes`, `sources`
    (paragraphs, words, cues).
    """

    cues: Tensor
    shares: Tensor
    scopes: Tensor
    sources: Tensor


class Found(NamedTuple):
    """A likely pair: the positions of a word and a cue's main word in the paragraph, and the three probabilities."""

    word: int
    cue: int
    share: float
    scope: float
    source: float


class Pairs(nn.Module):
    """A biaffine score for each pair of words (words, main words), plus a distance bias."""

    def __init__(self, width: int, hidden: int, *, bias: float = 0.0, scale: float = 0.1) -> None:
        super().__init__()
        self.words, self.cues = nn.Linear(width, hidden), nn.Linear(width, hidden)
        self.weight = nn.Parameter(torch.zeros(hidden + 1, hidden + 1))
        nn.init.orthogonal_(self.weight[:-1, :-1])
        self.weight.data *= scale
        self.distance = nn.Parameter(torch.full((2 * FARTHEST + 2,), bias))
        self.dropout = nn.Dropout(0.2)

    def of_words(self, mixed: Tensor) -> Tensor:
        """The states of words (words, width), projected for multiplication with cues, (words, 1 + hidden)."""
        return self._view(self.words, mixed)

    def of_cues(self, mixed: Tensor) -> Tensor:
        """The states of cues' main words (cues, width), projected for multiplication with words, (cues, 1 + hidden)."""
        return linear(self._view(self.cues, mixed), self.weight)

    def _view(self, layer: nn.Linear, mixed: Tensor) -> Tensor:
        return F.pad(self.dropout(F.leaky_relu(applied(layer, mixed), 0.1)), (0, 1), value=1.0)


class _Pairs(NamedTuple):
    """All pairs of a word and a likely main word of its paragraph: rows of states, and the start of each word's pairs.

    Words of paragraphs without a cue have no pairs.
    """

    words: np.ndarray
    cues: np.ndarray
    starts: np.ndarray


class Linker(Head):
    """Attribution links over paragraphs."""

    def __init__(self, width: int, hidden: int = 200, source_hidden: int = 128) -> None:
        super().__init__(width=width, hidden=hidden, source_hidden=source_hidden)
        self.cue = nn.Linear(width, 1)
        self.share = Pairs(width, hidden)
        self.scope = Pairs(width, source_hidden, bias=-2.0)
        self.source = Pairs(width, source_hidden, bias=-3.0)
        self.none = nn.Linear(width, 1)

    def scores(self, states: Tensor, lengths: Sequence[int]) -> Scores:
        """The scores of all pairs of words of each paragraph of `lengths` words, padded: every word as a cue."""
        mixed = self.mixed(states)
        places = torch.arange(max(lengths), device=mixed.device)
        steps = _steps(places[None] - places[:, None])
        share, scope, source = (
            padded(own.of_words(mixed), lengths) @ padded(own.of_cues(mixed), lengths).transpose(1, 2)
            + own.distance[steps]
            for own in (self.share, self.scope, self.source)
        )
        share = share.masked_fill(~inside(lengths, mixed.device)[:, None], -1e9)
        shares = torch.cat([padded(self.none(mixed), lengths), share], 2)
        return Scores(padded(self.cue(mixed), lengths)[..., 0], shares, scope, source)

    def losses(self, states: Tensor, lengths: Sequence[int], gold: Gold) -> dict[str, Tensor]:
        """The losses of cues, contents, scopes and sources of several paragraphs of `lengths` words."""
        scores, words = self.scores(states, lengths), inside(lengths, states.device)
        cues, contents, sources = (padded(part, lengths) for part in gold)
        known, is_main = words & (cues != IGNORED), cues > 0
        main = torch.where(is_main, cues, -1)[:, None]
        outermost = contents[..., :1] == main  # content of a cue that is elsewhere is content of none here
        target = torch.where(outermost.any(2), outermost.float().argmax(2) + 1, 0)
        asked = words[:, :, None] & is_main[:, None]
        weight = scores.cues.new_tensor(2.0)
        sums = {
            "cues": _binary(scores.cues[known], is_main[known], weight),
            "contents": F.cross_entropy(scores.shares[words], target[words], reduction="sum"),
        }
        for name, own, numbers in (("scopes", scores.scopes, contents), ("sources", scores.sources, sources)):
            sums[name] = _binary(own[asked], (numbers[..., None] == main[:, :, None]).any(2)[asked])
        counted = {"scopes": asked, "sources": asked}
        return {name: own / counted.get(name, words).sum().clamp(min=1) for name, own in sums.items()}

    def predict(
        self, states: Tensor, lengths: Sequence[int], least_cue: float, least: float
    ) -> tuple[list[tuple[int, float]], list[Found]]:
        """Main words of cues as (place, probability), and the pairs with a probability of at least `least`.

        `lengths` are the words of each paragraph; places count from the first word of all. Probabilities are rounded.
        """
        mixed = self.mixed(states)
        likely = array(self.cue(mixed)[:, 0].float().sigmoid())
        paragraphs = _paragraphs(likely, lengths, least_cue)
        cues = np.flatnonzero(likely >= least_cue)
        main = list(zip(cues.tolist(), _rounded(likely[cues]), strict=True))
        if not main:
            return [], []
        pairs = _all_pairs(paragraphs)
        figures = self._figures(mixed, paragraphs, pairs)
        kept = np.flatnonzero((figures >= least).any(0) & (likely[pairs.cues] >= least_cue))
        columns = (pairs.words[kept].tolist(), pairs.cues[kept].tolist(), *_rounded(figures[:, kept]))
        return main, list(map(Found._make, zip(*columns, strict=True)))

    def _figures(self, mixed: Tensor, paragraphs: Sequence[tuple[range, np.ndarray]], pairs: _Pairs) -> np.ndarray:
        """Share, scope and source (3, pairs) of all pairs; paragraphs are given as words with their cues."""
        read = mixed[_on(mixed, np.concatenate([np.asarray(words) for words, _ in paragraphs]))]
        cues = mixed[_on(mixed, np.concatenate([cues for _, cues in paragraphs]))]
        steps = _steps(_on(mixed, pairs.cues - pairs.words))
        sizes = [(len(words), len(cues)) for words, cues in paragraphs]
        share, scope, source = (
            (_products(own.of_words(read), own.of_cues(cues), sizes) + own.distance[steps]).float()
            for own in (self.share, self.scope, self.source)
        )
        shares = _shares(array(share), array(self.none(read)[:, 0]), pairs.starts)
        return np.stack([shares, *array(torch.stack([scope.sigmoid(), source.sigmoid()]))])


def padded(rows: Tensor, lengths: Sequence[int]) -> Tensor:
    """The rows of words, one paragraph of `lengths` words after the other, as (paragraphs, longest, ...)."""
    return nn.utils.rnn.pad_sequence(list(torch.split(rows, list(lengths))), batch_first=True)


def inside(lengths: Sequence[int], device: torch.device) -> Tensor:
    """Which places of padded paragraphs hold a word, (paragraphs, longest)."""
    return torch.arange(max(lengths), device=device)[None] < torch.tensor(list(lengths), device=device)[:, None]


def _binary(scores: Tensor, target: Tensor, weight: Tensor | None = None) -> Tensor:
    return F.binary_cross_entropy_with_logits(scores, target.float(), reduction="sum", pos_weight=weight)


def _rounded(figures: np.ndarray) -> list[Any]:
    """Probabilities as they are served."""
    rounded: list[Any] = figures.astype(float).round(3).tolist()
    return rounded


def _paragraphs(likely: np.ndarray, lengths: Sequence[int], least_cue: float) -> list[tuple[range, np.ndarray]]:
    """The words of each paragraph with a cue, and its possible main words; `likely` covers all words."""
    out = []
    least = min(RIVAL, least_cue)
    for start, end in itertools.pairwise(itertools.accumulate(lengths, initial=0)):
        own = likely[start:end]
        if (own >= least_cue).any():
            out.append((range(start, end), np.flatnonzero(own >= least) + start))
    return out


def _all_pairs(paragraphs: Sequence[tuple[range, np.ndarray]]) -> _Pairs:
    """All pairs, by paragraph and word."""
    sizes = np.concatenate([np.full(len(words), len(cues)) for words, cues in paragraphs])
    words = np.concatenate([np.repeat(np.asarray(words), len(cues)) for words, cues in paragraphs])
    cues = np.concatenate([np.tile(cues, len(words)) for words, cues in paragraphs])
    return _Pairs(words, cues, np.cumsum(sizes) - sizes)


def _products(of_words: Tensor, of_cues: Tensor, sizes: Sequence[tuple[int, int]]) -> Tensor:
    """The products of all pairs, by paragraph and word; `sizes` are the numbers of words and cues per paragraph."""
    words, cues = (list(column) for column in zip(*sizes, strict=True))
    parts = zip(torch.split(of_words, words), torch.split(of_cues, cues), strict=True)
    return torch.cat([(a @ b.T).flatten() for a, b in parts])


def _shares(scores: np.ndarray, none: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """The softmax over each word's scores and its score for none, without the latter's value."""
    highest = np.maximum(np.maximum.reduceat(scores, starts), none)
    sizes = np.diff(starts, append=len(scores))
    raised = np.exp(scores - np.repeat(highest, sizes))
    sums = np.add.reduceat(raised, starts) + np.exp(none - highest)
    shares: np.ndarray = raised / np.repeat(sums, sizes)
    return shares


def _on(tensor: Tensor, places: np.ndarray) -> Tensor:
    """Indices as a tensor on the device of `tensor`."""
    return torch.from_numpy(places).to(tensor.device)


def _steps(distance: Tensor) -> Tensor:
    """The distance from a word to a cue, positive to the right, as logarithmic steps from 0."""
    steps = torch.log2(distance.abs() + 1.0).mul(STEPS).round().clamp(max=FARTHEST)
    return (distance.sign() * steps).long() + FARTHEST


def stretches(lengths: Sequence[int]) -> Iterator[int]:
    """The numbers of words of a paragraph to process together, from the lengths of its sentences."""
    size = 0
    for length in lengths:
        if size and size + length > LONGEST:
            yield size
            size = 0
        size += length
    if size:
        yield size


def linked(
    head: Linker, states: Tensor, lengths: Sequence[Sequence[int]], offsets: Sequence[int]
) -> list[tuple[list[LikelyCue], list[CueLink]]]:
    """The main words of cues and the links of each sentence of a document.

    `lengths` are the numbers of words of the sentences of each paragraph, `offsets` the start of each word.
    """
    sizes = list(itertools.chain.from_iterable(lengths))
    out: list[tuple[list[LikelyCue], list[CueLink]]] = [([], []) for _ in sizes]
    place = [(k, i) for k, length in enumerate(sizes) for i in range(length)]
    start = 0
    for read in batches([length for own in lengths for length in stretches(own)], WORDS):
        end = start + sum(read)
        cues, found = head.predict(states[:, start:end], read, LEAST_CUE, LEAST)
        for word, likely in cues:
            k, i = place[start + word]
            out[k][0].append(LikelyCue(i, likely))
        for word, cue, share, scope, source in found:
            k, i = place[start + word]
            out[k][1].append(CueLink(i, offsets[start + cue], share, scope, source))
        start = end
    return out
