"""The port for coreference, and its antecedent scores for the mentions of a document.

The adapter is `sayso_server.parsing.coreference`; it is absent if the models have no coreference head.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import NamedTuple, Protocol

from sayso_server.core.lexicon import load_words
from sayso_server.core.tree import Tree, Word


class Place(NamedTuple):
    """A mention: the number of its sentence in the document, the sentence's tree, and the index of its head word."""

    sentence: int
    tree: Tree
    word: int


class AntecedentScores(NamedTuple):
    """The probability that each earlier mention is the antecedent, in order, and that none is. They add up to 1."""

    antecedents: tuple[float, ...]
    none: float


class Coreference(Protocol):
    """Scores the possible antecedents of a document's mentions."""

    def scores(self, mentions: Sequence[Place], asked: Sequence[int] | None = None) -> list[AntecedentScores]:
        """For each mention, in text order, how likely each earlier mention is its antecedent.

        `asked` has the numbers of the mentions to score, ascending; None means all. A word without a vector in
        `Tree.mentions` (a verb, say) has no antecedent and cannot be one.
        """
        ...


_BLOCK = 400
"""Mentions compared at once. The cost grows with the square."""
_BEFORE = 200
"""Mentions before a block that may be antecedents of its mentions, too."""


MayMean = Callable[[Tree, Word, bool], bool]
"""Whether a noun of a tree may refer to an earlier mention. The flag is True if the same noun came before."""


def _asked(places: Sequence[Place], may_mean: MayMean) -> Iterator[int]:
    """The numbers of the pronouns, and of the nouns that may refer to an earlier mention.

    Who and which are left out, and so are I and we: they follow from the sentence, or from the speaker.
    """
    seen: set[str] = set()
    told = load_words("relative_pronouns", "first_person_pronouns")
    for number, place in enumerate(places):
        word = place.tree.words[place.word]
        if word.upos in {"PRON", "DET"}:
            if word.lower not in told:
                yield number
        elif word.upos == "NOUN":
            if may_mean(place.tree, word, word.lemma in seen):
                yield number
            seen.add(word.lemma)


class Compared:
    """How likely each mention of a document refers to earlier ones. A mention is identified by its offset.

    Pronouns are compared, and the nouns that `may_mean` accepts. A block of mentions is compared when one of them is
    first asked for.
    """

    def __init__(self, port: Coreference, trees: Sequence[Tree], may_mean: MayMean = lambda tree, noun, again: False):
        self._port = port
        self._places = [Place(i, tree, v.word) for i, tree in enumerate(trees) for v in tree.mentions]
        self._offsets = [place.tree.words[place.word].start for place in self._places]
        self._number = {offset: i for i, offset in enumerate(self._offsets)}
        self._blocks: dict[int, dict[int, AntecedentScores]] = {}
        self._asked = set(_asked(self._places, may_mean))

    def share(self, later: int, earlier: Collection[int]) -> float | None:
        """The probability that the antecedent of a mention is one of `earlier`; None if it was not compared."""
        number = self._number.get(later)
        if number is None or number not in self._asked:
            return None
        block = number // _BLOCK
        first = max(0, block * _BLOCK - _BEFORE)
        if block not in self._blocks:
            self._blocks[block] = self._compared(first, block * _BLOCK, (block + 1) * _BLOCK)
        shares = self._blocks[block][number].antecedents
        places = (self._number.get(offset, -1) - first for offset in set(earlier))
        return sum(shares[place] for place in places if 0 <= place < len(shares))

    def _compared(self, first: int, start: int, end: int) -> dict[int, AntecedentScores]:
        """The scores of the mentions from `start` up to `end`; antecedents are searched from `first` on."""
        places = self._places[first:end]
        asked = [number for number in range(start, first + len(places)) if number in self._asked]
        return dict(zip(asked, self._port.scores(places, [n - first for n in asked]), strict=True))
