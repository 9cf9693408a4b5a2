"""Sources in clauses with "as": as Olin put it, as the Courier reported."""

from collections.abc import Iterator
from dataclasses import replace

from sayso_server.core.candidate import Candidate
from sayso_server.core.cues import Site
from sayso_server.core.document import Document
from sayso_server.core.grammar.contents import is_punctuation, spans
from sayso_server.core.grammar.quotation import with_whole_quotations
from sayso_server.core.grammar.report import reported
from sayso_server.core.grammar.sentence import sentence_before
from sayso_server.core.lexicon import Frame
from sayso_server.core.statement import Span
from sayso_server.core.tree import Tree

_CLOSERS = frozenset({",", "—", "–", "-", ".", "”", '"', ")"})


def as_clause(site: Site, document: Document) -> Iterator[Candidate]:
    """As Olin put it, the plan failed.   failed -advcl-> put -mark-> As; also after it: …, as the Courier reported

    The content is the rest of the sentence, on one side of the clause.
    """
    cue_class = site.class_of(Frame.CLAUSE, Frame.QUOTE)
    if cue_class is None:
        return
    tree, verb = site.tree, site.head
    opening = next((c for c in tree.children(verb, "mark", "advmod", "case") if c.lower == "as"), None)
    if opening is None or opening.index > verb.index or tree.children(verb, "ccomp", "xcomp"):
        return
    if any(c.lower != "it" for c in tree.children(verb, "obj")) or document.quotation_at(verb.start) is not None:
        return
    first = opening.index
    last = next((w.index for w in tree.words[verb.index :] if w.text in _CLOSERS), len(tree.words))
    before, after = sentence_before(tree, {first}), set(range(last + 1, len(tree.words)))
    if first and tree.words[first - 1].text not in {*_CLOSERS, "("} and before:
        return
    is_last = all(is_punctuation(w) for w in tree.words[last:])
    content = spans(document, tree, before if is_last else after)
    content = with_whole_quotations(document, content, [w.span for w in site.words])
    found = reported(site, document, content=content, cue_class=cue_class)
    if found and found.source is not None and (is_last or not before):
        yield found
    elif found and found.source is not None and (quoted := _quoted_at(document, tree, last + 1)) is not None:
        yield replace(found, content=(quoted,))  # bread and, as Olin put it, “a little wine”


def _quoted_at(document: Document, tree: Tree, at: int) -> Span | None:
    """The quotation that begins with a word."""
    first = next(iter(tree.words[at : at + 1]), None)
    quotation = document.quotation_at(first.start) if first is not None else None
    return quotation.span if quotation is not None and first and quotation.span.start == first.start else None
