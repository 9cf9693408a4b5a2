"""Sieves of noun phrases propose; only the store changes anything."""

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from support.frozen import FrozenParser

from sayso_server.core.document import read, with_trees
from sayso_server.core.grammar.noun_phrase import mention
from sayso_server.core.speakers import link_rules
from sayso_server.core.speakers.descriptions import SIEVES, propose
from sayso_server.core.speakers.descriptions.phrase import Phrase
from sayso_server.core.speakers.entities import Entity, EntityStore, NewEntity, Proposal, open_store
from sayso_server.core.speakers.names.index import index_names
from sayso_server.core.statement import Span, SpeakerType

PLACE = Span(0, 1)
GOLDEN = Path(__file__).parents[1] / "golden" / "trees" / "speakers.conllu"


def stores() -> Iterator[EntityStore]:
    """A store for each paragraph of the frozen trees."""
    for line in GOLDEN.read_text(encoding="utf-8").splitlines():
        if line.startswith("# paragraph = "):
            document = read(line.removeprefix("# paragraph = "))
            trees = FrozenParser(GOLDEN).parse([p.of(document.plain) for p in document.paragraphs])
            document = with_trees(document, trees)
            yield open_store(document, index_names(document))


def phrases(store: EntityStore) -> Iterator[Phrase]:
    for tree in store.document.trees:
        for word in tree.words:
            if word.upos in {"NOUN", "PROPN", "PRON", "NUM", "DET"}:
                yield Phrase(store, tree, mention(tree, word, store.document.plain), word, {})


def state(store: EntityStore) -> object:
    """Everything that a store holds, entities with their fields."""

    def of(entity: Entity) -> tuple[object, ...]:
        return entity, *(getattr(entity, f.name) for f in fields(entity))

    return (
        [of(e) for e in store.named.values()],
        [of(e) for e in store.unnamed],
        list(store.documents),
        {key: list(entities) for key, entities in store._described.items()},
    )


def test_a_sieve_changes_nothing() -> None:
    for store in stores():
        for phrase in phrases(store):
            before = state(store)
            for sieve in SIEVES:
                sieve(phrase)
            assert state(store) == before
            assert propose(phrase) == propose(phrase)
            store.apply(propose(phrase), PLACE)


def test_a_new_entity_is_in_the_store_once_it_is_applied() -> None:
    store = next(stores())
    proposal = store.describe(link_rules.DESCRIBED_PERSON, SpeakerType.PERSON, "spokesman", "spokesman", definite=True)
    assert isinstance(proposal.entity, NewEntity)
    assert not store.unnamed
    link = store.apply(proposal, PLACE)
    assert store.unnamed == [link.entity]
    assert store.described(SpeakerType.PERSON, "spokesman") == [link.entity]


def test_a_fuller_name_is_taken_once_it_is_applied() -> None:
    store = next(stores())

    def described(text: str) -> Proposal:
        return store.describe(link_rules.DESCRIBED_PERSON, SpeakerType.PERSON, text, "spokesman", definite=True)

    entity = store.apply(described("spokesman"), PLACE).entity
    fuller = described("spokesman for the port")
    assert entity is not None
    assert (fuller.entity, entity.display) == (entity, "spokesman")
    assert store.apply(fuller, PLACE).entity is entity
    assert entity.display == "spokesman for the port"


def test_a_phrase_may_introduce_the_group_that_it_is_a_part_of() -> None:
    store = next(stores())
    group = store.describe(link_rules.THE_SAME_GROUP, SpeakerType.GROUP, "officials", "official", definite=True)
    new = NewEntity(SpeakerType.PERSON, "one of officials", "one")
    link = store.apply(Proposal(new, link_rules.ONE_OF_A_GROUP, whole=group), PLACE)
    assert [e.display for e in store.unnamed] == ["officials", "one of officials"]
    assert link.entity is store.unnamed[-1]
