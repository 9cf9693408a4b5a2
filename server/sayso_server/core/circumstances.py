"""Where and when something was said, as the cue has it: in a statement, on Friday."""

from collections.abc import Callable

from sayso_server.core.contents import strip
from sayso_server.core.cues import Candidate
from sayso_server.core.lexicon import load_words
from sayso_server.core.statement import Span
from sayso_server.core.tree import Tree, Word

_RELATIONS = frozenset({"obl", "nmod", "advmod"})
_MEDIUM_CASES = frozenset({"in", "on", "at", "during", "via", "through", "over"})
_NUMBERED = frozenset({"ago", "earlier", "later"})


def medium(found: Candidate, text: str) -> tuple[Span, ...]:
    """in a statement, on X, during a debate: with the preposition; empty where the cue governs none."""
    return _phrases(found, text, _is_medium)


def time(found: Candidate, text: str) -> tuple[Span, ...]:
    """on Friday, last week, yesterday: with the preposition; empty where the cue governs none."""
    return _phrases(found, text, is_time)


def _phrases(found: Candidate, text: str, fits: Callable[[Tree, Word], bool]) -> tuple[Span, ...]:
    """The phrases of the cue's verb that fit, and that are neither content, cue, source nor person addressed."""
    if found.site is None or found.site.head.upos == "NOUN":
        return ()
    tree = found.site.tree
    cue = found.cue.spans if found.cue else ()
    taken = (*found.content, *cue, *found.addressees, *((found.source,) if found.source else ()))
    out: list[Span] = []
    for word in tree.words:
        if word.relation not in _RELATIONS or not fits(tree, word) or not _governs(found, tree, word):
            continue
        inside = tree.subtree(word, lambda w: w.relation in {"acl", "appos", "conj", "ccomp"} or is_time(tree, w))
        span = strip(text, Span(tree.words[min(inside)].start, tree.words[max(inside)].end))
        if span is not None and not any(span.overlaps(t) for t in (*taken, *out)):
            out.append(span)
    return tuple(out)


def _governs(found: Candidate, tree: Tree, word: Word) -> bool:
    """Whether the phrase hangs on the cue: directly, or on the content that it stands outside of."""
    site = found.site
    for ancestor in tree.ancestors(word):
        if site is not None and ancestor.index == site.head.index:
            return True
        if any(s.covers(ancestor) for s in found.content):
            return True
        if ancestor.relation not in _RELATIONS:
            return False
    return False


def _is_medium(tree: Tree, word: Word) -> bool:
    names = {word.lemma.lower(), word.lower}
    cases = {c.lower for c in tree.children(word, "case")}
    return bool(cases & _MEDIUM_CASES) and bool(names & load_words("media", "documents"))


def is_time(tree: Tree, word: Word) -> bool:
    """Whether the phrase of the word is a day, a month, or so long ago."""
    names = {word.lemma.lower(), word.lower}
    if word.relation not in _RELATIONS:
        return False
    return bool(names & load_words("calendar", "times")) or (word.lower in _NUMBERED)
