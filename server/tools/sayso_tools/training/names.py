"""Files of sentences with annotated names, each in its own convention."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sayso_tools.formats.conllu import read_blocks, spans_of_tags
from sayso_tools.training.corpus import CONVENTIONS, IGNORED, NAMES, Paragraph, Sentence, iob2


@dataclass(frozen=True, slots=True)
class NameList:
    """A file: its name, its annotation convention, and the part used for training.

    `kept_back`: every N-th sentence is held out for evaluation; 0 if none.
    """

    file: str
    convention: str
    kept_back: int = 0


FILES = (
    NameList("btc-a", "btc"),
    NameList("btc-b", "btc"),
    NameList("btc-e", "btc"),
    NameList("btc-f", "btc"),
    NameList("btc-g", "btc", kept_back=5),
    NameList("btc-h", "btc"),
    NameList("crossner-politics-train", "politics"),
    NameList("crossner-politics-dev", "politics"),
    NameList("wikigold-all", "wikigold"),
    NameList("redocred-dev", "redocred"),
    NameList("wnut17-train", "wnut17"),
)
"""The training files; `-test` files are for evaluation."""


def sentences(path: Path, convention: str) -> list[Paragraph]:
    """The sentences of a file of two columns, word and IOB2 tag, each as a paragraph."""
    out = []
    for block in read_blocks(path):
        words, tags = [row[0] for row in block.rows], [row[1] for row in block.rows]
        out.append([Sentence(words, {"names": column(len(words), spans_of_tags(tags), convention)})])
    return out


def column(length: int, spans: Sequence[tuple[int, int, str]], convention: str) -> np.ndarray:
    """Labels (words, conventions) with one known column."""
    labels = np.full((length, len(CONVENTIONS)), IGNORED)
    labels[:, CONVENTIONS.index(convention)] = iob2(length, spans, NAMES[0])
    return labels


def training(folder: Path) -> list[Paragraph]:
    """All training sentences of the available files."""
    return [p for own in FILES for p in part(folder / f"{own.file}.iob2", own, is_kept_back=False)]


def part(path: Path, own: NameList, *, is_kept_back: bool) -> list[Paragraph]:
    """The training sentences of a file, or the held-out ones."""
    if not path.exists():
        return []
    every = sentences(path, own.convention)
    return [p for i, p in enumerate(every) if bool(own.kept_back and i % own.kept_back == 0) is is_kept_back]
