"""The input of the corpus job, and its plan."""

import bz2
import gzip
import json
import lzma
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sayso_server.corpus.carried import carried_of
from sayso_server.corpus.errors import CorpusError, InputError
from sayso_server.corpus.inputs import START, Entry, File, Layout, Position, entries, find_files
from sayso_server.corpus.plan import Plan, plan
from sayso_server.corpus.storage.streams import forget
from sayso_server.lines import Fields

LONGEST = 200_000
"""Characters of a document."""


def write_lines(path: Path, *records: object) -> Path:
    path.write_bytes(b"".join(json.dumps(record).encode() + b"\n" for record in records))
    return path


def read_all(source: Path) -> list[Entry]:
    return [entry for file in find_files(source) for _, entry in entries(file)]


def numbered(count: int, words: int = 10) -> list[dict[str, str]]:
    return [{"id": f"d{number}", "text": "word " * words} for number in range(count)]


def read_plan(plan: Plan) -> list[list[str]]:
    return [[entry.document_id for entry in piece.entries()] for piece in plan.slices]


def test_lines_with_their_places_and_context(tmp_path: Path) -> None:
    source = write_lines(
        tmp_path / "news.jsonl",
        {"id": "a", "text": "One.", "title": "First", "published_at": "2024-03-01T12:00:00+02:00"},
        {"id": 7, "text": "Two.", "published_at": "yesterday"},
        {"id": "c", "text": "Three.", "published_at": "2024-03-02"},
    )
    assert read_all(source) == [
        Entry("news.jsonl:1", "a", "One.", title="First", published_at=datetime(2024, 3, 1, 10, tzinfo=UTC)),
        Entry("news.jsonl:2", "7", "Two.", warnings=("UNKNOWN_DATE",)),
        Entry("news.jsonl:3", "c", "Three.", published_at=datetime(2024, 3, 2, tzinfo=UTC)),
    ]


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"])
def test_a_date_beyond_the_ends_of_time_is_unknown(tmp_path: Path, moment: str) -> None:
    source = write_lines(tmp_path / "news.jsonl", {"id": "a", "text": "One.", "published_at": moment})
    assert read_all(source) == [Entry("news.jsonl:1", "a", "One.", warnings=("UNKNOWN_DATE",))]


def test_a_number_of_too_many_digits_spoils_its_own_line_only(tmp_path: Path) -> None:
    source = tmp_path / "news.jsonl"
    line = b'{"id": "a", "text": "One.", "views": ' + b"7" * 5000 + b"}"
    source.write_bytes(line + b'\n{"id": "b", "text": "Two."}\n')
    assert read_all(source) == [
        Entry("news.jsonl:1", "news.jsonl:1 (no id)", error="UNREADABLE: not a document: a number has too many digits"),
        Entry("news.jsonl:2", "b", "Two."),
    ]


def test_labels_that_no_server_takes_are_an_error_of_their_document(tmp_path: Path) -> None:
    labels: list[object] = [{"desk": "city"}, {"views": 7}, dict.fromkeys(map(str, range(65)), ""), {"a": "b" * 8_192}]
    records = [{"id": str(number), "text": "One.", "labels": one} for number, one in enumerate(labels)]
    found = read_all(write_lines(tmp_path / "news.jsonl", *records))
    assert [entry.document_id for entry in found] == ["0", "1", "2", "3"]
    assert found[0].labels == {"desk": "city"}
    assert [entry.error for entry in found] == [
        "",
        "UNREADABLE: \"labels\": the value of 'views' is not a string",
        'UNREADABLE: "labels": there are 65 labels; the limit is 64',
        'UNREADABLE: "labels": the labels have 8,193 bytes; the limit is 8,192',
    ]


def test_a_bad_line_is_an_entry_of_its_own(tmp_path: Path) -> None:
    source = tmp_path / "news.jsonl"
    source.write_bytes(b'{"id": "a", "text": "One."}\n\n{"id": "b"\n{"id": "c"}\n')
    assert [(entry.document_id, entry.error) for entry in read_all(source)] == [
        ("a", ""),
        ("news.jsonl:3 (no id)", "UNREADABLE: not JSON: Expecting ',' delimiter (column 11)"),
        ("c", 'UNREADABLE: "text" is missing or not a string'),
    ]


