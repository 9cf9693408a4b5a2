"""The recipe for a reporting verb, with trees written by hand, and with those that `make golden` adds."""

import pytest
from support.recipes import Command, Copy, Edit, recipe

WORD, SORT, CASES, GOLDEN, TESTS = recipe("A reporting verb")
TREES = Edit(
    "tests/golden/trees/indirect.conllu",
    """
# paragraph = Pell thundered that crews had left.
# origin = hand
1	Pell	Pell	PROPN	NNP	Number=Sing	2	nsubj	_	_
2	thundered	thunder	VERB	VBD	Tense=Past|VerbForm=Fin	0	root	_	_
3	that	that	SCONJ	IN	_	6	mark	_	_
4	crews	crew	NOUN	NNS	Number=Plur	6	nsubj	_	_
5	had	have	AUX	VBD	Tense=Past|VerbForm=Fin	6	aux	_	_
6	left	leave	VERB	VBN	Tense=Past|VerbForm=Part	2	ccomp	_	_
7	.	.	PUNCT	.	_	2	punct	_	_

# paragraph = Storms thundered over the port.
# origin = hand
1	Storms	storm	NOUN	NNS	Number=Plur	2	nsubj	_	_
2	thundered	thunder	VERB	VBD	Tense=Past|VerbForm=Fin	0	root	_	_
3	over	over	ADP	IN	_	5	case	_	_
4	the	the	DET	DT	_	5	det	_	_
5	port	port	NOUN	NN	Number=Sing	2	obl	_	_
6	.	.	PUNCT	.	_	2	punct	_	_
""",
)
MOST_LINES = 40
"""Lines of the diff that a verb may cost, trees included."""


def golden(copy: Copy) -> tuple[bool, str]:
    """Whether the golden cases pass, and the output."""
    assert isinstance(TESTS, Command)
    done = copy.run(TESTS.line)
    return done.returncode == 0, done.stdout


def test_with_trees_written_by_hand(copy: Copy) -> None:
    copy.do(WORD, SORT, CASES, TREES, GOLDEN, TESTS)  # nothing is missing: no model is loaded
    trees = (copy.folder / TREES.path).read_text("utf-8")
    assert trees.endswith(TREES.text)


def test_without_the_word_it_fails(copy: Copy) -> None:
    copy.do(CASES, TREES)
    passed, said = golden(copy)
    assert not passed
    assert "1 failed" in said
    assert "indirect: to thunder" in said


def test_without_trees_it_fails_and_says_what_to_do(copy: Copy) -> None:
    copy.do(WORD, SORT, CASES)
    passed, said = golden(copy)
    assert not passed
    assert "no trees for 'Pell thundered that crews had left.': run make golden" in said


@pytest.mark.live
def test_with_the_bundled_models(copy: Copy) -> None:
    copy.do(WORD, SORT, CASES, GOLDEN, TESTS)
    assert copy.changed_lines() <= MOST_LINES
