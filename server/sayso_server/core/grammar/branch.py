"""Whole branches: a content does not begin or end in the middle of a phrase."""

from collections.abc import Sequence

from sayso_server.core.grammar.contents import is_punctuation
from sayso_server.core.grammar.tagger import Read, Run, thresholds

_BEFORE = frozenset({"det", "amod", "nummod", "compound", "nmod:poss", "nmod:unmarked"})
"""Relations of what opens a phrase."""

_TIGHT = _BEFORE | {"case", "aux", "aux:pass", "cop", "mark", "flat", "fixed"}
"""Relations whose two ends are never parted by the end of a content."""

_SHORTEST = 2
"""Words of a run that is not made shorter."""

_MOST = 10
"""Words by which an end moves outwards at most."""


def whole(words: Sequence[Read], run: Run) -> Run:
    """The run with the rest of the phrases at both ends; the beginning of one whose rest cannot go in goes out."""
    first, end = run
    while first and _opens(words, first - 1, end):
        first -= 1
    while (governor := _governor_after(words, end)) is not None:
        rest = _rest(words, governor, end)
        if rest or end - first <= _SHORTEST:
            return first, rest or end
        end -= 1
    return first, end


def _opens(words: Sequence[Read], before: int, end: int) -> bool:
    """Whether the word before a run opens a phrase whose governor is in the run: the | old bridge."""
    read = words[before]
    governor = before + read.word.head - read.word.index
    return read.word.deprel in _BEFORE and before < governor < end


def _governor_after(words: Sequence[Read], end: int) -> int | None:
    """Where the word is, after the run, to whose phrase the last word of the run belongs: in the old | bridge."""
    word = words[end - 1].word
    governor = end - 1 + word.head - word.index
    is_parted = (word.deprel in _TIGHT or word.relation in _TIGHT) and not is_punctuation(word)
    return governor if is_parted and governor >= end and word.head >= 0 else None


def _rest(words: Sequence[Read], governor: int, end: int) -> int:
    """Where the branch of a governor after the run ends; 0 if that is far away or holds what may be a cue or source."""
    if governor - end >= _MOST:
        return 0
    tree = words[governor].tree
    by = governor - words[governor].word.index
    last = max(tree.subtree(words[governor].word)) + by
    while is_punctuation(words[last].word):
        last -= 1
    known = thresholds()
    beyond = words[end : last + 1]
    is_free = all(read.roles.cue < known.doubt and read.roles.source < known.likely for read in beyond)
    return last + 1 if is_free and len(beyond) <= _MOST else 0
