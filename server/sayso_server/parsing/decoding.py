"""Decoding: the best tree of a sentence, and the repair of heads with two subjects or two objects.

The results are those of Stanza: the highest-scoring tree with one root (Chu-Liu/Edmonds), then
`stanza.models.depparse.head_constraints`. This implementation is faster: a quick search that allows several roots comes
first, and labels of all pairs of words are compared at once. Adding a constant to all scores of a word changes no tree,
so scores need not be probabilities.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from stanza.models.depparse.head_constraints import SINGLETON_DEPREL_GROUPS, find_head_constraint_violations

REPAIRS = 5
"""The maximum number of repairs per sentence, as in Stanza."""


def best_tree(scores: np.ndarray) -> np.ndarray:
    """The heads of the best tree with one root, starting with the root's own; `scores[word, head]`, both with the root.

    If the best of all trees has one root, it is also the best tree with one root.
    """
    heads: np.ndarray = scores.argmax(axis=1)
    heads[0] = 0
    if is_tree(heads):
        return heads
    exact = scores.astype(np.float64)
    heads = _highest(exact)
    if _roots(heads) == 1:
        return heads
    finite = exact[np.isfinite(exact)]
    exact[:, 0] -= 1.0 + len(exact) * (finite.max() - finite.min())  # a second root costs more than any tree can gain
    return _highest(exact)


class _Contraction(NamedTuple):
    """A cycle of best heads contracted to one word, the last of a smaller sentence; the other words come first.

    `enter` is, for each other word as head, the word of the cycle that it would enter; `leave` is the word of the cycle
    that would be the head of each other word.
    """

    heads: np.ndarray
    cycle: np.ndarray
    others: np.ndarray
    enter: np.ndarray
    leave: np.ndarray

    def expanded(self, heads: np.ndarray) -> np.ndarray:
        """The heads of all words, from those of the smaller sentence."""
        out, made = self.heads.copy(), len(self.others)
        of_others = heads[:made]
        out[self.others] = np.where(of_others == made, self.leave, self.others[np.minimum(of_others, made - 1)])
        out[self.enter[heads[made]]] = self.others[heads[made]]
        return out


def _highest(scores: np.ndarray) -> np.ndarray:
    """The heads of the highest-scoring tree, with any number of roots (Chu-Liu/Edmonds)."""
    contractions: list[_Contraction] = []
    while True:
        heads: np.ndarray = scores.argmax(axis=1)
        heads[0] = 0
        cycle = _cycle(heads)
        if not len(cycle):
            break
        contraction, scores = _contracted(scores, heads, cycle)
        contractions.append(contraction)
    for contraction in reversed(contractions):
        heads = contraction.expanded(heads)
    return heads


def _cycle(heads: np.ndarray) -> np.ndarray:
    """The words of a cycle; empty if there is none."""
    above = _far_above(heads)
    word = int(above.max())  # on a cycle, or the root
    cycle: list[int] = []
    while word and word not in cycle[:1]:
        cycle.append(word)
        word = int(heads[word])
    return np.array(sorted(cycle), dtype=np.int64)


def _contracted(scores: np.ndarray, heads: np.ndarray, cycle: np.ndarray) -> tuple[_Contraction, np.ndarray]:
    """The contraction of a cycle, and the scores of the smaller sentence."""
    others = np.delete(np.arange(len(heads)), cycle)
    gains = scores[np.ix_(cycle, others)] - scores[cycle, heads[cycle]][:, None]
    below = scores[np.ix_(others, cycle)]
    enter, leave = gains.argmax(0), below.argmax(1)
    made = len(others)
    smaller = np.empty((made + 1, made + 1))
    smaller[:made, :made] = scores[np.ix_(others, others)]
    smaller[made, :made] = gains[enter, np.arange(made)]
    smaller[:made, made] = below[np.arange(made), leave]
    smaller[made, made] = -np.inf
    return _Contraction(heads, cycle, others, cycle[enter], cycle[leave]), smaller


def is_tree(heads: np.ndarray) -> bool:
    """Whether the heads form one tree with one word under the root."""
    if _roots(heads) != 1:
        return False
    return not _far_above(heads).any()


def _far_above(heads: np.ndarray) -> np.ndarray:
    """The ancestor of every word after at least as many steps as there are words."""
    reached = heads
    for _ in range(max(1, len(heads).bit_length())):  # each iteration doubles the number of steps
        reached = reached[reached]
    return reached


def _roots(heads: np.ndarray) -> int:
    return int((heads[1:] == 0).sum())


def is_faulty(heads: np.ndarray, relations: Sequence[str]) -> bool:
    """Whether a head has two subjects or two objects; `relations` are those of the words without the root."""
    return bool(find_head_constraint_violations(heads, relations))


class _Trial(NamedTuple):
    """A tree, the words that needed another label or head, and the score of its arcs and labels."""

    total: float
    heads: np.ndarray
    others: list[int]


def repaired(
    scores: np.ndarray, labels: np.ndarray, heads: np.ndarray, relations: Sequence[str]
) -> tuple[np.ndarray, list[str]]:
    """Heads and relations of a faulty tree after repair: see Stanza's `head_constraints`.

    `scores[word, head]` and `labels[word, head, relation]`, root included; `labels` are log-probabilities. Of the words
    with conflicting labels, each in turn keeps its label while the others get another label or head; the best tree
    wins.
    """
    labels = labels.copy()
    for _ in range(REPAIRS):
        found = find_head_constraint_violations(heads, _names(labels, heads, relations))
        if not found:
            break
        head, group, words = found[0]
        barred = [i for i, name in enumerate(relations) if name in SINGLETON_DEPREL_GROUPS[group]]
        best = max(_trials(scores, labels, head, barred, words), key=lambda trial: trial.total)
        heads = best.heads
        labels[np.ix_(best.others, [head], barred)] = -np.inf
    return heads, _names(labels, heads, relations)


def _trials(
    scores: np.ndarray, labels: np.ndarray, head: int, barred: Sequence[int], words: Sequence[int]
) -> Iterator[_Trial]:
    """The best trees if all of these words but one must not be under `head` with the barred labels.

    Common parts of the trials are computed once: there may be as many trials as words.
    """
    with_label = scores[words] + labels[words].max(2)
    labels_left = labels[words, head].copy()
    labels_left[:, barred] = -np.inf
    left = labels_left.max(1)
    with_label[:, head] = scores[words, head] + left
    every = np.arange(1, len(scores))
    for i, kept in enumerate(words):
        others = [*words[:i], *words[i + 1 :]]
        combined = scores.copy()
        combined[words] = with_label
        combined[kept] = scores[kept]
        heads = best_tree(combined)
        own = labels[every, heads[1:]].max(1)
        for place, word in enumerate(words):
            if word != kept and heads[word] == head:
                own[word - 1] = left[place]
        yield _Trial(float((scores[every, heads[1:]] + own).sum()), heads, others)


def _names(labels: np.ndarray, heads: np.ndarray, relations: Sequence[str]) -> list[str]:
    """The best relation of every word to its head."""
    best = labels[np.arange(1, len(heads)), heads[1:]].argmax(1)
    return [relations[i] for i in best.tolist()]
