"""Finds the entity that a pronoun refers to: ranks all that agree in gender and number by named features."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from sayso_server.core.coreference import Compared
from sayso_server.core.lexicon import load_words
from sayso_server.core.scoring import Evidence, load_scorer
from sayso_server.core.speakers import link_rules as rules
from sayso_server.core.speakers.entities import Entity
from sayso_server.core.statement import SpeakerType
from sayso_server.core.tree import Tree, Word

_MOST_SENTENCES = 12
"""Maximum number of sentences back to an antecedent."""
_MOST_PARAGRAPHS = 4
"""Maximum number of paragraphs back to an antecedent."""
_FAR_SENTENCES = 8.0
"""The value at which the feature "sentences back" is capped."""
_FAR_PARAGRAPHS = 5.0
"""The same for "paragraphs back"."""
_LEAST_SHARE = 0.01
"""Smaller shares of the coreference head carry no information."""

_TYPES = {
    "he": frozenset({SpeakerType.PERSON, SpeakerType.UNKNOWN}),
    "they": frozenset({SpeakerType.GROUP, SpeakerType.ORGANIZATION, SpeakerType.PERSON}),
    "it": frozenset({SpeakerType.ORGANIZATION, SpeakerType.DOCUMENT, SpeakerType.GROUP}),
}
"""The types of entities that each kind of pronoun may refer to."""

PRONOUN_RULES = {"he": rules.PRONOUN_HE_OR_SHE, "they": rules.PRONOUN_THEY, "it": rules.PRONOUN_IT}
"""The link rule for each kind of pronoun."""


def is_pronoun(word: Word) -> bool:
    """Whether a word is a pronoun whose antecedent is searched for: she, their, itself."""
    return word.lower in load_words("he_pronouns", "she_pronouns", "they_pronouns", "it_pronouns")


def kind_of_pronoun(word: Word) -> str:
    """The kind of a pronoun: "he", also for she; "they"; "it"."""
    if word.lower in load_words("they_pronouns"):
        return "they"
    return "it" if word.lower in load_words("it_pronouns") else "he"


def gender_of(word: Word) -> str:
    """ "m" for he, "f" for she."""
    return "m" if word.lower in load_words("he_pronouns") else "f"


def genders_of(word: Word) -> frozenset[str]:
    """The genders of entities that he or she can refer to; "" is an unknown gender."""
    return frozenset({"", gender_of(word)})


@dataclass(frozen=True, slots=True)
class MentionPlace:
    """The place of a mention of an entity, and its grammatical function: subject, object."""

    offset: int
    sentence: int
    paragraph: int
    relation: str
    governor: int
    is_possessor: bool


@dataclass(eq=False)
class Known:
    """An entity that the text has mentioned.

    `last` is its last mention, `last_outside` the last outside quotations; `spoke` is the number of its last turn;
    `offsets` are those of all mentions.
    """

    entity: Entity
    last: MentionPlace | None = None
    last_outside: MentionPlace | None = None
    count: int = 0
    spoke: int = -1
    offsets: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Pronoun:
    """A pronoun in its sentence."""

    word: Word
    tree: Tree
    sentence: int
    paragraph: int
    quoted: bool

    @cached_property
    def kind(self) -> str:
        """ "he" also for she; "they", "it"."""
        return kind_of_pronoun(self.word)

    @cached_property
    def genders(self) -> frozenset[str]:
        """The genders of entities that he or she can refer to."""
        return genders_of(self.word)


class Antecedent(NamedTuple):
    """An entity that a pronoun may refer to, with its features."""

    features: Mapping[str, float]
    known: Known


class Ranked(NamedTuple):
    """An entity with the probability that a pronoun refers to it, and the features for that probability."""

    probability: float
    entity: Entity
    features: Mapping[str, float]

    @property
    def evidence(self) -> Evidence:
        """The features with their contributions."""
        return load_scorer("pronouns").weigh(self.features).evidence


def candidates(pronoun: Pronoun, recent: Sequence[Known], compared: Compared | None = None) -> list[Antecedent]:
    """The recent entities that agree with a pronoun; `compared` has the coreference scores, if there are any."""
    last_turn = max((k.spoke for k in recent), default=-1)
    places = ((k, k.last if pronoun.quoted else k.last_outside) for k in recent)
    options = [
        (k, place)
        for k, place in places
        if place is not None and place.offset < pronoun.word.start and _agrees(pronoun, k.entity, place)
    ]
    latest = max((place.offset for _, place in options), default=-1)
    found = [
        Antecedent(_features(pronoun, k, place, last_turn, latest=place.offset == latest), k) for k, place in options
    ]
    return [_with_share(pronoun, one, compared) for one in found] if compared and len(found) > 1 else found


def _with_share(pronoun: Pronoun, found: Antecedent, compared: Compared) -> Antecedent:
    """The candidate with the coreference share of its earlier mentions, on a logarithmic scale from 0."""
    share = compared.share(pronoun.word.start, found.known.offsets)
    if share is None or share <= _LEAST_SHARE:
        return found
    return found._replace(features={**found.features, "coreference": math.log(share / _LEAST_SHARE)})


def rank(found: Sequence[Antecedent]) -> list[Ranked]:
    """The candidates with their probabilities, the best first."""
    scorer = load_scorer("pronouns")
    odds = [math.exp(scorer.margin(features)) for features, _ in found]
    total = sum(odds)
    ranked = [Ranked(o / total, known.entity, features) for o, (features, known) in zip(odds, found, strict=True)]
    return sorted(ranked, key=lambda one: -one.probability)


def _agrees(pronoun: Pronoun, entity: Entity, place: MentionPlace) -> bool:
    """Whether gender, number, distance and clause allow it."""
    kind, word = pronoun.kind, pronoun.word
    if entity.type not in _TYPES[kind]:
        return False
    if kind == "they" and entity.cluster is not None and entity.cluster.is_place:
        return False
    if kind == "he" and (entity.gender not in pronoun.genders or _is_proceeding(entity)):
        return False
    if pronoun.sentence - place.sentence > _MOST_SENTENCES or pronoun.paragraph - place.paragraph > _MOST_PARAGRAPHS:
        return False
    same_clause = place.sentence == pronoun.sentence and place.governor == word.head >= 0
    reflexive = word.lower.endswith(("self", "selves"))
    return not same_clause or reflexive or word.deprel == "nmod:poss"


def _is_proceeding(entity: Entity) -> bool:
    """Whether an entity is a proceeding or a court, not a person: the inquest, the panel."""
    return entity.type is SpeakerType.UNKNOWN and entity.head in load_words("proceedings", "courts")


def _features(pronoun: Pronoun, known: Known, place: MentionPlace, last_turn: int, *, latest: bool) -> dict[str, float]:
    """The named features of one candidate; those with value 0 are left out."""
    back = pronoun.sentence - place.sentence
    kind, entity = pronoun.kind, known.entity
    is_subject = place.relation == "nsubj"
    spoke_last = known.spoke == last_turn >= 0
    out = {
        "same sentence": float(back == 0),
        "sentence before": float(back == 1),
        "sentences back": min(back, _FAR_SENTENCES),
        "paragraphs back": min(pronoun.paragraph - place.paragraph, _FAR_PARAGRAPHS),
        "subject": float(is_subject),
        "subject of the same sentence": float(is_subject and back == 0),
        "subject for subject": float(is_subject and pronoun.word.relation == "nsubj"),
        "subject above": float(back == 0 and is_subject and _is_above(pronoun, place)),
        "object": float(place.relation in {"obj", "iobj"}),
        "possessor": float(place.is_possessor),
        "oblique": float(place.relation in {"obl", "nmod"} and not place.is_possessor),
        "spoke last": float(spoke_last and not pronoun.quoted),
        "spoke last, of a quoted": float(spoke_last and pronoun.quoted),
        "spoke": float(known.spoke >= 0),
        "gender known": float(kind == "he" and entity.gender != ""),
        "named": float(entity.cluster is not None),
        "often": math.log(max(1, known.count)),
        "latest": float(latest),
        f"{kind}: {entity.type.value}": 1.0,
    }
    return {name: value for name, value in out.items() if value}


def _is_above(pronoun: Pronoun, place: MentionPlace) -> bool:
    """Whether a mention is the subject of a verb that governs the pronoun's: Olin in "Olin said that she …"."""
    return any(a.index == place.governor for a in pronoun.tree.ancestors(pronoun.word))
