"""Who is the same over documents: names, job titles, guards against chains, known speakers. All people are invented."""

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from support.said import said

from sayso_server.core.statement import SpeakerType
from sayso_server.corpus.people import blocking
from sayso_server.corpus.people.clustering import Cluster
from sayso_server.corpus.people.job import resolved
from sayso_server.corpus.people.names import key_of, likeness
from sayso_server.corpus.people.profiles import Profile, merge_into, speakers_of

PERSON, ORGANIZATION = SpeakerType.PERSON, SpeakerType.ORGANIZATION
GIVEN = ("John", "Ada", "Brennan", "Cosima", "Dorian", "Elowen", "Fabian", "Greer", "Hesper", "Idris")
SURNAMES = ("Smith", "Aldane", "Brockway", "Calder", "Drayton", "Ellery", "Fenwick", "Garrow", "Hallam", "Ingram")
CROWD = tuple(f"{given} {surname}" for given in GIVEN for surname in SURNAMES if (given, surname) != ("John", "Smith"))
"""Who makes John, and Smith, common names of a corpus."""


def clusters(rows: Iterable[dict[str, Any]]) -> list[Cluster]:
    profiles: dict[str, Profile] = {}
    merge_into(profiles, speakers_of(rows).values())
    return resolved(profiles)


def people(*rows: dict[str, Any]) -> list[set[tuple[str, str]]]:
    """Names with job titles, those of one person together; without those of the crowd."""
    found = [
        {(next(iter(member.profile.names)), next(iter(member.profile.roles), "")) for member in cluster}
        for cluster in clusters(rows)
    ]
    return sorted((one for one in found if not {name for name, _ in one} & set(CROWD)), key=sorted)


def crowd(times: int = 1) -> list[dict[str, Any]]:
    return [said(f"crowd {number}", name) for number in range(times) for name in CROWD]


def test_job_titles_that_change_with_time_are_one_persons() -> None:
    found = people(
        said("a", "Odalys Penhallow", "Senator", published_at="2004-03-01"),
        said("b", "Odalys Penhallow", "President-elect", published_at="2008-11-20"),
        said("c", "Odalys Penhallow", "President", published_at="2012-05-02"),
    )
    assert len(found) == 1


def test_a_common_name_with_other_job_titles_is_of_several_people() -> None:
    rows = (said("a", "John Smith", "police chief"), said("b", "John Smith", "goalkeeper"))
    assert len(people(*rows)) == 1, "of few people, nothing says that a name is common"
    assert len(people(*rows, *crowd())) == 2


def test_an_initial_joins_no_two_people() -> None:
    found = people(said("a", "John Smith"), said("b", "J. Smith"), said("c", "Jane Smith"), *crowd())
    assert found == [{("J. Smith", "")}, {("Jane Smith", "")}, {("John Smith", "")}]


def test_a_short_name_goes_to_the_one_person_that_it_fits() -> None:
    spokesman = "National Security Spokesman"
    rows = [said("a", "John Kirby", spokesman), said("b", "Kirby", spokesman), said("c", "J. Kirby", spokesman)]
    assert len(people(*rows)) == 1
    namesakes = [said("d", "Joan Kirby", "veterinarian"), said("e", "Kirby", "veterinarian")]
    assert people(*rows, *namesakes) == [
        {("J. Kirby", spokesman), ("John Kirby", spokesman), ("Kirby", spokesman)},
        {("Joan Kirby", "veterinarian"), ("Kirby", "veterinarian")},
    ]


def test_a_short_name_that_fits_several_equally_is_nobodys() -> None:
    rows = [said("a", "John Kirby"), said("b", "Joan Kirby"), said("c", "Kirby")]
    assert people(*rows) == [{("Joan Kirby", "")}, {("John Kirby", "")}, {("Kirby", "")}]


def test_one_surname_in_different_countries() -> None:
    rows = [
        said("a", "Mirel Durande", "French Foreign Minister"),
        said("b", "Durande", "Canadian Foreign Minister"),
    ]
    assert len(people(*rows)) == 2
    rows[1]["speaker_role"] = "French Foreign Minister"
    assert len(people(*rows)) == 1


