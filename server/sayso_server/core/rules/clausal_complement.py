"""Clauses that a cue governs as its content."""

from collections.abc import Iterator
from dataclasses import replace

from sayso_server.core.candidate import Candidate
from sayso_server.core.cues import Site
from sayso_server.core.document import Document
from sayso_server.core.grammar.complement import (
    and_that,
    complement_words,
    complements_of,
    holds_next_report,
    opens_question,
    that_clause,
)
from sayso_server.core.grammar.contents import spans, without
from sayso_server.core.grammar.next_act import holds_next_act
from sayso_server.core.grammar.noun_phrase import is_human, mention
from sayso_server.core.grammar.quotation import (
    MAX_GAP,
    chain,
    continues_after,
    is_led_on,
    is_utterance,
    with_whole_quotations,
)
from sayso_server.core.grammar.report import reported
from sayso_server.core.grammar.subject import is_passive, subject
from sayso_server.core.lexicon import Frame, load_words
from sayso_server.core.statement import Span
from sayso_server.core.tree import Word


def clausal_complement(site: Site, document: Document) -> Iterator[Candidate]:
    """Olin said that the plan failed.   said -ccomp-> failed

    With and without "that", with a wh-word; before the cue (The plan failed, Olin said) or around it.
    """
    cue_class = site.class_of(Frame.CLAUSE)
    if cue_class is None:
        return
    if site.entry.lemma == "say" and [w.xpos for w in site.tree.words[site.head.index + 1 :][:2]] == ["TO", "VB"]:
        return  # said to be worth
    complements = complements_of(site.tree, site.head)
    if complements and complements[0].index < site.head.index and is_led_on(site, document):
        return  # it failed, Olin is expected to say
    if (
        complements
        and complements[0].xpos == "VBG"
        and complements[0].relation == "xcomp"
        and is_passive(site.tree, site.head)
    ):
        return  # she was observed standing in the river
    indices = complement_words(site, complements) if complements else that_clause(site)
    indices |= and_that(site, indices)
    content = spans(document, site.tree, indices)
    early = _before_the_clause(site, complements[0]) if complements else []
    content = without(content, [*_own_words(site, document), *early], document.plain)
    quotation = document.quotation_at(site.head.start)
    if quotation is not None and not complements:
        content = tuple(
            Span(s.start, min(s.end, quotation.span.end - 1)) for s in content if s.start < quotation.span.end
        )
    content = _with_continuation(document, site, content)
    content = with_whole_quotations(document, content, [w.span for w in site.words])
    found = reported(site, document, content=content, cue_class=cue_class)
    if found and complements and not found.addressees and site.entry.lemma in load_words("addressing_verbs"):
        found = replace(found, addressees=_early_addressee(site, complements[0], early, document))
    if found:
        tests = (holds_next_act, holds_next_report) if complements else ()
        yield replace(found, is_firm=any(test(site.tree, site.head, complements[0]) for test in tests))


def _early_addressee(site: Site, complement: Word, early: list[Span], document: Document) -> tuple[Span, ...]:
    """The addressee, if the parser attaches it to the clause: the board in "told the board it failed"."""
    people = [w for w in site.tree.children(complement, "iobj", "obj") if any(s.covers(w) for s in early)]
    return tuple(mention(site.tree, w, document.plain) for w in people[:1])


def _with_continuation(document: Document, site: Site, content: tuple[Span, ...]) -> tuple[Span, ...]:
    """The content with a quotation that continues it.

    The quotation follows a colon (said it was late: “We lost a year”), or a cue whose content ends in marks: It was
    “late,” Olin said. “We lost a year.”
    """
    if not content or document.quotation_at(site.head.start) is not None:
        return content
    _, following = document.outer_around(max(content[-1].end, site.last.end) - 1)
    if following is None or not is_utterance(following, document):
        return content
    start, end = content[-1].end, following.span.start
    if end < site.head.start or document.paragraph_at(start) != document.paragraph_at(end):
        return content
    gap = document.plain[start:end]
    if gap.strip() == ":":
        return (*content, *(q.span for q in chain(document, following)))
    is_split = document.plain[start - 1] in "”\"'’" and start < site.head.start
    if not is_split or not continues_after(site, following, document):
        return content
    return (*content, *(q.span for q in chain(document, following)))


def _before_the_clause(site: Site, complement: Word) -> list[Span]:
    """The words between the cue and its clause that the parser attaches to the clause: a day, an addressee.

    Olin said on Friday it failed. Olin told the board it failed.
    """
    tree = site.tree
    opening = [w for w in tree.children(complement, "mark", "nsubj", "expl", "csubj") if w.index > site.head.index]
    if complement.index < site.head.index or not opening:
        return []
    first = min(min(tree.subtree(w)) for w in opening)
    before = tree.children(complement, "obl", "iobj", "obj", "nmod", "vocative")
    is_told = site.entry.lemma in load_words("telling_verbs")
    early = [w for w in before if w.index < first and (is_told or w.relation != "obj" or _can_listen(w))]
    return [
        Span(tree.words[min(branch)].start, tree.words[max(branch)].end)
        for w in early
        if max(branch := tree.subtree(w)) < first
        and min(branch) == site.last.index + 1
        and not opens_question(tree.words[min(branch)])  # asked how much money he had
    ]


def _can_listen(word: Word) -> bool:
    """Whether an object can be an addressee: showed the board; not: showed half of them believed her late."""
    return is_human(word) or word.lemma.lower() in load_words("people", "kin")


def _own_words(site: Site, document: Document) -> list[Span]:
    """The cue and its source, which the parser may have attached inside the content."""
    own, _ = subject(site.tree, site.head)
    out = [w.span for w in site.words]
    if own is not None and own.head == site.head.index:
        first = min(own.start, site.head.start)
        last = max(own.end, site.head.end)
        if last - first < MAX_GAP:
            out.append(mention(site.tree, own, document.plain))
    return out
