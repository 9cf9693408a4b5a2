"""Known speakers: which names of a text are theirs."""

from dataclasses import replace
from datetime import date

import pytest
from support.calls_made import calls_made
from support.frozen import FrozenParser
from support.golden import GOLDEN

from sayso_server.core.model import Model
from sayso_server.core.pipeline import Extractor
from sayso_server.core.speakers.known import with_known
from sayso_server.core.speakers.names.aliases import place
from sayso_server.core.speakers.names.clusters import NameCluster
from sayso_server.core.speakers.names.index import NameIndex, index_of
from sayso_server.core.speakers.names.mentions import NameMention
from sayso_server.core.statement import Extraction, KnownSpeaker, Options, Span, SpeakerType

PERSON, ORGANIZATION = SpeakerType.PERSON, SpeakerType.ORGANIZATION
EXTRACTOR = Extractor(FrozenParser(GOLDEN / "trees" / "known.conllu"), Model("frozen", "0", ""))


def person(name: str, *aliases: str, external_id: str = "", role: str = "") -> KnownSpeaker:
    return KnownSpeaker(external_id or name, name, aliases, PERSON, role)


def organization(name: str, *aliases: str) -> KnownSpeaker:
    return KnownSpeaker(name, name, aliases, ORGANIZATION)


def index(*displays: str, evidence: float = 3.0, title: str = "") -> NameIndex:
    """The names of a text; all that have `evidence` above 0 are people."""
    title_words = tuple(title.split())
    found = [NameMention(Span(90 * i, 90 * i + len(d)), title_words, d, evidence) for i, d in enumerate(displays)]
    return index_of(place(found), {}, "")


def only(names: NameIndex) -> NameCluster:
    [cluster] = names.clusters
    return cluster


def ids(names: NameIndex) -> list[str]:
    return [cluster.known.external_id if cluster.known else "-" for cluster in names.clusters]


def extracted(text: str, *known: KnownSpeaker) -> Extraction:
    return EXTRACTOR.extract(text, Options(known_speakers=known))


@pytest.mark.parametrize(
    ("known", "display"),
    [
        (person("John Kirby"), "John Kirby"),
        (person("Kirby, John"), "John Kirby"),
        (person("Kirby, John"), "Kirby John"),
        (person("Kirby, John, Jr."), "John Kirby"),
        (person("J. Kirby", "Kirby, John F."), "John Kirby"),
        (person("John Kirby"), "J. Kirby"),
        (person("John Kirby"), "J.F. Kirby"),
        (person("John F. Kirby"), "John Kirby"),
        (person("John F. Kirby"), "John Francis Kirby"),
        (person("William Pell"), "Bill Pell"),
        (person("Bill Pell"), "William Pell"),
        (person("William “Bins” Pell"), "William Pell"),
        (person("Ana Núñez"), "Ana Nunez"),
        (person("Ana Nunez"), "Ana Núñez"),
        (person("Shea O'Dorran"), "Shea O’Dorran"),
        (person("Sir Owen Pell QC"), "Owen Pell"),
        (person("President Owen Pell"), "Pell"),
        (person("Ellis van Dyke"), "van Dyke"),
        (person("Owen Pell"), "Pell"),
        (person("Somebody Else", "Kay-Zee"), "Kay-Zee"),
        (KnownSpeaker("?", "Owen Pell"), "O. Pell"),
    ],
)
def test_a_person_is_known(known: KnownSpeaker, display: str) -> None:
    assert only(with_known(index(display), [known])).known == known


@pytest.mark.parametrize(
    ("known", "display"),
    [
        (person("John Kirby"), "Robert Kirby"),
        (person("John Kirby"), "John"),
        (person("George H. W. Penn"), "George W. Penn"),
        (person("John Kirby"), "John Kirby Foundation"),
        (person("Anneke Solberg"), "Anneke Solburg"),  # a misspelling in the text is one, in all texts it may be a name
        (person("Owen James"), "James"),
        (organization("Coastal Trade Board"), "Trade Board"),
        (organization("Marsh"), "Owen Marsh"),
        (organization("Mara"), "Mara"),
    ],
)
def test_another_person_is_not(known: KnownSpeaker, display: str) -> None:
    assert only(with_known(index(display), [known])).known is None


