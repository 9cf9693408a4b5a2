"""The fast decoding gives the trees of Stanza's own."""

import numpy as np
import pytest
from stanza.models.common.chuliu_edmonds import chuliu_edmonds_one_root

from sayso_server.parsing.decoding import best_tree, is_tree
from sayso_server.parsing.load import BUNDLED
from sayso_server.parsing.stanza_parser import StanzaParser

pytestmark = [
    pytest.mark.live,
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning"),
]

# the second and third tempt a parser into two subjects, two objects or a cycle
PARAGRAPHS = [
    "The port of Anselm will stay closed for a week, Mayor Ada Pell said on Friday. Nobody was hurt.",
    "“Eggs,” he added. “Is that pennies?” she said. ‘Up goes the bridge the mayor gave the crew a week the crew said.’",
    "What she gave the board the board gave the crews fish she who was the one they them told it him her.",
    "buffalo buffalo buffalo buffalo , , , - - said said said he he he .",
]


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
    greedy = 0
    for size in [2, 3, 4, 5, 8, 13] * 50:
        scores = rng.normal(size=(size, size)).astype(np.float32) * 3
        np.fill_diagonal(scores, -np.inf)
        heads = scores.argmax(axis=1)
        heads[0] = 0
        greedy += is_tree(heads)
        assert list(best_tree(scores.copy())[1:]) == list(chuliu_edmonds_one_root(scores.copy())[1:])
    assert 0 < greedy < 300  # both roads were taken


def test_trees_are_those_of_stanza() -> None:
    parser = StanzaParser(BUNDLED)
    model = parser.pipeline.processors["depparse"].trainer.model
    fast = parser.parse(PARAGRAPHS)
    del model.predict  # what `speed_up` put before the class's own
    assert parser.parse(PARAGRAPHS) == fast
