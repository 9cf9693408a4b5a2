"""Reported noun phrases: announced a deal, called for a vote, spoke of delays."""

from collections.abc import Iterator
from dataclasses import replace

from sayso_server.core.candidate import Candidate
from sayso_server.core.cues import Site
from sayso_server.core.document import Document
from sayso_server.core.grammar.circumstance import is_circumstance, is_medium
from sayso_server.core.grammar.contents import is_punctuation, spans
from sayso_server.core.grammar.noun_phrase import is_human
from sayso_server.core.grammar.quotation import with_whole_quotations
from sayso_server.core.grammar.report import leads_in, reported
from sayso_server.core.grammar.subject import agent, without_agent
from sayso_server.core.lexicon import Frame, load_words
from sayso_server.core.statement import CueClass
from sayso_server.core.tree import Tree, Word

_SHORTEST = 2
"""Minimum number of words in an object that says something: announced a new plan; not: announced talks."""


def reported_object(site: Site, document: Document) -> Iterator[Candidate]:
    """Olin announced a deal.   announced -obj-> deal; called for a vote: called -obl-> vote -case-> for"""
    if (site.head.upos == "NOUN" and not site.head.xpos.startswith("VB")) or leads_in(site):
        return
    cue_class, thing = _content(site)
    tree = site.tree
    if cue_class is None or thing is None or thing.upos == "PRON" or thing.lemma.lower() in load_words("answered"):
        return
    if any(d.lower in load_words("demonstratives") for d in tree.children(thing, "det")):
        return
    cue = {w.index for w in site.words}
    own = tree.subtree(thing, lambda w: w.index in cue or _is_aside(tree, w) or is_medium(tree, w))
    indices = (own | _stray(tree, site, thing)) - cue
    whole, indices = indices, without_agent(tree, site.head, indices)
    if len([i for i in indices if not is_punctuation(tree.words[i])]) < _SHORTEST:
        return
    content = with_whole_quotations(document, spans(document, tree, indices), [w.span for w in site.words])
    found = reported(site, document, content=content, cue_class=cue_class)
    if found and (found.source is not None or site.entry.lemma == "ask"):
        yield replace(found, is_firm=indices != whole)


def _is_aside(tree: Tree, word: Word) -> bool:
    """Whether a word heads a relative clause or an apposition after a comma: …, which took a hit."""
    return word.relation in {"acl", "appos"} and tree.words[min(tree.subtree(word))].text in {",", "-", "—", "–"}


def _stray(tree: Tree, site: Site, thing: Word) -> set[int]:
    """Phrases of the object that parsers attach to the cue: called for a vote on the bridge.

    Times, places and addressees are left out.
    """
    out: set[int] = set()
    for word in tree.children(site.head, "obl", "advcl", "nmod", "ccomp"):
        first = tree.words[min(tree.subtree(word))]
        is_of_the_act = is_circumstance(tree, word) or first.xpos == "VBG" or first.lower in {",", "by"}
        is_addressed = first.lower == "to" and word.relation == "obl" and is_human(word)
        if word.index > thing.index and not is_of_the_act and not is_addressed:
            out |= tree.subtree(word)
    return out


def _content(site: Site) -> tuple[CueClass | None, Word | None]:
    """The class of the cue with this kind of content, and the head of the content."""
    tree, verb = site.tree, site.head
    if cue_class := site.class_of(Frame.OBJECT):
        if len(site.words) > 1:
            return cue_class, _governed_by(site)
        thing = tree.child(verb, "obj")
        if thing is None and agent(tree, verb) is not None:
            thing = tree.child(verb, "nsubj:pass")
        if thing is not None:
            return cue_class, thing
    if cue_class := site.class_of(Frame.TOPIC):
        for thing in tree.children(verb, "obl", "advcl"):
            is_named = tree.words[min(tree.subtree(thing))].lower in site.entry.prepositions
            is_reported = not is_human(thing) and not is_circumstance(tree, thing)
            if is_named and thing.index > verb.index and is_reported:
                return cue_class, thing
    return None, None


def _governed_by(site: Site) -> Word | None:
    """The noun after the preposition of a phrasal cue."""
    last = site.words[-1]
    head = site.tree.head(last)
    return head if head is not None and head.index > last.index else None
