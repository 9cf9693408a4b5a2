"""Extends contents to whole branches, so that none begins or ends in the middle of a phrase."""

from collections.abc import Sequence

from sayso_server.core.grammar.contents import is_punctuation
from sayso_server.core.grammar.tagger import Read, Run, thresholds

_BEFORE = frozenset({"det", "amod", "nummod", "compound", "nmod:poss", "nmod:unmarked"})
"""Relations of words that open a phrase."""

_TIGHT = _BEFORE | {"case", "aux", "aux:pass", "cop", "mark", "flat", "fixed"}
"""Relations that the end of a content never separates."""

_SHORTEST = 2
"""Runs of this many words are not shortened."""

_MOST = 10
"""Maximum number of words by which an end moves outwards."""


def whole(words: Sequence[Read], run: Run) -> Run:
    """The run with the phrases at both ends completed; words of a phrase that cannot be completed are removed."""
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
    """The index, after the run, of the governor in the phrase of the run's last word: in the old | bridge."""
    word = words[end - 1].word
    governor = end - 1 + word.head - word.index
    is_parted = (word.deprel in _TIGHT or word.relation in _TIGHT) and not is_punctuation(word)
    return governor if is_parted and governor >= end and word.head >= 0 else None


def _rest(words: Sequence[Read], governor: int, end: int) -> int:
    """The end of a governor's branch after the run; 0 if it is far away or may contain a cue or source."""
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
