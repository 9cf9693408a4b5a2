"""Directives and commitments: urged her to wait, promised to wait."""

from collections.abc import Iterator
from dataclasses import replace

from sayso_server.core import lexicon
from sayso_server.core.candidate import Candidate
from sayso_server.core.cues import Site
from sayso_server.core.document import Document
from sayso_server.core.grammar.contents import spans
from sayso_server.core.grammar.noun_phrase import is_human, mention
from sayso_server.core.grammar.report import reported
from sayso_server.core.grammar.subject import without_agent, without_next_subject
from sayso_server.core.lexicon import Frame, load_words
from sayso_server.core.statement import CueClass, Span
from sayso_server.core.tree import Tree, Word

_FINITE = frozenset({"VBD", "VBZ", "MD"})


def infinitival_complement(site: Site, document: Document) -> Iterator[Candidate]:
    """Olin urged the board to wait.   urged -obj-> board, urged -xcomp-> wait"""
    cue_class = site.class_of(Frame.INFINITIVE, Frame.COMMITMENT)
    if cue_class is None:
        return
    tree, verb = site.tree, site.head
    dated = [c for day in tree.children(verb, "obl") for c in tree.children(day, "acl", "amod")]  # agreed on Monday to
    asked = [c for person in tree.children(verb, "obj", "iobj", "obl") for c in tree.children(person, "acl")]
    for complement in [*tree.children(verb, "xcomp", "ccomp", "advcl"), *dated, *asked]:
        mark = tree.child(complement, "mark")
        is_addressed = len(site.words) > 1 or bool(tree.children(verb, "obj", "iobj", "nsubj:pass"))
        if mark is None or mark.lower != "to" or complement.index < verb.index:
            continue
        if complement.lemma in load_words("anonymity_verbs"):  # asked not to be named
            continue
        if Frame.COMMITMENT not in site.entry.frames and not is_addressed and complement.relation == "advcl":
            continue
        if _is_purpose(site, complement):
            continue
        whole = tree.subtree(complement, lambda w: _adds_a_report(tree, w))
        next_acts = [tree.subtree(w) for w in tree.children(complement, "conj") if _is_finite(tree, w)]
        raised = _raised(site, complement, mark)
        whole -= tree.subtree(raised) if raised is not None else set()
        own = without_agent(tree, verb, whole).difference(*next_acts)
        words = without_next_subject(tree, verb, own)
        content = spans(document, tree, words)
        found = reported(site, document, content=content, cue_class=cue_class)
        if found and raised is not None:
            found = replace(found, addressees=(mention(tree, raised, document.plain),))
        if found:
            addressees = found.addressees or _called_on(site, document)
            yield replace(found, addressees=addressees, is_firm=words != whole, is_certain=_is_told(site))
            return


def _is_told(site: Site) -> bool:
    """Whether a passive addresses someone and does not say who spoke: residents were told to wait."""
    is_addressing = site.entry.lemma in load_words("addressing_verbs") and site.entry.lemma != "call"  # to a fire
    is_order = site.class_of(Frame.INFINITIVE) is CueClass.ORDER
    return is_addressing and is_order and site.tree.child(site.head, "aux:pass") is not None


def _is_purpose(site: Site, complement: Word) -> bool:
    """Whether an infinitive is only a purpose, as the object cannot be addressed: pressed the lever to stop."""
    frames, things = site.entry.frames, site.tree.children(site.head, "obj", "iobj")
    is_wanted = Frame.OBJECT in frames and site.entry.lemma not in load_words("addressing_verbs")
    is_free = complement.relation in {"acl", "advcl"} or is_wanted
    return is_free and bool(things) and Frame.COMMITMENT not in frames and not any(map(_can_wait, things))


def _can_wait(word: Word) -> bool:
    return is_human(word) or word.lemma.lower() in load_words("people", "kin")


def _is_finite(tree: Tree, word: Word) -> bool:
    """Whether a conjunct is finite, as the speaker's next act is: is paying in "asked them to go and is paying"."""
    return any(w.xpos in _FINITE for w in (word, *tree.children(word, "aux", "cop")))


def _raised(site: Site, complement: Word, mark: Word) -> Word | None:
    """An addressee that is parsed as the subject of the infinitive: ministers in "urges ministers to close it"."""
    own = site.tree.child(complement, "nsubj")
    is_between = own is not None and site.head.index < own.index < mark.index
    return own if is_between and site.entry.lemma in load_words("addressing_verbs") else None


def _called_on(site: Site, document: Document) -> tuple[Span, ...]:
    """The addressee of a phrasal cue: the board in "called on the board to wait"."""
    head = site.tree.head(site.words[-1]) if len(site.words) > 1 else None
    return (mention(site.tree, head, document.plain),) if head is not None and head != site.head else ()


def _adds_a_report(tree: Tree, word: Word) -> bool:
    """Whether a participle after a comma could report: saying in "promised to wait, saying that it was late"."""
    opens = tree.words[min(tree.subtree(word))].text == ","
    entry = lexicon.verb(word.lemma.lower()) if word.xpos == "VBG" and opens else None
    return entry is not None and Frame.CLAUSE in entry.frames