def test_a_folder_is_read_in_order_and_text_files_bear_their_paths(tmp_path: Path) -> None:
    (tmp_path / "2024").mkdir()
    (tmp_path / "2024" / "b.txt").write_text("“Yes,” said Mara.", "utf-8")
    (tmp_path / "2024" / "c.txt").write_bytes(b"caf\xe9")
    (tmp_path / "2024" / "notes.md").write_text("no input")
    write_lines(tmp_path / "z.jsonl", *numbered(1))
    assert [(entry.document_id, entry.error) for entry in read_all(tmp_path)] == [
        ("2024/b.txt", ""),
        ("2024/c.txt", "UNREADABLE: not UTF-8: byte 4 of the file"),
        ("d0", ""),
    ]


def test_hidden_files_of_a_folder_are_left_out(tmp_path: Path) -> None:
    for name in (".ipynb_checkpoints/a.txt", ".a.txt", "a.txt", ".b.jsonl.gz"):
        (tmp_path / "news" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "news" / name).write_text("text")
    assert [file.name for file in find_files(tmp_path / "news")] == ["a.txt"]
    assert [file.name for file in find_files(tmp_path / "news" / ".ipynb_checkpoints")] == ["a.txt"]
    assert [file.name for file in find_files(tmp_path / "news" / ".a.txt")] == [".a.txt"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nowhere", "there is no such file or folder"),
        ("empty", "there are no files ending in .jsonl, .parquet, .txt"),
        ("news.csv", "there are no files ending in .jsonl, .parquet, .txt"),
        ("*/none-*", "there are no files ending in .jsonl, .parquet, .txt"),
        ("nowhere/*.jsonl", "there is no such file or folder"),
    ],
)
def test_an_input_that_is_none(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "news.csv").touch()
    with pytest.raises(InputError, match=re.escape(message)):
        find_files(tmp_path / name)


PACK: dict[str, Callable[[bytes], bytes]] = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}


@pytest.mark.parametrize("ending", [".gz", ".bz2", ".xz", ".zst"])
def test_compressed_files_are_read_slice_by_slice_forwards_and_backwards(tmp_path: Path, ending: str) -> None:
    plain = write_lines(tmp_path / "news.jsonl", *numbered(40))
    packed = plain.with_name(f"news.jsonl{ending}")
    packed.write_bytes(packed_as(ending, plain.read_bytes()))
    (tmp_path / f"notes.txt{ending}").write_bytes(packed_as(ending, "“Yes,” said Mara.".encode()))
    assert [file.name for file in find_files(tmp_path)] == ["news.jsonl", f"notes.txt{ending}"], "it is there unpacked"
    plain.unlink()
    slices = plan(find_files(tmp_path), (), slice_words=50, max_document_chars=LONGEST).slices
    assert len(slices) == 9
    for piece in (*slices, *reversed(slices)):
        for entry in piece.entries():
            assert entry.text, entry.error
    assert [entry.document_id for entry in read_all(tmp_path)] == [*(f"d{n}" for n in range(40)), "notes.txt"]
    forget()


def packed_as(ending: str, content: bytes) -> bytes:
    """Two members, as programs that add to a file make them."""
    if ending == ".zst":
        pa = pytest.importorskip("pyarrow", reason="the extra `corpus` is not installed: no .zst")
        return b"".join(pa.compress(half, codec="zstd", asbytes=True) for half in halves(content))
    return b"".join(map(PACK[ending], halves(content)))


