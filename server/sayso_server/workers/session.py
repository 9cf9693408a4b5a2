"""The session of a worker: its open documents, which it reads batch by batch.

A batch parses some paragraphs of several documents together. A paragraph's trees do not depend on the other paragraphs,
so the result is the same whether a document is read in one batch or in twenty, by one worker or by several. If several
workers read a document, one of them owns it and the others help. The division of paragraphs follows from the text, so
no coordination is needed: each worker splits the same portion into the same parts, and reads its own. The helpers'
trees arrive pickled.
"""

import pickle
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from sayso_server.core.document import Document, read, with_trees
from sayso_server.core.pipeline import Engine
from sayso_server.core.statement import Options
from sayso_server.core.tree import Tree
from sayso_server.workers.isolation import describe
from sayso_server.workers.protocol import (
    Batch,
    BatchResult,
    Failed,
    NewDocument,
    Portion,
    Remaining,
    Shard,
    ShardResult,
)
from sayso_server.workers.weight import weight


def next_paragraphs(weights: Sequence[int], unread: Iterable[int], words: int) -> list[int]:
    """The unread paragraphs for the next batch: the first, and further ones up to this many words."""
    out: list[int] = []
    for paragraph in unread:
        words -= weights[paragraph]
        if out and words < 0:
            break
        out.append(paragraph)
    return out


def dealt(weights: Sequence[int], paragraphs: Sequence[int], hands: int) -> list[list[int]]:
    """Paragraphs divided among `hands`: longest first, each to the one with the fewest words; parts in text order."""
    out: list[list[int]] = [[] for _ in range(hands)]
    words = [0] * hands
    for paragraph in sorted(paragraphs, key=lambda one: -weights[one]):
        hand = words.index(min(words))
        out[hand].append(paragraph)
        words[hand] += weights[paragraph]
    return [sorted(hand) for hand in out]


class Paragraphs(NamedTuple):
    """The paragraphs of a document, and their weights."""

    parts: Sequence[str]
    weights: Sequence[int]

    @classmethod
    def of(cls, document: Document) -> "Paragraphs":
        """The paragraphs of a document."""
        parts = document.parts
        return cls(parts, [weight(part) for part in parts])


@dataclass(slots=True)
class _OpenDocument:
    """An open document.

    `seconds` is its wall-clock parsing time; if several workers parsed concurrently, that of the slowest. `latest` is
    the part of the last batch.
    """

    document: Document
    options: Options
    paragraphs: "Paragraphs"
    trees: dict[int, list[Tree]] = field(default_factory=dict)
    unread: dict[int, None] = field(init=False)
    """The paragraphs without trees, in order."""
    words: int = field(init=False)
    """The total weight of these."""
    first: int = 0
    seconds: float = 0.0
    latest: float = 0.0

    def __post_init__(self) -> None:
        self.unread = dict.fromkeys(range(len(self.paragraphs.parts)))
        self.words = sum(self.paragraphs.weights)

    def add(self, paragraph: int, trees: list[Tree]) -> None:
        """Add the trees of a paragraph."""
        self.trees[paragraph] = trees
        if paragraph in self.unread:
            del self.unread[paragraph]
            self.words -= self.paragraphs.weights[paragraph]

    def take(self, given: Sequence[ShardResult]) -> None:
        """Take the helpers' results. They read concurrently with this worker, so only their additional time counts."""
        for one in given:
            for paragraph, trees in zip(one.paragraphs, pickle.loads(one.pickled), strict=True):
                self.add(paragraph, trees)
        self.seconds += max([0.0, *(one.seconds - self.latest for one in given)])

    def deal(self, words: int, hands: int) -> list[int]:
        """The paragraphs that this worker reads in the next batch."""
        paragraphs = next_paragraphs(self.paragraphs.weights, self.unread, words)
        self.first = max([self.first, *(paragraph + 1 for paragraph in paragraphs)])
        return dealt(self.paragraphs.weights, paragraphs, hands)[0]

    def left(self) -> Remaining:
        return Remaining(self.words, self.first)


