"""Speakers: clusters of names, alternatives, the contribution of the name tagger."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support.frozen import FrozenParser
from support.toy import ToyParser

from sayso_server.core.document import Document, NameSpan, read, with_trees
from sayso_server.core.lexicon import load_table
from sayso_server.core.model import Model
from sayso_server.core.pipeline import Extractor
from sayso_server.core.scoring import load_scorer
from sayso_server.core.selection.choice import choose
from sayso_server.core.speakers import resolve
from sayso_server.core.speakers.entities import Link
from sayso_server.core.speakers.names.aliases import Placement, place
from sayso_server.core.speakers.names.collecting import collect
from sayso_server.core.speakers.names.index import index_names
from sayso_server.core.speakers.names.mentions import NameMention
from sayso_server.core.speakers.names.personhood import features, personhood
from sayso_server.core.speakers.names.spelling import nearly, same_stem, short_for
from sayso_server.core.speakers.names.titles import TitledName
from sayso_server.core.statement import Span, SpeakerType

GOLDEN = Path(__file__).parents[1] / "golden" / "trees" / "speakers.conllu"


def named(*displays: str, person: float = 3.0, title: tuple[str, ...] = ()) -> list[NameMention]:
    return [NameMention(Span(20 * i, 20 * i + len(d)), title, d, person) for i, d in enumerate(displays)]


def frozen(text: str) -> Document:
    document = read(text)
    return with_trees(document, FrozenParser(GOLDEN).parse([p.of(document.plain) for p in document.paragraphs]))


def displays(placed: list[Placement]) -> list[str]:
    """The clusters by first mention."""
    return [cluster.so_far.display for cluster in dict.fromkeys(one.cluster for one in placed)]


def at(placed: list[Placement], offset: int) -> Placement:
    return next(one for one in placed if one.mention.span.start == offset)


@pytest.mark.parametrize(
    ("full", "short", "rule"),
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
def test_a_person_is_known_again(full: str, short: str, rule: str) -> None:
    placed = place(named(full, "Edwin Marsh", short))
    assert displays(placed) == [full, "Edwin Marsh"]
    assert at(placed, 40).rule.name == rule


@pytest.mark.parametrize(
    ("full", "short", "rule"),
    [
        ("Harbour Workers Union", "HWU", "acronym"),
        ("Harker Foods", "Harker", "company"),
        ("Rural League", "League", "company"),
    ],
)
def test_an_organization_is_known_again(full: str, short: str, rule: str) -> None:
    placed = place(named(full, "Coastal Trade Board", short, person=-4.0))
    assert displays(placed) == [full, "Coastal Trade Board"]
    assert at(placed, 40).rule.name == rule


def test_a_town_is_no_short_name_of_what_stands_there() -> None:
    assert displays(place(named("Carrow Institute", "Carrow", person=-4.0))) == ["Carrow Institute", "Carrow"]


def test_a_shared_surname_has_rivals() -> None:
    surname = at(place(named("Owen Talbrook", "Piers Talbrook", "Talbrook")), 40)
    assert surname.cluster.so_far.display == "Piers Talbrook"
    assert [rival.so_far.display for rival in surname.rivals] == ["Owen Talbrook"]


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


def test_a_tagger_of_names_tips_the_balance() -> None:
    document = frozen("Owen Talbrook met Edwin Marsh at the port. Talbrook said that it was late.")
    second = document.trees[1]
    plain, person, organization = (
        personhood(TitledName(second, second.words[:1], 0, "", label)).margin for label in ("", "PER", "ORG")
    )
    assert organization < plain < person
    assert organization < 0 < person  # a surname alone, of which nothing else is known
    tagged = replace(document, names=(NameSpan(Span(0, 13), "ORG"), NameSpan(Span(18, 30), "PER")))
    types = {c.display: c.type for c in index_names(tagged).clusters}
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
    for name in ("pronouns", "personhood", "description_fit"):
        assert all(isinstance(weight, float) for weight in load_scorer(name).weights.values())


def test_a_speaker_is_never_a_pronoun() -> None:
    text = "“No,” he said. He said that it failed. They said that it was late. One said that it was."
    extraction = Extractor(ToyParser(), Model("toy", "0", "")).extract(text)
    assert not {s.display_name.lower() for s in extraction.speakers} & {"he", "they", "it", "one"}


def parsed() -> Iterator[Document]:
    """The paragraphs of the frozen trees, each a document."""
    for line in GOLDEN.read_text(encoding="utf-8").splitlines():
        if line.startswith("# paragraph = "):
            yield frozen(line.removeprefix("# paragraph = "))


def links(text: str) -> dict[str, Link]:
    """The links of a document by rule."""
    document = frozen(text)
    return {link.rule.name: link for link in resolve(document, choose(document)).links}


def test_the_evidence_of_a_name_sums_to_its_personhood() -> None:
    mentions = [mention for document in parsed() for mention in collect(document)]
    assert len(mentions) > 50
    for mention in mentions:
        assert mention.person == pytest.approx(sum(added for _, added in mention.evidence))
    first = collect(frozen("Sen. Ada Prowse read the bill. The senator said it would pass."))[0]
    expected = {"given name": 3.0, "tagged as a person": 1.5, "title": 3.0, "two to four words": 1.0}
    assert dict(first.evidence) == expected


def test_every_feature_of_a_name_has_a_weight() -> None:
    weights = load_scorer("personhood").weights
    for document in parsed():
        for tree in document.trees:
            for start in range(len(tree.words) - 1):
                for label in ("", "PER", "ORG"):
                    name = TitledName(tree, tree.words[start : start + 2], 0, document.plain[-9:], label)
                    assert set(features(name)) <= weights.keys()


def test_the_evidence_of_a_description_explains_its_fit() -> None:
    link = links("Sen. Ada Prowse read the bill. The senator said it would pass.")["role"]
    assert dict(link.evidence) == pytest.approx({"all words fit": 2.0, "same job title": 0.5})
    link = links(
        "Prime Minister Ilse Dauntry of Velland met President Tomas Orde of Kesteria. "
        "The Kesterian leader said that talks had begun."
    )["role"]
    assert link.entity is not None
    assert link.entity.display == "Tomas Orde"
    assert dict(link.evidence) == pytest.approx({"all words fit": 2.0, "words that fit": 0.1})


def test_the_evidence_of_a_pronoun_is_that_of_the_best() -> None:
    link = links("Owen Talbrook met Helena Marsh. She said that talks had begun. He left.")["pronoun he or she"]
    weights = load_scorer("pronouns").weights
    assert link.entity is not None
    assert link.entity.display == "Helena Marsh"
    assert {name for name, _ in link.evidence} >= {"gender known", "named"}
    assert {name for name, _ in link.evidence} <= weights.keys()


def test_a_ranking_needs_the_margin_only() -> None:
    features = {"named": 1.0, "often": 0.7, "sentences back": 2, "he: person": 1.0}
    scorer = load_scorer("pronouns")
    assert scorer.margin(features) == pytest.approx(scorer.weigh(features).margin)


def test_the_evidence_of_a_name_is_on_its_link() -> None:
    link = links("Anneke Solberg of the Halder Space Agency said that the probe was lost.")["full name"]
    assert ("person: given name", 3.0) in link.evidence
