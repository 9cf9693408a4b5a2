"""The port for coreference. The adapter is `sayso_server.parsing.coreference`; without models for it there is none."""

from collections.abc import Sequence
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

    def scores(self, mentions: Sequence[Place]) -> list[AntecedentScores]:
        """For each mention, in text order, how likely each earlier one of them is its antecedent.

        A word without a vector in `Tree.mentions` (a verb, say) has no antecedent and is none.
        """
        ...
