"""`sayso-tools pronouns`: learns the weights of antecedent features from coreference.

Reads GUM (the `Entity=` layer of its CoNLL-U files), lets the discourse model propose antecedents for every pronoun
that refers to a person, an organization or a group of people, and fits a softmax over the proposals. It starts from
weights set by hand and is regularized towards them: GUM is small and has no statements. Writes the weights as JSON, and
prints the accuracy of the best proposal on the development part, with the manual and the fitted weights. The manual
weights are in use until fitted ones are also better on news with speakers. The score of the bundled models' coreference
head is the feature `coreference`.
"""

import argparse
import itertools
import json
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import torch

from sayso_server.core.coreference import Compared
from sayso_server.core.document import Document, read, with_trees
from sayso_server.core.scoring import load_scorer
from sayso_server.core.speakers.discourse.agreement import may_corefer
from sayso_server.core.speakers.discourse.pronouns import Known, kind_of_pronoun
from sayso_server.core.speakers.discourse.reader import Reader
from sayso_server.core.speakers.entities import open_store
from sayso_server.core.speakers.names.index import index_names
from sayso_server.core.tree import MentionVector, Tree, Word
from sayso_server.parsing.coreference import packed
from sayso_server.parsing.load import load_parser
from sayso_server.parsing.processors import mentioned
from sayso_server.parsing.stanza_parser import StanzaParser
from sayso_tools.formats.conllu import Block, Rows, by_document, read_conllu, words_of
from sayso_tools.formats.gum import mentions

_GENRES = frozenset({"news", "interview", "conversation", "bio", "speech", "court", "vlog"})
_SPEAKING = frozenset({"person", "organization"})

_FIXED = frozenset({"named", "spoke", "spoke last"})
"""Not fitted: GUM has no statements, and in news names have a larger weight."""


def prior() -> dict[str, float]:
    """The manual weights in use: `data/pronouns.json`."""
    return dict(load_scorer("pronouns").weights)


Choice = tuple[list[dict[str, float]], int, str]
"""The features of each proposal, the index of the correct one, and the kind of pronoun."""


@dataclass
class Annotated:
    """A document of GUM with its entities: by the offset of the head of each mention."""

    document: Document
    entities: dict[int, str]
    types: dict[str, str]


def documents(path: Path, genres: frozenset[str] = _GENRES) -> Iterator[Annotated]:
    """The documents of a CoNLL-U file whose names begin with GUM and one of the genres: GUM_news_..."""
    for blocks in by_document(read_conllu(path)):
        if blocks[0].document.removeprefix("GUM_").partition("_")[0] in genres:
            yield _document(blocks)


def _document(blocks: Sequence[Block]) -> Annotated:
    text, trees, rows_of = "", [], []
    parts: list[list[Tree]] = []
    starts: list[int] = []
    for block in blocks:
        rows = words_of(block.rows)
        if block.begins_paragraph or not parts:
            text += "\n\n" if text else ""
            parts.append([])
            starts.append(len(text))
        elif text:
            text += " "
        tree, text = _tree(rows, text, starts[-1])
        parts[-1].append(tree)
        trees.append(tree.shifted(starts[-1]))
        rows_of.append(rows)
    document = read(text)
    if len(document.paragraphs) == len(parts):
        document = with_trees(document, parts)
    entities: dict[int, str] = {}
    types: dict[str, str] = {}
    for tree, rows in zip(trees, rows_of, strict=True):
        _read_entities(tree, rows, entities, types)
    return Annotated(document, entities, types)


def _tree(rows: Rows, text: str, start: int) -> tuple[Tree, str]:
    """A sentence as a tree with offsets into its paragraph, and the text with the sentence appended."""
    words = []
    for i, c in enumerate(rows):
        at = len(text) - start
        words.append(Word(i, c[1], c[2], c[3], c[4], "", int(c[6]) - 1, c[7], at, at + len(c[1])))
        text += c[1] + ("" if "SpaceAfter=No" in c[9] or i == len(rows) - 1 else " ")
    return Tree(tuple(words)), text


def _read_entities(tree: Tree, rows: Rows, entities: dict[int, str], types: dict[str, str]) -> None:
    for first, end, entity, kind in mentions(rows):
        types[entity] = kind
        head = next(w for w in tree.words[first:end] if not first <= w.head < end)
        entities[head.start] = entity


@dataclass
class Teacher(Reader):
    """Reads a document and records the choice at every pronoun; continues with the correct one."""

    annotated: Annotated | None = None
    choices: list[Choice] = field(default_factory=list)

    def _read_pronoun(self, tree: Tree, word: Word) -> None:
        assert self.annotated is not None
        gold = self.annotated.entities.get(word.start)
        found = self.candidates(tree, word)
        right = [i for i, (_, k) in enumerate(found) if gold is not None and self._is_right(k, gold)]
        if gold and self.annotated.types.get(gold) in _SPEAKING:
            self.choices.append(([dict(f) for f, _ in found], right[0] if right else -1, kind_of_pronoun(word)))
        if right:
            self.meet(found[right[0]].known.entity, tree, word)

    def _is_right(self, known: Known, gold: str) -> bool:
        assert self.annotated is not None
        places = (known.last, known.last_outside)
        return any(p is not None and self.annotated.entities.get(p.offset) == gold for p in places)


