"""A paragraph as the role tagger reads it: words with their roles, and runs of likely content."""

from collections.abc import Sequence
from typing import NamedTuple

from sayso_server.core.contents import is_punctuation
from sayso_server.core.statement import Span
from sayso_server.core.tree import Roles, Tree, Word

TRAILING = " ,;:.-–—"
"""What does not end a content."""

LIKELY = 0.5
"""From here on a word counts as part of a role."""

SHORTEST = 3
"""Words of one content of several: all that Olin would say was | that it failed."""

Run = tuple[int, int]
"""First word and the one behind the last."""


class Read(NamedTuple):
    """A word of a paragraph with its tree and its roles."""

    tree: Tree
    word: Word
    roles: Roles


def likely_contents(words: Sequence[Read], *, least: float = LIKELY, cut: float = LIKELY) -> list[Run]:
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
