"""Where contents end: the tagger may move the ends of what the rules find."""

from collections.abc import Sequence
from dataclasses import replace

from sayso_server.core import lexicon
from sayso_server.core.contents import strip, with_marks
from sayso_server.core.cues import Candidate
from sayso_server.core.document import Document
from sayso_server.core.rules.reading import LIKELY, SHORTEST, TRAILING, Read, likely_contents
from sayso_server.core.statement import Span

SURE = 0.65
"""How likely the words of a content must be on average, for a rule's border to move to its end."""

DOUBT = 0.3
"""Below, a word is not part of a role."""

FITTED = frozenset(
    {
        "according-to",
        "as-clause",
        "clausal-complement",
        "infinitival-complement",
        "interrupting-cue",
        "noun-complement",
        "quoted-fragment",
        "reported-object",
        "small-clause",
    }
)
"""Rules whose borders the tagger may move; quotation marks and turns know theirs."""


def fitted(document: Document, found: Candidate) -> Candidate:
    """The candidate with the end of the one likely content that is nearly its own, if its cue is a likely one.

    Where contents begin, the rules know better: the tagger has learned other conventions.
    """
    if found.site is None or found.rule not in FITTED or not found.site.tree.roles or len(found.content) > 1:
        return found
    tree, span = found.site.tree, found.content[0]
    if max(tree.roles[w.index].cue for w in found.site.words) < LIKELY:
        return found
    words = [Read(tree, w, r) for w, r in zip(tree.words, tree.roles, strict=True)]
    own = [i for i, read in enumerate(words) if span.covers(read.word)]
    sure = (run for run in likely_contents(words) if _is_sure(words[run[0] : run[1]]))
    near = [run for run in sure if own and run[0] <= own[-1] and own[0] < run[1]]
    if len(near) != 1 or not _may_end(document, words, own, near[0][1], found):
        return found
    ended = strip(document.plain, Span(span.start, words[near[0][1] - 1].word.end), TRAILING)
    return replace(found, content=(with_marks(document, ended),)) if ended else found


def _is_sure(content: Sequence[Read]) -> bool:
    """Whether the tagger is sure enough of a content to move a border."""
    return len(content) >= SHORTEST and sum(read.roles.content for read in content) >= SURE * len(content)


def _may_end(document: Document, words: Sequence[Read], own: Sequence[int], end: int, found: Candidate) -> bool:
    """Whether a content may end before the word `end`: nothing quoted is cut, nothing of other statements taken in."""
    last = own[-1] + 1
    if end <= own[0] + 1 or end == last:
        return False
    changed = words[min(end, last) : max(end, last)]
    if end < last:
        return document.quotation_at(changed[0].word.start) is None
    first = changed[0].word.start
    is_free = all(read.roles.cue < DOUBT and lexicon.verb(read.word.lemma.lower()) is None for read in changed)
    return is_free and found.cue is not None and all(s.start < first for s in found.cue.spans)
