"""A paragraph as the role tagger reads it: words with their roles, and runs of likely content."""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from sayso_server.core.grammar.contents import is_punctuation
from sayso_server.core.scoring import read_json
from sayso_server.core.statement import Span
from sayso_server.core.tree import Roles, Tree, Word

TRAILING = " ,;:.-–—"
"""Characters that do not end a content."""

Run = tuple[int, int]
"""The first word and the one after the last."""


class Thresholds(NamedTuple):
    """Probabilities of the role tagger from which a word counts, `data/tagger.json`."""

    likely: float
    """A word is part of a role."""
    cue: float
    """The likeliest word of a cue, so that contents are looked for around it."""
    faint: float
    """A word may be part of a content."""
    strong: float
    """A word is part of a content with little doubt."""
    sure: float
    """The mean over a content, so that a rule's border moves to its end."""
    doubt: float
    """Below, a word is not part of a role."""


@cache
def thresholds() -> Thresholds:
    """The thresholds in use."""
    return Thresholds(**read_json("tagger"))


class Read(NamedTuple):
    """A word of a paragraph with its tree and its roles."""

    tree: Tree
    word: Word
    roles: Roles


def likely_contents(words: Sequence[Read], *, least: float, cut: float) -> list[Run]:
    """Runs of words that are content with the probability `least`, cut where one begins with the probability `cut`."""
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
