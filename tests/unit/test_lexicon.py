"""The word lists are complete and in order, and damage is named."""

from importlib.resources.abc import Traversable
from pathlib import Path

import pytest

from sayso_server.core import lexicon
from sayso_server.core.lexicon import Frame, LexiconError, load_table, load_words, parse_cues
from sayso_server.core.lexicon.files import folder, read_generated, read_toml, unique
from sayso_server.core.lexicon.layout import arranged, arranged_table, check_sorted
from sayso_server.core.lexicon.tables import read_table
from sayso_server.core.lexicon.words import read_lists
from sayso_server.core.statement import CueClass

DATA = folder()
WORDS = sorted((DATA / "words").iterdir(), key=lambda path: path.name)
TABLES = [path for path in DATA.iterdir() if path.name.endswith(".toml") and path.name != "cues.toml"]
CUES = DATA / "cues.toml"
GENERATED = sorted((p for p in (DATA / "generated").iterdir() if p.name != "NOTICE"), key=lambda path: path.name)

HEADER = 'source = "own work"\nlicence = "Apache-2.0"\n'


def name_of(path: Traversable) -> str:
    return path.name


def test_cues_have_their_frames() -> None:
    say, urge, claim = lexicon.verb("say"), lexicon.verb("urge"), lexicon.noun("claim")
    assert say is not None
    assert say.frames[Frame.CLAUSE] is CueClass.SAY
    assert urge is not None
    assert urge.frames[Frame.INFINITIVE] is CueClass.ORDER
    assert claim is not None
    assert claim.frames[Frame.NOUN] is CueClass.SAY
    assert claim.prepositions == {"of"}
    assert lexicon.verb("walk") is None
    assert lexicon.phrase("point", "out") is not None


def test_a_misread_lemma_is_repaired() -> None:
    found = {lemma: lexicon.verb(lemma) for lemma in ("reiterat", "begge", "denie", "quipp")}
    assert {lemma: entry.lemma for lemma, entry in found.items() if entry} == {
        "reiterat": "reiterate",
        "begge": "beg",
        "denie": "deny",
        "quipp": "quip",
    }


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"shout": {"clause": "yell"}}, "'shout' is not a class"),
        ({"say": {"clauses": "yell"}}, "'clauses' in 'say' is not a frame"),
        ({"say": {"clause": "yell shout yell"}}, "say.clause: 'yell' is listed twice"),
        ({"say": {"topic": "talk"}}, "'talk' in say.topic has no preposition"),
        (
            {"say": {"clause": "note"}, "write": {"clause": "note"}},
            "'note' has the frame clause in two classes: say and write",
        ),
        (
            {"say": {"topic": "ask_of"}, "ask": {"topic": "ask_about"}},
            "'ask_about' has the frame topic in two classes: say and ask",
        ),
    ],
)
def test_a_wrong_cue_is_named(data: dict[str, object], message: str) -> None:
    with pytest.raises(LexiconError, match=message):
        parse_cues(data)


def test_a_word_may_have_one_class_per_frame() -> None:
    entries = parse_cues({"say": {"clause": "agree"}, "promise": {"commitment": "agree"}})
    assert entries["agree"].frames == {Frame.CLAUSE: CueClass.SAY, Frame.COMMITMENT: CueClass.PROMISE}


def test_an_unknown_word_list_is_named() -> None:
    with pytest.raises(LexiconError, match="'colours'"):
        load_words("colours")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('colours = "red"\n', "b.toml: no source"),
        ('source = "own work"\ncolours = "red"\n', "b.toml: no licence"),
        ('source = " "\nlicence = "MIT"\n', "b.toml: no source"),
        (f"{HEADER}colours = 3\n", "b.toml: colours must be a string"),
        (f'{HEADER}colours = "red blue red"\n', "b.toml: colours: 'red' is listed twice"),
        (f'{HEADER}sizes = "small"\n', "b.toml: a.toml has a list 'sizes' too"),
    ],
)
def test_a_wrong_file_of_words_is_named(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "a.toml").write_text(f'{HEADER}sizes = "large"\n', encoding="utf-8")
    (tmp_path / "words" / "b.toml").write_text(text, encoding="utf-8")
    with pytest.raises(LexiconError, match=message):
        read_lists(tmp_path)


@pytest.mark.parametrize("path", [*WORDS, *TABLES], ids=name_of)
def test_lists_are_sorted(path: Traversable) -> None:
    for name, value in read_toml(path).items():
        check_sorted(unique(value, name), f"{path.name}: {name}")
        assert value == str(value).lower()


@pytest.mark.parametrize("path", TABLES, ids=name_of)
def test_tables_are_sorted_by_key(path: Traversable) -> None:
    check_sorted(list(read_toml(path)), path.name)
    assert load_table(path.name.removesuffix(".toml"))


