"""Files of trees: writing and reading round-trips, and `make golden` adds trees without changing existing ones."""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from support.frozen import Entry, FrozenParser, NoTreesError, TreeFile, freeze, parse_trees, read_trees, write_trees
from support.golden import GOLDEN
from support.refresh import NOTHING, Loaded, OtherModelsError, add, alike, drift, freeze_all, refresh
from support.toy import TaggedToyParser, ToyParser

from sayso_server.core.tree import CueLink, LikelyCue, MentionVector, Roles, TaggedName, Tree, Word

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


LINKED = """# models 1, int8

# paragraph = Olin said no. It was late.
# names = 0:1:PER
# cues = 1:0.98
1	Olin	Olin	PROPN	NNP	_	2	nsubj	1,0,0,0;5:0,0,0.97	_
2	said	say	VERB	VBD	_	0	root	0,0,0,0	_
3	no	no	INTJ	UH	_	2	discourse	0,0,1,1;5:0.93,0.99,0	_
4	.	.	PUNCT	.	_	2	punct	0,0,0,0	_

1	It	it	PRON	PRP	_	3	nsubj	_;5:0.4,0.45,0	_
2	was	be	AUX	VBD	_	3	cop	_	_
3	late	late	ADJ	JJ	_	0	root	_;5:0.39,0.51,0	_
4	.	.	PUNCT	.	_	3	punct	_	_
"""


class Models:
    """The toy parser under a name; counts the parsed paragraphs."""

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


def test_cues_and_links_are_kept_and_may_cross_sentences() -> None:
    (entry,) = parse_trees(LINKED).entries
    first, second = entry.trees
    assert first.cues == (LikelyCue(1, 0.98),)
    assert first.links == (CueLink(0, 5, 0.0, 0.0, 0.97), CueLink(2, 5, 0.93, 0.99, 0.0))
    assert first.roles[0] == Roles(1, 0, 0, 0)
    assert second.links == (CueLink(0, 5, 0.4, 0.45, 0.0), CueLink(2, 5, 0.39, 0.51, 0.0))
    assert (second.cues, second.roles) == ((), ())
    assert freeze(entry.paragraph, entry.trees) == entry
    assert write_trees(parse_trees(LINKED)) == LINKED


def test_cues_and_links_are_stored_to_two_digits_and_weak_links_are_not() -> None:
    words = tuple(
        Word(i, text, text, "X", "", "", i - 1, "root" if i == 0 else "dep", 2 * i, 2 * i + 1)
        for i, text in enumerate("ab")
    )
    links = (CueLink(0, 2, 0.996, 0.004, 0.495), CueLink(1, 2, 0.094, 0.02, 0.09), CueLink(1, 0, 0.096, 0.0, 0.0))
    (tree,) = freeze("a b", [Tree(words, cues=(LikelyCue(0, 0.104), LikelyCue(1, 0.4951)), links=links)]).trees
    assert tree.cues == (LikelyCue(0, 0.1), LikelyCue(1, 0.5))
    assert tree.links == (CueLink(0, 2, 1.0, 0.0, 0.49), CueLink(1, 0, 0.1, 0.0, 0.0))


def test_vectors_are_kept_only_where_asked_for() -> None:
    words = (Word(0, "Mara", "Mara", "PROPN", "", "", -1, "root", 0, 4), Word(1, "x", "x", "X", "", "", 0, "dep", 5, 6))
    tree = Tree(words, mentions=(MentionVector(0, 0, 2, bytes(range(250, 256)) + b"\0"), MentionVector(1, 1, 2, b"a")))
    entry = freeze("Mara x", [tree], vectors=True)
    assert "# vectors = 0:0:2:" in entry.block
    assert entry.trees == [tree]
    assert freeze("Mara x", [tree]).trees == [replace(tree, mentions=())]


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
                [replace(t, roles=tuple(r._replace(cue=r.cue + self.by) for r in t.roles)) for t in own]
                for own in trees
            ]

    file, moved = add(NOTHING, TWO, Models()).file, Moved()
    for moved.by, drifted in ((0.09, False), (0.3, True)):
        assert bool(drift([file], moved())) == drifted


