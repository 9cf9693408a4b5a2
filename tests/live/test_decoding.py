"""Trees from made-up scores, against Stanza's own search and repair."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from stanza.models.common.chuliu_edmonds import chuliu_edmonds_one_root
from stanza.models.common.vocab import VOCAB_PREFIX_SIZE
from stanza.models.depparse.head_constraints import resolve_head_constraint_violations

from sayso_server.parsing import decoding
from sayso_server.parsing.decoding import best_tree, is_faulty, is_tree, repaired

pytestmark = pytest.mark.live

RELATIONS = ["root", "nsubj", "obj", "punct", "nsubj:pass", "ccomp"]


def random_scores(rng: np.random.Generator, size: int) -> np.ndarray:
    scores = rng.normal(size=(size, size)).astype(np.float32) * 3
    np.fill_diagonal(scores, -np.inf)
    return scores


def normalized(scores: np.ndarray) -> np.ndarray:
    """Log-probabilities over the last axis."""
    normal: np.ndarray = scores - np.log(np.exp(scores).sum(-1, keepdims=True))
    return normal


@pytest.mark.parametrize(
    ("heads", "expected"),
    [
        ([0, 0], True),
        ([0, 2, 0, 2], True),
        ([0, 0, 0], False),
        ([0, 2, 1], False),
        ([0, 0, 3, 2], False),
        ([0, 2, 3, 4, 0], True),
    ],
)
def test_is_tree(heads: list[int], expected: bool) -> None:
    assert is_tree(np.array(heads)) is expected


def test_the_best_tree_is_that_of_chu_liu_and_edmonds() -> None:
    rng = np.random.default_rng(1)
    greedy = many_roots = 0
    for size in [2, 3, 4, 5, 8, 13] * 50:
        scores = random_scores(rng, size)
        heads = scores.argmax(axis=1)
        heads[0] = 0
        greedy += is_tree(heads)
        many_roots += int((heads[1:] == 0).sum() > 1)
        assert list(best_tree(scores.copy())[1:]) == list(chuliu_edmonds_one_root(scores.copy())[1:])
    assert 0 < greedy < greedy + many_roots < 300  # all roads were taken


def test_the_worst_sentence_takes_a_contraction_for_each_word_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    """Words that name each other as heads, in pairs, pairs of pairs, and so on: no cycle is found with another."""
    size = 129
    apart = np.array([[(a ^ b).bit_length() for b in range(size)] for a in range(size)])
    scores = np.random.default_rng(5).random((size, size)) / 4 - apart
    scores[0] = scores[:, 0] = -100.0
    np.fill_diagonal(scores, -np.inf)
    sizes: list[int] = []
    contracted = decoding._contracted

    def counted(scores: np.ndarray, heads: np.ndarray, cycle: np.ndarray) -> Any:
        sizes.append(len(scores))
        return contracted(scores, heads, cycle)

    monkeypatch.setattr(decoding, "_contracted", counted)
    heads = best_tree(scores)
    assert is_tree(heads)
    assert size // 2 < len(sizes) <= 2 * size  # twice: with any number of roots, then with one
    assert list(heads[1:]) == list(chuliu_edmonds_one_root(scores.copy())[1:])


def test_a_hundred_subjects_of_one_verb_are_repaired_in_bounded_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    size = 101
    rng = np.random.default_rng(4)
    scores = normalized(random_scores(rng, size))
    scores[2:, 1] = scores[1, 0] = 0.0  # the first word is the root, and head of all others
    labels = normalized(rng.normal(size=(size, size, len(RELATIONS))).astype(np.float32))
    labels[2:, 1, 1] = 0.0
    heads = best_tree(scores)
    assert (heads[2:] == 1).all()
    searches: list[int] = []

    def counted(scores: np.ndarray) -> np.ndarray:
        searches.append(len(scores))
        return best_tree(scores)

    monkeypatch.setattr(decoding, "best_tree", counted)
    own, relations = repaired(scores, labels, heads, RELATIONS)
    assert is_tree(own)
    assert relations.count("nsubj") <= 2
    assert len(searches) <= decoding.REPAIRS * size


def test_the_scores_stay_as_they_are() -> None:
    scores = random_scores(np.random.default_rng(2), 12)
    before = scores.copy()
    best_tree(scores)
    assert np.array_equal(scores, before)


class _Vocabulary:
    """The relations as Stanza's repair asks for them: by ids that leave room for its special entries."""

    def unmap(self, ids: Sequence[int]) -> list[str]:
        return [RELATIONS[i - VOCAB_PREFIX_SIZE] for i in ids]


def test_faulty_trees_are_repaired_as_stanza_repairs_them() -> None:
    rng = np.random.default_rng(3)
    faulty = 0
    for size in [5, 8, 13, 21] * 100:
        scores = normalized(random_scores(rng, size))
        labels = normalized(rng.normal(size=(size, size, len(RELATIONS))).astype(np.float32) * 2)
        heads = best_tree(scores)
        words = np.arange(1, size)
        names = [RELATIONS[i] for i in labels[words, heads[1:]].argmax(1)]
        if not is_faulty(heads, names):
            continue
        faulty += 1
        expected, ids = resolve_head_constraint_violations(scores.copy(), labels.copy(), heads, _Vocabulary())
        own, relations = repaired(scores, labels, heads, RELATIONS)
        assert list(own[1:]) == list(expected[1:])
        assert relations == [RELATIONS[int(i)] for i in ids]
        assert is_tree(own)
    assert faulty > 100
