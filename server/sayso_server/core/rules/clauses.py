"""Statements as clauses: complements of the cue, and clauses that the cue interrupts or follows."""

from collections.abc import Iterator

from sayso_server.core.contents import spans, without
from sayso_server.core.cues import Candidate, Site
from sayso_server.core.document import Document
from sayso_server.core.lexicon import Frame
from sayso_server.core.rules.attributive import is_set_off
from sayso_server.core.rules.build import candidate, with_whole_quotations
from sayso_server.core.sources import is_passive, mention, reports_more, subject
from sayso_server.core.statement import Span
from sayso_server.core.tree import Tree, Word

_OF_THE_ACT = frozenset({"as", "after", "before", "when", "while", "to"})  # these date the saying, not what is said
_QUESTION = frozenset({"whether", "if", "how", "why", "what", "when", "where", "who", "which"})


def clausal_complement(site: Site, document: Document) -> Iterator[Candidate]:
    """Olin said that the plan failed.   said -ccomp-> failed

    With and without "that", with a wh-word; before the cue (The plan failed, Olin said) or around it.
    """
    cue_class = site.class_of(Frame.CLAUSE, Frame.PHRASE)
    if cue_class is None:
        return
    complements = _complements(site.tree, site.head)
    if not complements:
        return
    indices = set().union(*(_clause(site.tree, c, site) for c in complements))
    content = spans(document, site.tree, indices)
    content = without(content, [*_own_words(site, document), *_before_the_clause(site, complements[0])], document.plain)
    content = with_whole_quotations(document, content, [w.span for w in site.words])
    found = candidate("clausal-complement", site, document, content=content, cue_class=cue_class)
    if found:
        yield found


def _complements(tree: Tree, verb: Word) -> list[Word]:
    """The clauses that a cue governs, infinitives only with a wh-word (asked what to do).

    Several on one side of the cue are one content. So is a subordinate clause behind a complement, though parsers hang
    it on the cue: said he left because it was late.
    """
    out = tree.children(verb, "ccomp")
    if is_passive(tree, verb):  # said to be worth
        out = [c for c in out if (m := tree.child(c, "mark")) is None or m.lower != "to"]
    for child in tree.children(verb, "xcomp"):
        if any(c.lower in _QUESTION for c in tree.children(child, "mark", "advmod", "obj")):
            out.append(child)
    for child in tree.children(verb, "advcl"):
        mark = tree.child(child, "mark")
        is_behind = bool(out) and child.index > out[-1].index > verb.index
        if (not out and _is_question(tree, verb, child)) or (is_behind and mark and mark.lower not in _OF_THE_ACT):
            out.append(child)
    return [c for c in out if (c.index > verb.index) == (out[0].index > verb.index)]


def _is_question(tree: Tree, verb: Word, clause: Word) -> bool:
    """A question that parsers take for a condition or a time: asked if it failed, would not say when it failed."""
    behind = [w for w in tree.words[verb.index + 1 : clause.index] if w.upos != "ADV" or w.lower in _QUESTION]
    if not behind:
        return False
    opening = behind[0]
    if opening.lower not in _QUESTION or opening.head != clause.index or not tree.children(clause, "nsubj"):
        return False
    return opening.lower != "if" or verb.lemma in {"ask", "wonder"}


def _clause(tree: Tree, complement: Word, site: Site) -> set[int]:
    """The words of a complement without the cue, a participle that reports more (…, adding that …), and another source.

    The other source: Moss said crews came, according to Olin.
    """
    cue = {w.index for w in site.words}

    def skip(word: Word) -> bool:
        is_other = any(c.lower == "according" for c in tree.children(word, "case")) and is_set_off(tree, word)
        return (
            word.index in cue
            or (word.index > site.head.index and reports_more(tree, word) == site.head)
            or (is_other and word.index > complement.index)
        )

    return tree.subtree(complement, skip) - cue


def _before_the_clause(site: Site, complement: Word) -> list[Span]:
    """What stands between the cue and the first words of its clause but hangs on the clause: a day, a person addressed.

    Olin said on Friday it failed. Olin told the board it failed.
    """
    tree = site.tree
    opening = [w for w in tree.children(complement, "mark", "nsubj", "expl", "csubj") if w.index > site.head.index]
    if complement.index < site.head.index or not opening:
        return []
    first = min(min(tree.subtree(w)) for w in opening)
    early = [w for w in tree.children(complement, "obl", "iobj", "obj", "nmod", "vocative") if w.index < first]
    return [
        Span(tree.words[min(branch)].start, tree.words[max(branch)].end)
        for w in early
        if max(branch := tree.subtree(w)) < first and min(branch) == site.words[-1].index + 1
    ]


def _own_words(site: Site, document: Document) -> list[Span]:
    """The cue and its source, which a wrong attachment may have put into the content."""
    own, _ = subject(site.tree, site.head)
    out = [w.span for w in site.words]
    if own is not None and own.head == site.head.index:
        first = min(own.start, site.head.start)
        last = max(own.end, site.head.end)
        if last - first < 160:
            out.append(mention(site.tree, own, document.plain))
    return out


def interrupting_cue(site: Site, document: Document) -> Iterator[Candidate]:
    """The plan, Olin said, failed.   failed -parataxis-> said

    The cue stands in, or after, the clause that it reports; the content is what is left of the clause around it.
    """
    cue_class = site.class_of(Frame.CLAUSE)
    tree, verb = site.tree, site.head
    head = tree.head(verb)
    if cue_class is None or head is None or verb.relation not in {"parataxis", "advcl", "ccomp"}:
        return
    if verb.relation != "parataxis" and not _is_aside(tree, verb):
        return
    if is_passive(tree, verb) or tree.children(verb, "ccomp", "xcomp", "obj") or subject(tree, verb)[0] is None:
        return
    aside = tree.subtree(verb)
    around = tree.subtree(head, lambda w: w.index == verb.index)
    content = spans(document, tree, around - aside)
    content = with_whole_quotations(document, content, [w.span for w in site.words])
    found = candidate("interrupting-cue", site, document, content=content, cue_class=cue_class)
    if found:
        yield found


def _is_aside(tree: Tree, verb: Word) -> bool:
    """A short finite clause between commas, whatever the parser calls it: ", Olin said,"."""
    inside = tree.subtree(verb)
    first, last = min(inside), max(inside)
    before = tree.words[first - 1].text if first > 0 else ""
    is_short = last - first < 10 and verb.xpos in {"VBD", "VBZ", "VBP"} and not tree.child(verb, "mark")
    return is_short and (before in {",", "—", "–", "-", "”", '"'} or tree.words[first].text == ",")
