"""The possible ends of a content: the rule's, the role tagger's, or before one of the last branches.

Olin said it failed | and drove off.   A rule takes everything that depends on the clause; the scorer picks the end.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sayso_server.core import lexicon
from sayso_server.core.candidate import Candidate
from sayso_server.core.document import Document
from sayso_server.core.grammar.circumstance import is_time
from sayso_server.core.grammar.contents import is_punctuation, strip, with_marks
from sayso_server.core.grammar.tagger import TRAILING, Read, likely_contents, thresholds
from sayso_server.core.statement import Span
from sayso_server.core.tree import Tree, Word

_SHORTEST = 3
"""Minimum number of words in a content to whose end a border may move."""

_LOOSE = frozenset({"conj", "advcl", "parataxis", "acl:relcl", "obl", "discourse"})
"""Relations of branches that can belong to the act of saying, although parsers attach them to its content."""

_MOST = 3
"""Maximum number of last branches before which a content may end."""


def ends(document: Document, found: Candidate) -> Iterator[Candidate]:
    """A rule's candidate, and variants with other ends of the content."""
    yield found
    if found.is_firm:
        return
    seen = {found.content}
    for other in (fitted(document, found), *_cut(document, found)):
        if other.content not in seen:
            seen.add(other.content)
            yield other


def _cut(document: Document, found: Candidate) -> Iterator[Candidate]:
    """The candidate without one or more of its last branches."""
    site = found.site
    if site is None or not site.tree.cues or found.content[-1].start < site.head.start:
        return
    tree, last = site.tree, found.content[-1]
    own = [w for w in tree.words if last.covers(w) and not is_punctuation(w)]
    if not own or last.end > tree.span.end or tree.words[own[-1].index].end < last.end - 1:
        return
    for first in _branches(tree, own)[:_MOST]:
        if first - own[0].index >= _SHORTEST and document.quotation_at(tree.words[first].start) is None:
            kept = strip(document.plain, Span(last.start, tree.words[first - 1].end), TRAILING)
            if kept is not None:
                yield replace(found, content=(*found.content[:-1], with_marks(document, kept)))


def _branches(tree: Tree, own: Sequence[Word]) -> list[int]:
    """The first words of the branches that end a content, the shortest branch first; indices of words."""
    low, high = own[0].index, own[-1].index
    out: list[int] = []
    word = own[-1]
    while low <= word.head <= high:
        if (word.deprel in _LOOSE or word.relation in _LOOSE) and not _is_date(tree, word):
            branch = tree.subtree(word)
            first = min(branch)
            is_whole = all(i in branch or is_punctuation(tree.words[i]) for i in range(first, high + 1))
            if is_whole and first > low and (not out or first < out[-1]):
                out.append(first)
        word = tree.words[word.head]
    return out


def _is_date(tree: Tree, word: Word) -> bool:
    """Whether a branch is a day without a comma or a preposition: said ten were arrested | Friday night."""
    first = min(tree.subtree(word))
    return word.deprel == "obl:unmarked" and is_time(tree, word) and tree.words[first - 1].text != ","


def fitted(document: Document, found: Candidate) -> Candidate:
    """The candidate with the tagger's end, if just one of the tagger's contents nearly matches and its cue is likely.

    The rule decides where the content begins: the tagger was trained on other conventions for that.
    """
    if found.site is None or not found.site.tree.roles or len(found.content) > 1:
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


def _are_branches(changed: Sequence[Read], kept: Sequence[Read]) -> bool:
    """Whether the words added to or removed from a content are whole branches: no word that stays depends on them."""
    moved = {read.word.index for read in changed}
    return not any(read.word.head in moved for read in kept if not is_punctuation(read.word))


def _may_end(document: Document, words: Sequence[Read], own: Sequence[int], end: int, found: Candidate) -> bool:
    """Whether a content may end before the word `end`, without cutting a quotation or taking in part of a statement."""
    last = own[-1] + 1
    if end <= own[0] + 1 or end == last:
        return False
    changed = words[min(end, last) : max(end, last)]
    doubt = thresholds().doubt
    if not _are_branches(changed, words[own[0] : min(end, last)]):
        return False
    if end < last:
        return changed[0].roles.content < doubt and document.quotation_at(changed[0].word.start) is None
    first = changed[0].word.start
    is_free = all(read.roles.cue < doubt and lexicon.verb(read.word.lemma.lower()) is None for read in changed)
    return is_free and found.cue is not None and all(s.start < first for s in found.cue.spans)
