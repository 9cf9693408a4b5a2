"""From a cue and its content to a candidate: who says it, to whom, and whether the act is denied."""

from collections.abc import Sequence
from typing import NamedTuple

from sayso_server.core.candidate import Candidate
from sayso_server.core.cues import Site
from sayso_server.core.document import Document
from sayso_server.core.grammar.addressee import addressees
from sayso_server.core.grammar.contents import merge
from sayso_server.core.grammar.inscription import is_inscribed
from sayso_server.core.grammar.noun_phrase import is_human, mention
from sayso_server.core.grammar.polarity import polarity
from sayso_server.core.grammar.subject import agent, is_passive, relative_subject, subject
from sayso_server.core.lexicon import Frame, load_words
from sayso_server.core.statement import CueClass, Polarity, Span
from sayso_server.core.tree import Tree, Word


class Act(NamedTuple):
    """The act of saying, whatever its content: whom it addresses, and whether it is denied or uncertain."""

    addressees: tuple[Span, ...]
    polarity: Polarity


def act_of(site: Site, document: Document) -> Act:
    """The act of a cue."""
    tree, verb = site.tree, site.head
    return Act(addressees(tree, verb, lemma=site.entry.lemma, text=document.plain), polarity(tree, verb))


def reported(
    site: Site,
    document: Document,
    *,
    content: Sequence[Span],
    cue_class: CueClass,
    source: Word | None = None,
    act: Act | None = None,
) -> Candidate | None:
    """A candidate whose source, addressee and polarity are those of the cue's verb.

    None without content, and for an inscription: what a banner says is no statement.

    Pass `act` where it is known from another candidate of the same cue.
    """
    if not content:
        return None
    tree, verb = site.tree, site.head
    passive = False
    if source is None:
        source, passive = subject(tree, verb, content=content)
    if passive or (source is None and tree.child(verb, "aux:pass") is not None):  # it was claimed by Olin that …
        source = agent(tree, verb)
    by = agent(tree, verb) if is_passive(tree, verb) else None
    if by is not None and by.lower in load_words("negators"):
        return None  # described by nobody as unsinkable
    if is_inscribed(tree, verb, source) or _names_a_source(tree, verb, content) or _is_asked_of_you(tree, verb, source):
        return None
    if _means(tree, verb, source) or _withholds(tree, verb) or _is_effect(site, document, source):
        return None
    if source is not None and any(s.covers(source) for s in content):
        source = None
    act = act or act_of(site, document)
    pronoun = relative_subject(tree, verb, source) if source is not None and not passive else None
    return Candidate(
        content=merge(content),
        cue=site.cue(cue_class),
        site=site,
        source=mention(tree, source, document.plain) if source is not None else None,
        source_head=source,
        addressees=tuple(a for a in act.addressees if not any(span.overlaps(a) for span in content)),
        polarity=act.polarity,
        relative=pronoun.span if pronoun is not None else None,
        sentence=tree.span,
    )


def _means(tree: Tree, verb: Word, source: Word | None) -> bool:
    """the term refers to the pier; as its name suggests: what a word means is not said."""
    is_name = source is not None and source.lemma.lower() == "name"
    is_meaning = verb.lemma.lower() in load_words("meaning_verbs") and verb.xpos in {"VBZ", "VBP"}
    return is_name or (is_meaning and not tree.children(verb, "aux"))


def _is_effect(site: Site, document: Document, source: Word | None) -> bool:
    """“It encourages the town to wait”: in somebody's own words a thing that moves people."""
    is_thing = source is not None and source.lower in load_words("thing_pronouns")
    is_order = site.class_of(Frame.INFINITIVE) is CueClass.ORDER
    return is_thing and is_order and document.quotation_at(site.head.start) is not None


def _withholds(tree: Tree, verb: Word) -> bool:
    """denied her entry"""
    things = tree.children(verb, "obj", "nsubj:pass") if verb.lemma.lower() == "deny" else []
    return any(w.lemma.lower() in load_words("withheld") for w in things)


def _is_asked_of_you(tree: Tree, verb: Word, source: Word | None) -> bool:
    """How would you describe the pier? What somebody is asked to say is not said."""
    if source is None or source.lower != "you" or tree.words[-1].text != "?":
        return False
    helper = tree.child(verb, "aux")
    return helper is not None and helper.index < source.index < verb.index


def _names_a_source(tree: Tree, verb: Word, content: Sequence[Span]) -> bool:
    """citing people familiar with the matter: they are the source, not what is cited."""
    thing = tree.child(verb, "obj") if verb.lemma.lower() in load_words("relaying_verbs") else None
    is_person = thing is not None and (is_human(thing) or thing.lemma.lower() in load_words("people"))
    return is_person and any(span.covers(thing) for span in content if thing is not None)