def test_cues_are_sorted_by_class_then_frame_then_word() -> None:
    classes = read_toml(CUES)
    assert list(classes) == [c for c in CueClass if c in classes]
    for name, frames in classes.items():
        assert isinstance(frames, dict)
        assert list(frames) == [f for f in Frame if f in frames], name
        for frame, words in frames.items():
            check_sorted(words.split(), f"cues.toml: {name}.{frame}")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("cat ant bee", "x: 'ant' belongs before 'cat'; `make words`"),
        ("ant cat bee", "x: 'bee' belongs between 'ant' and 'cat'"),
    ],
)
def test_a_word_out_of_order_is_named_with_its_place(words: str, message: str) -> None:
    with pytest.raises(LexiconError, match=message):
        check_sorted(words.split(), "x")


@pytest.mark.parametrize("path", [CUES, *WORDS, *TABLES], ids=name_of)
def test_files_are_laid_out_as_make_words_writes_them(path: Traversable) -> None:
    text = path.read_text(encoding="utf-8")
    assert (arranged_table if path in TABLES else arranged)(text) == text, "run `make words`"


def test_layout_keeps_comments_and_wraps_long_lines() -> None:
    many = " ".join(f"b{i:02}" for i in range(40))
    text = f'# Animals.\n{HEADER}\n# Small ones.\nsmall = "bee ant"\n\n[x]\n# All.\nall = "{many} cat ant"\n'
    rows = [" ".join(f"b{i:02}" for i in range(30)), " ".join(f"b{i:02}" for i in range(30, 40))]
    expected = (
        f'# Animals.\n{HEADER}\n# Small ones.\nsmall = "ant bee"\n\n[x]\n# All.\nall = """\nant\n'
        + "\n".join(rows)
        + '\ncat\n"""\n'
    )
    assert arranged(text) == expected
    assert arranged(expected) == expected


def test_layout_sorts_tables_by_key_with_their_comments() -> None:
    text = f'# A table.\n{HEADER}\nb = "2 1"\n# Of a.\na = "3"\n'
    assert arranged_table(text) == f'# A table.\n{HEADER}\n# Of a.\na = "3"\nb = "1 2"\n'


@pytest.mark.parametrize("path", GENERATED, ids=name_of)
def test_a_generated_file_says_what_made_it_of_what(path: Traversable) -> None:
    header, lines = read_generated(path)
    assert header["command"] == "sayso-tools lists"
    assert header["source"]
    assert header["licence"]
    assert header["thresholds"]
    check_sorted(lines, path.name)
    assert all(line == line.lower() for line in lines)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# licence: MIT\n# command: x\nred\n", "c.txt: no source"),
        ("# source: x\n# command: x\nred\n", "c.txt: no licence"),
        ("# source: x\n# licence: MIT\nred\n", "c.txt: no command"),
        ("# source: x\n# licence: MIT\n# command: x\nred\nred\n", "c.txt: 'red' is listed twice"),
        ("# source: x\n# licence: MIT\n# command: x\nred\ta\nred\tb\n", "c.txt: 'red' is listed twice"),
    ],
)
def test_a_wrong_generated_file_is_named(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "c.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LexiconError, match=message):
        read_generated(path)


def test_our_own_lists_repeat_nothing_that_is_generated() -> None:
    own = read_lists(DATA)
    for path in GENERATED:
        name, _, kind = path.name.partition(".")
        if kind == "txt":
            assert not own.get(name, frozenset()) & set(read_generated(path)[1]), path.name
        else:
            table = read_toml(DATA / f"{name}.toml")
            for line in read_generated(path)[1]:
                key, _, words = line.partition("\t")
                assert not set(unique(table.get(key, ""), key)) & set(words.split()), f"{path.name}: {key}"


def test_a_list_has_its_own_and_its_generated_words() -> None:
    assert {"christmas", "monday", "sept"} <= load_words("calendar")
    assert not {"sun", "mon"} & load_words("calendar")
    assert {"solveig", "mary"} <= load_words("female_names")


def test_ambiguous_names_are_given_names() -> None:
    assert load_words("ambiguous_names") <= load_words("female_names", "male_names", "given_names")


def test_the_own_part_of_a_table_comes_last(tmp_path: Path) -> None:
    (tmp_path / "generated").mkdir()
    header = "# source: x\n# licence: MIT\n# command: x\n"
    (tmp_path / "generated" / "peoples.tsv").write_text(f"{header}burma\tburmese\n", encoding="utf-8")
    (tmp_path / "peoples.toml").write_text(f'{HEADER}burma = "bamar"\nmyanmar = "burmese"\n', encoding="utf-8")
    table = read_table(tmp_path, "peoples")
    assert table == {"burma": {"burmese", "bamar"}, "myanmar": {"burmese"}}
    assert list(table) == ["burma", "myanmar"]
