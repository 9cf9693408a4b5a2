"""The circumstances of an act of saying: in a statement, on Friday."""

from collections.abc import Sequence
from typing import NamedTuple

from sayso_server.core.candidate import Candidate
from sayso_server.core.grammar.contents import strip
from sayso_server.core.lexicon import load_words
from sayso_server.core.statement import Span
from sayso_server.core.tree import Tree, Word

_RELATIONS = frozenset({"obl", "nmod", "advmod"})
_NOT_IN_PHRASE = frozenset({"acl", "appos", "conj", "ccomp"})


class Circumstances(NamedTuple):
    """The heads of the phrases of a sentence that name a medium, and of those that name a time."""

    media: Sequence[Word]
    times: Sequence[Word]


def is_circumstance(tree: Tree, word: Word) -> bool:
    """Whether a phrase tells where or when something was said: in a statement, on Friday, on May 5, at a rally."""
    return _is_day(tree, word) or bool({word.lemma.lower(), word.lower} & load_words("calendar", "media", "documents"))


def is_time(tree: Tree, word: Word) -> bool:
    """Whether a word names a day, a month or a part of the year: Friday, week, May 5."""
    return _is_day(tree, word) or bool({word.lemma.lower(), word.lower} & load_words("calendar", "times"))


def _is_day(tree: Tree, word: Word) -> bool:
    """Whether a word is a number after its month: May 5, Dec. 31."""
    return word.index > 0 and _is_month_of(word, tree.words[word.index - 1])


def _is_month_of(day: Word, month: Word) -> bool:
    """Whether `month` is the month of a day, with the number as its head in the tree: Dec. 31."""
    return day.upos == "NUM" and month.head == day.index and month.lower.rstrip(".") in load_words("calendar")


def _is_part_of_day(tree: Tree, word: Word) -> bool:
    return any(_is_month_of(day, word) for day in tree.words[word.index + 1 : word.index + 2])


def circumstances(tree: Tree) -> Circumstances:
    """The phrases of a sentence that name a medium or a time, whatever they modify."""
    words = [word for word in tree.words if word.relation in _RELATIONS and not _is_part_of_day(tree, word)]
    return Circumstances([w for w in words if is_medium(tree, w)], [w for w in words if _is_time(tree, w)])


def phrases(found: Candidate, heads: Sequence[Word], text: str) -> tuple[Span, ...]:
    """The spans of those phrases that the cue governs, with their prepositions: on X, last week.

    Phrases that overlap content, cue, source or addressees are left out. Empty if the cue is a noun, and without a cue.
    """
    if found.site is None or found.site.head.upos == "NOUN" or not heads:
        return ()
    tree = found.site.tree
    cue = found.cue.spans if found.cue else ()
    taken = (*found.content, *cue, *found.addressees, *((found.source,) if found.source else ()))
    out: list[Span] = []
    for word in heads:
        if not _governs(found, tree, word):
            continue
        inside = tree.subtree(word, lambda w: w.relation in _NOT_IN_PHRASE or _is_other_time(tree, w))
        span = strip(text, Span(tree.words[min(inside)].start, tree.words[max(inside)].end))
        if span is not None and not any(span.overlaps(t) for t in (*taken, *out)):
            out.append(span)
    return tuple(out)


def _is_other_time(tree: Tree, word: Word) -> bool:
    return _is_time(tree, word) and not _is_part_of_day(tree, word)


def _governs(found: Candidate, tree: Tree, word: Word) -> bool:
    """Whether the cue governs the phrase: directly, or through the content if the phrase is outside of it."""
    site = found.site
    for ancestor in tree.ancestors(word):
        if site is not None and ancestor.index == site.head.index:
            return True
        if any(s.covers(ancestor) for s in found.content):
            return True
        if ancestor.relation not in _RELATIONS:
            return False
    return False


def is_medium(tree: Tree, word: Word) -> bool:
    """Whether a word is a medium or a document with its preposition: in a letter."""
    if not {word.lemma.lower(), word.lower} & load_words("media", "documents"):
        return False
    return any(c.lower in load_words("medium_prepositions") for c in tree.children(word, "case"))


def _is_time(tree: Tree, word: Word) -> bool:
    """Whether a phrase is a day, a month, or a relative time."""
    return word.relation in _RELATIONS and (is_time(tree, word) or word.lower in load_words("relative_times"))
