"""The training mix: parts of the material, their shares, the weights of the losses, and the batches."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sayso_tools.training import corpus, mentions
from sayso_tools.training.corpus import Paragraph


class Share(NamedTuple):
    """A part of the material: its batches per step, and a description."""

    batches: float
    teaches: str


MIX = {
    "trees": Share(0.7, "tags, trees, names of EWT and GUM, from treebank paragraphs"),
    "news": Share(1.0, "roles and attribution links, from PolNeAR"),
    "propositions": Share(0.12, "attribution links with minimal cues and nested statements, from PropBank"),
    "names": Share(0.5, "names by five more conventions"),
    "gum": Share(0.15, "coreference, and tags and trees, from whole documents of GUM"),
    "mentions": Share(0.2, "coreference, from MEANTIME, GAP, Re-DocRED's names, and pronouns of LitBank"),
    "texts": Share(1.0, "all but coreference, from the teachers, on texts without labels; only with --teachers"),
}
"""The parts by name. A batch has about `--batch-words` words."""

WEIGHTS = {
    "tags": 1.0,
    "trees": 1.0,
    "names": 1.5,
    "roles": 1.0,
    "cues": 1.0,
    "contents": 1.0,
    "scopes": 2.0,
    "sources": 3.0,
    "mentions": 0.5,
}
"""The weight of each loss; the heads document what each averages over. Scopes and sources average over many pairs."""

SEEN = {"litbank": 0.3, "gap-dev": 0.6, "gap-val": 0.6}
"""The share of the parts of these files used per round: fiction has less weight, and GAP has few pronouns per word."""

WITHOUT = 0.5
"""The share of news paragraphs without an attribution used per round."""

Batch = Sequence[Paragraph] | Sequence[mentions.Document]


@dataclass
class Stream:
    """An endless stream of batches of one part of the material; every round is augmented and shuffled again."""

    name: str
    items: Sequence[Any]
    words: int
    seed: int
    is_plain: bool = False
    round: int = 0
    next: int = 0
    _made: list[Any] | None = None

    def take(self) -> Batch:
        """The next batch."""
        if self._made is None:
            self._made = self._of_round()
        if self.next >= len(self._made):
            self.round, self.next = self.round + 1, 0
            self._made = self._of_round()
        self.next += 1
        return self._made[self.next - 1]  # type: ignore[no-any-return]

    def restore(self, place: Sequence[int]) -> None:
        """Continue at a saved position (round, next)."""
        self.round, self.next = place
        self._made = None

    def _of_round(self) -> list[Any]:
        rng = random.Random(f"{self.seed} {self.name} {self.round}")
        if isinstance(self.items[0], mentions.Document):
            parts = [p for d in self.items for p in mentions.pieces(d, rng) if rng.random() < p.seen]
            made = parts if self.is_plain else mentions.varied(parts, rng)
            return corpus.batches(made, self.words, rng, lambda d: d.size)
        vary: Callable[..., list[Paragraph]] = corpus.regrouped if self.is_plain else corpus.varied
        return corpus.batches(vary(_thinned(self.items, rng), rng), self.words, rng)


def _thinned(paragraphs: Sequence[Paragraph], rng: random.Random) -> list[Paragraph]:
    """All paragraphs, except a part of those annotated as having no attribution."""

    def says_something(paragraph: Paragraph) -> bool:
        return any("cues" not in s.labels or (s.labels["cues"] > 0).any() for s in paragraph)

    return [p for p in paragraphs if says_something(p) or rng.random() < WITHOUT]


def streams(material: Mapping[str, Sequence[Any]], *, words: int, seed: int, is_plain: bool = False) -> list[Stream]:
    """A stream for each part of the table with material."""
    return [Stream(name, material[name], words, seed, is_plain) for name in MIX if material.get(name)]


def step(made: Sequence[Stream], number: int) -> list[Batch]:
    """The batches of one step, counted from 0: over many steps each part has its share."""
    counts = [int((number + 1) * MIX[s.name].batches) - int(number * MIX[s.name].batches) for s in made]
    return [stream.take() for stream, count in zip(made, counts, strict=True) for _ in range(count)]
