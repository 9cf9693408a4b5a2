"""Coreference: pairs, their features, training of the head on made-up states, and the port of the core."""

import numpy as np
import pytest
import torch
from support.toy import ToyParser

from sayso_server.core.coreference import Place
from sayso_server.core.tree import MentionVector, Tree
from sayso_server.parsing.coreference import (
    LEVELS,
    SHARED,
    SIZES,
    Antecedents,
    CoreferenceScorer,
    Kind,
    Mention,
    features,
    name_around,
    packed,
    pairs,
    unpacked,
)
from sayso_server.parsing.encoder import LAYERS
from sayso_tools.training.figures import last_that_agrees

pytestmark = pytest.mark.live

WIDTH = 16
MENTIONS = [
    Mention(("Harbor", "Office"), Kind.NAME, 0),
    Mention(("Ada", "Pell"), Kind.NAME, 0),
    Mention(("the", "workers"), Kind.NOUN, 1),
    Mention(("they",), Kind.PRONOUN, 2),
    Mention(("Pell",), Kind.NAME, 2),
    Mention(("HO",), Kind.NAME, 9),
]


@pytest.mark.parametrize(("count", "farthest"), [(0, 9), (1, 9), (5, 9), (6, 2)])
def test_pairs_are_all_that_are_near_in_order(count: int, farthest: int) -> None:
    later, earlier = pairs(count, farthest)
    assert list(zip(later.tolist(), earlier.tolist(), strict=True)) == [
        (i, j) for i in range(count) for j in range(max(0, i - farthest), i)
    ]


def test_what_two_mentions_share() -> None:
    later, earlier = pairs(len(MENTIONS))
    ids = features(MENTIONS, later, earlier)
    assert ids.shape == (15, len(SIZES))
    assert ids.min() >= 0
    assert ids.max() < sum(SIZES)
    shared = ids[:, 4] - sum(SIZES[:4])
    bits = {
        (i, j): f"{s:0{SHARED}b}"[::-1]
        for i, j, s in zip(later.tolist(), earlier.tolist(), shared.tolist(), strict=True)
    }
    assert bits[4, 1] == "0101010"  # Pell: the last word of Ada Pell, and all of it is in that
    assert bits[5, 0] == "0000001"  # HO: the initials of Harbor Office
    assert bits[3, 2] == "0000000"


@torch.no_grad()
def test_vectors_survive_as_bytes() -> None:
    vectors = torch.tanh(torch.randn(5, 8, generator=torch.Generator().manual_seed(1)))
    rows = packed(vectors)
    assert [len(row) for row in rows] == [8] * 5
    assert (unpacked(rows) - vectors).abs().max() <= 0.51 / LEVELS


def test_antecedents_are_learned() -> None:
    torch.manual_seed(1)
    states = torch.randn(LAYERS, 12, WIDTH)
    spans = [(0, 2), (2, 4), (4, 5), (6, 7), (8, 9), (10, 11)]
    gold = np.zeros((6, 7), dtype=int)
    for i, j in ((0, 0), (1, 0), (2, 0), (3, 3), (4, 2), (5, 1)):
        gold[i, j] = 1
    head = Antecedents(WIDTH, 8, 16)
    optimizer = torch.optim.Adam(head.parameters(), lr=0.02)
    for _ in range(150):
        optimizer.zero_grad()
        loss, asked = head.loss(head.vectors(states, spans), MENTIONS, gold)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    assert asked == 6
    head.eval()
    with torch.no_grad():
        scores, none = head(head.vectors(states, spans), MENTIONS)
        every = torch.cat([none[:, None], scores], 1)
    assert every.argmax(1).tolist() == [0, 0, 0, 3, 2, 1]


def test_mentions_that_are_not_asked_for_teach_nothing() -> None:
    head = Antecedents(WIDTH, 8, 16)
    vectors = head.vectors(torch.randn(LAYERS, 6, WIDTH), [(i, i + 1) for i in range(6)])
    loss, asked = head.loss(vectors, MENTIONS, np.zeros((6, 7), dtype=int))
    assert (loss.item(), asked) == (0, 0)
    empty = head.vectors(torch.randn(LAYERS, 6, WIDTH), [])
    assert head.loss(empty, [], np.zeros((0, 1), dtype=int))[1] == 0


def with_vectors(tree: Tree, *words: int) -> Tree:
    rng = np.random.default_rng(len(words))
    made = (rng.integers(-127, 127, 8).astype(np.int8).tobytes() for _ in words)
    return Tree(tree.words, mentions=tuple(MentionVector(w, w, w + 1, v) for w, v in zip(words, made, strict=True)))


def test_the_port_compares_the_words_that_have_vectors() -> None:
    torch.manual_seed(1)
    (first,), (second,) = ToyParser().parse(["Ada Pell said it .", "She left ."])
    first, second = with_vectors(first, 0, 3), with_vectors(second, 0)
    scorer = CoreferenceScorer(Antecedents(WIDTH, 8, 16).eval())
    places = [Place(0, first, 0), Place(0, first, 2), Place(0, first, 3), Place(1, second, 0)]
    found = scorer.scores(places)
    assert [len(own.antecedents) for own in found] == [0, 1, 2, 3]
    assert found[1] == ((0.0,), 1.0)  # said has no vector
    assert found[2].antecedents[1] == found[3].antecedents[1] == 0
    assert all(sum(own.antecedents) + own.none == pytest.approx(1, abs=0.01) for own in found)
    assert scorer.scores([]) == []
    last = len(places) - 1
    assert scorer.scores(places, [0, last]) == [found[0], found[last]]


def test_the_words_of_a_name() -> None:
    tags, heads = ["PROPN", "PROPN", "VERB", "PROPN"], [2, 0, -1, 2]
    assert name_around(0, tags, heads) == (0, 2)
    assert name_around(3, tags, heads) == (3, 4)


def test_the_last_that_agrees() -> None:
    best = last_that_agrees(MENTIONS).argmax(1).tolist()
    assert best[3:] == [2, 1, 4]  # they: the workers; Pell: Ada Pell; HO: some name
