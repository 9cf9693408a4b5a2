"""Passives in headlines, which have no auxiliary: PM urged to act on floods."""

from collections.abc import Iterator
from dataclasses import replace

from sayso_server.core.candidate import Candidate
from sayso_server.core.cues import Site
from sayso_server.core.document import Document
from sayso_server.core.grammar.contents import is_punctuation, spans
from sayso_server.core.grammar.noun_phrase import is_human, mention
from sayso_server.core.grammar.quotation import with_whole_quotations
from sayso_server.core.grammar.report import reported
from sayso_server.core.grammar.subject import agent, headline_patient
from sayso_server.core.lexicon import Frame, load_words
from sayso_server.core.tree import Tree, Word


def headline_passive(site: Site, document: Document) -> Iterator[Candidate]:
    """PM urged by unions to act   urged -nsubj-> PM, urged -xcomp-> act, urged -obl:agent-> unions

    The subject is the addressee. In a judgement (Mayor accused of lying), it is the first part of the content.
    The judgement may be quoted at the start: 'Woeful' response criticised by mayor. What is reported may come first:
    Mayor knew of the leak, jury told.
    """
    tree, verb = site.tree, site.head
    patient = headline_patient(tree, verb)
    if patient is None:
        return
    by = _agent(tree, verb)
    left_out = tree.subtree(by) if by is not None else set()
    indices = {w.index for w in tree.words[verb.index + 1 :]} - left_out
    before = [w for w in tree.children(verb, "ccomp", "parataxis") if w.index < patient.index]
    if before and verb.index == len(tree.words) - 1:  # Mayor knew of the leak, jury told
        indices = tree.subtree(before[0])
    judged = site.class_of(Frame.SMALL)
    is_quoted = judged is not None and by is not None and _opens_with_quotation(tree, document)
    if not is_quoted and not any(not is_punctuation(tree.words[i]) for i in indices):
        return
    if judged and not is_quoted and not _is_judgement(site, document):
        return
    if judged:
        indices |= tree.subtree(patient) - tree.subtree(verb) if verb.deprel == "acl" else tree.subtree(patient)
    cue_class = judged or site.class_of(Frame.INFINITIVE if tree.child(verb, "xcomp") else Frame.CLAUSE, *Frame)
    content = with_whole_quotations(document, spans(document, tree, indices), [w.span for w in site.words])
    found = reported(site, document, content=content, cue_class=cue_class, source=by) if cue_class else None
    if found:
        addressed = () if judged else (mention(tree, patient, document.plain),)
        own = found if by is not None else replace(found, source=None, source_head=None, relative=None)
        yield replace(own, addressees=addressed)


def _opens_with_quotation(tree: Tree, document: Document) -> bool:
    """Whether the judged phrase opens with the judgement: 'Woeful' response to floods criticised by mayor."""
    first = next((w for w in tree.words if not is_punctuation(w)), None)
    return first is not None and document.quotation_at(first.start) is not None


def _is_judgement(site: Site, document: Document) -> bool:
    """Whether a judgement is quoted or has its reason: criticised over delays; not: listed as missing."""
    following = site.tree.words[site.head.index + 1]
    is_reason = following.lower in load_words("reason_prepositions") or site.entry.lemma in load_words(
        "describing_verbs"
    )
    return is_reason or any(q.span.start >= site.head.end for q in document.quotations_within(site.tree.span))


def _agent(tree: Tree, verb: Word) -> Word | None:
    """The by-phrase, even at the end, where parsers attach it to the content: accused of lying by union."""
    last = [w for w in tree.words[verb.index + 1 :] if w.upos not in {"PUNCT"}][-1:]
    is_by = last and is_human(last[0]) and any(c.lower == "by" for c in tree.children(last[0], "case"))
    return agent(tree, verb) or (last[0] if is_by else None)