def halves(content: bytes) -> tuple[bytes, bytes]:
    return content[: len(content) // 2], content[len(content) // 2 :]


@pytest.mark.parametrize("ending", [".gz", ".bz2", ".xz", ".zst"])
def test_a_compressed_file_that_is_cut_off_ends_the_job(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"news.jsonl{ending}"
    path.write_bytes(packed_as(ending, b"".join(b'{"id": %d, "text": "One."}\n' % n for n in range(99)))[:-20])
    with pytest.raises(InputError, match=f"^{re.escape(str(path))}: "):
        read_all(path)


def test_patterns_find_files_in_order(tmp_path: Path) -> None:
    for name in ("2023-12/a.jsonl", "2024-01/a.jsonl", "2024-01/deep/c.jsonl", "2024-02/b.jsonl", "2024-02/.c.jsonl"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        write_lines(tmp_path / name)
    (tmp_path / "2024-01" / "[odd].jsonl").touch()

    def names(pattern: str) -> list[str]:
        return [file.name for file in find_files(tmp_path / pattern)]

    assert names("2024-*/*.jsonl") == ["2024-01/[odd].jsonl", "2024-01/a.jsonl", "2024-02/b.jsonl"]
    assert names("**/[ab].jsonl") == ["2023-12/a.jsonl", "2024-01/a.jsonl", "2024-02/b.jsonl"]
    assert names("2024-0?/**/c.jsonl") == ["2024-01/deep/c.jsonl"]
    assert names("2024-0[!1]/*") == ["2024-02/b.jsonl"]
    assert names("2024-01/[odd].jsonl") == ["[odd].jsonl"], "what exists is no pattern"


def test_fields_under_other_names_partitions_and_what_is_carried(tmp_path: Path) -> None:
    folder = tmp_path / "day=2024-03-01" / "section=world"
    folder.mkdir(parents=True)
    write_lines(
        folder / "a.jsonl",
        {"url": "a", "body": "One.", "head": "First", "views": 7, "tags": ["x"], "free": True},
        {"url": "b", "body": "Two.", "views": "many", "section": "sport"},
        {"id": "c", "text": "Three."},
    )
    (folder / "b.txt").write_text("Four.")
    carried = carried_of(["section", "views:int", "tags", "free:bool"], taken=())
    layout = Layout(Fields(id="url", text="body", title="head", published_at="day"), carried)
    day = datetime(2024, 3, 1, tzinfo=UTC)
    found = [entry for file in find_files(tmp_path, layout) for _, entry in entries(file)]
    place = "day=2024-03-01/section=world"
    assert found == [
        Entry(
            f"{place}/a.jsonl:1",
            "a",
            "One.",
            title="First",
            published_at=day,
            carried={"section": "world", "views": 7, "tags": '["x"]', "free": True},
        ),
        Entry(
            f"{place}/a.jsonl:2",
            "b",
            "Two.",
            published_at=day,
            warnings=("UNREADABLE_FIELD",),
            carried={"section": "sport", "views": None, "tags": None, "free": None},
        ),
        Entry(f"{place}/a.jsonl:3", f"{place}/a.jsonl:3 (no id)", error='UNREADABLE: "url" is missing or not a string'),
        Entry(
            f"{place}/b.txt",
            f"{place}/b.txt",
            "Four.",
            published_at=day,
            carried={"section": "world", "views": None, "tags": None, "free": None},
        ),
    ]


@pytest.mark.parametrize(
    ("kind", "given", "value"),
    [
        ("string", 7, "7"),
        ("string", {"a": 1}, '{"a": 1}'),
        ("int", 7.0, 7),
        ("int", 7.5, None),
        ("int", 2**63, None),
        ("float", "7.5", 7.5),
        ("float", float("nan"), None),
        ("bool", "true", True),
        ("bool", [], None),
        ("timestamp", "2024-03-01", datetime(2024, 3, 1, tzinfo=UTC)),
        ("timestamp", "soon", None),
    ],
)
def test_a_carried_value_is_of_its_type_or_null(kind: str, given: object, value: object) -> None:
    [one] = carried_of([f"x:{kind}"], taken=())
    assert one.value({"x": given}) == (value, value is not None)
    assert one.value({}) == (None, True)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["title"], "--carry title: the tables already have a column of this name"),
        (["a", "a:int"], "--carry a: given twice"),
        (["a:number"], "--carry a:number: the type must be one of string, int, float, bool, timestamp"),
    ],
)
def test_fields_that_cannot_be_carried(texts: list[str], message: str) -> None:
    with pytest.raises(CorpusError) as refused:
        carried_of(texts, taken=["title"])
    assert str(refused.value) == message


def test_slices_have_so_many_words_and_every_document_once(tmp_path: Path) -> None:
    source = write_lines(tmp_path / "news.jsonl", *numbered(3), {"id": "long", "text": "word " * 99}, *numbered(8)[3:])
    planned = plan(find_files(source), (), slice_words=25, max_document_chars=LONGEST)
    assert read_plan(planned) == [["d0", "d1"], ["d2"], ["long"], ["d3", "d4"], ["d5", "d6"], ["d7"]]
    assert (planned.documents, planned.words) == (9, 8 * 10 + 99)


def test_what_was_read_before_is_left_out(tmp_path: Path) -> None:
    write_lines(tmp_path / "a.jsonl", *numbered(6))
    write_lines(tmp_path / "b.jsonl", {"id": "e", "text": "word"}, {"id": "f", "text": "word"})
    planned = plan(find_files(tmp_path), {"d1", "d2", "e", "gone"}, slice_words=1000, max_document_chars=LONGEST)
    assert read_plan(planned) == [["d0", "d3", "d4", "d5", "f"]]
    assert (planned.documents, planned.read_before) == (5, 3)


