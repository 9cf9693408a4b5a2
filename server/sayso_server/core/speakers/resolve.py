"""Who is behind each source mention. The rules run from precise to loose, and each leaves its name on the result."""

from collections.abc import Sequence

from sayso_server.core.choice import Chosen
from sayso_server.core.document import Document
from sayso_server.core.speakers.phrases import noun_phrase
from sayso_server.core.speakers.pronouns import pronoun
from sayso_server.core.speakers.registry import Entity, Link, Registry
from sayso_server.core.statement import Span, SpeakerType


def resolve(document: Document, chosen: Sequence[Chosen]) -> tuple[list[Link], Registry]:
    """A link for every statement, in order, and the registry of the speakers."""
    registry = Registry(document)
    links: list[Link] = []
    for item in chosen:
        parent = links[item.parent].entity if item.parent is not None and item.parent < len(links) else None
        links.append(_link(registry, item, parent))
    return links, registry


def _link(registry: Registry, item: Chosen, parent: Entity | None) -> Link:
    found = item.candidate
    if found.source is None or found.source_head is None:
        link = _without_mention(registry, item)
    else:
        link = pronoun(registry, found.source, found.source_head.lower, parent) or noun_phrase(
            registry, found.source, found.source_head
        )
    if link.entity is not None:
        if found.source is not None:
            link.entity.mentions.append(found.source)
        if item.parent is None:
            registry.record(link.entity, (found.source or found.content[0]).start)
    return link


def _without_mention(registry: Registry, item: Chosen) -> Link:
    """A quotation without a cue goes on with the speaker before it; a cue without a source stays open."""
    if not item.candidate.follows:
        return Link(None, 0.0, "no source")
    document, offset = registry.document, item.candidate.content[0].start
    if registry.turns and document.paragraph_at(offset) - registry.turns[-1].paragraph <= 1:
        return Link(registry.turns[-1].entity, 0.7, "speaker goes on")
    tree = document.tree_at(max(0, offset - 3))
    if tree is not None and tree.span.start < offset:
        people = [c for c in registry.names_in(Span(tree.span.start, offset)) if c.type is SpeakerType.PERSON]
        if people:
            return Link(registry.of_cluster(people[0]), 0.5, "named just before")
    return Link(None, 0.0, "no source")
