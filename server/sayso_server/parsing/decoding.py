"""Trees from scores: the best tree of a sentence, and the repair of a head with two subjects or two objects.

What is searched for is what Stanza searches for: the tree with one root that scores highest (Chu-Liu/Edmonds), and
after it `stanza.models.depparse.head_constraints`. Here both ask for less: a search that allows several roots, and
needs few steps, comes before one that does not; labels of all pairs of words are compared at once. A constant added to
all scores of a word changes no tree, so scores need not be probabilities.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
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
    exact = scores.astype(np.float64)
    heads = _highest(exact)
    if _roots(heads) == 1:
        return heads
    finite = exact[np.isfinite(exact)]
    exact[:, 0] -= 1.0 + len(exact) * (finite.max() - finite.min())  # no tree gains what a second root costs
    return _highest(exact)


class _Contraction(NamedTuple):
    """A cycle of the best heads made one word, the last of a smaller sentence; the others are its first words.

    `enter` is the word of the cycle that each other word would be the head of, `leave` the word of the cycle that would
    be the head of each other word.
    """

    heads: np.ndarray
    cycle: np.ndarray
    others: np.ndarray
    enter: np.ndarray
    leave: np.ndarray

    def expanded(self, heads: np.ndarray) -> np.ndarray:
        """The heads of the words, from those of the smaller sentence."""
        out, made = self.heads.copy(), len(self.others)
        of_others = heads[:made]
        out[self.others] = np.where(of_others == made, self.leave, self.others[np.minimum(of_others, made - 1)])
        out[self.enter[heads[made]]] = self.others[heads[made]]
        return out


def _highest(scores: np.ndarray) -> np.ndarray:
    """The heads of the tree that scores highest, with any number of roots (Chu-Liu/Edmonds)."""
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
    """The words of a cycle; none where there is none."""
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
    """Whether the heads make one tree with one word under the root."""
    if _roots(heads) != 1:
        return False
    return not _far_above(heads).any()


def _far_above(heads: np.ndarray) -> np.ndarray:
    """Where every word arrives that climbs from head to head at least as often as there are words."""
    reached = heads
    for _ in range(max(1, len(heads).bit_length())):  # each step doubles how far every word climbs
        reached = reached[reached]
    return reached


def _roots(heads: np.ndarray) -> int:
    return int((heads[1:] == 0).sum())


def is_faulty(heads: np.ndarray, relations: Sequence[str]) -> bool:
    """Whether a head has two subjects or two objects; `relations` are those of the words, without the root."""
    return bool(find_head_constraint_violations(heads, relations))


class _Trial(NamedTuple):
    """A tree, the words that had to look for another label or head, and what the tree's arcs and labels score."""

    total: float
    heads: np.ndarray
    others: list[int]


def repaired(
    scores: np.ndarray, labels: np.ndarray, heads: np.ndarray, relations: Sequence[str]
) -> tuple[np.ndarray, list[str]]:
    """Heads and relations of a faulty tree with its faults repaired: see Stanza's `head_constraints`.

    `scores[word, head]` and `labels[word, head, relation]`, root included; `labels` are log-probabilities. Of the words
    that may not all have their label, each in turn keeps it; the others look for another label or head, and the best
    tree wins.
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
    """The best trees if all of these words but one may not be under `head` with the barred labels.

    What the trials have in common is worked out once: there may be as many as there are words.
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