def test_two_speakers_of_one_document_are_two_people() -> None:
    told_apart = [said("a", "Kirby", "spokesman"), said("a", "John Kirby", "spokesman")]
    assert len(people(*told_apart)) == 2
    assert len(people(told_apart[0], told_apart[1] | {"document_id": "b"})) == 1


def test_what_a_woman_said_no_man_said() -> None:
    rows = [said("a", "Owen Pell", "spokesman"), said("b", "Pell", source="she")]
    assert len(people(*rows)) == 2
    rows[1]["source"] = "he"
    assert len(people(*rows)) == 1


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Bill Pell", "William Pell", "nickname"),
        ("Ada M. Orr", "Ada Orr", "middle name"),
        ("Ada M. Orr", "Ada T. Orr", ""),
        ("A. Orr", "Ada Orr", "initial"),
        ("A. Orr", "Bea Orr", ""),
        ("Orr", "Ada Orr", "surname"),
        ("McEwan Thorne", "Ada McEwan Thorne", "surname"),
        ("Ricarda Solís Nevar", "Ricarda Solís", "last surname left out"),
        ("Andrés Orr", "Andres Orr", "same name"),
        ("Ada Zelinsky", "Ada Zelinskyy", "misspelt"),
        ("Ada Orr", "Ada Orne", ""),
        ("GK Alder", "G. K. Alder", "same name"),
        ("Sen. Ada Orr", "Ada Orr", "same name"),
        ("Ranking Member Orr", "Orr", "same name"),
    ],
)
def test_names_of_people(one: str, other: str, alike: str) -> None:
    keys = key_of(one, PERSON), key_of(other, PERSON)
    assert all(keys)
    assert (likeness(*keys, PERSON), likeness(*reversed(keys), PERSON)) == (alike, alike)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("FDA", "Food and Drug Administration", "acronym"),
        ("FDA", "US Food and Drug Administration", "acronym"),
        ("U.S. Senate", "United States Senate", "same name"),
        ("Supreme Court of the United Kingdom", "UK Supreme Court", "same country"),
        ("Supreme Court", "UK Supreme Court", "country left out"),
        ("French Supreme Court", "UK Supreme Court", ""),
        ("Harrowmere Foods Ltd", "Harrowmere Foods", "company form"),
        ("HMR News", "HMR", "company form"),
        ("Bradwell Council", "Harrowmere Council", ""),
    ],
)
def test_names_of_organizations(one: str, other: str, alike: str) -> None:
    keys = key_of(one, ORGANIZATION), key_of(other, ORGANIZATION)
    assert (likeness(*keys, ORGANIZATION), likeness(*reversed(keys), ORGANIZATION)) == (alike, alike)


@pytest.mark.parametrize(
    ("described", "kind"),
    [
        ("a spokesman", PERSON),
        ("U.S. judge", PERSON),
        ("Public Works Ranking Member", PERSON),
        ("Head of Harrowmere", PERSON),
        ("fire service", ORGANIZATION),
        ("Iraqi", ORGANIZATION),
        ("Ministry", ORGANIZATION),
        ("report by Harrowmere", SpeakerType.DOCUMENT),
    ],
)
def test_who_is_described_is_nobody_over_documents(described: str, kind: SpeakerType) -> None:
    assert people(said("a", described, kind=kind)) == []


def test_the_same_name_of_another_type_is_another() -> None:
    rows = [said(kind, "Harrow Finch", kind=kind) for kind in ("person", "organization", "document")]
    assert len(people(*rows)) == 3
    assert people(said("a", "Harrow Finch", kind="group"), said("b", "Harrow Finch", kind="unknown")) == []


def test_every_state_has_a_supreme_court() -> None:
    court = {"kind": ORGANIZATION}
    french = said("a", "Supreme Court", sentence="The Supreme Court said France must pay.", **court)
    also_french = said("b", "Supreme Court", sentence="French judges of the Supreme Court agreed.", **court)
    canadian = said("c", "Supreme Court", sentence="The Supreme Court said Canada must not.", **court)
    assert sorted(len(cluster) for cluster in clusters([french, also_french, canadian])) == [1, 2]


