"""Nouns that report: her claim that rents would fall."""

from collections.abc import Iterator

from sayso_server.core.candidate import Candidate
from sayso_server.core.cues import Site
from sayso_server.core.document import Document
from sayso_server.core.grammar.contents import spans
from sayso_server.core.grammar.quotation import with_whole_quotations
from sayso_server.core.grammar.report import reported
from sayso_server.core.grammar.subject import agent, subject
from sayso_server.core.lexicon import Frame, load_words
from sayso_server.core.statement import CueClass
from sayso_server.core.tree import Tree, Word


def noun_complement(site: Site, document: Document) -> Iterator[Candidate]:
    """Her claim that rents would fall.   claim -nmod:poss-> her, claim -acl-> fall -mark-> that

    Also a noun phrase, if the noun has an owner: her warning of delays.
    """
    if site.head.upos != "NOUN" or site.head.xpos.startswith("VB"):
        return
    tree, noun = site.tree, site.head
    source = _owner(tree, noun)
    for cue_class, thing in _contents(site, is_owned=source is not None):
        content = with_whole_quotations(document, spans(document, tree, tree.subtree(thing)), [noun.span])
        found = reported(site, document, content=content, cue_class=cue_class, source=source)
        if found:
            yield found
            return


def _contents(site: Site, *, is_owned: bool) -> Iterator[tuple[CueClass, Word]]:
    """The clauses of a noun, then the noun phrases after its preposition."""
    tree, noun = site.tree, site.head
    if cue_class := site.class_of(Frame.NOUN):
        for clause in [*tree.children(noun, "acl", "ccomp"), *_below_its_verb(tree, noun)]:
            mark = tree.child(clause, "mark")
            if mark is not None and mark.lower in {"that", "whether", "to"}:
                yield cue_class, clause
    if (cue_class := site.class_of(Frame.NOUN_TOPIC)) and is_owned:
        for thing in tree.children(noun, "nmod", "acl"):
            opening = next(iter(tree.children(thing, "case", "mark")), None)
            if opening is not None and opening.lower in site.entry.prepositions:
                yield cue_class, thing


def _below_its_verb(tree: Tree, noun: Word) -> list[Word]:
    """Clauses that the parser attaches to the support verb of the noun: lied in "claims were made that Pell lied"."""
    head = tree.head(noun)
    is_carried = noun.deprel == "nsubj:pass" and head is not None and head.lemma.lower() in load_words("support_verbs")
    return tree.children(head, "ccomp", "advcl") if is_carried and head is not None else []


def _owner(tree: Tree, noun: Word) -> Word | None:
    """The owner of a noun: her (claim), (the claim) by Olin, Olin made (the claim)."""
    owner = tree.child(noun, "nmod:poss")
    if owner is not None:
        return owner
    for child in tree.children(noun, "nmod"):
        if any(c.lower in {"by", "from"} for c in tree.children(child, "case")):
            return child
    head = tree.head(noun)
    if head is not None and noun.deprel == "nsubj:pass" and head.lemma.lower() in load_words("support_verbs"):
        return agent(tree, head)
    if head is not None and noun.relation == "obj" and head.lemma.lower() in load_words("support_verbs"):
        return subject(tree, head)[0]
    return None
