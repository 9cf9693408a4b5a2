"""Subjects in trees that parsers build wrongly: no tree stops the reading of its document."""

from sayso_server.core.grammar.subject import subject
from sayso_server.core.tree import Tree, Word


def test_a_participle_before_the_noun_that_ends_its_sentence() -> None:
    asking = Word(0, "Asking", "ask", "VERB", "VBG", "", 1, "acl", 0, 6)
    calls = Word(1, "calls", "call", "NOUN", "NNS", "", -1, "root", 7, 12)
    assert subject(Tree((asking, calls)), asking) == (calls, False)


def test_the_speaker_after_a_noun_of_saying() -> None:
    calls = Word(0, "Calls", "call", "NOUN", "NNS", "", -1, "root", 0, 5)
    by = Word(1, "by", "by", "ADP", "IN", "", 2, "case", 6, 8)
    officials = Word(2, "officials", "official", "NOUN", "NNS", "", 0, "nmod", 9, 18)
    asking = Word(3, "asking", "ask", "VERB", "VBG", "", 0, "acl", 19, 25)
    assert subject(Tree((calls, by, officials, asking)), asking) == (officials, False)
