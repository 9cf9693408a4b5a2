"""Who is who: clusters of names, alternatives, what a tagger of names adds."""

from dataclasses import replace
from pathlib import Path

import pytest
from support.frozen import FrozenParser
from support.toy import ToyParser

from sayso_server.core.document import Document, NameSpan, read, with_trees
from sayso_server.core.lexicon import load_table
from sayso_server.core.pipeline import Extractor, Model
from sayso_server.core.speakers import calibration as confidence
from sayso_server.core.speakers.discourse.pronouns import RULES, weights
from sayso_server.core.speakers.entities import Link
from sayso_server.core.speakers.names.aliases import SIEVES, cluster
from sayso_server.core.speakers.names.mentions import Name, collect
from sayso_server.core.speakers.names.personhood import Reading, personhood
from sayso_server.core.speakers.names.spelling import nearly, same_stem, short_for
from sayso_server.core.statement import Span, SpeakerType

GOLDEN = Path(__file__).parents[1] / "golden" / "trees" / "speakers.conllu"


def named(*displays: str, person: float = 3.0, title: tuple[str, ...] = ()) -> list[Name]:
    return [Name(Span(20 * i, 20 * i + len(d)), title, d, person) for i, d in enumerate(displays)]


def frozen(text: str) -> Document:
    document = read(text)
    return with_trees(document, FrozenParser(GOLDEN).parse([p.of(document.plain) for p in document.paragraphs]))


@pytest.mark.parametrize(
    ("full", "short", "sieve"),
    [
        ("Mara Olin", "Mara Olin", "same name"),
        ("William Harker", "Bill Harker", "short form"),
        ("Margaret Orde", "M. Orde", "short form"),
        ("Mara Olin", "Olin", "surname"),
        ("Rosa Ibarra Quill", "Ibarra", "inner surname"),
        ("Mara Olin", "Mara", "given name"),
        ("Anneke Solberg", "Solburg", "misspelt"),
    ],
)
def test_a_person_is_known_again(full: str, short: str, sieve: str) -> None:
    found = cluster(named(full, "Edwin Marsh", short))
    assert [c.display for c in found.clusters] == [full, "Edwin Marsh"]
    assert found.sieves[40] == sieve


@pytest.mark.parametrize(
    ("full", "short", "sieve"),
    [
        ("Harbour Workers Union", "HWU", "acronym"),
        ("Harker Foods", "Harker", "company"),
        ("Rural League", "League", "company"),
    ],
)
def test_an_organization_is_known_again(full: str, short: str, sieve: str) -> None:
    found = cluster(named(full, "Coastal Trade Board", short, person=-4.0))
    assert [c.display for c in found.clusters] == [full, "Coastal Trade Board"]
    assert found.sieves[40] == sieve


def test_a_town_is_no_short_name_of_what_stands_there() -> None:
    found = cluster(named("Carrow Institute", "Carrow", person=-4.0))
    assert len(found.clusters) == 2


def test_a_shared_surname_has_rivals() -> None:
    found = cluster(named("Owen Talbrook", "Piers Talbrook", "Talbrook"))
    assert [c.display for c in found.clusters if 40 in {n.span.start for n in c.names}] == ["Piers Talbrook"]
    assert [c.display for c in found.rivals[40]] == ["Owen Talbrook"]


def test_the_rival_is_returned_as_an_alternative() -> None:
    text = (
        "Owen Talbrook sold the boat to Piers Talbrook in May. Piers Talbrook paid late. Talbrook said that it leaked."
    )
    extraction = Extractor(FrozenParser(GOLDEN), Model("frozen", "0", "")).extract(text)
    names = {s.speaker_id: s.display_name for s in extraction.speakers}
    statement = extraction.statements[-1]
    assert [names[i] for i, _ in statement.alternatives] == ["Owen Talbrook"]
    (_, other), first = statement.alternatives[0], statement.speaker_confidence
    assert 0 < other < first < first + other <= 1


def test_every_rule_was_counted() -> None:
    counted = confidence.links()["rules"]
    rules = {rule for family in confidence.FAMILIES.values() for rule in family}
    assert set(counted) == rules
    assert {sieve.rule for sieve in SIEVES} <= rules
    assert set(RULES.values()) <= rules
    for rule, cells in counted.items():
        assert tuple(cells) == confidence.cells(rule)
        assert all(0 < cell["confidence"] < 1 and 0 <= cell["right"] <= cell["of"] for cell in cells.values())


def test_a_surer_choice_is_no_less_confident() -> None:
    for rule in RULES.values():
        found = [confidence.of_link(rule, share, rivals=True) for share in (0.2, 0.4, 0.6, 0.7, 0.9, 1.0)]
        assert found == sorted(found)


def test_half_a_choice_is_half_as_sure() -> None:
    whole, half = (confidence.of_link("role", share, rivals=True) for share in (1.0, 0.5))
    assert half == whole / 2


def test_links_to_nobody_have_no_confidence() -> None:
    assert Link(None, "no source").confidence == 0.0


def test_a_tagger_of_names_tips_the_balance() -> None:
    document = frozen("Owen Talbrook met Edwin Marsh at the port. Talbrook said that it was late.")
    second = document.trees[1]
    plain, person, organization = (
        personhood(Reading(second, second.words[:1], 0, "", label)) for label in ("", "PER", "ORG")
    )
    assert organization < plain < person
    assert organization < 0 < person  # a surname alone, of which nothing else is known
    tagged = replace(document, names=(NameSpan(Span(0, 13), "ORG"), NameSpan(Span(18, 30), "PER")))
    types = {c.display: c.type for c in cluster(collect(tagged)).clusters}
    assert types["Owen Talbrook"] is SpeakerType.PERSON  # a given name weighs more than the tagger's mistake


def test_words_that_are_alike() -> None:
    assert nearly("sullivan", "sulivan")
    assert not nearly("harper", "parker")
    assert short_for("william", "bill")
    assert not short_for("william", "edwin")
    assert same_stem("netherlands", "dutch")
    assert same_stem("kesteria", "kesterian")
    assert not same_stem("iran", "iraqi")


def test_tables_hold_no_word_twice_and_weights_are_numbers() -> None:
    assert load_table("nicknames")
    assert load_table("kinds")
    assert load_table("demonyms")
    assert all(isinstance(w, float) for w in weights().values())


def test_a_speaker_is_never_a_pronoun() -> None:
    text = "“No,” he said. He said that it failed. They said that it was late. One said that it was."
    extraction = Extractor(ToyParser(), Model("toy", "0", "")).extract(text)
    assert not {s.display_name.lower() for s in extraction.speakers} & {"he", "they", "it", "one"}
