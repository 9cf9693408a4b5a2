"""Decoding of Stanza's GraphParser without the work that changes nothing.

Stanza scores every label for every pair of words, and runs Chu-Liu/Edmonds on every sentence. Here labels are scored
for the chosen arcs only, and where every word's best head already makes a tree with one root, that tree is the answer,
since no other can score higher. Where Stanza would repair a tree (two subjects of one head), its own repair is called.
The trees are the same; `tests/live` compares them.
"""

from collections.abc import Sequence
from types import MethodType
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812  # the customary name
from stanza.models.common.chuliu_edmonds import chuliu_edmonds_one_root
from stanza.models.common.vocab import VOCAB_PREFIX_SIZE
from stanza.models.depparse.head_constraints import find_head_constraint_violations, resolve_head_constraint_violations
from stanza.models.depparse.model import GraphParser
from torch import Tensor

Arcs = list[list[Any]]
"""[head, label] of every word of a sentence; heads count from 1, 0 is the root."""


def speed_up(model: GraphParser) -> None:
    """Make this loaded parser predict in the fast way; the class stays as it is."""
    plain = ("use_arc_embedding", "linearization", "distance")
    if isinstance(model, GraphParser) and not any(model.args.get(name) for name in plain):
        model.predict = MethodType(predict, model)


def predict(model: GraphParser, *inputs: Any, resolve_head_constraints: bool = False) -> list[Arcs]:
    """As `GraphParser.predict`, whose arguments these are."""
    lengths: Sequence[int] = inputs[12]
    states = model.embed(*inputs)
    arcs = model.unlabeled(states, states).squeeze(3)
    arcs.masked_fill_(torch.eye(arcs.size(1), dtype=torch.bool).unsqueeze(0), -float("inf"))
    scores = F.log_softmax(arcs, 2).numpy()
    dependents, heads = _projected(model, states)
    out = []
    for i, length in enumerate(lengths):
        own = scores[i, :length, :length]
        tree = best_tree(own)
        labels = _labels_of_arcs(model, dependents[i], heads[i], tree)
        names = model.vocab["deprel"].unmap([label + VOCAB_PREFIX_SIZE for label in labels])
        if resolve_head_constraints and find_head_constraint_violations(tree, names):
            every = F.log_softmax(_labels(model, dependents[i, :length], heads[i, :length]), 2).numpy()
            tree, labels = resolve_head_constraint_violations(own, every, tree, model.vocab["deprel"])
            names = model.vocab["deprel"].unmap([label + VOCAB_PREFIX_SIZE for label in labels])
        out.append([[head, name] for head, name in zip(tree[1:], names, strict=True)])
    return out


def best_tree(scores: np.ndarray) -> Any:
    """Heads by word, the root's own first, as `chuliu_edmonds_one_root` gives them; `scores[word, head]`."""
    heads = scores[:, : len(scores)].argmax(axis=1)
    heads[0] = 0
    return heads if is_tree(heads) else chuliu_edmonds_one_root(scores)


def is_tree(heads: np.ndarray) -> bool:
    """Whether the heads make one tree with one word under the root."""
    if int((heads[1:] == 0).sum()) != 1:
        return False
    reached = heads
    for _ in range(max(1, len(heads).bit_length())):  # each step doubles how far every word climbs
        reached = reached[reached]
    return not reached.any()


def _projected(model: GraphParser, states: Tensor) -> tuple[Tensor, Tensor]:
    """The label scorer's view of every word as dependent and as head, (sentences, words, width + 1)."""
    deep = model.deprel
    ones = states.new_ones(*states.shape[:2], 1)
    as_dependent = torch.cat([deep.hidden_func(deep.W1(states)), ones], 2)
    as_head = torch.cat([deep.hidden_func(deep.W2(states)), ones], 2)
    return as_dependent, as_head


def _labels_of_arcs(model: GraphParser, dependents: Tensor, heads: Tensor, tree: Any) -> list[int]:
    """The best label of each word's arc, as Stanza's raw label ids."""
    chosen = torch.as_tensor(np.asarray(tree[1:], dtype=np.int64))
    bilinear = model.deprel.scorer.W_bilin
    width, labels = bilinear.weight.shape[1:]
    partial = (dependents[1 : len(tree)] @ bilinear.weight.flatten(1)).view(-1, width, labels)
    scores = torch.einsum("nj,njo->no", heads[chosen], partial) + bilinear.bias
    return [int(label) for label in scores.argmax(1)]


def _labels(model: GraphParser, dependents: Tensor, heads: Tensor) -> Tensor:
    """The scores of every label for every pair, (words, words, labels)."""
    scores: Tensor = model.deprel.scorer.W_bilin(dependents.unsqueeze(0), heads.unsqueeze(0))[0]
    return scores
