"""Training data of the heads: paragraphs of labelled words, read from treebanks, and their augmentation."""

import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from sayso_tools.formats.conllu import Rows, read_blocks, read_conllu, spans_of_tags, words_of
from sayso_tools.formats.gum import mentions
from sayso_tools.training import data

T = TypeVar("T")

NAMES = [["PER", "ORG", "LOC"]]
ROLES = [["source"], ["cue"], ["content"]]
"""Groups of mutually exclusive labels. A cue may be inside another statement's content, so roles are separate."""

CONVENTIONS = ("ewt", "gum", "btc", "politics", "wikigold", "redocred", "wnut17")
"""The annotation conventions of names, a group of labels each: they differ in demonyms, facilities and "the"."""

IGNORED = -100
"""The label of unannotated words."""

GUM_TYPES = {"person": "PER", "organization": "ORG", "place": "LOC"}


@dataclass(slots=True)
class Sentence:
    """Words, and labels by layer: an array over the words, or rows with several labels."""

    words: list[str]
    labels: dict[str, np.ndarray]
    hyphens: frozenset[int] = frozenset()


Paragraph = list[Sentence]


@dataclass(frozen=True)
class Inventory:
    """The labels of tags and trees in the training part."""

    columns: dict[str, list[str]]
    relations: list[str]

    @classmethod
    def of(cls, sentences: Iterable[Rows]) -> "Inventory":
        """All occurring labels, most frequent first."""
        counts: list[Counter[str]] = [Counter() for _ in range(4)]
        for rows in sentences:
            for row in words_of(rows):
                for counter, place in zip(counts, (3, 4, 5, 7), strict=True):
                    counter[row[place]] += 1
        upos, xpos, feats, relations = ([label for label, _ in c.most_common()] for c in counts)
        return cls({"upos": upos, "xpos": xpos, "feats": feats}, relations)


def iob2(length: int, spans: Iterable[tuple[int, int, str]], labels: Sequence[str]) -> np.ndarray:
    """Classes for `heads.spans`: 0 outside, 1 + 2k at the start of a span of label k, 2 + 2k inside."""
    out = np.zeros(length, dtype=np.int64)
    for start, end, label in spans:
        out[start:end] = 2 + 2 * labels.index(label)
        out[start] -= 1
    return out


def named_entities(rows: Rows) -> list[tuple[int, int, str]]:
    """The names among the entities of a GUM sentence: people, organizations and places whose head is a proper noun."""
    out: list[tuple[int, int, str]] = []
    for start, end, _, kind in sorted(mentions(rows), key=lambda m: (m.first, -m.end)):
        head = next((i for i in range(start, end) if not start < int(rows[i][6]) <= end), start)
        if kind not in GUM_TYPES or rows[head][3] != "PROPN" or (out and start < out[-1][1]):
            continue
        first = next(i for i in range(start, head + 1) if i == head or rows[i][3] not in {"DET", "PUNCT"})
        last = next((i for i in range(head, end) if rows[i][1] in {",", "(", "–", "—", "'s", "’s"}), end)
        out.append((first, last, GUM_TYPES[kind]))
    return out


def treebank(path: Path, inventory: Inventory, names: Path | None = None) -> list[Paragraph]:
    """The paragraphs of a CoNLL-U file; `names` is an IOB2 file of the same sentences."""
    tagged = {block.name: list(zip(*block.rows, strict=True))[:2] for block in read_blocks(names)} if names else {}
    ids = {name: {label: i for i, label in enumerate(labels)} for name, labels in inventory.columns.items()}
    relations = {label: i for i, label in enumerate(inventory.relations)}
    out: list[Paragraph] = []
    for block in read_conllu(path):
        rows = words_of(block.rows)
        words = [row[1] for row in rows]
        labels = {
            name: np.array([ids[name].get(row[place], IGNORED) for row in rows])
            for name, place in (("upos", 3), ("xpos", 4), ("feats", 5))
        }
        labels["heads"] = np.array([int(row[6]) for row in rows])
        labels["relations"] = np.array([relations.get(row[7], IGNORED) for row in rows])
        own, tags = tagged.get(block.name, ((), ()))
        labels["names"] = np.full((len(rows), len(CONVENTIONS)), IGNORED)
        if list(own) == words:
            labels["names"][:, CONVENTIONS.index("ewt")] = iob2(len(rows), spans_of_tags(tags), NAMES[0])
        if any("Entity=" in row[9] for row in rows):
            labels["names"][:, CONVENTIONS.index("gum")] = iob2(len(rows), named_entities(rows), NAMES[0])
        hyphens = frozenset(i for i, row in enumerate(rows) if row[4] == "HYPH")
        if not out or block.begins_paragraph:
            out.append([])
        out[-1].append(Sentence(words, labels, hyphens))
    return out


def varied(paragraphs: Sequence[Paragraph], rng: random.Random) -> list[Paragraph]:
    """Augmented paragraphs: split or joined, in news typography, in capitals."""
    return [[recased(retyped(s, rng), rng) for s in paragraph] for paragraph in regrouped(paragraphs, rng)]


def regrouped(paragraphs: Sequence[Paragraph], rng: random.Random) -> list[Paragraph]:
    """Some paragraphs split into sentences, some short ones joined with the previous one."""
    out: list[Paragraph] = []
    for paragraph in paragraphs:
        draw = rng.random()
        if draw < 0.2:
            out += [[sentence] for sentence in paragraph]
        elif draw < 0.4 and out and sum(len(s.words) for s in out[-1] + paragraph) < 150:
            out[-1] = out[-1] + paragraph
        else:
            out.append(paragraph)
    return out


def retyped(sentence: Sentence, rng: random.Random) -> Sentence:
    """The sentence, some of the time with the typography of news."""
    return Sentence(data.retype(sentence.words, rng, sentence.hyphens), sentence.labels, sentence.hyphens)


def recased(sentence: Sentence, rng: random.Random) -> Sentence:
    """One in twenty sentences in lower case, upper case, or Title Case."""
    if rng.random() >= 0.05:
        return sentence
    case = rng.randrange(3)
    words = [(word.lower(), word.upper(), word[:1].upper() + word[1:])[case] for word in sentence.words]
    return Sentence(words, sentence.labels, sentence.hyphens)


def size(paragraph: Paragraph) -> int:
    """The number of words of a paragraph."""
    return sum(len(sentence.words) for sentence in paragraph)


def batches(
    items: Sequence[T], words: int, rng: random.Random | None, size: Callable[[Any], int] = size
) -> list[list[T]]:
    """Items (paragraphs) of about one length together, about `words` words; in random order if `rng` is given."""
    sizes = [size(item) for item in items]
    order = sorted(range(len(items)), key=lambda i: sizes[i] * (rng.uniform(0.8, 1.2) if rng else 1))
    out: list[list[T]] = [[]]
    total = 0
    for i in order:
        if out[-1] and total + sizes[i] > words:
            out.append([])
            total = 0
        out[-1].append(items[i])
        total += sizes[i]
    if rng:
        rng.shuffle(out)
    return out
