"""Everybody known so far: the names of the text, the speakers met, and who spoke when."""

import bisect
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from sayso_server.core.document import Document
from sayso_server.core.lexicon import load_words
from sayso_server.core.speakers import calibration as confidence
from sayso_server.core.speakers.names.aliases import Cluster, cluster
from sayso_server.core.speakers.names.gender import read_pronouns
from sayso_server.core.speakers.names.mentions import collect
from sayso_server.core.speakers.names.spelling import normal
from sayso_server.core.statement import Span, Speaker, SpeakerType
from sayso_server.core.tree import Word

_REMEMBERED = 40
"""How many descriptions with one head, and how many documents, are looked at."""


@dataclass(eq=False)
class Entity:
    """A speaker in the making. Built while the text is read in order.

    `head` is the lemma of what it is called where it has no name; `mentions` are those that are sources.
    """

    type: SpeakerType
    display: str
    cluster: Cluster | None = None
    head: str = ""
    mentions: list[Span] = field(default_factory=list)
    issuer: "Entity | None" = None
    affiliation: "Entity | None" = None

    @cached_property
    def gender(self) -> str:
        """ "f", "m" or ""."""
        if self.cluster is not None:
            return self.cluster.gender
        words = {normal(w) for w in self.display.split()[:4]} | {self.head}
        female, male = words & load_words("female"), words & load_words("male")
        return "" if bool(female) == bool(male) else "f" if female else "m"


@dataclass(frozen=True)
class Link:
    """Who is behind a mention: which entity, by which rule, and who else it may be, with weights among each other.

    `share` is what the rule's own choice gives to the entity: the probability of a ranking, a half of two equals.
    """

    entity: Entity | None
    rule: str
    rivals: tuple[tuple[Entity, float], ...] = ()
    share: float = 1.0

    @property
    def confidence(self) -> float:
        """How often such links are right; 0 to nobody."""
        return confidence.of_link(self.rule, self.share, rivals=bool(self.rivals)) if self.entity else 0.0

    @property
    def alternatives(self) -> tuple[tuple[Entity, float], ...]:
        """The rivals with their confidences, the best first."""
        total = sum(weight for _, weight in self.rivals)
        rest = confidence.of_rivals(self.confidence)
        return tuple((entity, rest * weight / total) for entity, weight in self.rivals)


@dataclass(frozen=True)
class Turn:
    """Who made a statement that stands in nobody else's words, and where. `end` is where its content ends."""

    paragraph: int
    offset: int
    entity: Entity
    end: int
    quoted: bool
    addressee: Entity | None = None
    asks: bool = False
    """Whether it ends with a question."""
    switched: bool = False
    """Whether the speaker was found by taking turns, not by a cue."""


