"""The port for coreference, and its scores for the mentions of a document.

The adapter is `sayso_server.parsing.coreference`; without models for it there is none.
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple, Protocol

from sayso_server.core.tree import Tree


class Place(NamedTuple):
    """A mention by its main word: the number of its sentence in the document, its tree, the word's index."""

    sentence: int
    tree: Tree
    word: int


class AntecedentScores(NamedTuple):
    """The probabilities of each earlier mention as antecedent, in order, and of having none. They add up to 1."""

    antecedents: tuple[float, ...]
    none: float


class Coreference(Protocol):
    """Compares the mentions of a document."""

    def scores(self, mentions: Sequence[Place], asked: Sequence[int] | None = None) -> list[AntecedentScores]:
        """For each mention, in text order, how likely each earlier one of them is its antecedent.

        `asked` are the numbers of those that are asked for, rising; all if None.
        A word without a vector in `Tree.mentions` (a verb, say) has no antecedent and is none.
        """
        ...


_BLOCK = 400
"""Mentions that are compared at once: the cost grows with the square."""
_BEFORE = 200
"""Mentions before a block that its mentions are compared with, too."""


class Compared:
    """How likely the pronouns of a document mean what earlier mentions mean. A mention is known by its offset.

    The pronouns of a block of mentions are compared when one of them is first asked for.
    """

    def __init__(self, port: Coreference, trees: Sequence[Tree]) -> None:
        self._port = port
        self._places = [Place(i, tree, v.word) for i, tree in enumerate(trees) for v in tree.mentions]
        self._offsets = [place.tree.words[place.word].start for place in self._places]
        self._number = {offset: i for i, offset in enumerate(self._offsets)}
        self._blocks: dict[int, dict[int, AntecedentScores]] = {}

    def share(self, pronoun: int, earlier: Collection[int]) -> float:
        """The probability that the antecedent of a pronoun is one of these; 0 where it has no vector."""
        number = self._number.get(pronoun)
        if number is None or not self._is_pronoun(number):
            return 0.0
        block = number // _BLOCK
        first = max(0, block * _BLOCK - _BEFORE)
        if block not in self._blocks:
            self._blocks[block] = self._compared(first, block * _BLOCK, (block + 1) * _BLOCK)
        shares = self._blocks[block][number].antecedents
        places = (self._number.get(offset, -1) - first for offset in set(earlier))
        return sum(shares[place] for place in places if 0 <= place < len(shares))

    def _compared(self, first: int, start: int, end: int) -> dict[int, AntecedentScores]:
        """The scores of the pronouns from `start` to before `end`; mentions from `first` on may be antecedents."""
        places = self._places[first:end]
        pronouns = [number for number in range(start, first + len(places)) if self._is_pronoun(number)]
        return dict(zip(pronouns, self._port.scores(places, [n - first for n in pronouns]), strict=True))

    def _is_pronoun(self, number: int) -> bool:
        place = self._places[number]
        return place.tree.words[place.word].upos in {"PRON", "DET"}
