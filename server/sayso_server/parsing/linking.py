"""The head for attribution links: which cue of its paragraph a word belongs to, as content and as source.

A cue is represented by its main word. Three questions are asked of each pair of a word and a cue's main word:

    share   which cue the word is content of, the outermost one, or none: a softmax over the paragraph, so cues compete
    scope   whether the word is in the content of this cue: a sigmoid, so that the contents of nested statements overlap
    source  whether the word is in the source of this cue: a sigmoid

Each is a biaffine score plus a bias by distance, in logarithmic steps. A fourth score says which words are main words.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F  # noqa: N812  # the customary name
from torch import Tensor, nn

from sayso_server.core.tree import CueLink, LikelyCue
from sayso_server.parsing.heads import Head

LONGEST = 500
"""Words of one paragraph between which links are looked for; a longer one is cut between sentences."""

STEPS = 4
"""Steps of distance each time it doubles."""

FARTHEST = 31
"""Steps on either side."""

LEAST_CUE, LEAST = 0.1, 0.1
"""Probabilities from which main words, and their pairs with other words, are served."""

RIVAL = 0.005
"""How likely a word must be the main word of a cue to have any share: what others would have is next to nothing."""

IGNORED = -100
"""The gold label of what was not annotated."""


class Gold(NamedTuple):
    """The annotation of a paragraph. Cues have numbers greater than 0; 0 is none.

    `cues` (words,): the number of the cue whose main word this is, `IGNORED` where nobody can know.
    `contents`, `sources` (words, columns): numbers of the cues whose content or source holds the word, outermost first.
    """

    cues: Tensor
    contents: Tensor
    sources: Tensor


class Scores(NamedTuple):
    """Scores of a paragraph before softmax and sigmoid.

    `cues` (words,); `shares` (words, 1 + cues), the first column is none; `scopes`, `sources` (words, cues).
    """

    cues: Tensor
    shares: Tensor
    scopes: Tensor
    sources: Tensor


class Found(NamedTuple):
    """A likely pair: places of a word and of the main word of a cue in the paragraph, and the three probabilities."""

    word: int
    cue: int
    share: float
    scope: float
    source: float


class Pairs(nn.Module):
    """A biaffine score of each pair of words (words, main words), and a bias by distance."""

    def __init__(self, width: int, hidden: int, *, bias: float = 0.0, scale: float = 0.1) -> None:
        super().__init__()
        self.words, self.cues = nn.Linear(width, hidden), nn.Linear(width, hidden)
        self.weight = nn.Parameter(torch.zeros(hidden + 1, hidden + 1))
        nn.init.orthogonal_(self.weight[:-1, :-1])
        self.weight.data *= scale
        self.distance = nn.Parameter(torch.full((2 * FARTHEST + 2,), bias))
        self.dropout = nn.Dropout(0.2)

    def forward(self, mixed: Tensor, cues: Tensor, steps: Tensor) -> Tensor:
        """The scores (words, cues) of the states of words and those of the main words of cues."""
        words, heads = (
            F.pad(self.dropout(F.leaky_relu(view(own), 0.1)), (0, 1), value=1.0)
            for view, own in ((self.words, mixed), (self.cues, cues))
        )
        scores: Tensor = words @ self.weight @ heads.T
        return scores + self.distance[steps]


class Linker(Head):
    """Attribution links over paragraphs."""

    def __init__(self, width: int, hidden: int = 200, source_hidden: int = 128) -> None:
        super().__init__(width=width, hidden=hidden, source_hidden=source_hidden)
        self.cue = nn.Linear(width, 1)
        self.share = Pairs(width, hidden)
        self.scope = Pairs(width, source_hidden, bias=-2.0)
        self.source = Pairs(width, source_hidden, bias=-3.0)
        self.none = nn.Linear(width, 1)

    def scores(self, mixed: Tensor, places: Tensor) -> Scores:
        """The scores of one paragraph, from mixed states (words, width), with the words at `places` as cues."""
        steps = _steps(len(mixed), places)
        cues = mixed[places]
        shares = torch.cat([self.none(mixed), self.share(mixed, cues, steps)], 1)
        return Scores(self.cue(mixed)[:, 0], shares, self.scope(mixed, cues, steps), self.source(mixed, cues, steps))

    def losses(self, states: Tensor, lengths: Sequence[int], gold: Gold) -> dict[str, Tensor]:
        """The losses of cues, contents, scopes and sources of several paragraphs of `lengths` words."""
        sums: dict[str, list[Tensor]] = {"cues": [], "contents": [], "scopes": [], "sources": []}
        pairs = 0
        parts = zip(
            torch.split(states, list(lengths), 1), *(torch.split(part, list(lengths)) for part in gold), strict=True
        )
        for own, cues, contents, sources in parts:
            scores = self.scores(self.mixed(own), torch.arange(len(cues), device=cues.device))
            known = cues != IGNORED
            sums["cues"].append(
                F.binary_cross_entropy_with_logits(
                    scores.cues[known],
                    (cues[known] > 0).float(),
                    reduction="sum",
                    pos_weight=cues.new_tensor(2.0).float(),
                )
            )
            places = (cues > 0).nonzero()[:, 0]
            # content of a cue that is elsewhere is content of none here
            is_first = contents[:, :1] == cues[places][None]
            target = (
                torch.where(is_first.any(1), places[is_first.float().argmax(1)] + 1, 0) if len(places) else cues * 0
            )
            sums["contents"].append(F.cross_entropy(scores.shares, target, reduction="sum"))
            for name, made, numbers in (("scopes", scores.scopes, contents), ("sources", scores.sources, sources)):
                inside = (numbers[:, None, :] == cues[places][None, :, None]).any(2).float()
                sums[name].append(F.binary_cross_entropy_with_logits(made[:, places], inside, reduction="sum"))
            pairs += len(places) * len(cues)
        words = sum(lengths)
        by = {"cues": words, "contents": words, "scopes": max(1, pairs), "sources": max(1, pairs)}
        return {name: torch.stack(own).sum() / by[name] for name, own in sums.items()}

    def predict(self, states: Tensor, least_cue: float, least: float) -> tuple[list[tuple[int, float]], list[Found]]:
        """Main words of cues as (place, probability), and the pairs with a probability of at least `least`."""
        mixed = self.mixed(states)
        likely = self.cue(mixed)[:, 0].sigmoid()
        if not bool((likely >= least_cue).any()):
            return [], []
        rivals = (likely >= min(RIVAL, least_cue)).nonzero()[:, 0]
        scores = self.scores(mixed, rivals)
        figures = torch.stack([scores.shares.softmax(1)[:, 1:], scores.scopes.sigmoid(), scores.sources.sigmoid()], 2)
        kept = ((figures >= least).any(2) & (likely[rivals] >= least_cue)).nonzero()
        values = figures[kept[:, 0], kept[:, 1]].tolist()
        pairs = zip(kept[:, 0].tolist(), rivals[kept[:, 1]].tolist(), values, strict=True)
        found = [Found(word, cue, *own) for word, cue, own in pairs]
        places = (likely >= least_cue).nonzero()[:, 0]
        return list(zip(places.tolist(), likely[places].tolist(), strict=True)), found


def _steps(length: int, places: Tensor) -> Tensor:
    """How far the cues at `places` are to the right of each word, in logarithmic steps from 0 (words, cues)."""
    distance = places[None] - torch.arange(length, device=places.device)[:, None]
    steps = torch.log2(distance.abs() + 1.0).mul(STEPS).round().clamp(max=FARTHEST)
    return (distance.sign() * steps).long() + FARTHEST


def stretches(lengths: Sequence[int]) -> Iterator[int]:
    """How many words of a paragraph are read together, from the lengths of its sentences."""
    size = 0
    for length in lengths:
        if size and size + length > LONGEST:
            yield size
            size = 0
        size += length
    if size:
        yield size


def linked(
    head: Linker, states: Tensor, lengths: Sequence[int], offsets: Sequence[int]
) -> list[tuple[list[LikelyCue], list[CueLink]]]:
    """What is served of a paragraph: main words of cues, and links, of each of its sentences.

    `lengths` are the words of the sentences, `offsets` where each word starts.
    """
    out: list[tuple[list[LikelyCue], list[CueLink]]] = [([], []) for _ in lengths]
    place = [(k, i) for k, length in enumerate(lengths) for i in range(length)]
    start = 0
    for length in stretches(lengths):
        cues, found = head.predict(states[:, start : start + length], LEAST_CUE, LEAST)
        for word, likely in cues:
            k, i = place[start + word]
            out[k][0].append(LikelyCue(i, round(likely, 3)))
        for own in found:
            k, i = place[start + own.word]
            figures = (round(own.share, 3), round(own.scope, 3), round(own.source, 3))
            out[k][1].append(CueLink(i, offsets[start + own.cue], *figures))
        start += length
    return out