class Registry:
    """The speakers of one document; grows as the text is read."""

    def __init__(self, document: Document) -> None:
        self.document = document
        found = cluster(collect(document))
        self.clusters = found.clusters
        self.sieves = found.sieves
        self.rivals = found.rivals
        self.entities: list[Entity] = []
        self.turns: list[Turn] = []
        self._by_cluster: dict[int, Entity] = {}
        self._described: dict[tuple[SpeakerType, str], list[Entity]] = {}
        self.documents: list[Entity] = []
        for known in self.clusters:
            roles = (n.role.of(document.plain) for n in known.names[:_REMEMBERED] if n.role)
            known.learn(roles=tuple(" ".join(r.split()) for r in roles))
        read_pronouns(document, self.named)

    def of_cluster(self, found: Cluster) -> Entity:
        """The entity of a name."""
        if id(found) not in self._by_cluster:
            entity = self._by_cluster[id(found)] = self.add(Entity(found.type, found.display, found))
            if found.is_person and found.words & load_words("spokespeople"):
                entity.affiliation = self._employer(found)
        return self._by_cluster[id(found)]

    def _employer(self, found: Cluster) -> Entity | None:
        """For whom a spokesman speaks: the organization that is named in his role."""
        for role in (n.role for n in found.names[:_REMEMBERED] if n.role):
            named = [c for c in self.names_in(role) if not c.is_person]
            if named:
                return self.of_cluster(named[0])
        return None

    def of_description(self, kind: SpeakerType, text: str, head: str, *, definite: bool) -> Entity:
        """The entity of an unnamed speaker: the last with the same head whose words agree, or a new one."""
        words = set(text.lower().split())
        described = self._described.setdefault((kind, head), [])
        for entity in reversed(described[-_REMEMBERED:]):
            known = set(entity.display.lower().split())
            if (words <= known and (definite or words == known)) or known < words:
                if len(words) > len(known):
                    entity.display = text
                return entity
        return self.another(kind, text, head)

    def another(self, kind: SpeakerType, text: str, head: str) -> Entity:
        """A new unnamed speaker, whoever else is called so."""
        described = self._described.setdefault((kind, head), [])
        described.append(self.add(Entity(kind, text, head=head)))
        return described[-1]

    def described(self, kind: SpeakerType, head: str) -> list[Entity]:
        """The unnamed with this head, the last met last."""
        return self._described.get((kind, head), [])[-_REMEMBERED:]

    def of_document(self, text: str, head: str) -> Entity:
        """A new document."""
        self.documents.append(self.add(Entity(SpeakerType.DOCUMENT, text, head=head)))
        return self.documents[-1]

    def recent_documents(self) -> list[Entity]:
        """The documents met, the last one last."""
        return self.documents[-_REMEMBERED:]

    def add(self, entity: Entity) -> Entity:
        """A new entity."""
        self.entities.append(entity)
        return entity

    @cached_property
    def named(self) -> list[tuple[int, int, Cluster]]:
        """(start, end, cluster) of every name, in text order."""
        found = [(n.span.start, n.span.end, c) for c in self.clusters for n in c.names]
        return sorted(found, key=lambda item: item[:2])

    @cached_property
    def _name_starts(self) -> list[int]:
        return [start for start, _, _ in self.named]

    def named_from(self, start: int, end: int) -> list[tuple[int, int, Cluster]]:
        """The names that begin in [start, end)."""
        first = bisect.bisect_left(self._name_starts, start)
        return self.named[first : bisect.bisect_left(self._name_starts, end)]

    def names_before(self, offset: int, limit: int) -> list[tuple[int, int, Cluster]]:
        """The last `limit` names that begin before `offset`, in text order."""
        end = bisect.bisect_left(self._name_starts, offset)
        return self.named[max(0, end - limit) : end]

    def name_at(self, word: Word) -> tuple[int, Cluster] | None:
        """Where the name that holds this word begins, and whose it is."""
        i = bisect.bisect_right(self._name_starts, word.start) - 1
        if i >= 0 and word.start < self.named[i][1]:
            return self.named[i][0], self.named[i][2]
        return None

    def names_in(self, span: Span) -> list[Cluster]:
        """The clusters named inside a span, in text order, each once."""
        found = {id(c): c for _, end, c in self.named_from(span.start, span.end) if end <= span.end}
        return list(found.values())

    def speakers(self, links: Sequence[Link]) -> tuple[tuple[Speaker, ...], dict[int, str]]:
        """Whoever has a statement, may have it or stands behind it, and their identifiers by id() of the entity."""
        used = {id(link.entity): link.entity for link in links if link.entity is not None}
        used |= {id(e): e for link in links for e, _ in link.alternatives}
        for entity in list(used.values()):
            used |= {id(e): e for e in (entity.issuer, entity.affiliation) if e is not None}
        in_order = sorted(used.values(), key=_first_mention)
        ids = {id(e): f"p{i + 1}" for i, e in enumerate(in_order)}
        return tuple(_speaker(e, ids) for e in in_order), ids


def _names(entity: Entity) -> list[Span]:
    return [n.span for n in entity.cluster.names] if entity.cluster else []


def _first_mention(entity: Entity) -> int:
    return min((s.start for s in [*_names(entity), *entity.mentions]), default=0)


def _speaker(entity: Entity, ids: dict[int, str]) -> Speaker:
    names = _names(entity)
    starts = [n.start for n in names]
    others = []
    for mention in entity.mentions:
        i = bisect.bisect_left(starts, mention.end)
        if not i or not names[i - 1].overlaps(mention):
            others.append(mention)
    return Speaker(
        speaker_id=ids[id(entity)],
        display_name=entity.display,
        type=entity.type,
        mentions=tuple(sorted({*names, *others})),
        role=entity.cluster.role if entity.cluster and entity.type is SpeakerType.PERSON else "",
        affiliation_id=ids.get(id(entity.affiliation)) if entity.affiliation else None,
        issuer_id=ids.get(id(entity.issuer)) if entity.issuer else None,
    )