@pytest.mark.parametrize(
    ("old", "new", "drifted"),
    [
        ("1:0.98", "1:0.9", False),
        ("1:0.98", "1:0.7", True),
        (";5:0.4,0.45,0", ";5:0.5,0.35,0.1", False),
        (";5:0.4,0.45,0", ";5:0.4,0.45,0.2", True),
        (";5:0.4,0.45,0", "", True),
        (";5:0.4,0.45,0", ";5:0.2,0.45,0", True),
        ("0	_\n\n", "0;5:0.2,0.15,0	_\n\n", False),
        ("0	_\n\n", "0;5:0.3,0.15,0	_\n\n", True),
        ("# cues = 1:0.98", "# cues = 1:0.98 2:0.2", False),
        ("# cues = 1:0.98", "# cues = 1:0.98 2:0.3", True),
    ],
)
def test_cues_and_links_may_move_a_little(old: str, new: str, *, drifted: bool) -> None:
    file, other = parse_trees(LINKED), parse_trees(LINKED.replace(old, new, 1))
    assert file != other
    (stored,), (found,) = ([entry.trees for entry in own.entries] for own in (file, other))
    assert alike(stored, found) is not drifted
    assert alike(found, stored) is not drifted


def test_a_cue_that_is_hardly_one_takes_its_links_with_it() -> None:
    new = LINKED.replace("1:0.98", "1:0.98 2:0.12").replace("_;5:0.39,0.51,0", "_;5:0.39,0.51,0;10:0.1,0.9,0")
    with_it, without = (next(e.trees for e in parse_trees(text).entries) for text in (new, LINKED))
    assert alike(with_it, without)
    assert alike(without, with_it)


def test_trees_without_cues_have_drifted_once_models_find_some() -> None:
    (found,) = (entry.trees for entry in parse_trees(LINKED).entries)
    assert not alike([replace(tree, cues=(), links=()) for tree in found], found)


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


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("\t2\tnsubj", "\t9\tnsubj", "has the head 9 of"),
        ("\t2\tnsubj", "\t1\tnsubj", "has the head 1 of"),
        ("\t0\troot", "\t1\troot", "one root"),
        ("# names = 0:1:PER", "# names = 0:9:PER", "no name: 0:9:PER"),
        ("# names = 0:1:PER", "# names = 0:1:DOG", "no name: 0:1:DOG"),
        ("1,0,0,0", "1,0", "cannot be read"),
    ],
)
def test_what_no_tree_has_is_refused(old: str, new: str, message: str) -> None:
    rows = ["1\tOlin\tOlin\tPROPN\tNNP\t_\t2\tnsubj\t1,0,0,0\t_", "2\tleft\tleave\tVERB\tVBD\t_\t0\troot\t_\t_"]
    text = "\n".join(["# models 1", "", "# paragraph = Olin left", "# names = 0:1:PER", *rows, ""])
    assert len(parse_trees(text).entries[0].trees) == 1
    assert old in text
    with pytest.raises(ValueError, match=message):
        _ = parse_trees(text.replace(old, new)).entries[0].trees


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("# cues = 1:", "# cues = 9:", "no words for cues"),
        ("1:0.98", "1:0.98 1:0.5", "no words for cues"),
        ("1:0.98", "1:1.2", "no probabilities: 1.2"),
        ("1:0.98", "1", "cannot be read"),
        (";5:0,0,0.97", ";4:0,0,0.97", "word 1 has a link to 4, where no cue starts"),
        (";5:0,0,0.97", ";5:0,0,0.97;5:0,0,0.9", "word 1 has two links to 5"),
        (";5:0,0,0.97", ";5:0,0.97", "cannot be read"),
        ("# cues", "# vectors = 1:2:3:AAAA\n# cues", "no mention: 1:2:3"),
        ("# cues", "# vectors = 1:1:2:A!\n# cues", "cannot be read"),
    ],
)
def test_cues_and_links_that_no_tree_has_are_refused(old: str, new: str, message: str) -> None:
    assert old in LINKED
    with pytest.raises(ValueError, match=message):
        _ = parse_trees(LINKED.replace(old, new)).entries[0].trees
