"""A worker's bench: the documents that it has begun, read round by round.

A round parses some paragraphs of each of several documents together. A paragraph's trees do not depend on what else is
parsed, so a document comes out the same whether it is read in one round or in twenty.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from sayso_server.core.document import Document, read, with_trees
from sayso_server.core.statement import Extraction, Options
from sayso_server.core.tree import Tree
from sayso_server.service.engine import StagedEngine
from sayso_server.service.isolation import describe

_CHARS_PER_WORD = 8
"""A text with fewer spaces than this weighs by its length."""


@dataclass(frozen=True, slots=True)
class Opening:
    """A document that a worker has not seen before."""

    number: int
    text: str
    options: Options


@dataclass(frozen=True, slots=True)
class Share:
    """How many words of a document to read in a round; at least one paragraph is read."""

    number: int
    words: int


@dataclass(frozen=True, slots=True)
class Round:
    """What a worker is to do: documents to begin, how much to read of which, documents to forget."""

    openings: tuple[Opening, ...] = ()
    shares: tuple[Share, ...] = ()
    forgotten: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Failed:
    """A document that cannot be read; the reason holds no text of it."""

    reason: str


@dataclass(frozen=True, slots=True)
class Left:
    """How many words of a document are still to be read."""

    words: int


Progress = dict[int, Extraction | Failed | Left]
"""What became of every document of a round, by its number."""


def weight(text: str) -> int:
    """The words of a text, as the queue counts them: at least one, and no fewer than its length lets expect."""
    return max(1, len(text.split()), len(text) // _CHARS_PER_WORD)


@dataclass(slots=True)
class _Begun:
    document: Document
    options: Options
    parts: Sequence[str]
    trees: list[list[Tree]] = field(default_factory=list)
    seconds: float = 0.0

    def next_parts(self, words: int) -> Sequence[str]:
        """The next paragraphs, up to so many words."""
        first = end = len(self.trees)
        while end < len(self.parts) and (end == first or words >= weight(self.parts[end])):
            words -= weight(self.parts[end])
            end += 1
        return self.parts[first:end]

    def left(self) -> int:
        return sum(weight(part) for part in self.parts[len(self.trees) :])


class Bench:
    """Carries out rounds. Not thread-safe."""

    def __init__(self, engine: StagedEngine) -> None:
        self._engine = engine
        self._begun: dict[int, _Begun] = {}

    def work(self, order: Round) -> Progress:
        """Carry out one round; whatever a document does wrong stays its own."""
        progress: Progress = {}
        for number in order.forgotten:
            self._begun.pop(number, None)
        for opening in order.openings:
            self._begin(opening, progress)
        shares = [share for share in order.shares if share.number in self._begun]
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
        parts = [document.plain[part.start : part.end] for part in document.paragraphs]
        self._begun[opening.number] = _Begun(document, opening.options, parts)

    def _parse(self, shares: Sequence[Share], progress: Progress) -> None:
        """Parse the shares together or, where that fails, each on its own."""
        parts = {share.number: self._begun[share.number].next_parts(share.words) for share in shares}
        together = [part for own in parts.values() for part in own]
        started = time.perf_counter()
        try:
            trees = iter(self._parsed(together))
        except Exception as error:
            if len(shares) == 1:
                [share] = shares
                self._fail(share.number, error, progress)
            else:
                for share in shares:
                    self._parse([share], progress)
            return
        seconds = (time.perf_counter() - started) / max(1, sum(map(len, together)))
        for number, own in parts.items():
            begun = self._begun[number]
            begun.trees += [next(trees) for _ in own]
            begun.seconds += seconds * sum(map(len, own))

    def _parsed(self, parts: Sequence[str]) -> list[list[Tree]]:
        trees = self._engine.parse(parts) if parts else []
        if len(trees) != len(parts):
            raise RuntimeError(f"the parser answered {len(trees)} of {len(parts)} paragraphs")
        return trees

    def _conclude(self, number: int, progress: Progress) -> None:
        begun = self._begun[number]
        if words := begun.left():
            progress[number] = Left(words)
            return
        try:
            document = with_trees(begun.document, begun.trees)
            progress[number] = self._engine.finish(document, begun.options, begun.seconds)
            del self._begun[number]
        except Exception as error:
            self._fail(number, error, progress)

    def _fail(self, number: int, error: Exception, progress: Progress) -> None:
        del self._begun[number]
        progress[number] = Failed(describe(error))