@pytest.mark.parametrize(
    ("known", "display"),
    [
        (organization("The Harbour Workers Union"), "Harbour Workers Union"),
        (organization("Harbour Workers Union"), "HWU"),
        (organization("Ministry of Fish", "MoF"), "MOF"),
        (organization("U.S. Food and Drug Administration"), "Food and Drug Administration"),
        (organization("Food and Drug Administration"), "US Food and Drug Administration"),
        (organization("United States"), "US"),
        (organization("Harker Ltd"), "Harker Inc"),
        (organization("Harker Group", "Harker, Inc."), "Harker"),
        (KnownSpeaker("?", "Harbour Workers Union"), "HWU"),
        (person("Lorn"), "Lorn"),  # one word, which the caller says to be a person
    ],
)
def test_an_organization_is_known(known: KnownSpeaker, display: str) -> None:
    cluster = only(with_known(index(display, evidence=-3.0), [known]))
    assert cluster.known == known
    assert cluster.type is (known.type if known.type is not SpeakerType.UNKNOWN else ORGANIZATION)


@pytest.mark.parametrize(
    ("known", "display"),
    [
        (organization("Harker Foods and Drinks"), "Harker"),
        (organization("Kenya Police"), "Police"),
        (organization("Ad Board"), "AB"),
        (person("Owen Harker"), "Harker"),
    ],
)
def test_another_organization_is_not(known: KnownSpeaker, display: str) -> None:
    assert only(with_known(index(display, evidence=-3.0), [known])).known is None


def test_a_surname_stays_with_whom_the_text_names() -> None:
    known = [person("John Kirby", "Kirby"), person("Owen Pell")]
    assert ids(with_known(index("Robert Kirby", "Kirby", "Owen Pell"), known)) == ["-", "Owen Pell"]


def test_an_acronym_stays_with_whom_the_text_names() -> None:
    names = index("Harbour Workers Union", "HWU", evidence=-3.0)
    assert only(with_known(names, [organization("Hill Walkers Unit", "HWU")])).known is None
    assert only(with_known(names, [organization("Union of Workers", "HWU", "Harbour Workers Union")])).known is not None


def test_names_of_one_known_speaker_are_one() -> None:
    names = index("Kay-Zee", "Owen Marsh", "Kyle Zimmer", "Zimmer")
    found = with_known(names, [person("Kyle Zimmer", "Kay-Zee")])
    assert ids(found) == ["Kyle Zimmer", "-"]
    assert [one.rule.name for one in found.occurrences] == ["full name", "full name", "known name", "surname"]
    assert [n.display for n in found.clusters[0].mentions] == ["Kay-Zee", "Kyle Zimmer", "Zimmer"]


def test_a_full_name_behind_the_surname_keeps_its_rule() -> None:
    found = with_known(index("Pell", "Owen Pell"), [person("Owen Pell")])
    assert [one.rule.name for one in found.occurrences] == ["surname", "full name"]


def test_two_names_of_one_are_no_rivals() -> None:
    names = index("Ann Pell", "Nan Pell", "Pell", title="")
    [rival] = names.occurrences[2].rivals
    assert rival.display == "Ann Pell"
    assert with_known(names, [person("Ann Pell", "Nan Pell")]).occurrences[2].rivals == ()


def test_short_forms_that_the_text_holds_apart_are_not_one() -> None:
    found = with_known(index("John Kirby", "Albert Kirby"), [person("John Albert Kirby")])
    assert ids(found) == ["John Albert Kirby", "-"]


def test_namesakes_are_candidates_in_the_order_of_the_caller() -> None:
    known = [person("Owen Pell", external_id="b"), person("Ossian Pell", external_id="a"), person("Owen Marsh")]
    for display in ("Pell", "O. Pell"):
        cluster = only(with_known(index(display), known))
        assert cluster.known is None
        assert [one.external_id for one in cluster.candidates] == ["b", "a"]
        assert cluster.display == display
    same = [replace(known[0], external_id=str(i)) for i in range(100)]
    assert [one.external_id for one in only(with_known(index("Owen Pell"), same)).candidates] == list("0123456789")


