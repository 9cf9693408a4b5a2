"""The people of a corpus job: its tables, ids that stay, corrections by hand. Without the extra."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from support.said import said

from sayso_server.corpus.errors import InputError, OutputError
from sayso_server.corpus.parts import Part, Tally, encode
from sayso_server.corpus.people.job import link
from sayso_server.corpus.rows import DOCUMENTS, STATEMENTS
from sayso_server.corpus.storage import access
from sayso_server.corpus.store import Store, opened

SENATOR = said("a", "Odalys Penhallow", "Senator", speaker_id="S1")
GOVERNOR = said("b", "Odalys Penhallow", "Governor", speaker_id="S1")
SHORT = said("b", "Brockway", "striker", speaker_id="S2")
OTHER = said("c", "Cosima Calder", "violinist", speaker_id="S1")
ORGANIZATION = said("c", "Harrowmere Foods Ltd", speaker_id="S2", kind="organization")
NOBODY = said("c", "a spokesman", speaker_id="S3")
FIRST = (SENATOR, GOVERNOR, SHORT, OTHER, ORGANIZATION, NOBODY)


class Output:
    """An output folder of JSON lines, a part per call of `add`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, *rows: dict[str, Any]) -> None:
        statements = [dict.fromkeys(STATEMENTS) | row for row in rows]
        names = sorted({row["document_id"] for row in rows})
        documents = [dict.fromkeys(DOCUMENTS) | {"document_id": name, "status": "ok"} for name in names]
        part = Part(
            encode(documents, DOCUMENTS, "jsonl"), encode(statements, STATEMENTS, "jsonl"), Tally(), frozenset(names)
        )
        self.open(lambda store: store.write(part))

    def link(self) -> None:
        self.open(link)

    def open(self, use: Callable[[Store], object]) -> None:
        with opened(access.folder(self.folder), "jsonl", {}) as store:
            use(store)

    def rows(self, table: str) -> list[dict[str, Any]]:
        parts = sorted((self.folder / table).glob("part-*.jsonl"))
        return [json.loads(line) for part in parts for line in part.read_text("utf-8").splitlines()]

    def ids(self) -> dict[tuple[str, str], str | None]:
        """The person of each speaker, as the statements say it."""
        return {(row["document_id"], row["speaker_id"]): row["person_id"] for row in self.rows("statements")}

    def correct(self, file: str, *lines: str) -> None:
        (self.folder / file).write_text("".join(f"{line}\n" for line in lines), "utf-8")


@pytest.fixture
def output(tmp_path: Path) -> Output:
    made = Output(tmp_path / "out")
    made.add(*FIRST)
    made.link()
    return made


def test_statements_carry_the_person(output: Output) -> None:
    ids = output.ids()
    assert ids["a", "S1"] == ids["b", "S1"]
    assert ids["c", "S3"] is None, "a spokesman is nobody"
    assert len({*ids.values()}) == 5
    assert all((row["person_id"] is None) == (row["person_confidence"] is None) for row in output.rows("statements"))


def test_a_row_per_person(output: Output) -> None:
    people = {row["person_id"]: row for row in output.rows("people")}
    assert sorted(row["name"] for row in people.values()) == [
        "Brockway",
        "Cosima Calder",
        "Harrowmere Foods Ltd",
        "Odalys Penhallow",
    ]
    senator = people[output.ids()["a", "S1"]]
    assert (senator["type"], senator["documents"], senator["statements"]) == ("person", 2, 2)
    assert senator["job_titles"] == "Governor; Senator"
    assert 0.9 < senator["confidence"] < 1
    profiles = [row for row in output.rows("profiles") if row["person_id"] == senator["person_id"]]
    assert len(profiles) == 2
    assert all("name: rarity +" in row["evidence"] for row in profiles)


def test_the_second_run_writes_nothing_of_the_statements(output: Output) -> None:
    (part,) = (output.folder / "statements").iterdir()
    before = part.stat().st_mtime_ns, part.read_bytes(), output.rows("people")
    output.link()
    assert (part.stat().st_mtime_ns, part.read_bytes(), output.rows("people")) == before


