"""Source mentions that are pronouns: gender and number, who spoke last, who was named last."""

from sayso_server.core.lexicon import load_words
from sayso_server.core.speakers.clusters import Cluster
from sayso_server.core.speakers.names import normal
from sayso_server.core.speakers.registry import Entity, Link, Registry
from sayso_server.core.statement import Span, SpeakerType

HE = frozenset({"he", "him", "his", "himself"})
SHE = frozenset({"she", "her", "hers", "herself"})
THEY = frozenset({"they", "their", "them", "themselves"})
IT = frozenset({"it", "its", "itself"})
FIRST = frozenset({"i", "we", "my", "our", "me", "us", "myself", "ourselves"})

_PLURAL = frozenset({SpeakerType.GROUP, SpeakerType.ORGANIZATION})
_THINGS = frozenset({SpeakerType.ORGANIZATION, SpeakerType.DOCUMENT})


def pronoun(registry: Registry, source: Span, word: str, parent: Entity | None) -> Link | None:
    """The speaker behind a pronoun; None if the word is none. `parent` is who speaks around it: "I" is that person."""
    if word in FIRST:
        return Link(parent, 0.7 if parent else 0.0, "first person")
    if word in HE | SHE:
        return _person(registry, source, "f" if word in SHE else "m")
    if word in THEY | IT:
        return _thing_or_group(registry, source, _PLURAL if word in THEY else _THINGS)
    return None


def _person(registry: Registry, source: Span, gender: str) -> Link:
    """The most salient person of that gender: speakers of this and the last paragraphs, then whoever was named."""
    options = [*_speakers(registry, source, gender), *_named(registry, source, gender)]
    if not options:
        return Link(None, 0.0, "no antecedent")
    best = max(options, key=lambda option: option[0])[1]
    rivals = {id(e.cluster or e) for _, e in options}
    entity = registry.of_cluster(best.cluster) if best.cluster is not None else best
    return Link(entity, 0.85 if len(rivals) == 1 else 0.65, "pronoun")


def _speakers(registry: Registry, source: Span, gender: str) -> list[tuple[float, Entity]]:
    paragraph = registry.document.paragraph_at(source.start)
    out = []
    for position, turn in enumerate(reversed(registry.turns[-6:])):
        if turn.entity.type is SpeakerType.PERSON and gender_of(turn.entity) in {"", gender}:
            score = 2.2 - 0.5 * (paragraph - turn.paragraph) - 0.3 * position - 0.4 * (turn.entity.cluster is None)
            out.append((score + _certainty(turn.entity, gender), turn.entity))
    return out


def _named(registry: Registry, source: Span, gender: str) -> list[tuple[float, Entity]]:
    document = registry.document
    paragraph = document.paragraph_at(source.start)
    quoted = document.quotation_at(source.start)
    out = []
    for start, _, found in registry.recent_names(source.start, 3):
        behind = paragraph - document.paragraph_at(start)
        inside = document.quotation_at(start)
        if found.type is not SpeakerType.PERSON or found.gender not in {"", gender}:
            continue
        if inside is not None and inside != quoted:
            continue
        entity = Entity(found.type, found.display, found)
        score = 1.5 - 0.6 * behind + 0.3 * start / max(1, source.start) + 0.5 * _is_subject(registry, start)
        out.append((score + _certainty(entity, gender), entity))
    return out


def gender_of(entity: Entity) -> str:
    """ "f", "m" or ""."""
    if entity.cluster is not None:
        return entity.cluster.gender
    words = {normal(w) for w in entity.display.split()}
    return "f" if words & load_words("female") else "m" if words & load_words("male") else ""


def _certainty(entity: Entity, gender: str) -> float:
    """A known gender counts more than an unknown one."""
    return 0.7 if gender_of(entity) == gender else 0.0


def _is_subject(registry: Registry, offset: int) -> bool:
    tree = registry.document.tree_at(offset)
    words = tree.between(offset, offset + 1) if tree is not None else []
    return bool(words) and any(
        w.relation == "nsubj"
        for w in [words[0], *list(tree.ancestors(words[0]))[:2]]  # type: ignore[union-attr]
    )


def _thing_or_group(registry: Registry, source: Span, wanted: frozenset[SpeakerType]) -> Link:
    paragraph = registry.document.paragraph_at(source.start)
    for turn in reversed(registry.turns[-6:]):
        if turn.entity.type in wanted and paragraph - turn.paragraph <= 2:
            return Link(turn.entity, 0.7, "pronoun")
    best: Cluster | None = None
    for _, _, found in registry.recent_names(source.start, 1):
        if found.type in wanted:
            best = found
    return Link(registry.of_cluster(best), 0.5, "pronoun") if best else Link(None, 0.0, "no antecedent")
