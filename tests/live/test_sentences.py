"""Uncertain sentence ends: properties that hold for any head, and training of the head."""

from typing import Any

import pytest
import torch
from torch import Tensor

from sayso_server.parsing import sentences, tokens
from sayso_server.parsing.encoder import LAYERS
from sayso_server.parsing.load import BUNDLED
from sayso_server.parsing.processors import paragraphs
from sayso_server.parsing.sentences import Doubt, Ends, Units
from sayso_server.parsing.stanza_parser import SENTENCES, TOKENIZING, StanzaParser, from_folder
from sayso_tools.training.sentences import Examples, fit

pytestmark = [
    pytest.mark.live,
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning"),
]

TEXTS = [
    "Harbour news :: the ferry is late again\u2026 Pell doesn't know why! He'll ask \u2014 or not",
    "Ferry times: Monday 7 a.m. Tuesday 8 a.m. \u201cNo ferry on Sunday\u201d \u2013 Harbour office. See ferry.example",
    "The bridge was closed on Monday. It will open in June.",
]


class Answer(Ends):
    """A head that gives the same answer to all that is asked."""

    def __init__(self, answer: float) -> None:
        super().__init__(4)
        self.answer = answer

    def forward(self, before: Tensor, behind: Tensor) -> Tensor:
        return torch.full((before.size(1),), self.answer)


@pytest.fixture(scope="module")
def parser() -> StanzaParser:
    return from_folder(BUNDLED, (*TOKENIZING, *SENTENCES))


@pytest.fixture
def processor(parser: StanzaParser, monkeypatch: pytest.MonkeyPatch) -> Any:
    own = parser.pipeline.processors["sentences"]
    monkeypatch.setattr(own, "head", own.head)
    return own


def cut(parser: StanzaParser) -> Any:
    (batch,) = tokens.batches(TEXTS, parser.tokenize)
    return batch.document


def ends(document: Any) -> set[int]:
    return {sentence.tokens[-1].end_char for sentence in document.sentences}


def words(document: Any) -> list[list[list[str]]]:
    return [[tokens.texts_of_words(document, s) for s in paragraph] for paragraph in paragraphs(document)]


@pytest.mark.parametrize("answer", [-100.0, 0.0, 100.0])
def test_only_ends_in_doubt_change_and_the_states_are_those_of_the_new_sentences(
    parser: StanzaParser, processor: Any, answer: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sentences, "is_torn", lambda words, following: False)  # it has a test of its own
    processor.head = Answer(answer)
    before = cut(parser)
    doubts = tokens.doubts(before)
    assert {margin > 0 for margin in doubts.values()} == {True, False}  # else the answers below say little
    flat = [word.text for sentence in before.sentences for word in sentence.words]
    sure = ends(before) - doubts.keys()
    expected = {
        -100.0: sure,
        0.0: sure | {end for end, margin in doubts.items() if margin > 0},
        100.0: sure | doubts.keys(),
    }[answer]
    document = processor.process(before)
    assert ends(document) == expected
    assert [word.text for sentence in document.sentences for word in sentence.words] == flat
    for sentence in document.sentences:
        assert [word.id for word in sentence.words] == list(range(1, len(sentence.words) + 1))
    assert parser.reader is not None
    fresh = parser.reader.encoder(words(document))
    torch.testing.assert_close(parser.reader.states(document), fresh, rtol=0, atol=0)


def test_words_of_others_are_left_alone(parser: StanzaParser, processor: Any) -> None:
    from stanza.models.common.doc import Document

    processor.head = Answer(100.0)
    document = Document([[{"id": (1,), "text": "Pell"}, {"id": (2,), "text": "left"}]])
    assert processor.process(document) is document


def test_contracted_words_stay_one_token(parser: StanzaParser) -> None:
    document = parser.tokenize("The ferry left. Pell can't go, and she won't wait.")
    together = tokens.recut(document, set())
    (sentence,) = together.sentences
    assert [token.text for token in sentence.tokens if len(token.words) > 1] == ["can't", "won't"]
    assert [word.text for word in sentence.words if word.text in {"ca", "n't", "wo"}] == ["ca", "n't", "wo", "n't"]
    assert words(tokens.recut(together, ends(document))) == words(document)


def test_a_name_is_not_torn_and_a_long_sentence_ends_where_the_tokenizer_ends_it() -> None:
    torn = Units([["Mara", "Olin", "left", "."]], [Doubt(0, 4, 2.0), Doubt(2, 14, -2.0)])
    assert sentences.chosen(torn, [5.0, 5.0]) == {14}
    endless = Units([["word"] * 600], [Doubt(place, 5 * place, 1.0) for place in range(0, 599, 10)])
    assert sentences.chosen(endless, [-5.0] * 60) == {5 * place for place in (130, 260, 390, 520)}


def test_an_abbreviation_is_a_sentence_only_if_the_tokenizer_says_so() -> None:
    for margin, expected in ((-0.5, set()), (0.5, {4})):
        abbreviated = Units([["Spc", ".", "Olin", "left", "."]], [Doubt(1, 4, margin)])
        assert sentences.chosen(abbreviated, [5.0]) == expected


def test_an_end_is_looked_for_within_its_unit() -> None:
    """The words before a sure end do not count as those of a torn name."""
    own = Units([["It", "is", "over", "."], ["Yes", "!", "Olin", "left"]], [Doubt(5, 18, 0.5)])
    assert own.size == 8
    assert sentences.chosen(own, [1.0]) == {18}


def test_the_head_learns_what_its_examples_tell() -> None:
    torch.manual_seed(1)
    before, behind = torch.randn(400, LAYERS, 8), torch.randn(400, LAYERS, 8)
    is_end = (before.mean(1)[:, 0] > behind.mean(1)[:, 0]).float()
    head = Ends(8)
    fit(head, Examples(before.half(), behind.half(), is_end), rounds=200)
    with torch.no_grad():
        found = head(before.transpose(0, 1), behind.transpose(0, 1)) > 0
    assert (found == is_end.bool()).float().mean() > 0.9
