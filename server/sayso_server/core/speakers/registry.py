"""Everybody known so far: the names of the text, the speakers met, and who spoke when."""

import bisect
import re
from dataclasses import dataclass, field
from functools import cached_property

from sayso_server.core.document import Document
from sayso_server.core.speakers.clusters import Cluster, cluster
from sayso_server.core.speakers.names import collect
from sayso_server.core.statement import Span, Speaker, SpeakerType

_DETERMINERS = re.compile(r"^(?:the|a|an|this|that|these|those|its|his|her|their|our|my|some)\s+", re.I)


@dataclass
class Entity:
    """A speaker in the making. Built while the statements are read in order."""

    type: SpeakerType
    display: str
    cluster: Cluster | None = None
    head: str = ""
    mentions: list[Span] = field(default_factory=list)
    issuer: "Entity | None" = None
    affiliation: "Entity | None" = None


@dataclass(frozen=True)
class Link:
    """The speaker of one statement: which entity, how sure, by which rule."""

    entity: Entity | None
    confidence: float
    rule: str


@dataclass(frozen=True)
class Turn:
    """Who made a statement that stands in nobody else's words, and where."""

    paragraph: int
    offset: int
    entity: Entity


class Registry:
    """The speakers of one document; grows statement by statement."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.clusters = cluster(collect(document))
        self.entities: list[Entity] = []
        self.turns: list[Turn] = []
        self._by_cluster: dict[int, Entity] = {}
        self._described: dict[tuple[SpeakerType, str], list[Entity]] = {}

    def of_cluster(self, found: Cluster) -> Entity:
        """The entity of a name."""
        if id(found) not in self._by_cluster:
            self._by_cluster[id(found)] = self.add(Entity(found.type, found.display, found))
        return self._by_cluster[id(found)]

    def of_description(self, kind: SpeakerType, text: str, head: str) -> Entity:
        """The entity of an unnamed speaker: the last with the same head whose words agree, or a new one."""
        words = set(text.lower().split())
        described = self._described.setdefault((kind, head), [])
        for entity in reversed(described[-40:]):
            known = set(entity.display.lower().split())
            if words <= known or known <= words:
                if len(words) > len(known):
                    entity.display = text
                return entity
        described.append(self.add(Entity(kind, text, head=head)))
        return described[-1]

    def add(self, entity: Entity) -> Entity:
        """A new entity."""
        self.entities.append(entity)
        return entity

    def record(self, entity: Entity, offset: int) -> None:
        """Somebody spoke."""
        self.turns.append(Turn(self.document.paragraph_at(offset), offset, entity))

    @cached_property
    def named(self) -> list[tuple[int, int, Cluster]]:
        """(start, end, cluster) of every name, in text order."""
        found = [(n.span.start, n.span.end, c) for c in self.clusters for n in c.names]
        return sorted(found, key=lambda item: item[:2])

    def named_from(self, start: int, end: int) -> list[tuple[int, int, Cluster]]:
        """The names that begin in [start, end)."""
        first = bisect.bisect_left(self.named, start, key=lambda item: item[0])
        return self.named[first : bisect.bisect_left(self.named, end, key=lambda item: item[0])]

    def names_in(self, span: Span) -> list[Cluster]:
        """The clusters named inside a span, in text order, each once."""
        found = {id(c): c for _, end, c in self.named_from(span.start, span.end) if end <= span.end}
        return list(found.values())

    def recent_names(self, offset: int, paragraphs: int) -> list[tuple[int, int, Cluster]]:
        """The names before `offset`, of its paragraph and so many before it."""
        first = max(0, self.document.paragraph_at(offset) - paragraphs)
        start = self.document.paragraphs[first].start if self.document.paragraphs else 0
        return self.named_from(max(start, offset - 20_000), offset)

    def speakers(self) -> tuple[tuple[Speaker, ...], dict[int, str]]:
        """Whoever has a statement or stands behind one, and their identifiers by id() of the entity."""
        spoke = {id(t.entity) for t in self.turns}
        used = {id(e): e for e in self.entities if e.mentions or id(e) in spoke}
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


def describe(text: str) -> str:
    """A description without its article, white space single."""
    return _DETERMINERS.sub("", " ".join(text.split())) or text


def is_definite(text: str) -> bool:
    """Whether a noun phrase points back: the statement, that report."""
    return re.match(r"(?:the|this|that|those|these)\b", text, re.I) is not None
