"""Who is behind each source mention. The rules run from precise to loose, and each leaves its name on the result."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from sayso_server.core.choice import Chosen
from sayso_server.core.document import Document
from sayso_server.core.lexicon import load_words
from sayso_server.core.speakers.clusters import Cluster, cluster
from sayso_server.core.speakers.names import collect, normal
from sayso_server.core.statement import Span, Speaker, SpeakerType
from sayso_server.core.tree import Word

HE, SHE, THEY, IT = frozenset({"he", "him", "his", "himself"}), frozenset({"she", "her", "hers", "herself"}), \
    frozenset({"they", "their", "them", "themselves"}), frozenset({"it", "its", "itself"})  # fmt: skip
FIRST = frozenset({"i", "we", "my", "our", "me", "us", "myself", "ourselves"})
_DETERMINERS = re.compile(r"^(?:the|a|an|this|that|these|those|its|his|her|their|our|my|some)\s+", re.I)
_ANAPHORIC_DOCUMENTS = frozenset(
    {"statement", "document", "text", "report", "filing", "letter", "release", "readout", "paper", "study"}
)


@dataclass
class Entity:
    """A speaker in the making. Built while the statements are read in order."""

    type: SpeakerType
    display: str
    cluster: Cluster | None = None
    mentions: list[Span] = field(default_factory=list)
    head: str = ""
    issuer: "Entity | None" = None
    affiliation: "Entity | None" = None


@dataclass(frozen=True)
class Link:
    """The speaker of one statement: which entity, how sure, by which rule."""

    entity: Entity | None
    confidence: float
    rule: str


class Resolver:
    """Links the statements of one document, in text order; later links lean on earlier ones."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.clusters = cluster(collect(document))
        self.entities: list[Entity] = []
        self.by_cluster: dict[int, Entity] = {}
        self.history: list[tuple[int, int, Entity]] = []  # (paragraph, offset, entity), statement by statement

    # -- entities ------------------------------------------------------------------------------------------------------

    def of_cluster(self, found: Cluster) -> Entity:
        """The entity of a name."""
        if id(found) not in self.by_cluster:
            entity = Entity(found.type, found.display, found)
            self.by_cluster[id(found)] = entity
            self.entities.append(entity)
        return self.by_cluster[id(found)]

    def of_description(self, kind: SpeakerType, text: str, head: str) -> Entity:
        """The entity of an unnamed speaker: the one that shares the head and a word, or a new one."""
        words = set(text.lower().split())
        for entity in reversed(self.entities):
            if entity.cluster is None and entity.type is kind and entity.head == head:
                known = set(entity.display.lower().split())
                if words <= known or known <= words:
                    if len(words) > len(known):
                        entity.display = text
                    return entity
        entity = Entity(kind, text, head=head)
        self.entities.append(entity)
        return entity

    @cached_property
    def _named(self) -> list[tuple[int, int, Cluster]]:
        """(start, end, cluster) of every name, in text order."""
        return sorted((n.span.start, n.span.end, c) for c in self.clusters for n in c.names)

    def names_in(self, span: Span) -> list[Cluster]:
        """The clusters named inside a span, in text order, each once."""
        out: list[Cluster] = []
        for start, end, found in self._named:
            if span.start <= start and end <= span.end and found not in out:
                out.append(found)
        return out

    # -- linking -------------------------------------------------------------------------------------------------------

    def link(self, chosen: Chosen, parent: Entity | None) -> Link:
        """The speaker of one statement."""
        candidate = chosen.candidate
        offset = candidate.source.start if candidate.source else candidate.content[0].start
        if candidate.source is None or candidate.source_head is None:
            link = self._unmentioned(chosen, offset, parent)
        else:
            link = self._mentioned(candidate.source, candidate.source_head, parent)
        if link.entity is not None:
            if candidate.source is not None:
                link.entity.mentions.append(candidate.source)
            if chosen.parent is None:
                self.history.append((self.document.paragraph_at(offset), offset, link.entity))
        return link

    def _mentioned(self, source: Span, head: Word, parent: Entity | None) -> Link:
        lower = head.lower
        if lower in FIRST:
            return Link(parent, 0.7 if parent else 0.0, "first person")
        if lower in HE | SHE:
            return self._he_or_she(source, "f" if lower in SHE else "m")
        if lower in THEY | IT:
            return self._they_or_it(source, plural=lower in THEY)
        return self._noun_phrase(source, head)

    def _noun_phrase(self, source: Span, head: Word) -> Link:
        text = self.document.plain[source.start : source.end]
        named = self.names_in(source)
        own = [
            c
            for c in named
            if any(n.span.start <= head.start < n.span.end or head.start == n.span.start for n in c.names)
        ]
        lemma, lower = normal(head.lemma), normal(head.text)
        if len(named) == 2 and own and re.search(r"\band\b", text) and all(c.type is SpeakerType.PERSON for c in named):
            names = " and ".join(c.display for c in named)
            return Link(self.of_description(SpeakerType.GROUP, names, "and"), 0.9, "coordinated names")
        if own:
            return Link(self.of_cluster(own[0]), 0.95, "name")
        if lemma in load_words("documents") and lower not in load_words("groups"):
            return self._document(source, text, lemma)
        if lower in load_words("groups") or head.xpos in {"NNS", "NNPS"}:
            return Link(self.of_description(SpeakerType.GROUP, describe(text), lemma), 0.85, "group")
        person = next(
            (c for c in named if c.type is SpeakerType.PERSON and not _is_possessor(text, c, self.document, source)),
            None,
        )
        if person is not None and (lemma in load_words("roles") or _in_apposition(text)):
            return Link(self.of_cluster(person), 0.9, "name in apposition")
        if lemma in load_words("roles"):
            return self._role(source, text, lemma)
        if lemma in load_words("organizations"):
            return self._organization(text, lemma, source)
        if head.upos == "PRON" or not any(c.isalpha() for c in text):
            return Link(None, 0.0, "unresolved pronoun")
        kind = SpeakerType.PERSON if head.feats.find("Animacy") >= 0 else SpeakerType.UNKNOWN
        return Link(self.of_description(kind, describe(text), lemma), 0.5, "description")

    def _document(self, source: Span, text: str, lemma: str) -> Link:
        """A document: the fuller description of the same, or what "the statement" continues."""
        bare = describe(text)
        definite = re.match(r"(?:the|this|that|it)\b", text, re.I) is not None
        documents = [e for _, _, e in self.history if e.type is SpeakerType.DOCUMENT]
        same = [e for e in documents if e.head == lemma]
        if same and (definite or bare.split()[0].lower() == lemma or bare in same[-1].display):
            entity = same[-1]
            if len(bare.split()) > len(entity.display.split()):
                entity.display = bare
            return Link(entity, 0.9, "same document")
        if definite and len(bare.split()) == 1 and lemma in _ANAPHORIC_DOCUMENTS and documents:
            return Link(documents[-1], 0.8, "document continued")
        entity = Entity(SpeakerType.DOCUMENT, bare, head=lemma)
        self.entities.append(entity)
        issuers = [c for c in self.names_in(source) if c.type is not SpeakerType.PERSON]
        if issuers:
            entity.issuer = self.of_cluster(issuers[0])
        return Link(entity, 0.9, "document")

    def _role(self, source: Span, text: str, lemma: str) -> Link:
        """ "the senator", "the Israeli leader": the person whose title fits, or somebody unnamed."""
        definite = re.match(r"(?:the|that)\b", text, re.I) is not None
        words = {normal(w) for w in describe(text).split()} - {lemma}
        if definite and "for" not in words and "of" not in words:
            fitting = []
            for found in self.clusters:
                if found.type is not SpeakerType.PERSON or found.names[0].span.start > source.start:
                    continue
                role_fits = lemma in found.words or (
                    lemma in {"leader", "head"}
                    and found.words
                    & {"president", "premier", "minister", "chancellor", "chairman", "chief", "king", "leader"}
                )
                modifiers_fit = not words or words & found.words or words & self._surroundings(found)
                if role_fits and modifiers_fit:
                    fitting.append(found)
            if fitting:
                last = max(fitting, key=lambda c: max(n.span.start for n in c.names if n.span.start < source.start))
                return Link(self.of_cluster(last), 0.8 if len(fitting) == 1 else 0.6, "role")
        entity = self.of_description(SpeakerType.PERSON, describe(text), lemma)
        if lemma in load_words("spokespeople"):
            employers = [c for c in self.names_in(source) if c.type is not SpeakerType.PERSON]
            entity.affiliation = self.of_cluster(employers[0]) if employers else None
        return Link(entity, 0.75, "described person")

    def _surroundings(self, found: Cluster) -> set[str]:
        """Adjectives and nouns just before the first title: Israeli in "Israeli Prime Minister Benjamin …"."""
        out: set[str] = set()
        for name in found.names[:3]:
            start = name.span.start
            before = self.document.plain[max(0, start - 60) : start].split()
            out |= {normal(w) for w in before[-(len(name.title) + 3) :]}
        return out

    def _organization(self, text: str, lemma: str, source: Span) -> Link:
        named = self.names_in(source)
        if named and named[-1].type is not SpeakerType.PERSON and re.match(r"^(?:the\s+)?[A-Z]", text):
            return Link(self.of_cluster(named[-1]), 0.85, "named organization")
        generic = re.match(r"(?:the|this)\s+\w+$", text, re.I) and lemma in {
            "company",
            "agency",
            "group",
            "firm",
            "department",
            "ministry",
            "organization",
            "bank",
            "university",
            "team",
            "club",
            "commission",
            "committee",
            "council",
            "court",
            "union",
        }
        if generic:
            before = [
                c for c in self.clusters if c.type is SpeakerType.ORGANIZATION and c.names[0].span.start < source.start
            ]
            matching = [c for c in before if lemma in c.key] or [
                c for c in before if lemma in {"company", "firm", "group", "organization"}
            ]
            if matching:
                last = max(matching, key=lambda c: max(n.span.start for n in c.names if n.span.start < source.start))
                return Link(self.of_cluster(last), 0.65, "organization again")
        return Link(
            self.of_description(SpeakerType.ORGANIZATION, describe(text), lemma), 0.75, "described organization"
        )

    # -- pronouns ------------------------------------------------------------------------------------------------------

    def _he_or_she(self, source: Span, gender: str) -> Link:
        """The last person of that gender: a speaker of this or the last paragraph, else whoever was named last."""
        paragraph = self.document.paragraph_at(source.start)
        options: list[tuple[float, Entity]] = []
        for position, (where, _, entity) in enumerate(reversed(self.history[-6:])):
            if self._can_be(entity, gender):
                options.append((2.2 - 0.5 * (paragraph - where) - 0.3 * position + self._known(entity, gender), entity))
        quoted = self.document.quotation_at(source.start)
        for start, _, found in self._named:
            if start >= source.start or found.type is not SpeakerType.PERSON:
                continue
            behind = paragraph - self.document.paragraph_at(start)
            inside = self.document.quotation_at(start)
            if behind > 3 or (inside is not None and inside != quoted) or not self._can_be_named(found, gender):
                continue
            entity = self.by_cluster.get(id(found)) or Entity(found.type, found.display, found)
            score = (
                1.5 - 0.6 * behind + (0.5 if self._is_subject(start) else 0.0) + (start / max(1, source.start)) * 0.3
            )
            options.append((score + self._known(entity, gender), entity))
        if not options:
            return Link(None, 0.0, "no antecedent")
        best = max(options, key=lambda o: o[0])[1]
        if best.cluster is not None:
            best = self.of_cluster(best.cluster)
        rivals = {id(e.cluster) if e.cluster else id(e) for _, e in options}
        return Link(best, 0.85 if len(rivals) == 1 else 0.65, "pronoun")

    def _can_be(self, entity: Entity, gender: str) -> bool:
        if entity.type is not SpeakerType.PERSON:
            return False
        return (
            self._can_be_named(entity.cluster, gender)
            if entity.cluster
            else _description_gender(entity) in {"", gender}
        )

    def _can_be_named(self, found: Cluster, gender: str) -> bool:
        return found.gender in {"", gender}

    def _known(self, entity: Entity, gender: str) -> float:
        """A known gender counts more than an unknown one."""
        return 0.7 if entity.cluster is not None and entity.cluster.gender == gender else 0.0

    def _is_subject(self, offset: int) -> bool:
        tree = self.document.tree_at(offset)
        if tree is None:
            return False
        words = tree.between(offset, offset + 1)
        return bool(words) and any(w.relation == "nsubj" for w in [words[0], *list(tree.ancestors(words[0]))[:2]])

    def _they_or_it(self, source: Span, *, plural: bool) -> Link:
        wanted = (
            {SpeakerType.GROUP, SpeakerType.ORGANIZATION}
            if plural
            else {SpeakerType.ORGANIZATION, SpeakerType.DOCUMENT}
        )
        paragraph = self.document.paragraph_at(source.start)
        for where, _, entity in reversed(self.history[-6:]):
            if entity.type in wanted and paragraph - where <= 2:
                return Link(entity, 0.7, "pronoun")
        for start, _, found in reversed(self._named):
            if start < source.start and found.type in wanted and paragraph - self.document.paragraph_at(start) <= 1:
                return Link(self.of_cluster(found), 0.5, "pronoun")
        return Link(None, 0.0, "no antecedent")

    def _unmentioned(self, chosen: Chosen, offset: int, parent: Entity | None) -> Link:
        """A quotation without a cue goes on with the speaker before it; a cue without a source stays open."""
        paragraph = self.document.paragraph_at(offset)
        if chosen.candidate.follows and self.history and paragraph - self.history[-1][0] <= 1:
            return Link(self.history[-1][2], 0.7, "speaker goes on")
        if chosen.candidate.follows:
            tree = self.document.tree_at(max(0, chosen.candidate.content[0].start - 3))
            start = tree.span.start if tree is not None else max(0, offset - 200)
            people = (
                [c for c in self.names_in(Span(start, offset)) if c.type is SpeakerType.PERSON]
                if start < offset
                else []
            )
            if people:
                return Link(self.of_cluster(people[0]), 0.5, "named just before")
        return Link(None, 0.0, "no source")

    # -- result --------------------------------------------------------------------------------------------------------

    def speakers(self) -> tuple[tuple[Speaker, ...], dict[int, str]]:
        """The speakers that have a statement or stand behind one, and their identifiers by id() of the entity."""
        used = [e for e in self.entities if e.mentions or any(e is h[2] for h in self.history)]
        for entity in list(used):
            used += [e for e in (entity.issuer, entity.affiliation) if e is not None and all(e is not u for u in used)]
        used.sort(key=self._first)
        ids = {id(e): f"p{i + 1}" for i, e in enumerate(used)}
        return tuple(self._speaker(e, ids) for e in used), ids

    def _first(self, entity: Entity) -> int:
        spans = [*entity.mentions, *(n.span for n in entity.cluster.names)] if entity.cluster else entity.mentions
        return min((s.start for s in spans), default=0)

    def _speaker(self, entity: Entity, ids: dict[int, str]) -> Speaker:
        names = [n.span for n in entity.cluster.names] if entity.cluster else []
        covered = [m for m in entity.mentions if not any(m.overlaps(n) for n in names)]
        return Speaker(
            speaker_id=ids[id(entity)],
            display_name=entity.display,
            type=entity.type,
            mentions=tuple(sorted({*names, *covered})),
            role=entity.cluster.role if entity.cluster and entity.type is SpeakerType.PERSON else "",
            affiliation_id=ids.get(id(entity.affiliation)) if entity.affiliation else None,
            issuer_id=ids.get(id(entity.issuer)) if entity.issuer else None,
        )