def test_an_alias_of_two_is_of_both() -> None:
    known = [organization("Food Safety Agency", "FSA"), organization("Fire Service Academy", "FSA")]
    assert len(only(with_known(index("FSA", evidence=-3.0), known)).candidates) == 2
    assert ids(with_known(index("Fire Service Academy", "FSA", evidence=-3.0), known)) == ["Fire Service Academy"]


def test_type_role_and_title_tell_namesakes_apart() -> None:
    pell = person("Pell", role="Senator for Carrow", external_id="senator")
    other = person("Pell", role="Mayor of Carrow", external_id="mayor")
    company = organization("Pell")
    assert ids(with_known(index("Pell"), [pell, company])) == ["senator"]
    assert ids(with_known(index("Pell", evidence=-3.0), [pell, company])) == ["Pell"]
    assert ids(with_known(index("Pell", title="Sen."), [pell, other])) == ["senator"]
    assert ids(with_known(index("Pell", title="Judge"), [pell, other])) == ["-"]
    women = [person("Anna Pell"), person("Owen Pell")]
    assert ids(with_known(index("Pell", title="Mrs."), women)) == ["Anna Pell"]
    assert ids(with_known(index("Pell", title="Mr."), women[:1])) == ["-"]


def test_nobody_known_changes_nothing() -> None:
    names = index("Owen Pell", "Pell")
    assert with_known(names, ()) is names
    found = with_known(names, [person("Mara Olin")])
    assert found.clusters == names.clusters
    assert found.occurrences == names.occurrences


def test_who_is_not_named_is_not_returned() -> None:
    known = (person("Mara Ellen Voss"), person("Owen Pell"))
    extraction = extracted("Voss said that the bridge was safe.", *known)
    [speaker] = extraction.speakers
    assert (speaker.display_name, speaker.external_id, speaker.candidates) == ("Mara Ellen Voss",) * 2 + ((),)


def test_the_text_gives_the_role_before_the_caller_does() -> None:
    judge = person("Anna Talbrook", role="Chair")
    assert extracted("Judge Talbrook said that the vote was lost.", judge).speakers[0].role == "Judge"
    assert extracted("Talbrook said that the vote was lost.", judge).speakers[0].role == "Chair"
    agency = KnownSpeaker("f", "FSA", type=ORGANIZATION, role="regulator")
    assert extracted("The FSA said that the eggs were safe.", agency).speakers[0].role == "regulator"


def test_without_the_role_nobody_is_the_mayor() -> None:
    text = "Mara Voss met crews. The mayor said that talks had begun."
    assert extracted(text, person("Mara Voss")).speakers[0].external_id == ""
    assert extracted(text, person("Mara Voss", role="Mayor")).speakers[0].external_id == "Mara Voss"


def test_the_day_of_the_text_says_who_is_looked_for() -> None:
    early = KnownSpeaker("1", "Owen Pell", valid_to=date(2024, 6, 30))
    late = KnownSpeaker("2", "Anna Pell", valid_from=date(2024, 7, 1))
    always = KnownSpeaker("3", "Mara Olin")
    options = Options(known_speakers=(early, late, always))
    assert options.on(None) is options
    assert options.on(date(2024, 6, 30)).known_speakers == (early, always)
    assert options.on(date(2024, 7, 1)).known_speakers == (late, always)
    assert Options(known_speakers=(always,)).on(date(1900, 1, 1)).known_speakers == (always,)


def test_four_times_as_many_are_four_times_the_work() -> None:
    def work(count: int, times: int) -> int:
        known = [person(f"Owen {chr(65 + i % 26)}. Pell", external_id=str(i)) for i in range(count)]
        names = index(*(f"O{chr(97 + i % 26)}wen Q. Pell{'x' * (i % 7)}" for i in range(times)))
        return calls_made(lambda: with_known(names, known))

    work(1, 1)  # word lists are read once
    assert work(800, 10) < 4.6 * work(200, 10)
    assert work(200, 400) < 4.6 * work(200, 100)