def test_ids_stay_when_documents_are_added(output: Output) -> None:
    before = output.ids()
    output.add(
        said("A", "Odalys M. Penhallow", "President", speaker_id="S1", published_at="1999-01-01T00:00:00Z"),
        said("B", "Idris Brockway", "striker", speaker_id="S1"),
    )
    output.link()
    after = output.ids()
    assert {speaker: after[speaker] for speaker in before} == before
    assert after["A", "S1"] == before["a", "S1"]
    assert after["B", "S1"] == before["b", "S2"], "Brockway has got a given name"


def test_ids_are_those_of_a_run_from_the_beginning(output: Output, tmp_path: Path) -> None:
    again = Output(tmp_path / "again")
    again.add(*reversed(FIRST))
    again.link()
    assert again.ids() == output.ids()


def test_an_id_stays_with_the_most_documents_when_people_turn_out_to_be_two(output: Output) -> None:
    output.add(said("d", "Odalys Penhallow", "Governor", speaker_id="S1"))
    output.link()
    before = output.ids()["a", "S1"]
    output.correct("splits.csv", "document_id,speaker_id", "a,S1")
    output.link()
    ids = output.ids()
    assert ids["b", "S1"] == ids["d", "S1"] == before
    assert ids["a", "S1"] not in {before, None}


def test_a_merge_by_hand_stays(output: Output) -> None:
    before = output.ids()
    one, into = before["c", "S1"], before["a", "S1"]
    output.correct("merges.csv", "person_id,into,reason", f"{one},{into},she married")
    for _ in range(2):
        output.link()
        assert output.ids()["c", "S1"] == into
        (row,) = [row for row in output.rows("people") if row["person_id"] == into]
        assert (row["documents"], row["merged_ids"]) == (3, one)
    output.correct("merges.csv", "person_id,into")
    output.link()
    assert output.ids() == before


def test_merges_follow_each_other(output: Output) -> None:
    ids = output.ids()
    first, second, third = ids["b", "S2"], ids["c", "S1"], ids["a", "S1"]
    output.correct("merges.csv", "into,person_id", f"{second},{first}", "", f"{third},{second}")
    output.link()
    assert {output.ids()[speaker] for speaker in (("b", "S2"), ("c", "S1"), ("a", "S1"))} == {third}


def test_a_split_by_hand_stays(output: Output) -> None:
    before = output.ids()
    output.correct("splits.csv", "document_id,speaker_id,into", "b,S1,")
    for _ in range(2):
        output.link()
        ids = output.ids()
        assert ids["a", "S1"] == before["a", "S1"]
        assert ids["b", "S1"] not in before.values()
    output.correct("splits.csv", "document_id,speaker_id,into", f"b,S1,{before['c', 'S1']}")
    output.link()
    assert output.ids()["b", "S1"] == before["c", "S1"]


