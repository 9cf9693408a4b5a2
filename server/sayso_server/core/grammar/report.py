"""Makes a candidate from a cue and its content: source, addressees and polarity."""

from collections.abc import Sequence
from typing import NamedTuple

from sayso_server.core import lexicon
from sayso_server.core.candidate import Candidate
from sayso_server.core.cues import Site
from sayso_server.core.document import Document
from sayso_server.core.grammar.addressee import addressees
from sayso_server.core.grammar.contents import merge
from sayso_server.core.grammar.inscription import is_inscribed
from sayso_server.core.grammar.noun_phrase import is_human, mention
from sayso_server.core.grammar.polarity import polarity
from sayso_server.core.grammar.subject import agent, is_passive, relative_subject, subject
from sayso_server.core.grammar.supposed import is_shown, is_supposed
from sayso_server.core.lexicon import load_table, load_words
from sayso_server.core.statement import CueClass, Polarity, Span
from sayso_server.core.tree import Tree, Word


class Act(NamedTuple):
    """The act of saying, apart from its content: its addressees, and whether it is denied or uncertain."""

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
    """A candidate with the source, addressees and polarity of the cue's verb.

    None without content, for an inscription (the words on a banner are no statement), and if the verb reports no act of
    saying: the name of a thing, its effect, the meaning of a name. Pass `act` if it is known from another candidate of
    the same cue.
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
    if _is_deed(site) or _is_naming(tree, verb, by, content) or _is_of_a_thing(site, source, cue_class):
        return None
    if is_supposed(site, source, cue_class) or is_shown(site, source):
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


def _is_asked_of_you(tree: Tree, verb: Word, source: Word | None) -> bool:
    """Whether someone is asked to say something, and so does not say it: How would you describe the pier?"""
    if source is None or source.lower != "you" or tree.words[-1].text != "?":
        return False
    helper = tree.child(verb, "aux")
    return helper is not None and helper.index < source.index < verb.index


def _names_a_source(tree: Tree, verb: Word, content: Sequence[Span]) -> bool:
    """Whether the object is the source, not the content: citing people familiar with the matter."""
    thing = tree.child(verb, "obj") if verb.lemma.lower() in load_words("relaying_verbs") else None
    is_person = thing is not None and (is_human(thing) or thing.lemma.lower() in load_words("people"))
    return is_person and any(span.covers(thing) for span in content if thing is not None)


def _is_fate(site: Site) -> bool:
    """Whether "to" after the object opens what happens to it; not the listeners: condemned it to reporters."""
    after = [w for w in site.tree.children(site.head, "obl", "xcomp", "advcl") if w.index > site.head.index]
    marked = (w for w in after if any(c.lower == "to" for c in site.tree.children(w, "case", "mark")))
    return any(w.lemma.lower() not in load_words("people") and not is_human(w) for w in marked)


def _is_naming(tree: Tree, verb: Word, by: Word | None, content: Sequence[Span]) -> bool:
    """Whether the verb gives the name of a thing, not someone's word for it: the strain is called “harbour flu”."""
    if verb.lemma.lower() not in load_words("naming_verbs") or by is not None or not is_passive(tree, verb):
        return False
    predicate = tree.child(verb, "xcomp", "obj")
    is_noun = predicate is not None and predicate.upos in {"NOUN", "PROPN"} and tree.child(predicate, "det") is None
    return is_noun and any(span.covers(predicate) for span in content if predicate is not None)


def _is_deed(site: Site) -> bool:
    """Whether the object or the fate shows that nothing was said: claimed his seat, condemned the family to wait."""
    if site.head.lemma.lower() in load_words("dooming_verbs") and _is_fate(site):
        return True
    things = load_table("other_objects").get(site.head.lemma.lower(), frozenset())
    thing = site.tree.child(site.head, "obj", "nsubj:pass")
    return thing is not None and thing.lemma.lower() in things


def _is_of_a_thing(site: Site, source: Word | None, cue_class: CueClass) -> bool:
    """Whether the subject is a thing, not a speaker: it encourages people to wait; as its name suggests."""
    if source is None or source.lemma.lower() == "name":
        return source is not None
    if cue_class is CueClass.ORDER:
        return source.lower in load_words("demonstratives", "things") and site.head.lemma.lower() in load_words(
            "causing_verbs"
        )
    is_present = site.head.xpos in {"VBZ", "VBP"}
    return site.head.lemma.lower() in load_words("defining_verbs") and is_present and not _refers(site.tree, source)


def _refers(tree: Tree, source: Word) -> bool:
    """Whether a source can refer to something in words: a person, a body of people, a document."""
    if source.upos == "PROPN":
        return any(name.type == "PER" and name.first <= source.index < name.end for name in tree.names)
    return is_human(source) or source.lemma.lower() in load_words("documents", "people")


def leads_in(site: Site) -> bool:
    """Whether a participle only names the topic of another statement: Commenting on the ruling, Olin said: “…”"""
    governor = site.tree.head(site.head)
    return (
        site.head.xpos == "VBG"
        and site.head.relation == "advcl"
        and site.head.lemma.lower() in load_words("opening_participles")
        and governor is not None
        and lexicon.verb(governor.lemma.lower()) is not None
    )
