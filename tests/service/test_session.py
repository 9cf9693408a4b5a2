"""A session: a document is the same in one round or in many."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.engine import POISON, FakeEngine
from support.toy import ToyParser

from sayso_server.core.document import read
from sayso_server.core.model import Model
from sayso_server.core.pipeline import Extractor
from sayso_server.core.statement import Extraction, Options, Timing
from sayso_server.workers.protocol import Batch, Failed, NewDocument, Portion, Remaining, Shard, ShardResult
from sayso_server.workers.session import Session, dealt
from sayso_server.workers.weight import weight

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
    session = Session(extractor)
    order = Batch(
        (NewDocument(5, TEXT, Options()), NewDocument(6, "Short.", Options())), (Portion(5, words), Portion(6, 1))
    )
    progress = session.work(order)
    assert isinstance(progress[6], Extraction)
    rounds = 1
    while isinstance(left := progress[5], Remaining):
        assert left.words > 0
        progress = session.work(Batch(portions=(Portion(5, words),)))
        rounds += 1
    outcome = progress[5]
    assert isinstance(outcome, Extraction)
    assert untimed(outcome) == untimed(extractor.extract(TEXT, Options()))
    assert outcome.statements
    assert rounds == {1: 4, 7: 4, 15: 2, 1000: 1}[words]


def test_a_document_that_cannot_be_read_fails_alone() -> None:
    engine = FakeEngine()
    new_documents = tuple(NewDocument(number, text, Options()) for number, text in enumerate(["a", POISON, ""]))
    progress = Session(engine).work(Batch(new_documents, tuple(Portion(number, 9) for number in range(3))))
    assert [type(progress[number]) for number in range(3)] == [Extraction, Failed, Extraction]
    assert "poison" not in repr(progress[1])


def test_a_forgotten_document_is_gone() -> None:
    session = Session(FakeEngine())
    session.work(Batch((NewDocument(1, "a\n\nb", Options()),), (Portion(1, 1),)))
    assert session.work(Batch(portions=(Portion(1, 1),), dropped=(1,))) == {}


@pytest.mark.parametrize(
    ("text", "words"), [("", 1), ("one two", 2), ("x" * 80, 10), ("ab " * 10, 10), ("”" * 80, 80), ("a-" * 80, 160)]
)
def test_weight(text: str, words: int) -> None:
    assert weight(text) == words


@given(weights=st.lists(st.integers(1, 60), min_size=1, max_size=30), hands=st.integers(1, 6))
def test_paragraphs_are_dealt_out_evenly_and_each_once(weights: list[int], hands: int) -> None:
    out = dealt(weights, range(len(weights)), hands)
    assert sorted(paragraph for hand in out for paragraph in hand) == list(range(len(weights)))
    words = [sum(weights[paragraph] for paragraph in hand) for hand in out]
    assert len(out) == hands
    assert max(words) - min(words) <= max(weights)


def test_each_paragraph_is_weighed_once_however_many_rounds_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    weighed: list[str] = []

    def weigh(text: str) -> int:
        weighed.append(text)
        return 1

    monkeypatch.setattr("sayso_server.workers.session.weight", weigh)
    session, helper = Session(FakeEngine()), Session(FakeEngine())
    text = "\n\n".join(f"P{number}" for number in range(100))
    session.work(Batch((NewDocument(1, text, Options()),)))
    for first in range(0, 100, 2):
        helper.work(Batch(shards=(Shard(1, text, first, 2, 1, 2),)))
        session.work(Batch(portions=(Portion(1, 2, 2),)))
    assert len(weighed) == 200


@pytest.mark.parametrize("words", [1, 7, 15, 1000])
def test_every_paragraph_of_a_document_in_parts_is_read_once(words: int) -> None:
    engine = FakeEngine()
    owner, helper = Session(engine), Session(engine)
    progress = owner.work(Batch((NewDocument(1, TEXT, Options()),), (Portion(1, words, parts=2),)))
    first = 0
    while isinstance(left := progress[1], Remaining):
        trees = helper.work(Batch(shards=(Shard(1, TEXT, first, words, part=1, parts=2),)))[1]
        assert isinstance(trees, ShardResult)
        first = left.first
        progress = owner.work(Batch(portions=(Portion(1, words, parts=2, trees=(trees,)),)))
    assert isinstance(progress[1], Extraction)
    parts = read(TEXT).parts
    assert sorted(part for call in engine.parsed for part in call) == sorted(parts)


def test_a_document_in_parts_was_parsed_as_long_as_the_slowest_took() -> None:
    session, helper = (Session(Extractor(ToyParser(), Model("toy", "1", "0"))) for _ in range(2))
    session.work(Batch((NewDocument(1, TEXT, Options()),), (Portion(1, 100, parts=3),)))
    trees = [helper.work(Batch(shards=(Shard(1, TEXT, 0, 100, part, 3),)))[1] for part in (1, 2)]
    slow = tuple(replace(one, seconds=1000.0) for one in trees if isinstance(one, ShardResult))
    outcome = session.work(Batch(portions=(Portion(1, 0, trees=slow),)))[1]
    assert isinstance(outcome, Extraction)
    assert 1000.0 <= outcome.timing.parse < 1900.0


def test_what_a_helper_cannot_parse_fails_without_its_text() -> None:
    outcome = Session(FakeEngine()).work(Batch(shards=(Shard(1, f"a\n\n{POISON}", 0, 100, 0, 1),)))[1]
    assert isinstance(outcome, Failed)
    assert "poison" not in repr(outcome)
