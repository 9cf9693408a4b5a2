"""Source mentions that are noun phrases: names, documents, groups, roles, organizations."""

import re

from sayso_server.core.lexicon import load_words
from sayso_server.core.speakers.clusters import Cluster
from sayso_server.core.speakers.names import normal
from sayso_server.core.speakers.registry import Entity, Link, Registry, describe, is_definite
from sayso_server.core.statement import Span, SpeakerType
from sayso_server.core.tree import Word

_ANY_ORGANIZATION = frozenset({"company", "firm", "group", "organization"})


def noun_phrase(registry: Registry, source: Span, head: Word) -> Link:
    """The speaker behind a noun phrase."""
    text = registry.document.plain[source.start : source.end]
    named = registry.names_in(source)
    lemma, lower = normal(head.lemma), normal(head.text)
    found = _by_name(registry, source, text, named, head)
    if found is not None:
        return found
    if lemma in load_words("documents") and lower not in load_words("groups"):
        return _document(registry, source, text, lemma)
    if lower in load_words("groups") or head.xpos in {"NNS", "NNPS"}:
        return Link(registry.of_description(SpeakerType.GROUP, describe(text), lemma), 0.85, "group")
    if lemma in load_words("roles"):
        return _role(registry, source, text, lemma)
    if lemma in load_words("organizations"):
        return _organization(registry, source, text, lemma)
    if head.upos == "PRON" or not any(c.isalpha() for c in text):
        return Link(None, 0.0, "unresolved pronoun")
    return Link(registry.of_description(SpeakerType.UNKNOWN, describe(text), lemma), 0.5, "description")


def _by_name(registry: Registry, source: Span, text: str, named: list[Cluster], head: Word) -> Link | None:
    """Two names together, the name that heads the phrase, or the person in apposition to its role."""
    people = [c for c in named if c.type is SpeakerType.PERSON]
    own = [c for c in named if any(n.span.start <= head.start < n.span.end for n in c.names)]
    if len(named) == 2 == len(people) and own and re.search(r"\band\b", text):
        together = " and ".join(c.display for c in named)
        return Link(registry.of_description(SpeakerType.GROUP, together, "and"), 0.9, "coordinated names")
    if own:
        return Link(registry.of_cluster(own[0]), 0.95, "name")
    person = next((c for c in people if not _only_modifies(registry, source, c)), None)
    if person is not None and (normal(head.lemma) in load_words("roles") or "," in text):
        return Link(registry.of_cluster(person), 0.9, "name in apposition")
    return None


def _only_modifies(registry: Registry, source: Span, found: Cluster) -> bool:
    """Whether a name inside the phrase is not its head: Ortiz's aide, a spokesman for Ms. Marrant."""
    plain = registry.document.plain
    for name in found.names:
        if source.covers(name.span):
            lead = plain[source.start : name.span.start].lower().split()
            lead = [w for w in lead if normal(w) not in load_words("honorifics")]
            is_possessive = plain[name.span.end : name.span.end + 2] in {"'s", "’s"}
            return is_possessive or (bool(lead) and lead[-1] in {"for", "of", "to", "at", "with", "from"})
    return False


def _document(registry: Registry, source: Span, text: str, lemma: str) -> Link:
    """A document: the fuller description of the same, or what "the statement" continues."""
    bare = describe(text)
    documents = [t.entity for t in registry.turns if t.entity.type is SpeakerType.DOCUMENT]
    same = [e for e in documents if e.head == lemma]
    if same and (is_definite(text) or bare.split()[0].lower() == lemma or bare in same[-1].display):
        if len(bare.split()) > len(same[-1].display.split()):
            same[-1].display = bare
        return Link(same[-1], 0.9, "same document")
    if is_definite(text) and len(bare.split()) == 1 and lemma in load_words("continued_documents") and documents:
        return Link(documents[-1], 0.8, "document continued")
    entity = registry.add(Entity(SpeakerType.DOCUMENT, bare, head=lemma))
    issuers = [c for c in registry.names_in(source) if c.type is not SpeakerType.PERSON]
    entity.issuer = registry.of_cluster(issuers[0]) if issuers else None
    return Link(entity, 0.9, "document")


def _role(registry: Registry, source: Span, text: str, lemma: str) -> Link:
    """ "the senator", "the Israeli leader": the person whose title fits, or somebody unnamed."""
    words = {normal(w) for w in describe(text).split()} - {lemma}
    if is_definite(text) and not words & {"for", "of"}:
        fitting = [c for c in registry.clusters if _holds_role(registry, c, source, lemma, words)]
        if fitting:
            last = max(fitting, key=lambda c: c.named_before(source.start))
            return Link(registry.of_cluster(last), 0.8 if len(fitting) == 1 else 0.6, "role")
    entity = registry.of_description(SpeakerType.PERSON, describe(text), lemma)
    if lemma in load_words("spokespeople"):
        employers = [c for c in registry.names_in(source) if c.type is not SpeakerType.PERSON]
        entity.affiliation = registry.of_cluster(employers[0]) if employers else None
    return Link(entity, 0.75, "described person")


def _holds_role(registry: Registry, found: Cluster, source: Span, lemma: str, modifiers: set[str]) -> bool:
    """Whether a person named before has this role, and the modifiers stand around the name somewhere."""
    if found.type is not SpeakerType.PERSON or found.names[0].span.start > source.start:
        return False
    fits = lemma in found.words or (lemma in {"leader", "head"} and bool(found.words & load_words("leaders")))
    around = found.words | _surroundings(registry, found)
    return fits and all(any(_same_stem(m, w) for w in around) for m in modifiers)


def _same_stem(one: str, other: str) -> bool:
    """Israel and Israeli, Kesteria and Kesterian, foreign and foreign."""
    return one == other or (len(one) > 4 and one[:5] == other[:5])


def _surroundings(registry: Registry, found: Cluster) -> set[str]:
    """The words around a name: Israeli in "Israeli Prime Minister Benjamin …", and Kesteria behind "of"."""
    plain = registry.document.plain
    out: set[str] = set()
    for name in found.names[:3]:
        before = plain[max(0, name.span.start - 60) : name.span.start].split()
        behind = plain[name.span.end : name.span.end + 60].split()
        out |= {normal(w.strip(",.;:")) for w in (*before[-(len(name.title) + 3) :], *behind[:6])}
    return out


def _organization(registry: Registry, source: Span, text: str, lemma: str) -> Link:
    """An office, "the company" for one named before, or one that is only described."""
    named = registry.names_in(source)
    if named and named[-1].type is not SpeakerType.PERSON and re.match(r"(?:the\s+)?[A-Z]", text):
        return Link(registry.of_cluster(named[-1]), 0.85, "named organization")
    if is_definite(text) and len(text.split()) == 2 and lemma in load_words("generic_organizations"):
        before = [
            c for c in registry.clusters if c.type is SpeakerType.ORGANIZATION and c.named_before(source.start) >= 0
        ]
        matching = [c for c in before if lemma in c.key] or (before if lemma in _ANY_ORGANIZATION else [])
        if matching:
            last = max(matching, key=lambda c: c.named_before(source.start))
            return Link(registry.of_cluster(last), 0.65, "organization again")
    return Link(
        registry.of_description(SpeakerType.ORGANIZATION, describe(text), lemma), 0.75, "described organization"
    )
