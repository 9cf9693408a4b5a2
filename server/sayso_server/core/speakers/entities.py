"""Entities that may speak, links to them, and the store that creates and changes them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sayso_server.core.document import Document
from sayso_server.core.lexicon import load_words
from sayso_server.core.scoring import Evidence
from sayso_server.core.speakers.calibration import calibration
from sayso_server.core.speakers.link_rules import LinkRule
from sayso_server.core.speakers.names.clusters import NameCluster
from sayso_server.core.speakers.names.index import NameIndex, Occurrence
from sayso_server.core.speakers.names.spelling import normal
from sayso_server.core.statement import Span, SpeakerType

_REMEMBERED_WITH_ONE_HEAD = 40
"""Number of descriptions with the same head, the latest, that are considered."""
_REMEMBERED_DOCUMENTS = 40
_REMEMBERED_UNNAMED = 40
"""Number of unnamed entities, the latest, that are considered."""
_GENDERED_WORDS = 4
"""Number of words of a description, from the first on, that may show a gender: the woman who …"""


@dataclass(eq=False)
class Entity:
    """A person, group, organization or document in the text. Only the store creates and changes entities.

    `cluster` has its names; `head` is the lemma of its description, if it has no name or the name does not say what it
    is. `gender` is "f", "m" or "". A document may have an `issuer`; a spokesperson has their employer as `affiliation`.
    `is_one_of_many`: it was introduced as one of its kind, so that there may be another: a driver, not the president.
    """

    type: SpeakerType
    display: str
    cluster: NameCluster | None = None
    head: str = ""
    gender: str = ""
    issuer: "Entity | None" = None
    affiliation: "Entity | None" = None
    is_one_of_many: bool = False
    met: Span | None = None
    """The description that introduced it, if it has no name."""


class Rival(NamedTuple):
    """Another entity that may be meant. The weights of the rivals of one link are relative to each other."""

    entity: Entity
    weight: float


@dataclass(frozen=True, slots=True)
class Link:
    """The entity that a mention refers to, the rule that linked it, and the rivals.

    `share` is the share that the rule's own choice gives to the entity: the probability in a ranking, one half for two
    equals. `evidence` explains a weighted choice: features with their contributions. `agreement` is the share that the
    coreference head gives to the entity of a description, if it was asked.
    """

    entity: Entity | None
    rule: LinkRule
    rivals: tuple[Rival, ...] = ()
    share: float = 1.0
    evidence: Evidence = ()
    agreement: float | None = None

    @property
    def confidence(self) -> float:
        """Probability that the link is correct; 0 for a link to no one."""
        if self.entity is None:
            return 0.0
        return calibration().of_link(self.rule, self.share, rivals=bool(self.rivals), agreement=self.agreement)

    @property
    def alternatives(self) -> tuple[tuple[Entity, float], ...]:
        """The rivals with their confidences, the best first."""
        total = sum(weight for _, weight in self.rivals)
        rest = calibration().of_rivals(self.confidence)
        return tuple((entity, rest * weight / total) for entity, weight in self.rivals)


@dataclass(frozen=True, slots=True)
class NewEntity:
    """A proposal for an entity without a name: a spokesman for the ministry."""

    type: SpeakerType
    display: str
    head: str
    issuer: Entity | None = None
    is_one_of_many: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """The entity that a noun phrase refers to, not yet applied to the store.

    `display` is a fuller name for a known entity; `affiliation` is set if the entity has none; `whole` is the group
    that a phrase also introduces: the officials in "one of the officials". `kind` says what a named organization is: a
    union. `agreement` is the share that the coreference head gives to a known entity.
    """

    entity: Entity | NewEntity | None
    rule: LinkRule
    rivals: tuple[Rival, ...] = ()
    share: float = 1.0
    evidence: Evidence = ()
    display: str = ""
    affiliation: Entity | None = None
    whole: "Proposal | None" = None
    kind: str = ""
    agreement: float | None = None


@dataclass(frozen=True, eq=False)
class Entities:
    """The entities of a document, read-only: those of its names, and those that descriptions have introduced."""

    document: Document
    names: NameIndex
    named: Mapping[NameCluster, Entity]
    """The entity of each cluster of names."""
    unnamed: list[Entity] = field(default_factory=list)
    """The entities without a name, in the order in which the text introduces them."""
    documents: list[Entity] = field(default_factory=list)
    _described: dict[tuple[SpeakerType, str], list[Entity]] = field(default_factory=lambda: defaultdict(list))
    """The unnamed entities by type and head."""

    def rivals_of(self, found: Occurrence) -> tuple[Rival, ...]:
        """The other entities that may have this name, equally probable."""
        return tuple(Rival(self.named[cluster], 1.0) for cluster in found.rivals)

    def described(self, kind: SpeakerType, head: str) -> Sequence[Entity]:
        """The unnamed entities with this head, the latest last."""
        return self._described.get((kind, head), ())[-_REMEMBERED_WITH_ONE_HEAD:]

    def recent_documents(self) -> Sequence[Entity]:
        """The latest documents, the last one last."""
        return self.documents[-_REMEMBERED_DOCUMENTS:]

    def recent_unnamed(self) -> Sequence[Entity]:
        """The latest entities without a name, the last one last."""
        return self.unnamed[-_REMEMBERED_UNNAMED:]

    def describe(self, rule: LinkRule, kind: SpeakerType, text: str, head: str, *, definite: bool) -> Proposal:
        """The entity that a description refers to: the latest with the same head whose words agree, or a new one."""
        words = set(text.lower().split())
        for entity in reversed(self.described(kind, head)):
            known = set(entity.display.lower().split())
            is_fuller = known < words and (
                definite or kind is not SpeakerType.GROUP
            )  # officials, and Harwick officials
            if is_fuller or (words <= known and (definite or words == known)):
                return Proposal(entity, rule, display=text if len(words) > len(known) else "")
        return Proposal(NewEntity(kind, text, head, is_one_of_many=not definite), rule)


class EntityStore(Entities):
    """The entities of a document, to be read and changed: `apply` creates and changes them, `bind` sets a gender."""

    def apply(self, proposal: Proposal, place: Span) -> Link:
        """Applies a proposal for the noun phrase at `place`, and returns the link.

        New and changed entities are in the store from now on.
        """
        if proposal.whole is not None:
            self.apply(proposal.whole, place)
        given = proposal.entity
        entity = self._added(given, place) if isinstance(given, NewEntity) else given
        if entity is not None and proposal.display:
            entity.display = proposal.display
            entity.gender = _gender(entity)
        if entity is not None and not entity.head:
            entity.head = proposal.kind
        if entity is not None and entity.affiliation is None:
            entity.affiliation = proposal.affiliation
        return Link(entity, proposal.rule, proposal.rivals, proposal.share, proposal.evidence, proposal.agreement)

    def bind(self, entity: Entity, gender: str) -> None:
        """Sets the gender of a person from a pronoun that was linked to them, if it is not known."""
        if not entity.gender and entity.type is SpeakerType.PERSON:
            entity.gender = gender

    def _added(self, new: NewEntity, place: Span) -> Entity:
        entity = Entity(
            new.type, new.display, head=new.head, issuer=new.issuer, is_one_of_many=new.is_one_of_many, met=place
        )
        entity.gender = _gender(entity)
        self.unnamed.append(entity)
        if new.type is SpeakerType.DOCUMENT:
            self.documents.append(entity)
        else:
            self._described[new.type, new.head].append(entity)
        return entity


def open_store(document: Document, names: NameIndex) -> EntityStore:
    """Creates a store with the entities of all names."""
    named = {found: Entity(found.type, found.display, found, gender=found.gender) for found in names.clusters}
    for found, entity in named.items():
        if found.is_person and found.words & load_words("spokespeople"):
            employer = _employer(found, names)
            entity.affiliation = named[employer] if employer is not None else None
    return EntityStore(document, names, named)


def _employer(found: NameCluster, names: NameIndex) -> NameCluster | None:
    """The organization that a spokesperson speaks for: the one in the job title."""
    titles = (mention.job_title for mention in found.sample if mention.job_title)
    employers = (cluster for title in titles for cluster in names.inside(title) if not cluster.is_person)
    return next(employers, None)


def _gender(entity: Entity) -> str:
    """ "f", "m" or "", by the names, or by the words of the description: the woman."""
    if entity.cluster is not None:
        return entity.cluster.gender
    words = {normal(w) for w in entity.display.split()[:_GENDERED_WORDS]} | {entity.head}
    female, male = words & load_words("female"), words & load_words("male")
    return "" if bool(female) == bool(male) else "f" if female else "m"
