"""Adjectives that report: sure that it failed, willing to wait."""

from collections.abc import Iterator

from sayso_server.core.candidate import Candidate
from sayso_server.core.cues import Site
from sayso_server.core.document import Document
from sayso_server.core.grammar.contents import spans
from sayso_server.core.grammar.quotation import with_whole_quotations
from sayso_server.core.grammar.report import reported
from sayso_server.core.lexicon import Frame


def adjective_complement(site: Site, document: Document) -> Iterator[Candidate]:
    """Olin is sure that the plan failed.   sure -ccomp-> failed; willing -xcomp-> wait"""
    cue_class = site.class_of(Frame.ADJECTIVE)
    if cue_class is None:
        return
    tree, adjective = site.tree, site.head
    for clause in tree.children(adjective, "ccomp", "xcomp", "advcl"):
        mark = tree.child(clause, "mark")
        is_free = clause.relation == "advcl" and (mark is None or mark.lower not in {"that", "to"})
        if clause.index > adjective.index and not is_free:
            content = with_whole_quotations(document, spans(document, tree, tree.subtree(clause)), [adjective.span])
            found = reported(site, document, content=content, cue_class=cue_class)
            if found and found.source is not None and found.source_head and found.source_head.lower != "it":
                yield found
                return
