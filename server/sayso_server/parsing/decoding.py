"""Trees from scores: the best tree of a sentence, and the repair of a head with two subjects or two objects.

What is searched for is what Stanza searches for: the tree with one root that scores highest (Chu-Liu/Edmonds), and
after it `stanza.models.depparse.head_constraints`. Here both ask for less: a search that allows several roots, and
needs few steps, comes before one that does not; labels of all pairs of words are compared at once.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from stanza.models.common.chuliu_edmonds import chuliu_edmonds, chuliu_edmonds_one_root
from stanza.models.depparse.head_constraints import SINGLETON_DEPREL_GROUPS, find_head_constraint_violations

REPAIRS = 5
"""How many faults of one sentence are repaired, as in Stanza."""


def best_tree(scores: np.ndarray) -> np.ndarray:
    """The heads of the best tree with one root, the root's own first; `scores[word, head]`, both with the root.

    Where the best tree of all has one root no other with one can score higher.
    """
    heads: np.ndarray = scores.argmax(axis=1)
    heads[0] = 0
    if is_tree(heads):
        return heads
    heads = chuliu_edmonds(scores.astype(np.float64))  # a copy: it writes into what it is given
    return heads if _roots(heads) == 1 else chuliu_edmonds_one_root(scores)


def is_tree(heads: np.ndarray) -> bool:
    """Whether the heads make one tree with one word under the root."""
    if _roots(heads) != 1:
        return False
    reached = heads
    for _ in range(max(1, len(heads).bit_length())):  # each step doubles how far every word climbs
        reached = reached[reached]
    return not reached.any()


def _roots(heads: np.ndarray) -> int:
    return int((heads[1:] == 0).sum())


def is_faulty(heads: np.ndarray, relations: Sequence[str]) -> bool:
    """Whether a head has two subjects or two objects; `relations` are those of the words, without the root."""
    return bool(find_head_constraint_violations(heads, relations))


class _Trial(NamedTuple):
    """A tree, the labels that may still be used, and the sum of what the tree's arcs and labels score."""

    total: float
    heads: np.ndarray
    labels: np.ndarray


def repaired(
    scores: np.ndarray, labels: np.ndarray, heads: np.ndarray, relations: Sequence[str]
) -> tuple[np.ndarray, list[str]]:
    """Heads and relations of a faulty tree with its faults repaired: see Stanza's `head_constraints`.

    `scores[word, head]` and `labels[word, head, relation]` are log-probabilities, root included. Of the words that may
    not all have their label, each in turn keeps it; the others look for another label or head, and the best tree wins.
    """
    for _ in range(REPAIRS):
        found = find_head_constraint_violations(heads, _names(labels, heads, relations))
        if not found:
            break
        head, group, words = found[0]
        barred = [i for i, name in enumerate(relations) if name in SINGLETON_DEPREL_GROUPS[group]]
        trials = [_trial(scores, labels, head, barred, [w for w in words if w != kept]) for kept in words]
        _, heads, labels = max(trials, key=lambda trial: trial.total)
    return heads, _names(labels, heads, relations)


def _trial(scores: np.ndarray, labels: np.ndarray, head: int, barred: Sequence[int], others: Sequence[int]) -> _Trial:
    """The best tree if these words may not be under `head` with the barred labels."""
    labels = labels.copy()
    labels[np.ix_(others, [head], barred)] = -np.inf
    combined = scores.copy()
    combined[others] += labels[others].max(2)
    heads = best_tree(combined)
    words = np.arange(1, len(heads))
    total = scores[words, heads[1:]] + labels[words, heads[1:]].max(1)
    return _Trial(float(total.sum()), heads, labels)


def _names(labels: np.ndarray, heads: np.ndarray, relations: Sequence[str]) -> list[str]:
    """The best relation of every word to its head."""
    best = labels[np.arange(1, len(heads)), heads[1:]].argmax(1)
    return [relations[i] for i in best.tolist()]
