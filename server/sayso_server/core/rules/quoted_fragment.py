"""Quoted parts of a clause: spoke of “a failure”."""

from collections.abc import Iterator

from sayso_server.core.candidate import Candidate
from sayso_server.core.cues import Site
from sayso_server.core.document import Document
from sayso_server.core.grammar.contents import spans
from sayso_server.core.grammar.quotation import is_led_on, with_whole_quotations
from sayso_server.core.grammar.report import reported
from sayso_server.core.lexicon import Frame
from sayso_server.core.tree import Word


def quoted_fragment(site: Site, document: Document) -> Iterator[Candidate]:
    """Olin spoke of "a failure".   A dependent of the cue, at least half of it in quotation marks."""
    cue_class = site.class_of(Frame.CLAUSE, Frame.QUOTE)
    if cue_class is None or document.quotation_at(site.head.start) is not None or site.head.upos == "NOUN":
        return
    if is_led_on(site, document):
        return
    tree, verb = site.tree, site.head
    for child in tree.children(verb, "obj", "ccomp", "xcomp", "parataxis", "obl", "dep", "advcl"):
        indices = tree.subtree(child, lambda w: w.index == verb.index)
        inside = [
            i for i in indices if (q := document.quotation_at(tree.words[i].start)) and q.span.start >= tree.span.start
        ]
        if child.relation == "obl" and inside and _is_manner(site, document, tree.words[min(inside)]):
            continue
        if 2 * len(inside) < len(indices) or len(inside) < 2 or (child.index < verb.index and child.relation == "obl"):
            continue
        content = with_whole_quotations(document, spans(document, tree, indices), [w.span for w in site.words])
        found = reported(site, document, content=content, cue_class=cue_class)
        if found and found.source is not None:
            yield found
            return


def _is_manner(site: Site, document: Document, word: Word) -> bool:
    """Whether the marks hold an adverbial of manner or time, not a content: responded “in due course”."""
    quotation = document.quotation_at(word.start)
    first = next((w for w in site.tree.words if quotation and quotation.span.start < w.start), word)
    is_opening = first.upos == "ADP" or first.relation == "case"
    return is_opening and first.lower not in {*site.entry.prepositions, "as"}