class Session:
    """Carries out batches. Not thread-safe."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._begun: dict[int, _OpenDocument] = {}
        self._shard_paragraphs = lru_cache(maxsize=1)(lambda text: Paragraphs.of(read(text)))

    def work(self, order: Batch) -> BatchResult:
        """Carry out one batch. A failing document does not affect the others."""
        progress: BatchResult = {}
        for number in order.dropped:
            self._begun.pop(number, None)
        for new in order.new_documents:
            self._begin(new, progress)
        for shard in order.shards:
            progress[shard.number] = self._read_shard(shard)
        portions = [portion for portion in order.portions if portion.number in self._begun]
        for portion in portions:
            self._begun[portion.number].take(portion.trees)
        self._parse(portions, progress)
        for portion in portions:
            if portion.number in self._begun:
                self._conclude(portion.number, progress)
        return progress

    def _begin(self, new: NewDocument, progress: BatchResult) -> None:
        try:
            document = read(new.text)
        except Exception as error:
            progress[new.number] = Failed(describe(error))
            return
        self._begun[new.number] = _OpenDocument(document, new.options, Paragraphs.of(document))

    def _read_shard(self, shard: Shard) -> ShardResult | Failed:
        """Read a shard. If that fails, the owner of the document reads the paragraphs itself, and fails itself."""
        try:
            parts, weights = self._shard_paragraphs(shard.text)
            paragraphs = next_paragraphs(weights, range(shard.first, len(parts)), shard.words)
            own = dealt(weights, paragraphs, shard.parts)[shard.part]
            started = time.perf_counter()
            trees = pickle.dumps(self._parsed([parts[one] for one in own]), pickle.HIGHEST_PROTOCOL)
            return ShardResult(tuple(own), trees, sum(weights[one] for one in own), time.perf_counter() - started)
        except Exception as error:
            return Failed(describe(error))

    def _parse(self, portions: Sequence[Portion], progress: BatchResult) -> None:
        """Parse the portions together or, if that fails, one by one."""
        own = {portion.number: self._begun[portion.number].deal(portion.words, portion.parts) for portion in portions}
        parts = [self._begun[number].paragraphs.parts[paragraph] for number, some in own.items() for paragraph in some]
        started = time.perf_counter()
        try:
            trees = iter(self._parsed(parts))
        except Exception as error:
            if len(portions) == 1:
                [portion] = portions
                self._fail(portion.number, error, progress)
            else:
                for portion in portions:
                    self._parse([portion], progress)
            return
        seconds = (time.perf_counter() - started) / max(1, sum(map(len, parts)))
        for number, paragraphs in own.items():
            begun = self._begun[number]
            for paragraph in paragraphs:
                begun.add(paragraph, next(trees))
            begun.latest = seconds * sum(len(begun.paragraphs.parts[paragraph]) for paragraph in paragraphs)
            begun.seconds += begun.latest

    def _parsed(self, parts: Sequence[str]) -> list[list[Tree]]:
        trees = self._engine.parse(parts) if parts else []
        if len(trees) != len(parts):
            raise RuntimeError(f"the parser returned {len(trees)} of {len(parts)} paragraphs")
        return trees

    def _conclude(self, number: int, progress: BatchResult) -> None:
        begun = self._begun[number]
        if begun.unread:
            progress[number] = begun.left()
            return
        try:
            document = with_trees(
                begun.document, [begun.trees[paragraph] for paragraph in range(len(begun.paragraphs.parts))]
            )
            progress[number] = self._engine.finish(document, begun.options, begun.seconds)
            del self._begun[number]
        except Exception as error:
            self._fail(number, error, progress)

    def _fail(self, number: int, error: Exception, progress: BatchResult) -> None:
        del self._begun[number]
        progress[number] = Failed(describe(error))
