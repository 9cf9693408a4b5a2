"""Where contents end: the role tagger may move the ends of contents that rules find."""

from collections.abc import Sequence
from dataclasses import replace

from sayso_server.core import lexicon
from sayso_server.core.candidate import Candidate
from sayso_server.core.document import Document
from sayso_server.core.grammar.contents import strip, with_marks
from sayso_server.core.grammar.tagger import TRAILING, Read, likely_contents, thresholds
from sayso_server.core.statement import Span

_SHORTEST = 3
"""Words of a content to whose end a border may move."""


def fitted(document: Document, found: Candidate) -> Candidate:
    """The candidate with the end of the one likely content that is nearly its own, if its cue is a likely one.

    The rule decides where the content begins: the tagger has learned other conventions for that.
    """
    if found.is_firm or found.site is None or not found.site.tree.roles or len(found.content) > 1:
        return found
    tree, span, likely = found.site.tree, found.content[0], thresholds().likely
    if max(tree.roles[w.index].cue for w in found.site.words) < likely:
        return found
    words = [Read(tree, w, r) for w, r in zip(tree.words, tree.roles, strict=True)]
    own = [i for i, read in enumerate(words) if span.covers(read.word)]
    contents = likely_contents(words, least=likely, cut=likely)
    sure = (run for run in contents if _is_sure(words[run[0] : run[1]]))
    near = [run for run in sure if own and run[0] <= own[-1] and own[0] < run[1]]
    if len(near) != 1 or not _may_end(document, words, own, near[0][1], found):
        return found
    ended = strip(document.plain, Span(span.start, words[near[0][1] - 1].word.end), TRAILING)
    return replace(found, content=(with_marks(document, ended),)) if ended else found


def _is_sure(content: Sequence[Read]) -> bool:
    """Whether the tagger is sure enough of a content to move a border."""
    return len(content) >= _SHORTEST and sum(read.roles.content for read in content) >= thresholds().sure * len(content)


def _may_end(document: Document, words: Sequence[Read], own: Sequence[int], end: int, found: Candidate) -> bool:
    """Whether a content may end before the word `end`: it cuts no quotation, and takes in no part of a statement."""
    last = own[-1] + 1
    if end <= own[0] + 1 or end == last:
        return False
    changed = words[min(end, last) : max(end, last)]
    if end < last:
        return document.quotation_at(changed[0].word.start) is None
    first, doubt = changed[0].word.start, thresholds().doubt
    is_free = all(read.roles.cue < doubt and lexicon.verb(read.word.lemma.lower()) is None for read in changed)
    return is_free and found.cue is not None and all(s.start < first for s in found.cue.spans)
