"""The recipe for a speaker rule, with trees written by hand, and with those that `make golden` adds."""

import pytest
from support.recipes import Copy, Edit, recipe

LINK, SIEVE, ROW, IMPORT, CASES, GOLDEN, TESTS = recipe("A speaker rule")
_SAID = """1	The	the	DET	DT	_	2	det	_	_
2	latter	latter	ADJ	JJ	Degree=Pos	3	nsubj	_	_
3	said	say	VERB	VBD	Tense=Past|VerbForm=Fin	0	root	_	_
4	that	that	SCONJ	IN	_	7	mark	_	_
5	crews	crew	NOUN	NNS	Number=Plur	7	nsubj	_	_
6	had	have	AUX	VBD	Tense=Past|VerbForm=Fin	7	aux	_	_
7	left	leave	VERB	VBN	Tense=Past|VerbForm=Part	3	ccomp	_	_
8	.	.	PUNCT	.	_	3	punct	_	_
"""
TREES = Edit(
    "tests/golden/trees/speakers.conllu",
    f"""
# paragraph = Mara Olin met Edwin Pell. The latter said that crews had left.
# origin = hand
# names = 0:2:PER 3:5:PER
1	Mara	Mara	PROPN	NNP	Number=Sing	3	nsubj	_	_
2	Olin	Olin	PROPN	NNP	Number=Sing	1	flat	_	_
3	met	meet	VERB	VBD	Tense=Past|VerbForm=Fin	0	root	_	_
4	Edwin	Edwin	PROPN	NNP	Number=Sing	3	obj	_	_
5	Pell	Pell	PROPN	NNP	Number=Sing	4	flat	_	_
6	.	.	PUNCT	.	_	3	punct	_	_

{_SAID}
# paragraph = The port and the pier closed. The latter said that crews had left.
# origin = hand
1	The	the	DET	DT	_	2	det	_	_
2	port	port	NOUN	NN	Number=Sing	6	nsubj	_	_
3	and	and	CCONJ	CC	_	5	cc	_	_
4	the	the	DET	DT	_	5	det	_	_
5	pier	pier	NOUN	NN	Number=Sing	2	conj	_	_
6	closed	close	VERB	VBD	Tense=Past|VerbForm=Fin	0	root	_	_
7	.	.	PUNCT	.	_	6	punct	_	_

{_SAID}""",
)


def test_with_trees_written_by_hand(copy: Copy) -> None:
    copy.do(LINK, SIEVE, ROW, IMPORT, CASES, TREES, GOLDEN, TESTS)


def test_without_the_sieve_in_its_table_it_fails(copy: Copy) -> None:
    copy.do(LINK, SIEVE, IMPORT, CASES, TREES)
    done = copy.run("python -m pytest tests/golden")
    assert done.returncode != 0
    assert "speakers: the latter of two" in done.stdout


@pytest.mark.live
def test_with_the_bundled_models(copy: Copy) -> None:
    copy.do(LINK, SIEVE, ROW, IMPORT, CASES, GOLDEN, TESTS)
