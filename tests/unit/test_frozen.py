"""Files of trees: what is read is what was written, and `make golden` adds without touching what is there."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from support.frozen import Entry, FrozenParser, NoTreesError, TreeFile, freeze, parse_trees, read_trees, write_trees
from support.golden import GOLDEN
from support.refresh import NOTHING, Loaded, OtherModelsError, add, drift, freeze_all, refresh
from support.toy import TaggedToyParser, ToyParser

from sayso_server.core.tree import Roles, TaggedName, Tree, Word

TESTS = Path(__file__).parents[1]
HERE = "models 1, int8"
TWO = ["Mara Olin said no. Olin said no.", "She told us."]
BY_HAND = """# models 1, int8

# paragraph = Olin left.
# origin = hand
# names = 0:1:PER
1	Olin	Olin	PROPN	NNP	_	2	nsubj	0.9,0,0,0	_
2	left	leave	VERB	VBD	_	0	root	_	_
3	.	.	PUNCT	.	_	2	punct	_	_
"""


class Models:
    """The toy parser under a name. Counts what it parses."""

    def __init__(self, origin: str = HERE) -> None:
        self.origin = origin
        self.parsed: list[str] = []

    def parse(self, paragraphs: Sequence[str]) -> list[list[Tree]]:
        self.parsed += paragraphs
        return TaggedToyParser().parse(paragraphs)

    def __call__(self) -> Loaded:
        return Loaded(self, self.origin)


def never() -> Loaded:
    raise AssertionError("the models were loaded")


@pytest.mark.parametrize("path", sorted((GOLDEN / "trees").glob("*.conllu")), ids=lambda path: path.stem)
def test_the_files_are_what_the_writer_writes(path: Path) -> None:
    file = read_trees(path)
    assert write_trees(file) == path.read_text(encoding="utf-8")
    for entry in file.entries:
        assert freeze(entry.paragraph, entry.trees, entry.origin) == entry


def test_trees_are_read_as_they_were_written_but_for_roles() -> None:
    trees = ToyParser().parse(TWO)
    file = TreeFile(HERE, tuple(freeze(p, own) for p, own in zip(TWO, trees, strict=True)))
    assert [entry.trees for entry in parse_trees(write_trees(file)).entries] == trees
    rows = [line for entry in file.entries for line in entry.block.splitlines() if "\t" in line]
    assert all(row.endswith("\t_") for row in rows)  # no place is written


def test_roles_are_stored_to_one_digit() -> None:
    word = Word(0, "No", "no", "INTJ", "", "", -1, "root", 0, 2)
    (tree,) = freeze("No", [Tree((word,), (), (Roles(0.98, 0.25, 0.04, 0.55),))]).trees
    assert tree.roles == (Roles(1.0, 0.2, 0.0, 0.6),)


def test_a_word_that_is_not_the_next_of_its_text_has_its_place_written() -> None:
    word = Word(0, "a", "a", "X", "", "", -1, "root", 3, 4)
    entry = freeze("a, a", [Tree((word,))])
    assert entry.block.endswith("\t3:4")
    assert entry.trees == [Tree((word,))]


def test_a_tree_written_by_hand_needs_neither_places_nor_all_roles(tmp_path: Path) -> None:
    path = tmp_path / "hand.conllu"
    path.write_text(BY_HAND, encoding="utf-8")
    ((tree,),) = FrozenParser(path).parse(["Olin left."])
    assert [(w.start, w.end) for w in tree.words] == [(0, 4), (5, 9), (9, 10)]
    assert tree.names == (TaggedName(0, 1, "PER"),)
    assert tree.roles == (Roles(0.9, 0, 0, 0), Roles(0, 0, 0, 0), Roles(0, 0, 0, 0))
    with pytest.raises(NoTreesError, match=r"no trees for 'She left\.': run make golden"):
        FrozenParser(path).parse(["She left."])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("1\tOlin", "the first line must say what made the trees"),
        ("# m\n\n1\tOlin", "a sentence before the first"),
        ("# m\n\n# paragraph = A\n\n# paragraph = A", "twice: 'A'"),
        ("# m\n\n# paragraph = Olin\n1\tOlin", "2 columns instead of 10"),
        (BY_HAND.replace("2\tleft", "2\twent"), r"word 2 \('went'\) is not in the rest of the paragraph: ' left.'"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "wrong.conllu"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=said):
        [entry.trees for entry in read_trees(path).entries]


def test_a_golden_paragraph_is_one_line() -> None:
    with pytest.raises(ValueError, match="one line"):
        freeze("a\nb", [])


def test_only_what_is_missing_is_parsed_and_the_rest_stays() -> None:
    first = add(NOTHING, TWO, Models())
    models = Models()
    new = "He urged us."
    change = add(first.file, [TWO[0], new, TWO[1]], models)
    assert models.parsed == [new]
    assert change.file.entries == (first.file.entries[0], change.file.entries[1], first.file.entries[1])
    assert (change.added, change.dropped) == ((new,), ())
    assert str(change) == "1 added, the first: “He urged us.”"


def test_what_no_case_has_is_dropped_without_a_model() -> None:
    change = add(add(NOTHING, TWO, Models()).file, TWO[:1], never)
    assert [entry.paragraph for entry in change.file.entries] == TWO[:1]
    assert str(change) == "1 dropped, the first: “She told us.”"
    assert str(add(change.file, TWO[:1], never)) == "nothing to do"


def test_trees_in_another_number_format_say_so() -> None:
    change = add(add(NOTHING, TWO, Models()).file, [*TWO, "He urged us."], Models("models 1, float32"))
    assert change.file.origin == HERE
    assert [entry.origin for entry in change.file.entries] == ["", "", "models 1, float32"]
    assert parse_trees(write_trees(change.file)) == change.file


def test_trees_of_other_models_are_not_mixed() -> None:
    old = add(NOTHING, TWO, Models()).file
    with pytest.raises(OtherModelsError, match=r"made by models 1, int8, but models 2, int8 .* run make golden-all"):
        add(old, [*TWO, "He urged us."], Models("models 2, int8"))


def test_all_are_parsed_again_but_those_written_by_hand() -> None:
    old = parse_trees(BY_HAND)
    wrong = Entry("She told us.", "# paragraph = She told us.")
    models = Models("models 2, int8")
    change = freeze_all(TreeFile(HERE, (*old.entries, wrong)), ["Olin left.", *TWO], models)
    assert change.file.origin == "models 2, int8"
    assert change.file.entries[0] == old.entries[0]
    assert models.parsed == TWO
    assert (change.added, change.changed, change.dropped) == ((TWO[0],), (TWO[1],), ())


def test_drift_is_one_line() -> None:
    file = add(NOTHING, TWO, Models()).file
    assert drift([file], Models()()) == ""
    changed = freeze(TWO[0], ToyParser().parse([TWO[1]])[0])
    other = TreeFile(HERE, (changed, *file.entries[1:], *parse_trees(BY_HAND).entries))
    assert drift([other], Models()()) == (
        "golden trees: 1 of 2 paragraphs drifted (0 may; first: “Mara Olin said no. Olin said no.”): "
        "run make golden-all and look at the diff"
    )


def test_a_role_may_move_a_little() -> None:
    class Moved(Models):
        by = 0.0

        def parse(self, paragraphs: Sequence[str]) -> list[list[Tree]]:
            trees = TaggedToyParser().parse(paragraphs)
            return [
                [Tree(t.words, t.names, tuple(r._replace(cue=r.cue + self.by) for r in t.roles)) for t in own]
                for own in trees
            ]

    file, moved = add(NOTHING, TWO, Models()).file, Moved()
    for moved.by, drifted in ((0.09, False), (0.3, True)):
        assert bool(drift([file], moved())) == drifted


def test_files_are_written_in_the_order_of_the_cases(tmp_path: Path) -> None:
    for folder in ("cases", "trees"):
        (tmp_path / folder).mkdir()
    cases, trees = tmp_path / "cases/new.md", tmp_path / "trees/new.conllu"
    cases.write_text("## one\nShe told us.\n\n## two\n[source He] [cue urged] [to us].\n", encoding="utf-8")
    (tmp_path / "trees/gone.conllu").write_text("# models 1, int8\n", encoding="utf-8")
    said = refresh(tmp_path, add, Models())
    assert said == [
        "new.conllu: 2 added, the first: “She told us.”",
        "gone.conllu: removed, it has no file of cases",
    ]
    written = trees.read_text(encoding="utf-8")
    assert [e.paragraph for e in parse_trees(written).entries] == ["She told us.", "He urged us."]
    cases.write_text("## one\nShe told us.\n\n## new\nIt was late.\n\n## two\nHe urged us.\n", encoding="utf-8")
    assert refresh(tmp_path, add, Models()) == ["new.conllu: 1 added, the first: “It was late.”"]
    blocks = trees.read_text(encoding="utf-8").rstrip("\n").split("\n\n")
    assert [*blocks[:2], *blocks[3:]] == written.rstrip("\n").split("\n\n")


def test_make_golden_needs_no_torch_where_no_tree_is_missing() -> None:
    code = (
        "import runpy, sys; sys.modules.update(dict.fromkeys(('torch', 'stanza', 'tokenizers', 'numpy')));"
        "sys.argv = ['refresh.py']; runpy.run_path('golden/refresh.py', run_name='__main__')"
    )
    command = [sys.executable, "-c", "import sys; sys.path.insert(0, '.');" + code]
    done = subprocess.run(command, cwd=TESTS, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert all(line.endswith(": nothing to do") for line in done.stdout.splitlines())
    assert len(done.stdout.splitlines()) == len(list((GOLDEN / "cases").glob("*.md")))
