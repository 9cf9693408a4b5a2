"""A paragraph as the role tagger reads it: words with their roles, and runs of likely content."""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from sayso_server.core.grammar.contents import is_punctuation
from sayso_server.core.scoring import DataError, read_json
from sayso_server.core.statement import Span
from sayso_server.core.tree import Roles, Tree, Word

TRAILING = " ,;:.-–—(["
"""Characters that do not end a content."""

Run = tuple[int, int]
"""The index of the first word, and of the one after the last."""


class Thresholds(NamedTuple):
    """Minimum probabilities from the role tagger and the links; the values are in `data/tagger.json`."""

    likely: float
    """A word is part of a role."""
    cue: float
    """The likeliest word of a cue, so that contents are searched around it."""
    faint: float
    """A word may be part of a content."""
    strong: float
    """A word is part of a content with little doubt."""
    sure: float
    """The mean over a content, so that a rule's border moves to its end."""
    doubt: float
    """Below it, a word is not part of a role."""
    cue_word: float
    """A word may be the head word of a cue, so that the words linked to it are searched for."""
    share: float
    """A word is linked to a cue as its content."""
    faint_share: float
    """A word may be linked to a cue as its content."""
    strong_share: float
    """A word is linked to a cue as its content with little doubt."""
    linked_source: float
    """A word is linked to a cue as its source."""


@cache
def thresholds() -> Thresholds:
    """The thresholds in use."""
    found = read_json("tagger")
    if found.keys() != set(Thresholds._fields):
        raise DataError(f"tagger.json must have {', '.join(Thresholds._fields)}")
    return Thresholds(**found)


NO_ROLES = Roles(0.0, 0.0, 0.0, 0.0)
"""The roles of a word that no tagger has read."""


class Read(NamedTuple):
    """A word of a paragraph with its tree and its roles."""

    tree: Tree
    word: Word
    roles: Roles


def read_words(trees: Sequence[Tree]) -> list[Read]:
    """The words of trees, with their roles if a tagger has read them."""
    return [Read(t, w, r) for t in trees for w, r in zip(t.words, t.roles or [NO_ROLES] * len(t.words), strict=True)]


def likely_contents(words: Sequence[Read], *, least: float, cut: float) -> list[Run]:
    """Runs of words that are content with probability `least`, cut where one begins with probability `cut`."""
    out: list[Run] = []
    first = None
    for i, read in enumerate(words):
        inside = read.roles.content >= least
        if first is not None and (not inside or read.roles.begins >= cut):
            out.append((first, i))
            first = None
        if inside and first is None:
            first = i
    if first is not None:
        out.append((first, len(words)))
    return [run for run in out if any(not is_punctuation(read.word) for read in words[run[0] : run[1]])]


def span_of(words: Sequence[Read], run: Run) -> Span:
    """From the first word of a run to its last."""
    return Span(words[run[0]].word.start, words[run[1] - 1].word.end)
