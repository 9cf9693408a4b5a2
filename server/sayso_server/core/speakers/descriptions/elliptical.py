"""Phrases without a noun: a third, another, one of them, both."""

from sayso_server.core.lexicon import load_words
from sayso_server.core.speakers import link_rules as rules
from sayso_server.core.speakers.descriptions.phrase import Phrase, description
from sayso_server.core.speakers.entities import NewEntity, Proposal
from sayso_server.core.speakers.names.spelling import normal
from sayso_server.core.statement import SpeakerType


def elliptical(phrase: Phrase) -> Proposal | None:
    """The entity of a phrase without a noun, by the entities named before: a third, another, one, both."""
    if phrase.lower not in load_words("elliptical") or phrase.names:
        return None
    return _one_more_document(phrase) or _one_of(phrase) or _another(phrase)


def _one_more_document(phrase: Phrase) -> Proposal | None:
    """One more document of the kind named before: a third, after two letters."""
    known = phrase.entities.documents
    if phrase.lower not in load_words("ordinals") or not known or _has_whole(phrase):
        return None
    last = known[-1]
    new = NewEntity(SpeakerType.DOCUMENT, f"{phrase.lower} {last.head}", last.head, issuer=last.issuer)
    return Proposal(new, rules.ONE_MORE_DOCUMENT)


def _has_whole(phrase: Phrase) -> bool:
    """Whether the phrase has a whole: a third of them."""
    tree = phrase.tree
    return any(c.lower == "of" for w in tree.children(phrase.head, "nmod") for c in tree.children(w, "case"))


def _whole(phrase: Phrase) -> Proposal | None:
    """The group that a phrase is part of: them in "one of them", the officials in "one of the officials"."""
    for word in phrase.tree.children(phrase.head, "nmod"):
        if any(c.lower == "of" for c in phrase.tree.children(word, "case")):
            if word.start in phrase.pronouns:
                return Proposal(phrase.pronouns[word.start], rules.THE_SAME_GROUP)
            inner = phrase.of(word)
            if not inner.is_plural:
                return None
            text = description(inner, "of")
            return phrase.entities.describe(
                rules.THE_SAME_GROUP, SpeakerType.GROUP, text, inner.lemma, definite=inner.is_definite
            )
    return None


def _one_of(phrase: Phrase) -> Proposal | None:
    """A part of a group, or the group itself: one of the officials; both of them."""
    whole = _whole(phrase)
    if whole is None or whole.entity is None or phrase.lower in load_words("whole_groups"):
        return whole
    is_group = phrase.lower in load_words("numbers")
    lead = phrase.lower if is_group or phrase.lower in load_words("ordinals") else "one"
    text = f"{lead} of {whole.display or whole.entity.display}"
    kind = SpeakerType.GROUP if is_group else SpeakerType.PERSON
    return Proposal(NewEntity(kind, text, phrase.lower), rules.ONE_OF_A_GROUP, whole=whole)


def _another(phrase: Phrase) -> Proposal | None:
    """Another person of the kind that was introduced last: another, after a user."""
    unnamed = reversed(phrase.entities.recent_unnamed())
    last = next((e for e in unnamed if e.type is SpeakerType.PERSON and e.is_one_of_many), None)
    if last is None or phrase.lower not in load_words("ordinals", "words_for_another"):
        return None
    kind = " ".join(w for w in last.display.split() if normal(w) not in load_words("words_for_one"))
    lead = "another" if phrase.lower == "other" else phrase.lower
    return Proposal(
        NewEntity(SpeakerType.PERSON, f"{lead} {kind}", last.head, is_one_of_many=True), rules.ANOTHER_OF_THE_KIND
    )