@pytest.mark.parametrize(
    ("file", "lines", "message"),
    [
        ("merges.csv", ["person_id", "x"], "merges.csv:1: has no column 'into'"),
        ("merges.csv", ["person_id,into", "{senator},p0"], "merges.csv:2: there is no person 'p0'"),
        ("merges.csv", ["person_id,into", "{senator},"], "merges.csv:2: 'into' is empty"),
        ("merges.csv", ["person_id,into", "{senator},{calder},x"], "merges.csv:2: has more values than columns"),
        (
            "merges.csv",
            ["person_id,into", "{senator},{calder}", "{senator},{short}"],
            "merges.csv:3: '{senator}' has been merged in {folder}/merges.csv:2",
        ),
        (
            "merges.csv",
            ["person_id,into", "{senator},{calder}", "{calder},{senator}"],
            "merges.csv:3: a circle: '{senator}' is merged into itself",
        ),
        ("merges.csv", ["person_id,into", "{foods},{senator}"], "merges.csv:2: organization and person are not one"),
        ("splits.csv", ["document_id,into", "a,"], "splits.csv:1: has no column 'speaker_id'"),
        (
            "splits.csv",
            ["document_id,speaker_id", "a,S9"],
            "splits.csv:2: there is no speaker 'S9' with a name in document 'a'",
        ),
        (
            "splits.csv",
            ["document_id,speaker_id", "c,S3"],
            "splits.csv:2: there is no speaker 'S3' with a name in document 'c'",
        ),
        (
            "splits.csv",
            ["document_id,speaker_id", "a,S1", "a,S1"],
            "splits.csv:3: the same speaker as in {folder}/splits.csv:2",
        ),
        ("splits.csv", ["document_id,speaker_id,into", "a,S1,p0"], "splits.csv:2: there is no person 'p0'"),
    ],
)
def test_what_is_wrong_with_a_correction_is_told_with_its_line(
    output: Output, file: str, lines: list[str], message: str
) -> None:
    ids = output.ids()
    names: Mapping[str, object] = {
        "folder": output.folder,
        "senator": ids["a", "S1"],
        "short": ids["b", "S2"],
        "calder": ids["c", "S1"],
        "foods": ids["c", "S2"],
    }
    output.correct(file, *(line.format_map(names) for line in lines))
    with pytest.raises(InputError) as refused:
        output.link()
    assert str(refused.value) == f"{output.folder}/{message.format_map(names)}"
    assert output.ids() == ids, "nothing has been written"


def test_different_known_speakers_are_not_merged_by_hand(tmp_path: Path) -> None:
    output = Output(tmp_path / "out")
    output.add(
        SENATOR | {"speaker_external_id": "P-1"}, GOVERNOR | {"speaker_external_id": "P-2"}, OTHER, said("d", "Ada Orr")
    )
    output.link()
    ids = output.ids()
    one, other, calder = ids["a", "S1"], ids["b", "S1"], ids["c", "S1"]
    for lines in ([f"{one},{other}"], [f"{one},{calder}", f"{other},{calder}"]):
        output.correct("merges.csv", "person_id,into", *lines)
        with pytest.raises(
            InputError, match=rf"merges.csv:{len(lines) + 1}: these are the known speakers 'P-\d' and 'P-\d'"
        ):
            output.link()
    output.correct("merges.csv", "person_id,into", f"{one},{calder}")
    output.link()
    (row,) = [row for row in output.rows("people") if row["person_id"] == calder]
    assert row["external_id"] == "P-1"


def test_a_file_that_is_no_csv(output: Output) -> None:
    (output.folder / "merges.csv").write_bytes(b"person_id,into\n\xff,\xfe\n")
    with pytest.raises(InputError, match=r"merges\.csv: is not CSV in UTF-8"):
        output.link()


def test_a_damaged_part_is_named(output: Output) -> None:
    (part,) = (output.folder / "statements").iterdir()
    part.write_text("{", "utf-8")
    with pytest.raises(OutputError, match=r"part-000000\.jsonl: is not readable as JSON lines"):
        output.link()


def test_damaged_profiles_are_made_again(output: Output) -> None:
    before = output.ids()
    (output.folder / "profiles" / "part-000000.jsonl").write_text("{", "utf-8")
    output.link()
    assert output.ids() == before


def deadly_at(at: int) -> Callable[[Store, str, bytes], None]:
    """`Store.put` that ends the process instead of its call number `at`."""
    put, calls = Store.put, iter(range(9))

    def deadly(store: Store, name: str, content: bytes) -> None:
        if next(calls) == at:
            raise KeyboardInterrupt
        put(store, name, content)

    return deadly


def test_killed_at_any_file_and_run_again(output: Output, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same run, killed before it writes its first file, its second, and so on."""
    for at in range(3):
        killed = Output(tmp_path / str(at))
        killed.add(*FIRST)
        with monkeypatch.context() as patch:
            patch.setattr(Store, "put", deadly_at(at))
            with pytest.raises(KeyboardInterrupt):
                killed.link()
        killed.link()
        assert {name: killed.rows(name) for name in ("people", "profiles", "statements")} == {
            name: output.rows(name) for name in ("people", "profiles", "statements")
        }
