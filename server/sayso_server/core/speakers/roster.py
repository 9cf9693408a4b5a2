"""The speakers to return: identifiers, names and mentions."""

import bisect
from collections import defaultdict
from collections.abc import Mapping, Sequence

from sayso_server.core.speakers.entities import Entity, Link
from sayso_server.core.statement import Span, Speaker, SpeakerType
from sayso_server.core.text import INVISIBLE


def identified(links: Sequence[Link], sources: Sequence[Span | None]) -> tuple[tuple[Speaker, ...], dict[Entity, str]]:
    """All entities that make a statement, may make it, or are related to one that does; and their identifiers.

    Each has a mention: a name, a source, or the description that introduced it. `sources` are the sources of the
    statements, one per link.
    """
    mentions = source_mentions(links, sources)
    used = dict.fromkeys(link.entity for link in links if link.entity is not None)
    used |= dict.fromkeys(entity for link in links for entity, _ in link.alternatives)
    for entity in list(used):
        used |= dict.fromkeys(e for e in (entity.issuer, entity.affiliation) if e is not None)
    in_order = sorted(used, key=lambda e: min((s.start for s in (*names(e), *mentions.get(e, ()))), default=0))
    ids = {entity: f"p{i + 1}" for i, entity in enumerate(in_order)}
    return tuple(_speaker(entity, mentions.get(entity, ()), ids) for entity in in_order), ids


def source_mentions(links: Sequence[Link], sources: Sequence[Span | None]) -> Mapping[Entity, list[Span]]:
    """The sources that refer to each entity."""
    mentions: dict[Entity, list[Span]] = defaultdict(list)
    for link, source in zip(links, sources, strict=True):
        if link.entity is not None and source is not None:
            mentions[link.entity].append(source)
    return mentions


def names(entity: Entity) -> list[Span]:
    """The names of the entity, in text order; a name that overlaps the one before is left out."""
    out: list[Span] = []
    for name in entity.cluster.mentions if entity.cluster else ():
        if not out or not out[-1].overlaps(name.span):
            out.append(name.span)
    return out


def _speaker(entity: Entity, mentions: Sequence[Span], ids: Mapping[Entity, str]) -> Speaker:
    own = names(entity)
    starts = [n.start for n in own]
    others: list[Span] = []
    for mention in sorted(mentions):
        i = bisect.bisect_left(starts, mention.end)
        if not (i and own[i - 1].overlaps(mention)) and not (others and others[-1].overlaps(mention)):
            others.append(mention)
    if not own and not others and entity.met is not None:
        others.append(entity.met)
    known = entity.cluster.known if entity.cluster else None
    return Speaker(
        speaker_id=ids[entity],
        display_name=known.name if known else entity.display.replace(INVISIBLE, ""),
        type=entity.type,
        mentions=tuple(sorted([*own, *others])),
        role=_role(entity),
        affiliation_id=ids.get(entity.affiliation) if entity.affiliation else None,
        issuer_id=ids.get(entity.issuer) if entity.issuer else None,
        external_id=known.external_id if known else "",
        candidates=entity.cluster.candidates if entity.cluster else (),
    )


def _role(entity: Entity) -> str:
    """The role of a person from the text, else from the caller."""
    if entity.cluster is None:
        return ""
    own = entity.cluster.job_title if entity.type is SpeakerType.PERSON else ""
    return own or (entity.cluster.known.role if entity.cluster.known else "")
