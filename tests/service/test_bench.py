"""The bench: a document is the same in one round or in many."""

from dataclasses import replace

import pytest
from support.engine import POISON, FakeEngine
from support.toy import ToyParser

from sayso_server.core.pipeline import Extractor, Model
from sayso_server.core.statement import Extraction, Options, Timing
from sayso_server.service.bench import Bench, weight
from sayso_server.service.engine import Stages
from sayso_server.service.rounds import Failed, Left, Opening, Round, Share

TEXT = "\n\n".join(
    [
        "Mara Olin told reporters that the plan failed. “We tried,” said Olin.",
        "“It was late,",
        "“and nobody came,” she said.",
        "   ",
        "The mayor urged patience. “Wait,” he asked.",
    ]
)


def untimed(extraction: Extraction) -> Extraction:
    return replace(extraction, timing=Timing())


@pytest.mark.parametrize("words", [1, 7, 15, 1000])
def test_a_document_read_bit_by_bit_is_the_same(words: int) -> None:
    extractor = Extractor(ToyParser(), Model("toy", "1", "0"))
    bench = Bench(Stages(extractor))
    order = Round((Opening(5, TEXT, Options()), Opening(6, "Short.", Options())), (Share(5, words), Share(6, 1)))
    progress = bench.work(order)
    assert isinstance(progress[6], Extraction)
    rounds = 1
    while isinstance(left := progress[5], Left):
        assert left.words > 0
        progress = bench.work(Round(shares=(Share(5, words),)))
        rounds += 1
    outcome = progress[5]
    assert isinstance(outcome, Extraction)
    assert untimed(outcome) == untimed(extractor.extract(TEXT, Options()))
    assert outcome.statements
    assert rounds == {1: 4, 7: 4, 15: 2, 1000: 1}[words]


def test_a_document_that_cannot_be_read_fails_alone() -> None:
    engine = FakeEngine()
    openings = tuple(Opening(number, text, Options()) for number, text in enumerate(["a", POISON, ""]))
    progress = Bench(engine).work(Round(openings, tuple(Share(number, 9) for number in range(3))))
    assert [type(progress[number]) for number in range(3)] == [Extraction, Failed, Extraction]
    assert "poison" not in repr(progress[1])


def test_a_forgotten_document_is_gone() -> None:
    bench = Bench(FakeEngine())
    bench.work(Round((Opening(1, "a\n\nb", Options()),), (Share(1, 1),)))
    assert bench.work(Round(shares=(Share(1, 1),), forgotten=(1,))) == {}


@pytest.mark.parametrize(("text", "words"), [("", 1), ("one two", 2), ("x" * 80, 10), ("ab " * 10, 10)])
def test_weight(text: str, words: int) -> None:
    assert weight(text) == words
