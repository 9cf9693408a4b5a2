"""Documents that state something, and what continues them."""

from sayso_server.core.lexicon import load_words
from sayso_server.core.speakers.descriptions.phrase import Phrase, full_description, who_has
from sayso_server.core.speakers.entities import Entity, Link
from sayso_server.core.speakers.names.spelling import normal
from sayso_server.core.statement import SpeakerType
from sayso_server.core.tree import Word

_ISSUING = frozenset({"by", "from", "of"})
_ABOUT = frozenset({"in", "on", "to", "about", "against", "at", "before", "with", "into", "for"})
_VAGUE = frozenset({"statement", "document", "text", "release"})


def document(phrase: Phrase) -> Link | None:
    """A readout of the call; the statement, once a document is known; Frontrow's filing."""
    writings = load_words("documents", "writings")
    if not {phrase.lemma, phrase.lower} & writings or phrase.lower in load_words("groups"):
        return None
    known = _known(phrase)
    if known is not None:
        return known
    entity = phrase.registry.of_document(full_description(phrase, "by"), phrase.lemma)
    entity.issuer = issuer(phrase)
    return Link(entity, "document")


def _known(phrase: Phrase) -> Link | None:
    """The same document again, or "the statement" for whatever document was last."""
    documents = phrase.registry.recent_documents()
    same = [e for e in documents if e.head == phrase.lemma]
    bare = phrase.bare()
    if same and phrase.possessor is None and (phrase.is_definite or bare.split()[0].lower() == phrase.lemma):
        words = set(bare.lower().split()) - {phrase.lemma}
        agreeing = [e for e in same if words <= set(e.display.lower().split())]
        best = agreeing or (same if len(words) < 2 or any(c.relation == "acl" for c in phrase.modifiers) else [])
        if best:
            if len(bare.split()) > len(best[-1].display.split()):
                best[-1].display = bare
            return Link(best[-1], "same document")
    if phrase.is_definite and len(bare.split()) == 1 and phrase.lemma in load_words("continued_documents"):
        fitting = [e for e in documents if not _is_other_kind(e, phrase)]
        if fitting:
            return Link(fitting[-1], "document continued")
    return None


def _is_other_kind(entity: Entity, phrase: Phrase) -> bool:
    """Whether a document cannot be called so: a tweet is no study."""
    continued = load_words("continued_documents")
    return entity.head not in continued and phrase.lemma not in _VAGUE


def issuer(phrase: Phrase) -> Entity | None:
    """Whose document: its possessor, by or from whom, an office in its name."""
    owner = who_has(phrase)
    if owner is not None:
        return owner
    registry = phrase.registry
    plain = registry.document.plain
    loose = None
    for start, end, found in registry.named_from(phrase.span.start, phrase.span.end):
        lead = [w for w in plain[phrase.span.start : start].lower().split() if w != "the"]
        lead = lead[: len(lead) - len(found.title_at(start))]
        lead = [w for w in lead if normal(w) not in load_words("honorifics")]
        before = lead[-1] if lead else ""
        if end > phrase.span.end or before in _ABOUT:
            continue
        if before in _ISSUING and (before != "of" or not found.is_person):
            return registry.of_cluster(found)
        if not found.is_person and loose is None:
            loose = registry.of_cluster(found)
    return loose


def elliptical(phrase: Phrase) -> Link | None:
    """A third, another, one, both: what was spoken of before, counted."""
    if phrase.lower not in load_words("elliptical") or phrase.names:
        return None
    registry = phrase.registry
    if phrase.lower in load_words("ordinals") and registry.documents and not _governs_people(phrase):
        head = registry.documents[-1].head
        entity = registry.of_document(f"{phrase.lower} {head}", head)
        entity.issuer = registry.documents[-2].issuer if registry.documents[1:] else None
        return Link(entity, "one more document")
    return _one_more_person(phrase)


def _governs_people(phrase: Phrase) -> bool:
    return any(
        c.lower == "of" for w in phrase.tree.children(phrase.head, "nmod") for c in phrase.tree.children(w, "case")
    )


def _one_more_person(phrase: Phrase) -> Link | None:
    """One of them, another (user)."""
    registry = phrase.registry
    group = _whole(phrase)
    if group is not None:
        text = f"one of {group.display}"
        if phrase.lower in {"both", "neither", "all", "none"}:
            return Link(group, "the same group")
        kind = SpeakerType.GROUP if phrase.lower in load_words("numbers") else SpeakerType.PERSON
        lead = phrase.lower if kind is SpeakerType.GROUP or phrase.lower in load_words("ordinals") else "one"
        entity = registry.another(kind, text.replace("one", lead, 1), phrase.lower)
        return Link(entity, "one of a group")
    last = next((e for e in reversed(registry.entities[-40:]) if _is_unnamed_person(e)), None)
    if last is None or phrase.lower not in {"another", "other", *load_words("ordinals")}:
        return None
    words = last.display.split()
    text = " ".join(w for w in words if normal(w) not in {"one", "another"})
    lead = "another" if phrase.lower == "other" else phrase.lower
    entity = registry.another(SpeakerType.PERSON, f"{lead} {text}", last.head)
    return Link(entity, "another of the kind")


def _is_unnamed_person(entity: Entity) -> bool:
    return entity.type is SpeakerType.PERSON and entity.cluster is None


def _whole(phrase: Phrase) -> Entity | None:
    """Them in "one of them", the officials in "one of the officials"."""
    for word in phrase.tree.children(phrase.head, "nmod"):
        if any(c.lower == "of" for c in phrase.tree.children(word, "case")):
            if word.start in phrase.pronouns:
                return phrase.pronouns[word.start]
            return _plural(phrase, word)
    return None


def _plural(phrase: Phrase, word: Word) -> Entity | None:
    inner = phrase.of(word)
    if not inner.is_plural:
        return None
    return phrase.registry.of_description(SpeakerType.GROUP, inner.bare(), inner.lemma, definite=inner.is_definite)
