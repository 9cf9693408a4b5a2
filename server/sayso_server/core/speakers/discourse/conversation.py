"""Quotations without a cue: the speaker goes on, or the two of a conversation take turns."""

import re

from sayso_server.core.choice import Chosen
from sayso_server.core.lexicon import load_words
from sayso_server.core.speakers.discourse.reader import Discourse
from sayso_server.core.speakers.entities import Entity, Link, Registry, Turn
from sayso_server.core.speakers.names.spelling import ABBREVIATED, normal
from sayso_server.core.statement import Span, SpeakerType

_VOCATIVE = re.compile(r"(?:^|, )((?:[A-Z][\w’'-]*\.? ?){1,3})(?=[,.!?—]*[”\"’']*$|, )")
_NEAR = 6
"""How many turns back somebody takes part in a conversation."""


def without_cue(discourse: Discourse, item: Chosen) -> Link:
    """Whose words a quotation without a cue are."""
    registry = discourse.registry
    document, start = registry.document, item.candidate.content[0].start
    last = registry.turns[-1] if registry.turns else None
    label = _label(registry, start)
    if label is not None:
        return Link(label, "label")
    actor = _acts_before(discourse, start, last)
    if actor is not None:
        return Link(actor, "acts just before")
    if last is None or document.paragraph_at(start) - document.paragraph_at(last.end) > 1:
        return Link(None, "nobody spoke")
    if document.paragraph_at(start) == document.paragraph_at(last.end) or not _changes(registry, last, item):
        return Link(last.entity, "speaker goes on")
    other = other_speaker(registry, last)
    return Link(other, "turns taken")


def _label(registry: Registry, start: int) -> Entity | None:
    """Moss: “Some of those bolts came out in my hand.”"""
    document = registry.document
    line = document.paragraphs[document.paragraph_at(start)].start
    before = document.plain[line:start].rstrip()
    named = registry.named_from(line, start)
    if not before.endswith(":") or not named or named[0][1] != line + len(before) - 1:
        return None
    return registry.of_cluster(named[0][2])


def _acts_before(discourse: Discourse, start: int, last: Turn | None) -> Entity | None:
    """Mayor Pell looked tired. “We lost two crews.”   The one person who acts between the last statement and this."""
    document = discourse.registry.document
    tree = document.tree_at(max(0, start - 1))
    if tree is None or document.paragraph_at(start) - document.paragraph_at(tree.span.start) > 1:
        return None
    if last is not None and max(last.end, last.offset) >= tree.span.start:
        return None
    for word in tree.between(tree.span.start, start):
        if word.deprel == "nsubj" and word.head >= 0 and tree.words[word.head].deprel in {"root", "conj"}:
            found = discourse.registry.name_at(word)
            link = discourse.links.get(word.start)
            entity = discourse.pronouns.get(word.start) or (link.entity if link else None)
            entity = discourse.registry.of_cluster(found[1]) if found else entity
            return entity if entity is not None and entity.type is SpeakerType.PERSON else None
    return None


def _changes(registry: Registry, last: Turn, item: Chosen) -> bool:
    """Whether somebody else answers: a question goes before, the last speaker is addressed, turns are being taken."""
    if not last.quoted or last.entity.type is not SpeakerType.PERSON:
        return False
    own = _words_of(registry, item)
    if addressed(registry, own, item.candidate.content[-1].end) is last.entity or last.switched:
        return True
    return last.asks


def _words_of(registry: Registry, item: Chosen) -> str:
    return " ".join(registry.document.plain[s.start : s.end] for s in item.candidate.content)


def addressed(registry: Registry, words: str, end: int) -> Entity | None:
    """Who is called by name or title in a quotation: “Fees, Senator.”"""
    for match in _VOCATIVE.finditer(words.strip("“”\"‘’' ")):
        called = [normal(w) for w in match[1].split()]
        called = [ABBREVIATED.get(w, w) for w in called]
        people = {id(t.entity): t.entity for t in registry.turns[-_NEAR:]}
        for entity in reversed(people.values()):
            if entity.cluster is not None and _is_called(entity, called):
                return entity
        for _, _, found in reversed(registry.names_before(end, 40)):
            if found.is_person and called[-1] in found.key:
                return registry.of_cluster(found)
    return None


def _is_called(entity: Entity, called: list[str]) -> bool:
    assert entity.cluster is not None
    names = set(entity.cluster.key)
    titles = entity.cluster.words & load_words("roles", "honorifics")
    return all(c in names | titles | load_words("honorifics") for c in called) and any(
        c in names | titles for c in called
    )


def other_speaker(registry: Registry, last: Turn) -> Entity | None:
    """The other of the two who talk: whom the last speaker addressed, or who spoke before."""
    if last.addressee is not None and last.addressee is not last.entity:
        return last.addressee
    for turn in reversed(registry.turns[-_NEAR:]):
        for entity in (turn.entity, turn.addressee):
            if entity is not None and entity is not last.entity and entity.type is SpeakerType.PERSON:
                return entity
    return None


def addressee_of(discourse: Discourse, item: Chosen) -> Entity | None:
    """Whom a statement addresses, where it is one named person: by the cue's object, or in the words themselves."""
    registry = discourse.registry
    for span in item.candidate.addressees:
        link = _addressee_link(discourse, span)
        if link is not None and link.type is SpeakerType.PERSON and link.cluster is not None:
            return link
    return addressed(registry, _words_of(registry, item), item.candidate.content[-1].end)


def _addressee_link(discourse: Discourse, span: Span) -> Entity | None:
    tree = discourse.registry.document.tree_at(span.start)
    words = tree.between(span.start, span.end) if tree is not None else []
    for word in words:
        if word.start in discourse.links:
            return discourse.links[word.start].entity
    named = discourse.registry.names_in(span)
    return discourse.registry.of_cluster(named[0]) if len(named) == 1 else None