def compared(document: Document, parser: StanzaParser) -> Compared | None:
    """The mentions of an annotated document, scored by the parser's coreference head; None without a head."""
    if parser.coreference is None or parser.reader is None:
        return None
    paragraphs = itertools.groupby(document.trees, lambda tree: document.paragraph_at(tree.span.start))
    trees = [tree for _, own in paragraphs for tree in _with_vectors(list(own), parser)]
    return Compared(parser.coreference, trees, may_corefer)


@torch.inference_mode()
def _with_vectors(trees: list[Tree], parser: StanzaParser) -> list[Tree]:
    """The sentences of a paragraph with the vectors of their mentions."""
    assert parser.reader is not None
    found = [mentioned(*zip(*((w.upos, w.head, w.deprel) for w in tree.words), strict=True)) for tree in trees]
    starts = itertools.accumulate((len(tree.words) for tree in trees), initial=0)
    spans = [(first + start, end + start) for start, own in zip(starts, found, strict=False) for _, first, end in own]
    states = parser.reader.encoder([[[w.text for w in tree.words] for tree in trees]])
    vectors = iter(packed(parser.pipeline.processors["coreference"].head.vectors(states, spans)))
    return [
        replace(tree, mentions=tuple(MentionVector(*place, next(vectors)) for place in own))
        for tree, own in zip(trees, found, strict=True)
    ]


def choices(path: Path, parser: StanzaParser, every: int = 1) -> list[Choice]:
    """The choices at all pronouns of a file, or of every N-th of its documents."""
    out: list[Choice] = []
    for annotated in itertools.islice(documents(path), 0, None, every):
        document = annotated.document
        if document.trees:
            store = open_store(document, index_names(document))
            teacher = Teacher(store, compared=compared(document, parser), annotated=annotated)
            teacher.read_to(len(document.text))
            out += teacher.choices
    return out


def _scores(found: list[dict[str, float]], weights: dict[str, float]) -> list[float]:
    return [sum(weights.get(name, 0.0) * value for name, value in features.items()) for features in found]


def fit(made: list[Choice], *, epochs: int, rate: float, decay: float, seed: int) -> dict[str, float]:
    """Weights that maximize the probability of the correct proposals: softmax regression, one choice at a time."""
    rng = random.Random(seed)
    by_hand = prior()
    weights = dict(by_hand)
    usable = [c for c in made if c[1] >= 0 and len(c[0]) > 1]
    for epoch in range(epochs):
        rng.shuffle(usable)
        for found, right, _ in usable:
            _step(weights, by_hand, found, right, rate=rate / (1 + epoch), decay=decay)
    return {name: round(value, 3) for name, value in sorted(weights.items())}


def _step(
    weights: dict[str, float],
    by_hand: dict[str, float],
    found: list[dict[str, float]],
    right: int,
    *,
    rate: float,
    decay: float,
) -> None:
    scores = _scores(found, weights)
    top = max(scores)
    odds = [math.exp(s - top) for s in scores]
    total = sum(odds)
    for i, features in enumerate(found):
        error = (i == right) - odds[i] / total
        for name, value in features.items():
            if name not in _FIXED:
                old = weights.get(name, 0.0)
                weights[name] = old + rate * (error * value - decay * (old - by_hand.get(name, 0.0)))


def accuracy(made: list[Choice], weights: dict[str, float]) -> dict[str, str]:
    """Correct / resolvable / all, by kind of pronoun."""
    out = {}
    for kind in ("he", "they", "it"):
        own = [c for c in made if c[2] == kind]
        usable = [c for c in own if c[1] >= 0]
        right = 0
        for found, gold, _ in usable:
            scores = _scores(found, weights)
            right += scores.index(max(scores)) == gold
        out[kind] = f"{right}/{len(usable)}/{len(own)} = {100 * right / max(1, len(usable)):.1f} %"
    return out


def main(arguments: Sequence[str] | None = None) -> None:
    """Fit, compare, write."""
    parser = argparse.ArgumentParser(prog="sayso-tools pronouns", description=__doc__)
    parser.add_argument("--treebanks", type=Path, default=Path("../shared/treebanks"))
    parser.add_argument("--output", type=Path, default=Path("build/pronouns.json"))
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=int, default=1, metavar="N", help="use every N-th document")
    options = parser.parse_args(arguments)
    models, _ = load_parser()
    train = choices(options.treebanks / "gum-train.conllu", models, options.every)
    held_out = choices(options.treebanks / "gum-dev.conllu", models)
    weights = fit(train, epochs=options.epochs, rate=0.1, decay=0.2, seed=options.seed)
    print("by hand", accuracy(held_out, prior()))  # noqa: T201
    print("fitted, train", accuracy(train, weights))  # noqa: T201
    print("fitted ", accuracy(held_out, weights))  # noqa: T201
    options.output.write_text(json.dumps({"weights": weights}, indent=1) + "\n", encoding="utf-8")
