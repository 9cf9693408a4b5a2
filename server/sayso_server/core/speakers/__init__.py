"""Resolves the speakers of statements: finds the names, then links each statement to an entity, in text order."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sayso_server.core.coreference import Compared, Coreference
from sayso_server.core.document import Document
from sayso_server.core.lexicon import load_words
from sayso_server.core.selection.choice import Chosen
from sayso_server.core.speakers import link_rules as rules
from sayso_server.core.speakers.discourse.agreement import may_corefer
from sayso_server.core.speakers.discourse.author import author
from sayso_server.core.speakers.discourse.conversation import addressee_of, target_of, without_cue
from sayso_server.core.speakers.discourse.reader import Reader
from sayso_server.core.speakers.discourse.sources import Reported, antecedent_of_which, link_source
from sayso_server.core.speakers.discourse.turns import Turn, asks
from sayso_server.core.speakers.entities import Entity, Link, open_store
from sayso_server.core.speakers.known import with_known
from sayso_server.core.speakers.names.index import index_names
from sayso_server.core.speakers.roster import identified
from sayso_server.core.statement import Kind, KnownSpeaker, Speaker

__all__ = ["Resolved", "resolve"]


class Resolved(NamedTuple):
    """A link for each statement, in order; the speakers; and the identifiers of their entities."""

    links: Sequence[Link]
    speakers: tuple[Speaker, ...]
    ids: Mapping[Entity, str]


def resolve(
    document: Document,
    chosen: Sequence[Chosen],
    coreference: Coreference | None = None,
    known: Sequence[KnownSpeaker] = (),
) -> Resolved:
    """The speakers of the statements of a document; `coreference` compares its mentions, if the parser can.

    Those of the `known` speakers that the text names are recognized.
    """
    compared = Compared(coreference, document.trees, may_corefer) if coreference is not None else None
    names = with_known(index_names(document), known)
    reader = Reader(open_store(document, names), compared=compared)
    links: list[Link] = []
    for item in chosen:
        parent = links[item.parent].entity if item.parent is not None and item.parent < len(links) else None
        link = _link(reader, item, parent)
        links.append(link)
        if link.entity is not None and item.parent is None and not document.is_of_page(item.candidate.content[0].start):
            reader.take_turn(_turn(reader, item, link.entity))
    return Resolved(links, *identified(links, [item.candidate.source for item in chosen]))


def _link(reader: Reader, item: Chosen, parent: Entity | None) -> Link:
    """The link of one statement: by its source, or by the conversation if it has none."""
    found = item.candidate
    if found.source is not None and found.source_head is not None:
        tree = reader.store.document.tree_at(found.source_head.start)
        if tree is not None:
            head, cue = found.source_head, found.cue.lemma if found.cue else ""
            verbs = tree.between(found.cue.spans[0].start, found.cue.spans[0].end) if found.cue else []
            head = antecedent_of_which(reader, tree, head, verbs[0]) if verbs else head
            named = _named_in(reader, item)
            return link_source(reader, tree, found.source, head, Reported(parent, cue, named))
    reader.read_to(found.content[0].start)
    if found.follows:
        return without_cue(reader, item)
    is_announced = (
        item.kind is Kind.DIRECT and found.cue is not None and found.cue.lemma in load_words("announced_texts")
    )
    announced = author(reader, found.content[0].start) if is_announced else None
    return Link(announced, rules.FIRST_PERSON_OF_TEXT) if announced is not None else Link(None, rules.NO_SOURCE)


def _named_in(reader: Reader, item: Chosen) -> frozenset[Entity]:
    """Who is named in a content after its source, outside quotations: he said that Olin was late."""
    store, found = reader.store, item.candidate
    start = found.source.end if found.source is not None else 0
    named = (one for span in found.content for one in store.names.from_to(max(start, span.start), span.end))
    return frozenset(store.named[one.cluster] for one in named if store.document.quotation_at(one.start) is None)


def _turn(reader: Reader, item: Chosen, entity: Entity) -> Turn:
    """The turn of a statement that is not inside another."""
    found, document = item.candidate, reader.store.document
    offset = (found.source or found.content[0]).start
    return Turn(
        offset=offset,
        entity=entity,
        end=max(found.content[-1].end, found.cue.spans[-1].end if found.cue else 0),
        quoted=item.kind is Kind.DIRECT,
        addressee=addressee_of(reader, item),
        target=target_of(reader, item),
        asks=asks(document, item),
        charges=found.cue is not None and found.cue.lemma in load_words("charging_verbs"),
        switched=found.follows and bool(reader.turns) and reader.turns[-1].entity is not entity,
    )
