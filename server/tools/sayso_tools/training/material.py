"""Training data of the tokenizer: treebank paragraphs in many writing styles, generated again for every round."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from sayso_server.parsing import atoms
from sayso_tools.formats.conllu import Rows, Sentence, label, paragraphs, surface
from sayso_tools.training.data import TREEBANKS, retype_marks
from sayso_tools.training.phrases import Source, surnames
from sayso_tools.training.writing import varied

BATCH = 9_000
"""Characters per step, about 2,000 atoms."""

LEAST = 3
"""Minimum occurrences of a feature to have its own row."""

AS_WRITTEN, RETYPED = 0.35, 0.3
"""Shares of unchanged paragraphs, and of those with only different punctuation. The rest is rewritten further."""

LATE, LATE_AS_WRITTEN, LATE_RETYPED = 0.8, 0.9, 0.07
"""The late shares of paragraphs, and the share of the rounds after which they apply."""

Labelled = tuple[str, str]
"""The text of a paragraph, and a label for each character."""


@dataclass(frozen=True)
class Batch:
    """The atoms of several paragraphs, and their labels."""

    found: atoms.Text
    labels: np.ndarray


class Material:
    """Treebank paragraphs, and a lexicon of their atoms."""

    def __init__(self, paragraphs_of_rows: Sequence[Sequence[Rows]]) -> None:
        self.paragraphs = paragraphs_of_rows
        self.names = surnames(row for paragraph in paragraphs_of_rows for rows in paragraph for row in rows)
        self.lexicon = atoms.Lexicon()

    @classmethod
    def of(cls, folder: Path, split: str, every: int = 1) -> "Material":
        """One split of all treebanks, or every N-th paragraph of it."""
        files = [folder / f"{name}-{split}.conllu" for name in TREEBANKS]
        return cls([paragraph for file in files for paragraph in paragraphs(file)][::every])

    def as_written(self) -> Iterator[Batch]:
        """All paragraphs unchanged."""
        return self._batches([label(map(surface, paragraph)) for paragraph in self.paragraphs])

    def varied(self, rng: random.Random, *, done: float = 0.0) -> Iterator[Batch]:
        """All paragraphs once, shuffled and rewritten; `done` is the share of the rounds done."""
        source = Source(rng, self.names)
        shares = (AS_WRITTEN, RETYPED) if done < LATE else (LATE_AS_WRITTEN, LATE_RETYPED)
        made = [label(rewritten(paragraph, source, *shares)) for paragraph in self.paragraphs]
        rng.shuffle(made)
        return self._batches(made)

    def _batches(self, labelled: Sequence[Labelled]) -> Iterator[Batch]:
        batch: list[Labelled] = []
        for paragraph in labelled:
            batch.append(paragraph)
            if sum(len(text) for text, _ in batch) > BATCH:
                yield self._read(batch)
                batch = []
        if batch:
            yield self._read(batch)

    def _read(self, batch: Sequence[Labelled]) -> Batch:
        found = atoms.cut("\n\n".join(text for text, _ in batch), self.lexicon)
        by_character = np.frombuffer("\n\n".join(labels for _, labels in batch).encode(), np.uint8) - ord("0")
        return Batch(found, by_character[found.ends - 1].astype(np.int64))


def rewritten(paragraph: Sequence[Rows], source: Source, as_written: float, retyped: float) -> list[Sentence]:
    """A paragraph, randomly left unchanged, with only different punctuation, or rewritten further."""
    draw = source.rng.random()
    if draw < as_written:
        return [surface(rows) for rows in paragraph]
    sentences = [surface(retype_marks(rows, source.rng)) for rows in paragraph]
    return sentences if draw < as_written + retyped else varied(sentences, source)


def known_features(material: Material, seed: int) -> Tensor:
    """The features with enough occurrences."""
    counts: Counter[int] = Counter()
    for batch in material.varied(random.Random(seed)):
        numbers, times = np.unique(batch.found.kinds, return_counts=True)
        for number, count in zip(numbers.tolist(), times.tolist(), strict=True):
            counts.update(dict.fromkeys(material.lexicon.features[number], count))
    return torch.tensor(sorted(feature for feature, count in counts.items() if count >= LEAST))
