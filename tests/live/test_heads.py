"""Heads on made-up states: decoding, spans, saving and loading."""

import itertools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional

from sayso_server.parsing.decoding import is_tree
from sayso_server.parsing.dependencies import Parser
from sayso_server.parsing.encoder import LAYERS
from sayso_server.parsing.heads import Tagger
from sayso_server.parsing.spans import SpanTagger, best_classes, spans

pytestmark = pytest.mark.live

WIDTH = 16
RELATIONS = ["root", "nsubj", "obj", "punct", "ccomp"]


def states(words: int, seed: int = 1) -> torch.Tensor:
    return torch.randn(LAYERS, words, WIDTH, generator=torch.Generator().manual_seed(seed))


@pytest.fixture
def parser() -> Parser:
    torch.manual_seed(3)
    parser = Parser(WIDTH, RELATIONS, arc_width=8, label_width=6)
    for parameter in (parser.arc, parser.label):
        torch.nn.init.normal_(parameter)
    return parser.eval()


@torch.no_grad()
def test_the_parser_finds_one_tree_per_sentence_whatever_stands_beside_it(parser: Parser) -> None:
    lengths = [7, 1, 12, 3, 7]
    trees = parser.predict(states(sum(lengths)), lengths)
    assert [len(tree) for tree in trees] == lengths
    for tree in trees:
        assert is_tree(np.array([0, *(head for head, _ in tree)]))
    alone = [parser.predict(part, [n])[0] for part, n in zip(torch.split(states(30), lengths, 1), lengths, strict=True)]
    assert alone == trees


@torch.no_grad()
def test_labels_are_the_best_of_the_chosen_arcs_and_no_head_has_two_subjects(parser: Parser) -> None:
    repaired = 0
    for seed in range(30):
        own = states(9, seed)
        (tree,) = parser.predict(own, [9])
        subjects = [head for head, label in tree if label == "nsubj"]
        assert len(set(subjects)) == len(subjects)
        chosen = torch.tensor([head for head, _ in tree])
        best = parser.labels(parser.views(own, [9]), [9], chosen).argmax(1).tolist()
        same = [RELATIONS[b] for b in best] == [label for _, label in tree]
        repaired += not same
    assert 0 < repaired < 30  # some were repaired, the others are plainly the best


def test_learning_lowers_the_loss_of_every_head() -> None:
    torch.manual_seed(1)
    own, lengths = states(12), [5, 7]
    heads = torch.tensor([2, 0, 2, 3, 2, 0, 1, 1, 3, 4, 5, 6])
    relations = torch.arange(12) % len(RELATIONS)
    classes = torch.tensor([[0], [1], [2], [0], [1], [1], [2], [2], [0], [0], [1], [2]])
    tagger = Tagger(WIDTH, {"upos": ["NOUN", "VERB"]})
    parser, names = Parser(WIDTH, RELATIONS), SpanTagger(WIDTH, [["PER"]])
    gold = {"upos": torch.arange(12) % 2}
    losses: tuple[tuple[torch.nn.Module, Callable[[], torch.Tensor]], ...] = (
        (tagger, lambda: tagger.loss(own, gold)),
        (parser, lambda: parser.loss(own, lengths, heads, relations)),
        (names, lambda: names.loss(own, classes)),
    )
    for head, loss in losses:
        optimizer = torch.optim.Adam(head.parameters(), lr=0.02)
        first = loss().item()
        for _ in range(60):
            optimizer.zero_grad()
            loss().backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        head.eval()
        assert loss().item() < first / 4
    with torch.no_grad():
        assert [h for tree in parser.predict(own, lengths) for h, _ in tree] == heads.tolist()
        assert names.predict(own) == [[(1, 3, "PER"), (4, 5, "PER"), (5, 8, "PER"), (10, 12, "PER")]]
        assert tagger.predict(own)["upos"] == ["NOUN", "VERB"] * 6


@pytest.mark.parametrize(
    ("classes", "expected"),
    [
        ([0, 1, 2, 2, 0], [(1, 4, "PER")]),
        ([1, 1, 2], [(0, 1, "PER"), (1, 3, "PER")]),
        ([0, 2, 2], [(1, 3, "PER")]),
        ([1, 4, 4, 3], [(0, 1, "PER"), (1, 3, "ORG"), (3, 4, "ORG")]),
        ([], []),
    ],
)
def test_spans_of_classes(classes: list[int], expected: list[tuple[int, int, str]]) -> None:
    assert spans(np.array(classes, dtype=int), ["PER", "ORG"]) == expected


def test_classes_are_the_best_of_all_rows_that_may_be() -> None:
    rng = np.random.default_rng(2)
    repaired = 0
    for length in [1, 2, 3, 4] * 20:
        scores = np.log(rng.dirichlet(np.ones(5), size=length))
        rows = [
            row
            for row in itertools.product(range(5), repeat=length)
            if all(c % 2 or not c or (i and row[i - 1] in {c, c - 1}) for i, c in enumerate(row))
        ]
        best = max(rows, key=lambda row: sum(scores[i, c] for i, c in enumerate(row)))
        assert best_classes(scores).tolist() == list(best)
        repaired += list(best) != scores.argmax(1).tolist()
    assert 0 < repaired < 80  # in some the best class of a word could not stand there


@torch.no_grad()
def test_a_head_comes_back_from_its_file_in_half_precision(parser: Parser, tmp_path: Path) -> None:
    parser.save(tmp_path / "depparse.pt")
    read = Parser.load(tmp_path / "depparse.pt")
    assert read.relations == RELATIONS
    assert not read.training
    for name, value in parser.state_dict().items():
        assert functional.mse_loss(read.state_dict()[name], value) < 1e-5
