"""Known speakers: read from CSV, sent with the options, returned with their ids."""

import csv
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support.serving import Running

import sayso
from sayso.cli.app import app
from sayso.known import MAX_ALIASES, MAX_KNOWN_SPEAKERS, MAX_NAMES

TEXT = "“Yes,” said Mara. “No,” said Olin. “Perhaps,” said Mara. “Never,” said Pell."
FILE = """\
id,name,aliases,type,role,from,to
Q1,"Voss, Mara",Mara,person,mayor,2024-01-01,2024-12-31
Q2,Owen Olin,Olin,,,,
Q3,Anna Olin,Olin,Person,,,
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text(FILE, "utf-8-sig")
    return path


def read(folder: Path, content: str | bytes) -> tuple[sayso.KnownSpeaker, ...]:
    path = folder / "people.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return sayso.read_known_speakers(path)


def test_a_file_is_read(file: Path) -> None:
    mara, owen, anna = sayso.read_known_speakers(file)
    days = date(2024, 1, 1), date(2024, 12, 31)
    assert mara == sayso.KnownSpeaker("Q1", "Voss, Mara", ("Mara",), sayso.SpeakerType.PERSON, "mayor", *days)
    assert owen == sayso.KnownSpeaker("Q2", "Owen Olin", ("Olin",))
    assert anna.type is not sayso.SpeakerType.UNKNOWN


def test_columns_may_be_fewer_in_any_order_and_cells_and_rows_blank(tmp_path: Path) -> None:
    known = read(tmp_path, ' Name ,ID,aliases\r\n Mara  ,Q1, | a | |b|\r\n,,\r\n\r\n"A\nB",Q2\r\n')
    assert known == (sayso.KnownSpeaker("Q1", "Mara", ("a", "b")), sayso.KnownSpeaker("Q2", "A\nB"))
    assert read(tmp_path, "id,name\n") == ()


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", 'line 1: there is no column "id"; the header is id,name,aliases,type,role,from,to'),
        ("id;name\n", 'line 1: there is no column "id"'),
        ("id,label\n", 'line 1: there is no column "name"'),
        ("id,name,alias\n", 'line 1: the column "alias" is not one of id, name, aliases, type, role, from, to'),
        ("id,name,id\n", 'line 1: the column "id" appears twice'),
        ("id,name\nQ1,Voss, Mara\n", "line 2: there are 3 cells for 2 columns; a name with a comma must be in"),
        ("id,name\n,Mara\n", 'line 2, column "id": is empty'),
        ("id,name\nQ1\n", 'line 2, column "name": is empty'),
        ("id,name\nQ1,?!\n", 'line 2, column "name": has no letter'),
        ('id,name\n"Q1","A\nB"\nQ2,C\nQ1,D\n', 'line 5, column "id": "Q1" is also the id of line 3'),
        (f"id,name\nQ1,{'é' * 101}\n", 'line 2, column "name": has 202 bytes; the limit is 200'),
        ("id,name,aliases\nQ1,Mara,M|…\n", 'line 2, column "aliases[1]": has no letter'),
        (f"id,name,aliases\nQ1,Mara,{'M|' * 51}\n", 'line 2, column "aliases": there are 51 aliases; the limit is 50'),
        (
            "id,name,type\nQ1,Mara,woman\n",
            'column "type": there is no type "woman"; there are: person, organization, gro',
        ),
        ("id,name,type\nQ1,Mara,document\n", 'line 2, column "type": there is no type "document"'),
        ("id,name,from\nQ1,Mara,1.7.2024\n", 'line 2, column "from": "1.7.2024" is not a day such as 2024-07-31'),
        ("id,name,from,to\nQ1,Mara,2024-07-02,2024-07-01\n", '"from": 2024-07-02 is after 2024-07-01, the last day'),
        (b"id,name\nQ1,Nu\xf1ez\n", "not UTF-8: invalid byte 0xf1"),
        ('id,name\nQ1,"Mara\n', "not CSV: unexpected end of data"),
        (
            "id,name\n" + "".join(f"{n},N\n" for n in range(MAX_KNOWN_SPEAKERS + 1)),
            "there are 2,001 known speakers; the",
        ),
    ],
)
def test_what_is_wrong_with_a_file_is_told_with_line_and_column(
    tmp_path: Path, content: str | bytes, complaint: str
) -> None:
    with pytest.raises(sayso.InvalidDocument) as raised:
        read(tmp_path, content)
    assert str(tmp_path / "people.csv") in str(raised.value)
    assert complaint in str(raised.value)
    assert (raised.value.reason, raised.value.field) == ("INVALID_OPTION", "options.known_speakers")
    assert "\n" not in str(raised.value)


def test_as_many_as_there_may_be(tmp_path: Path) -> None:
    rows = "".join(f"{n},N,N|N|N|N\n" for n in range(MAX_KNOWN_SPEAKERS))
    known = read(tmp_path, f"id,name,aliases\n{rows}")
    assert sum(1 + len(one.aliases) for one in known) == MAX_NAMES
    with pytest.raises(sayso.InvalidDocument, match="there are 10,001 names and aliases; the limit is 10,000"):
        read(tmp_path, f"id,name,aliases\n{rows}".replace("\n7,N,", "\n7,N,N|"))
    assert len(read(tmp_path, f"id,name,aliases\n1,N,{'|'.join(['N'] * MAX_ALIASES)}\n")[0].aliases) == MAX_ALIASES


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        sayso.read_known_speakers(tmp_path / "none.csv")


def test_known_speakers_in_python(served: Running) -> None:
    known = [
        sayso.KnownSpeaker("Q1", "Mara Voss", ("Mara",), "person"),
        sayso.KnownSpeaker("Q2", "Owen Olin", ["Olin"]),
        sayso.KnownSpeaker("Q3", "Anna Olin", ("Olin",), sayso.SpeakerType.PERSON, "judge", date(2024, 7, 1)),
    ]
    with sayso.Client(served.address) as client:
        result = client.extract(TEXT, known_speakers=known)
        early = sayso.Document(TEXT, published_at=datetime(2024, 6, 30, tzinfo=UTC))
        [(_, outcome)] = client.extract_many([early], known_speakers=iter(known))
    assert [speaker.name for speaker in result.speakers] == ["Mara Voss", "Olin", "Pell"]
    assert [speaker.external_id for speaker in result.speakers] == ["Q1", "", ""]
    assert result.speakers[1].candidates == (
        sayso.SpeakerCandidate("Q2", "Owen Olin"),
        sayso.SpeakerCandidate("Q3", "Anna Olin"),
    )
    assert sayso.Result.from_json(result.to_json()) == result
    rows = result.rows()
    assert [(row["speaker_external_id"], row["speaker_candidates"]) for row in rows] == [
        ("Q1", ""),
        ("", "Q2; Q3"),
        ("Q1", ""),
        ("", ""),
    ]
    assert isinstance(outcome, sayso.Result)
    assert [speaker.external_id for speaker in outcome.speakers] == ["Q1", "Q2", ""]


@pytest.mark.parametrize(
    ("known", "complaint", "field"),
    [
        (sayso.KnownSpeaker("", "Mara"), "is empty", "external_id"),
        (sayso.KnownSpeaker("Q2", " "), "is empty", "name"),
        (sayso.KnownSpeaker("Q1", "Mara"), '"Q1" is also the id of known_speakers[0]', "external_id"),
        (sayso.KnownSpeaker("Q2", "Mara", ("Ma", "")), "is empty", "aliases[1]"),
        (sayso.KnownSpeaker("Q2", "Mara", "Ma"), "is one string, not several", "aliases"),
        (sayso.KnownSpeaker("Q2", "Mara \ud83d"), "has half of a surrogate pair, which is not a character", "name"),
        (sayso.KnownSpeaker("Q2", "Mara", type="woman"), 'there is no type "woman"; there are: person,', "type"),
    ],
)
def test_what_is_wrong_is_told_before_it_is_sent(
    served: Running, known: sayso.KnownSpeaker, complaint: str, field: str
) -> None:
    first = sayso.KnownSpeaker("Q1", "Owen")
    with sayso.Client(served.address) as client, pytest.raises(sayso.InvalidDocument) as raised:
        client.extract(TEXT, known_speakers=[first, known])
    assert raised.value.message.startswith(f"known_speakers[1].{field}: {complaint}")
    assert (raised.value.reason, raised.value.field) == ("INVALID_OPTION", f"options.known_speakers[1].{field}")
    assert not served.engine.read


def run(served: Running, *arguments: str, text: str = TEXT) -> Result:
    return CliRunner().invoke(app, [*arguments, "--server", served.address], input=text)


def test_the_command_names_them(served: Running, file: Path) -> None:
    result = run(served, "extract", "-", "--csv", "--speakers", str(file))
    assert (result.exit_code, result.stderr) == (0, "")
    rows = list(csv.DictReader(result.stdout.splitlines()))
    columns = ("speaker", "speaker_external_id", "speaker_candidates")
    assert [tuple(row[name] for name in columns) for row in rows] == [
        ("Voss, Mara", "Q1", ""),
        ("Olin", "", "Q2; Q3"),
        ("Voss, Mara", "Q1", ""),
        ("Pell", "", ""),
    ]
    found = json.loads(run(served, "extract", "-", "--json", "--speakers", str(file)).stdout)[0]["speakers"]
    assert [speaker["externalId"] for speaker in found] == ["Q1", "", ""]
    assert found[1]["candidates"] == [
        {"externalId": "Q2", "name": "Owen Olin"},
        {"externalId": "Q3", "name": "Anna Olin"},
    ]
    lines = run(served, "extract", "-", "--plain", "--explain", "--speakers", str(file)).stdout.splitlines()
    assert "speaker 0.50, known as Q1; " in lines[0]
    assert "speaker 0.50, perhaps Owen Olin (Q2) or Anna Olin (Q3); " in lines[1]
    assert "speaker 0.50; " in lines[3]


def test_the_page_names_them(served: Running, file: Path) -> None:
    page = run(served, "extract", "-", "--html", "--speakers", str(file)).stdout
    assert page.count("<dt>known as</dt><dd>Q1</dd>") == 2
    assert page.count("<dt>perhaps</dt><dd>Owen Olin (Q2)\nAnna Olin (Q3)</dd>") == 1


def test_the_day_of_a_line_counts(served: Running, file: Path) -> None:
    days = ("2023-12-31T23:00:00-05:00", "2023-12-31", "no day", 7, "0001-01-01T00:00:00+05:00")
    lines = "".join(
        json.dumps({"id": str(day), "text": "“Yes,” said Mara.", "published_at": day}) + "\n" for day in days
    )
    result = run(served, "extract", "-", "--jsonl-input", "--jsonl", "--speakers", str(file), text=lines)
    assert result.exit_code == 0
    found = [json.loads(line)["speakers"][0]["externalId"] for line in result.stdout.splitlines()]
    assert found == ["Q1", "", "Q1", "Q1", "Q1"]


def test_who_speaks_is_counted_by_id(served: Running, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("id,name,aliases\nQ1,Mara Voss,Mara|Voss\nQ2,Mara Voss,Olin\n", "utf-8")
    text = "“Yes,” said Mara. “No,” said Voss. “Perhaps,” said Olin. “Never,” said Pell."
    result = run(served, "speakers", "-", "--csv", "--speakers", str(file), text=text)
    rows = list(csv.DictReader(result.stdout.splitlines()))
    assert [(row["external_id"], row["speaker"], row["statements"]) for row in rows] == [
        ("Q1", "Mara Voss", "2"),
        ("Q2", "Mara Voss", "1"),
        ("", "Pell", "1"),
    ]


def test_a_bad_file_is_one_line_and_no_request(served: Running, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("id,name,type\nQ1,Mara,woman\n", "utf-8")
    result = run(served, "extract", "-", "--speakers", str(file))
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    expected = 'people.csv, line 2, column "type": there is no type "woman"; there are: person, organization, group'
    assert expected in result.stderr
    assert not served.engine.read
    assert run(served, "extract", "-", "--speakers", str(tmp_path / "none.csv")).exit_code == 2
