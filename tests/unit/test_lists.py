"""The lists generated from public data: the selection, and that the output is deterministic."""

import locale
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from sayso_server.core.lexicon.files import read_generated
from sayso_tools.training.lists.given_names import Register, gender, given_names
from sayso_tools.training.lists.other import calendar_words, company_endings, demonyms, honorifics, short_forms

TABLES = {
    "given-names-us-uk": """
        name us_male us_female uk_male uk_female p_female
        mary 100 90000 0 5000 0.9989
        james 90000 100 5000 0 0.0011
        robin 9000 9000 500 500 0.5
        nikos 400 0 40 0 0.0
        brantlee 900 0 0 0 0.0
        paris 100 9000 0 100 0.989
        baker 6000 0 10 0 0.0
        april 0 9000 0 900 1.0
    """,
    "given-names-world": """
        name genders countries
        Zoë F BE|NL
        Robin M SE
        Ana-Maria F RO
    """,
    "surnames-us": """
        surname count_2000_census
        Baker 400000
        James 80000
    """,
    "nicknames": """
        name nickname
        robin rob
        james bill
        mary maryjames
    """,
    "company-suffixes": """
        suffix type
        gmbh x
        s.p.a. x
        ab x
    """,
    "honorifics": """
        title kind
        Baroness title
        Baker title
        Jr suffix
    """,
}
PEOPLES = [
    ("Spain", "Spanish", "Spaniard", "Spaniards"),
    ("Congo", "Congolese|Congo", "Congolese", "Congolese"),
    ("DRC", "Congolese", "Congolese", "Congolese"),
    ("South Sudan", "South Sudanese", "South Sudanese", "South Sudanese"),
    ("The Gambia", "Gambian", "Gambian", "Gambians"),
    ("North Korea", "Korean", "Korean", "Koreans"),
    ("South Korea", "Korean", "Korean", "Koreans"),
]
TEXT = "Paris\tB-LOC\n" * 9 + "Paris\tB-PER\nI\tO\nwill\tO\n"


@pytest.fixture
def public(tmp_path: Path) -> Path:
    """A folder of small public lists, with a folder of texts inside."""
    for name, table in TABLES.items():
        lines = ["\t".join(row.split()) for row in table.strip().splitlines()]
        (tmp_path / f"{name}.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    rows = [("country", "adjectives", "noun_singular", "noun_plural"), *PEOPLES]
    (tmp_path / "demonyms.tsv").write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a-train.iob2").write_text(TEXT, encoding="utf-8")
    return tmp_path


def run(public: Path, output: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sayso_tools", "lists", "--lists", str(public)]
    command += ["--names", str(public / "texts"), "--output", str(output)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def test_the_same_data_gives_the_same_files(public: Path, tmp_path: Path) -> None:
    for output in ("first", "second"):
        assert run(public, tmp_path / output).returncode == 0
    assert contents(tmp_path / "first") == contents(tmp_path / "second")
    made = {path.name: read_generated(path)[1] for path in (tmp_path / "first").iterdir()}
    assert made["female_names.txt"] == ["mary", "zoe", "zoë"]
    assert made["male_names.txt"] == ["james", "nikos"]
    assert made["given_names.txt"] == ["robin"]
    assert made["nicknames.tsv"] == ["maryjames\tmary", "robin\trob"]
    assert made["demonyms.tsv"] == ["congo\tcongolese", "gambia\tgambian gambians", "spain\tspaniard spaniards spanish"]
    assert made["company_words.txt"] == ["gmbh", "s.p.a", "spa"]
    assert made["honorifics.txt"] == ["baroness"]
    assert "january" in made["calendar.txt"]


def test_a_missing_folder_is_explained(tmp_path: Path) -> None:
    result = run(tmp_path / "absent", tmp_path / "out")
    assert result.returncode == 2
    assert "absent" in result.stderr
    assert "not part of the project" in " ".join(result.stderr.split())
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("known", "abroad", "countries", "expected"),
    [
        (Register(9000, 90, 0.99), "", 0, "F"),
        (Register(9000, 90, 0.02), "M", 9, "M"),
        (Register(9000, 90, 0.80), "", 0, ""),
        (Register(9000, 90, 0.80), "F", 1, ""),
        (Register(9000, 90, 0.80), "F", 3, "F"),
        (Register(9000, 90, 0.99), "M", 1, "F"),
        (Register(9000, 90, 0.99), "M", 3, ""),
        (Register(90, 0, 0.99), "M", 1, "M"),
        (Register(90, 0, 0.99), "FM", 1, ""),
    ],
)
def test_gender_by_registers_and_abroad(known: Register, abroad: str, countries: int, expected: str) -> None:
    assert gender(known, frozenset(abroad), countries) == expected


def test_a_name_that_is_more_often_something_else_is_left_out() -> None:
    register = {name: Register(100_000, 0, 0.0) for name in ("will", "bill", "lord", "hunt")}
    uses = {"will": Counter(word=900, PER=30), "bill": Counter(word=20, PER=30)}
    kept = given_names(register, {}, {"hunt": 200_000}, uses, {"lord"})
    assert kept == {"F": [], "M": ["bill"], "": []}


def test_short_forms_are_in_the_name_and_of_its_gender() -> None:
    register = {"louis": Register(9000, 90, 0.01), "lou": Register(900, 90, 0.5), "louisa": Register(9000, 90, 0.99)}
    pairs = [("louis", "lou"), ("louisa", "louis"), ("william", "willie"), ("william", "bill"), ("debby", "deborah")]
    assert short_forms(pairs, register) == {"deborah": ["debby"], "louis": ["lou"], "william": ["willie"]}


def test_a_word_for_two_peoples_goes_to_the_country_that_begins_like_it() -> None:
    rows = [dict(zip(("country", "adjectives", "noun_singular", "noun_plural"), row, strict=True)) for row in PEOPLES]
    assert demonyms(rows)["congo"] == ["congolese"]
    assert not any("korean" in words for words in demonyms(rows).values())


def test_legal_forms_and_titles_that_are_names_of_people_are_left_out() -> None:
    assert company_endings(["ag", "g.m.b.h.", "inc.", "sal", "soc. col"], {"sal"}) == ["g.m.b.h", "gmbh", "inc"]
    assert honorifics(["Baroness", "Dean", "Mother", "M."], {"dean"}, {"mother": Counter(word=9)}) == ["baroness"]


def test_the_calendar_does_not_depend_on_the_locale() -> None:
    before = locale.setlocale(locale.LC_TIME)
    english = calendar_words()
    assert {"monday", "january", "jan"} <= set(english)
    for name in ("de_DE.UTF-8", "fr_FR.UTF-8", "C.UTF-8"):
        try:
            locale.setlocale(locale.LC_TIME, name)
        except locale.Error:  # not installed
            continue
        assert calendar_words() == english
        assert locale.setlocale(locale.LC_TIME) == name
    locale.setlocale(locale.LC_TIME, before)