def test_a_document_is_the_same_where_its_issuer_is() -> None:
    rows = [
        said("a", "Annual Review", kind="document", speaker_issuer="Harrowmere"),
        said("b", "Annual Review", kind="document", speaker_issuer="Harrowmere"),
        said("c", "Annual Review", kind="document", speaker_issuer="Bradwell"),
    ]
    assert sorted(member.profile.documents for cluster in clusters(rows) for member in cluster) == [1, 2]


def test_known_speakers_are_never_merged() -> None:
    rows = [
        said("a", "Odalys Penhallow", "Senator", speaker_external_id="P-1"),
        said("b", "Odalys Penhallow", "Senator", speaker_external_id="P-2"),
    ]
    assert len(clusters(rows)) == 2
    rows += [said("c", "Penhallow", "Governor", speaker_external_id="P-1")]
    assert sorted(cluster[0].profile.documents for cluster in clusters(rows)) == [1, 2], "one id is one person"


def test_a_name_without_an_id_joins_a_known_speaker_whom_it_may_be() -> None:
    rows = [said("a", "Odalys Penhallow", speaker_external_id="P-1"), said("b", "Odalys Penhallow")]
    assert len(clusters(rows)) == 1
    rows[1]["speaker_candidates"] = "P-2; P-3"
    assert len(clusters(rows)) == 2
    rows[1]["speaker_candidates"] = "P-1; P-3"
    assert len(clusters(rows)) == 1


def test_confidence_says_how_common_a_name_is() -> None:
    rows = [said("a", "John Smith", "striker"), said("b", "John Smith", "goalkeeper")]
    least = [
        min(member.confidence for cluster in clusters([*rows, *others]) if len(cluster) > 1 for member in cluster)
        for others in ([], crowd()[9:29])
    ]
    assert 1 > least[0] > least[1] > 0.5


def test_a_common_name_without_a_job_title_is_nobody_for_sure() -> None:
    rows = [said(document, name) for document in "abc" for name in ("John Smith", "Odalys Penhallow")]
    confidences = {
        member.profile.name: member.confidence for cluster in clusters([*rows, *crowd()]) for member in cluster
    }
    assert confidences["john", "smith"] < 0.8
    assert 0.99 < confidences["odalys", "penhallow"] < 1


def test_a_block_of_one_surname_takes_linear_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocking, "MOST_NEIGHBOURS", 10)
    counts = defaultdict(int)
    for size in (100, 200):
        names = [f"{chr(97 + n % 26)}{chr(97 + n // 26)}na Smith".title() for n in range(size)]
        rows = [row for n, name in enumerate(names) for row in (said(f"f{n}", name), said(f"s{n}", "Smith"))]
        profiles: dict[str, Profile] = {}
        merge_into(profiles, speakers_of(rows).values())
        counts[size] = max(len(list(blocking.pairs_of(block))) for block in blocking.blocks_of(profiles.values()))
    assert counts[200] < 2.2 * counts[100]


def test_the_time_of_one_name_in_many_documents_is_that_of_its_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted in calls of functions, which no busy machine changes; a profile each for who is named by a surname."""
    calls = {}
    for neighbours in (20, 80):
        monkeypatch.setattr(blocking, "MOST_NEIGHBOURS", neighbours)
        with counted_calls() as count:
            found = clusters(said(f"d{n}", "Smith") for n in range(300))
        assert sum(map(len, found)) == 300
        calls[neighbours] = count.total()
    assert calls[80] < 5 * calls[20]


@contextmanager
def counted_calls() -> Iterator[Counter[str]]:
    """How many functions of Python are called, in all."""
    count: Counter[str] = Counter()

    def note(_: object, event: str, __: object) -> None:
        count[event] += event == "call"

    sys.setprofile(note)
    try:
        yield count
    finally:
        sys.setprofile(None)
