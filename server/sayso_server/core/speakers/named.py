"""Phrases that hold the name of whom they mean."""

from sayso_server.core.lexicon import load_words
from sayso_server.core.speakers.clusters import Cluster
from sayso_server.core.speakers.phrases import Phrase
from sayso_server.core.speakers.registry import Entity, Link
from sayso_server.core.speakers.words import is_demonym, normal
from sayso_server.core.statement import Span, SpeakerType
from sayso_server.core.tree import Word


def coordinated_names(phrase: Phrase) -> Link | None:
    """Ann Orr and Owen Pell: a group."""
    heads = [phrase.head, *phrase.tree.children(phrase.head, "conj")]
    found = [named for head in heads if (named := phrase.registry.name_at(head)) and head.start < phrase.span.end]
    people = list({id(c): c for _, c in found}.values())
    if len(people) < 2 or len(people) != len(heads):
        return None
    names = [c.display for c in people]
    together = ", ".join(names[:-1]) + " and " + names[-1]
    entity = phrase.registry.of_description(SpeakerType.GROUP, together, "and", definite=True)
    return Link(entity, 0.9, "coordinated names")


def name_at_head(phrase: Phrase) -> Link | None:
    """The name that heads the phrase: Kirby, Sen. Ada Prowse, the White House."""
    found = phrase.registry.name_at(phrase.head)
    if found is None:
        return None
    if _is_only_place(phrase, found[1]):
        return None
    return name_link(phrase, *found)


def _is_only_place(phrase: Phrase, found: Cluster) -> bool:
    """Kesterian in "the Kesterian": a people's name alone is nobody's."""
    return len(found.key) == 1 and is_demonym(found.key[0]) and not found.is_person and phrase.head.upos != "PROPN"


def name_link(phrase: Phrase, start: int, found: Cluster) -> Link:
    """The speaker of that name; who else may be meant where two have it."""
    registry = phrase.registry
    rivals = registry.rivals.get(start, ())
    sieve = registry.sieves.get(start, "name")
    confidence = 0.7 if rivals else 0.85 if sieve == "misspelt" else 0.95
    others = tuple((registry.of_cluster(r), 0.25 / len(rivals)) for r in rivals)
    entity = registry.of_cluster(found)
    _add_level(phrase, start, found, entity)
    return Link(entity, confidence, sieve, others)


def _add_level(phrase: Phrase, start: int, found: Cluster, entity: Entity) -> None:
    """The state Transportation Department: what stands between article and name belongs to it."""
    lead = phrase.registry.document.plain[phrase.span.start : start].split()
    level = [w for w in lead if w in load_words("levels")]
    if not found.is_person and level and lead[-1] == level[-1] and not entity.display.startswith(level[-1]):
        entity.display = f"{level[-1]} {entity.display}"


def name_in_apposition(phrase: Phrase) -> Link | None:
    """Her manager, Bex Tolliver; one manufacturer, Pellucid; a spokesman for the ministry, Jonas Wickery."""
    lemma = phrase.lemma
    kinds = load_words("roles") | load_words("organizations") | load_words("generic_organizations")
    for child in phrase.tree.children(phrase.head, "appos", "flat", "nmod", "list", "dep", "conj"):
        found = phrase.registry.name_at(child)
        if found is None or child.start >= phrase.span.end or _is_attached(phrase, child):
            continue
        if child.relation == "appos" or (found[1].is_person and lemma in kinds and child.index > phrase.head.index):
            if child.relation == "appos" and lemma in load_words("documents") - {"site", "website", "paper"}:
                continue
            return name_link(phrase, *found)
    return _person_behind_comma(phrase) or _name_at_end(phrase)


def _is_attached(phrase: Phrase, child: Word) -> bool:
    """Whether a preposition, a possessive mark or a conjunction ties the name: Ortiz's aide, the spokesman for Olin."""
    return bool(phrase.tree.children(child, "case", "cc")) or child.deprel == "nmod:poss"


def _name_at_end(phrase: Phrase) -> Link | None:
    """Study co-author Seth John: a person's name that ends the phrase, tied to the head by nothing."""
    found = next(
        (f for f in phrase.registry.named_from(phrase.head.start, phrase.span.end) if f[1] >= phrase.span.end), None
    )
    if found is None or not found[2].is_person or found[0] <= phrase.head.start:
        return None
    between = phrase.tree.between(phrase.head.end, found[0])
    is_titled = bool(between) and normal(between[-1].lemma) in load_words("roles")
    ties = {"ADP", "PART", "VERB", "PUNCT", "PRON"} | (set() if is_titled else {"CCONJ"})
    if any(w.upos in ties for w in between) or phrase.is_plural:
        return None
    return name_link(phrase, found[0], found[2])


def _person_behind_comma(phrase: Phrase) -> Link | None:
    """A name that ends the phrase behind a comma, whatever the parser made of it."""
    if not phrase.names or normal(phrase.lemma) not in load_words("roles"):
        return None
    last = phrase.names[-1]
    start, end = next((s, e) for s, e, c in phrase.registry.named_from(phrase.span.start, phrase.span.end) if c is last)
    plain = phrase.registry.document.plain
    lead = plain[max(0, start - 24) : start]
    before = lead.rpartition(",")
    behind_comma = before[1] == "," and all(normal(w) in load_words("honorifics") for w in before[2].split())
    if last.is_person and behind_comma and Span(start, end).end >= phrase.span.end - 1:
        return name_link(phrase, start, last)
    return None