def test_of_documents_with_one_id_the_first_is_read(tmp_path: Path) -> None:
    source = write_lines(tmp_path / "a.jsonl", *numbered(3), *numbered(2), {"id": "e", "text": "word"})
    planned = plan(find_files(source), {"d1"}, slice_words=1000, max_document_chars=LONGEST)
    assert read_plan(planned) == [["d0", "d2", "e"]]
    assert (planned.repeated, planned.first_repeated, planned.read_before) == (2, "a.jsonl:4", 1)


@pytest.mark.parametrize("changed", [{"id": "other", "text": "word"}, {"id": "d4", "text": "another"}])
def test_an_input_that_changes_ends_the_job(tmp_path: Path, changed: dict[str, str]) -> None:
    source = write_lines(tmp_path / "a.jsonl", *numbered(6))
    [piece] = plan(find_files(source), (), slice_words=1000, max_document_chars=LONGEST).slices
    write_lines(source, *numbered(4), changed, *numbered(6)[5:])
    with pytest.raises(InputError, match="changed while it was being read"):
        list(piece.entries())


def test_what_is_added_to_an_input_while_it_is_read_is_no_change(tmp_path: Path) -> None:
    source = write_lines(tmp_path / "a.jsonl", *numbered(6))
    [piece] = plan(find_files(source), (), slice_words=1000, max_document_chars=LONGEST).slices
    write_lines(source, *numbered(9))
    assert len(list(piece.entries())) == 6


def test_a_place_is_no_id_that_a_document_may_have(tmp_path: Path) -> None:
    source = tmp_path / "a.jsonl"
    source.write_text('{"id": "a.jsonl:2", "text": "One."}\n{"text": "no id"}\n{"id": "a.jsonl:4", "text": ""}\nx\n')
    planned = plan(find_files(source), (), slice_words=1000, max_document_chars=LONGEST)
    assert (planned.documents, planned.repeated) == (4, 0)
    assert read_plan(planned) == [["a.jsonl:2", "a.jsonl:2 (no id)", "a.jsonl:4", "a.jsonl:4 (no id)"]]


class _Unsplittable(str):
    """A text whose words must not be counted."""

    def split(self, *_: object, **__: object) -> list[str]:
        raise AssertionError("a text over the limit was split into words")


def test_a_text_over_the_limit_is_not_split_into_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def found(file: File, start: Position = START) -> Iterator[tuple[Position, Entry]]:
        yield START, Entry("a.txt", "a.txt", _Unsplittable("x y " * 50))
        yield START, Entry("b.txt", "b.txt", "x y")

    monkeypatch.setattr("sayso_server.corpus.plan.entries", found)
    source = tmp_path / "a.txt"
    source.touch()
    planned = plan(find_files(source), (), slice_words=1000, max_document_chars=100)
    assert (planned.documents, planned.words) == (2, 3)


def test_a_line_that_is_too_large_to_be_held_spoils_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sayso_server.corpus.inputs.MOST_BYTES", 100)
    source = write_lines(tmp_path / "a.jsonl", *numbered(1), {"id": "x", "text": "y" * 1000}, *numbered(2)[1:])
    assert [(entry.document_id, entry.error) for entry in read_all(source)] == [
        ("d0", ""),
        ("a.jsonl:2 (no id)", "UNREADABLE: more than 100 bytes"),
        ("d1", ""),
    ]
    planned = plan(find_files(source), {"a.jsonl:2 (no id)"}, slice_words=1, max_document_chars=LONGEST)
    assert read_plan(planned) == [["d0"], ["d1"]]
    text = tmp_path / "a.txt"
    text.write_bytes(b"y" * 101)
    assert [entry.error for entry in read_all(text)] == ["UNREADABLE: more than 100 bytes"]


def test_an_input_that_shrinks_ends_the_job(tmp_path: Path) -> None:
    source = write_lines(tmp_path / "a.jsonl", *numbered(6))
    [piece] = plan(find_files(source), (), slice_words=1000, max_document_chars=LONGEST).slices
    write_lines(source, *numbered(3))
    with pytest.raises(InputError, match="became shorter while it was being read"):
        list(piece.entries())
