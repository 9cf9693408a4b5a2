"""The recipe for a construction, with trees written by hand, and with those that `make golden` adds."""

import pytest
from support.recipes import Copy, Edit, recipe

RULE, ROW, IMPORT, CASES, GOLDEN, TESTS = recipe("A construction")
TREES = Edit(
    "tests/golden/trees/constructions.conllu",
    """
# paragraph = Rumor has it that crews had left.
# origin = hand
1	Rumor	rumor	NOUN	NN	Number=Sing	2	nsubj	_	_
2	has	have	VERB	VBZ	Tense=Pres|VerbForm=Fin	0	root	_	_
3	it	it	PRON	PRP	_	2	expl	_	_
4	that	that	SCONJ	IN	_	7	mark	_	_
5	crews	crew	NOUN	NNS	Number=Plur	7	nsubj	_	_
6	had	have	AUX	VBD	Tense=Past|VerbForm=Fin	7	aux	_	_
7	left	leave	VERB	VBN	Tense=Past|VerbForm=Part	2	ccomp	_	_
8	.	.	PUNCT	.	_	2	punct	_	_

# paragraph = The rumor has a source.
# origin = hand
1	The	the	DET	DT	_	2	det	_	_
2	rumor	rumor	NOUN	NN	Number=Sing	3	nsubj	_	_
3	has	have	VERB	VBZ	Tense=Pres|VerbForm=Fin	0	root	_	_
4	a	a	DET	DT	_	5	det	_	_
5	source	source	NOUN	NN	Number=Sing	3	obj	_	_
6	.	.	PUNCT	.	_	3	punct	_	_
""",
)


def test_with_trees_written_by_hand(copy: Copy) -> None:
    copy.do(RULE, ROW, IMPORT, CASES, TREES, GOLDEN, TESTS)


def test_without_the_row_it_fails(copy: Copy) -> None:
    copy.do(RULE, IMPORT, CASES, TREES)
    done = copy.run("python -m pytest tests/golden")
    assert done.returncode != 0
    assert "constructions: rumor has it" in done.stdout


def test_without_a_case_it_fails(copy: Copy) -> None:
    copy.do(RULE, ROW, IMPORT)
    done = copy.run("python -m pytest tests/unit/test_rules.py")
    assert done.returncode != 0
    assert "rumor-has-it" in done.stdout


@pytest.mark.live
def test_with_the_bundled_models(copy: Copy) -> None:
    copy.do(RULE, ROW, IMPORT, CASES, GOLDEN, TESTS)
