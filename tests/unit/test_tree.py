"""Trees: derived properties, and pickling."""

import pickle
from dataclasses import fields, replace

from support.toy import TaggedToyParser

from sayso_server.core.tree import CueLink, LikelyCue, MentionVector, Tree, Word


def tree() -> Tree:
    found = TaggedToyParser().parse(["“No,” Mara Olin told reporters. She’d said that it failed."])[0][0]
    return replace(
        found,
        cues=(LikelyCue(5, 0.9),),
        links=(CueLink(1, found.words[5].start, 0.8, 0.9, 0.0), CueLink(4, found.words[5].start, 0.0, 0.1, 0.7)),
        mentions=(MentionVector(4, 3, 5, b"\x01\xff"),),
    )


def test_a_word_knows_its_relation_and_its_lower_case() -> None:
    word = Word(0, "She’D", "she", "PRON", "PRP", "", -1, "nsubj:pass", 3, 8)
    assert (word.relation, word.lower) == ("nsubj", "she'd")


def test_dependents_are_found_by_relation_in_text_order() -> None:
    words = [
        Word(0, "Olin", "Olin", "PROPN", "NNP", "", 1, "nsubj:pass", 0, 4),
        Word(1, "told", "tell", "VERB", "VBN", "", -1, "root", 5, 9),
        Word(2, "that", "that", "PRON", "DT", "", 1, "obj", 10, 14),
    ]
    tree = Tree(tuple(words))
    assert tree.children(words[1]) == [words[0], words[2]]
    assert tree.children(words[1], "nsubj") == tree.children(words[1], "nsubj:pass") == [words[0]]
    assert tree.child(words[1], "obj", "iobj") == words[2]
    assert tree.child(words[1], "nsubj:outer") is None
    assert tree.subtree(words[1], lambda word: word.relation == "obj") == {0, 1}


def test_a_shifted_tree_differs_in_its_offsets_only() -> None:
    first = tree()
    shifted = first.shifted(7)
    assert [(w.start - 7, w.end - 7) for w in shifted.words] == [(w.start, w.end) for w in first.words]
    assert [link.cue for link in shifted.links] == [link.cue + 7 for link in first.links]
    assert (shifted.cues, shifted.mentions) == (first.cues, first.mentions)
    assert shifted.shifted(-7) == first


def test_a_pickled_tree_is_the_same_tree() -> None:
    first = tree()
    again = pickle.loads(pickle.dumps(first))
    assert again == first
    for one in fields(Tree):  # a field that a new head adds must cross to other processes too
        assert getattr(again, one.name) == getattr(first, one.name) != (), one.name
    assert [(w.relation, w.lower) for w in again.words] == [(w.relation, w.lower) for w in first.words]
    assert again.roles == first.roles
    assert again.children(again.words[0]) == first.children(first.words[0])
    assert pickle.loads(pickle.dumps(first.words[0])) == first.words[0]


def test_what_a_tree_works_out_is_not_pickled() -> None:
    used, fresh = tree(), tree()
    assert used.span
    assert used.children(used.words[0]) is not None
    assert len(pickle.dumps(used)) == len(pickle.dumps(fresh))
