"""A worker's bench: the documents that it has begun, read round by round.

A round parses some paragraphs of each of several documents together. A paragraph's trees do not depend on what else is
parsed, so a document comes out the same whether it is read in one round or in twenty, by one worker or by several: then
one of them has it on its bench, the others help. Who reads which paragraphs follows from the text, so nobody need be
told: each cuts the same round into the same parts, and reads its own. The trees of a helper go to the bench as it
pickled them.
"""

import pickle
import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from sayso_server.core.document import Document, read, with_trees
from sayso_server.core.pipeline import Engine
from sayso_server.core.statement import Options
from sayso_server.core.tree import Tree
from sayso_server.service.isolation import describe
from sayso_server.service.rounds import Failed, Help, Left, Opening, Progress, Round, Share, Trees

_CHARS_PER_WORD = 8
"""A text with fewer spaces than this weighs by its length."""
_DENSE = 2
"""Marks for each word that no prose has."""
_MARK = re.compile(r"[^\w\s]")
_TOKEN = re.compile(r"\w+|[^\w\s]")


def weight(text: str) -> int:
    """The words of a text, as the queue counts them: at least one, and no fewer than its length lets expect.

    Where there are many more marks than words they are counted too, since each of them is read as a word is.
    """
    words = max(1, len(text.split()), len(text) // _CHARS_PER_WORD)
    return words if len(_MARK.findall(text)) <= _DENSE * words else len(_TOKEN.findall(text))


def next_paragraphs(weights: Sequence[int], unread: Iterable[int], words: int) -> list[int]:
    """Of the unread paragraphs those that a round reads: the first, and more of them up to so many words."""
    out: list[int] = []
    for paragraph in unread:
        words -= weights[paragraph]
        if out and words < 0:
            break
        out.append(paragraph)
    return out


def dealt(weights: Sequence[int], paragraphs: Sequence[int], hands: int) -> list[list[int]]:
    """Paragraphs dealt out, the longest first, each to the hand that has the fewest words; in text order in each."""
    out: list[list[int]] = [[] for _ in range(hands)]
    words = [0] * hands
    for paragraph in sorted(paragraphs, key=lambda one: -weights[one]):
        hand = words.index(min(words))
        out[hand].append(paragraph)
        words[hand] += weights[paragraph]
    return [sorted(hand) for hand in out]


class Paragraphs(NamedTuple):
    """The paragraphs of a document, and what each weighs."""

    parts: Sequence[str]
    weights: Sequence[int]

    @classmethod
    def of(cls, document: Document) -> "Paragraphs":
        """Those of a document."""
        parts = document.parts
        return cls(parts, [weight(part) for part in parts])


@dataclass(slots=True)
class _Begun:
    """A document on the bench.

    `seconds` is how long it was parsed, by the clock: where several workers parsed at the same time, what the slowest
    took. `latest` is the last round's part of it.
    """

    document: Document
    options: Options
    paragraphs: "Paragraphs"
    trees: dict[int, list[Tree]] = field(default_factory=dict)
    unread: dict[int, None] = field(init=False)
    """The paragraphs without trees, in order."""
    words: int = field(init=False)
    """What these weigh."""
    first: int = 0
    seconds: float = 0.0
    latest: float = 0.0

    def __post_init__(self) -> None:
        self.unread = dict.fromkeys(range(len(self.paragraphs.parts)))
        self.words = sum(self.paragraphs.weights)

    def add(self, paragraph: int, trees: list[Tree]) -> None:
        """The trees of a paragraph."""
        self.trees[paragraph] = trees
        if paragraph in self.unread:
            del self.unread[paragraph]
            self.words -= self.paragraphs.weights[paragraph]

    def take(self, given: Sequence[Trees]) -> None:
        """Take what helpers have read. They did so while this worker read, so what took them longer is what counts."""
        for one in given:
            for paragraph, trees in zip(one.paragraphs, pickle.loads(one.pickled), strict=True):
                self.add(paragraph, trees)
        self.seconds += max([0.0, *(one.seconds - self.latest for one in given)])

    def deal(self, words: int, hands: int) -> list[int]:
        """The paragraphs that are read here in the next round."""
        paragraphs = next_paragraphs(self.paragraphs.weights, self.unread, words)
        self.first = max([self.first, *(paragraph + 1 for paragraph in paragraphs)])
        return dealt(self.paragraphs.weights, paragraphs, hands)[0]

    def left(self) -> Left:
        return Left(self.words, self.first)


class Bench:
    """Carries out rounds. Not thread-safe."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._begun: dict[int, _Begun] = {}
        self._helped = lru_cache(maxsize=1)(lambda text: Paragraphs.of(read(text)))

    def work(self, order: Round) -> Progress:
        """Carry out one round; whatever a document does wrong stays its own."""
        progress: Progress = {}
        for number in order.forgotten:
            self._begun.pop(number, None)
        for opening in order.openings:
            self._begin(opening, progress)
        for aid in order.helps:
            progress[aid.number] = self._help(aid)
        shares = [share for share in order.shares if share.number in self._begun]
        for share in shares:
            self._begun[share.number].take(share.trees)
        self._parse(shares, progress)
        for share in shares:
            if share.number in self._begun:
                self._conclude(share.number, progress)
        return progress

    def _begin(self, opening: Opening, progress: Progress) -> None:
        try:
            document = read(opening.text)
        except Exception as error:
            progress[opening.number] = Failed(describe(error))
            return
        self._begun[opening.number] = _Begun(document, opening.options, Paragraphs.of(document))

    def _help(self, aid: Help) -> Trees | Failed:
        """Where it fails, the worker that has the document reads the paragraphs itself, and fails itself."""
        try:
            parts, weights = self._helped(aid.text)
            paragraphs = next_paragraphs(weights, range(aid.first, len(parts)), aid.words)
            own = dealt(weights, paragraphs, aid.parts)[aid.part]
            started = time.perf_counter()
            trees = pickle.dumps(self._parsed([parts[one] for one in own]), pickle.HIGHEST_PROTOCOL)
            return Trees(tuple(own), trees, sum(weights[one] for one in own), time.perf_counter() - started)
        except Exception as error:
            return Failed(describe(error))

    def _parse(self, shares: Sequence[Share], progress: Progress) -> None:
        """Parse the shares together or, where that fails, each on its own."""
        own = {share.number: self._begun[share.number].deal(share.words, share.parts) for share in shares}
        parts = [self._begun[number].paragraphs.parts[paragraph] for number, some in own.items() for paragraph in some]
        started = time.perf_counter()
        try:
            trees = iter(self._parsed(parts))
        except Exception as error:
            if len(shares) == 1:
                [share] = shares
                self._fail(share.number, error, progress)
            else:
                for share in shares:
                    self._parse([share], progress)
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
            raise RuntimeError(f"the parser answered {len(trees)} of {len(parts)} paragraphs")
        return trees

    def _conclude(self, number: int, progress: Progress) -> None:
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

    def _fail(self, number: int, error: Exception, progress: Progress) -> None:
        del self._begun[number]
        progress[number] = Failed(describe(error))