def describe(text: str) -> str:
    """A description without its article, white space single."""
    return _DETERMINERS.sub("", " ".join(text.split())) or text


def _is_possessor(text: str, found: Cluster, document: Document, source: Span) -> bool:
    """Whether the name only modifies: Ortiz's aide, a spokesman for Ms. Marrant."""
    for name in found.names:
        if source.covers(name.span):
            behind = document.plain[name.span.end : name.span.end + 2]
            lead = document.plain[source.start : name.span.start].lower().split()
            lead = [w for w in lead if normal(w) not in load_words("honorifics")]
            return behind in {"'s", "’s"} or (bool(lead) and lead[-1] in {"for", "of", "to", "at", "with", "from"})
    return False


def _in_apposition(text: str) -> bool:
    return "," in text


def _description_gender(entity: Entity) -> str:
    words = {normal(w) for w in entity.display.split()}
    return "f" if words & load_words("female") else "m" if words & load_words("male") else ""


def resolve(document: Document, chosen: Sequence[Chosen]) -> tuple[list[Link], Resolver]:
    """A link for every statement, in order, and the resolver that knows the speakers."""
    resolver = Resolver(document)
    links: list[Link] = []
    for item in chosen:
        parent = links[item.parent].entity if item.parent is not None and item.parent < len(links) else None
        links.append(resolver.link(item, parent))
    return links, resolver
