"""Nouns that report: her claim that rents would fall."""

from collections.abc import Iterator

from sayso_server.core.contents import spans
from sayso_server.core.cues import Candidate, Site
from sayso_server.core.document import Document
from sayso_server.core.lexicon import Frame
from sayso_server.core.rules.build import candidate
from sayso_server.core.sources import subject
from sayso_server.core.tree import Tree, Word

_SUPPORT = frozenset(
    {"make", "issue", "give", "offer", "release", "repeat", "have", "raise", "express", "send", "post", "deliver"}
)


def noun_complement(site: Site, document: Document) -> Iterator[Candidate]:
    """Her claim that rents would fall.   claim -nmod:poss-> her, claim -acl-> fall -mark-> that"""
    cue_class = site.class_of(Frame.NOUN)
    if cue_class is None:
        return
    tree, noun = site.tree, site.head
    for clause in tree.children(noun, "acl", "ccomp"):
        mark = tree.child(clause, "mark")
        if clause.deprel == "acl:relcl" or mark is None or mark.lower not in {"that", "whether", "to"}:
            continue
        content = spans(document, tree, tree.subtree(clause))
        source = _owner(tree, noun)
        found = candidate("noun-complement", site, document, content=content, cue_class=cue_class, source=source)
        if found:
            yield found
            return


def _owner(tree: Tree, noun: Word) -> Word | None:
    """Her (claim), (the claim) by Olin, Olin made (the claim)."""
    owner = tree.child(noun, "nmod:poss")
    if owner is not None:
        return owner
    for child in tree.children(noun, "nmod"):
        if any(c.lower in {"by", "from"} for c in tree.children(child, "case")):
            return child
    head = tree.head(noun)
    if head is not None and noun.relation == "obj" and head.lemma in _SUPPORT:
        return subject(tree, head)[0]
    return None
