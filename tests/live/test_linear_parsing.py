"""The work of parsing is linear in the length of any text: counted in steps, independent of the clock."""

import random
from collections import Counter
from typing import Any

import pytest
from support.calls_made import calls_made

from sayso_server.parsing import decoding, linking, tokens
from sayso_server.parsing.dependencies import Parser
from sayso_server.parsing.layers import Layers
from sayso_server.parsing.load import BUNDLED
from sayso_server.parsing.stanza_parser import StanzaParser, from_folder

pytestmark = [
    pytest.mark.live,
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning"),
]

SHAPES = {
    "a sentence without an end": "word and ",
    "pronouns": "he she it they ",
    "names": "{0} {1} ",
    "cues": "{0} said that ",
    "labels": "{0}: It failed.\n\n",
    "surnames after full names": "{0} {1} came to the harbour.\n\n{1} said that it failed.\n\n",
    "quotation marks": "‘a’ “b” «c» ``d'' ",
    "letters in lines": "a\n\n",
    "contracted words": "can't ",
    "addresses": "{0}@{1}.com ",
}


@pytest.fixture(scope="module")
def parser() -> StanzaParser:
    parser = from_folder(BUNDLED)
    parser.parse(["Mayor Ada Pell said that it couldn't reopen."])
    return parser


def name(number: int) -> str:
    rng = random.Random(number)
    return "".join(rng.choice("bdklmnprst") + rng.choice("aeiou") for _ in range(4)).title()


def text(piece: str, times: int) -> list[str]:
    """The paragraphs of the piece repeated, each time with different names."""
    return "".join(piece.format(name(2 * i), name(2 * i + 1)) for i in range(times)).split("\n\n")


def steps(parser: StanzaParser, paragraphs: list[str], monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """The cost of parsing: function calls, word pieces and groups read, scores of arcs and links, tree searches."""
    assert parser.reader is not None
    counts: Counter[str] = Counter()
    computed = parser.reader.encoder.computed
    layers, scores, tree, pairs = Layers.__call__, Parser._scores, decoding.best_tree, linking._all_pairs

    def all_pairs(paragraphs: Any) -> Any:
        found = pairs(paragraphs)
        counts["links"] += len(found.words)
        return found

    def arcs(own: Parser, views: Any, sentences: Any) -> Any:
        counts["arcs"] += sum(len(sentence) ** 2 for sentence in sentences)
        return scores(own, views, sentences)

    def searched(scores: Any) -> Any:
        counts["trees"] += 1
        return tree(scores)

    def read(own: Layers, *given: Any) -> Any:
        counts["groups"] += 1
        return layers(own, *given)

    with monkeypatch.context() as patch:
        patch.setattr(Layers, "__call__", read)
        patch.setattr(Parser, "_scores", arcs)
        patch.setattr("sayso_server.parsing.dependencies.best_tree", searched)
        patch.setattr(decoding, "best_tree", searched)
        patch.setattr(linking, "_all_pairs", all_pairs)
        counts["calls"] = calls_made(lambda: parser.parse(paragraphs))
    counts["pieces"] = parser.reader.encoder.computed - computed
    return counts


@pytest.mark.parametrize("shape", SHAPES)
def test_four_times_the_text_is_about_four_times_the_work(
    shape: str, parser: StanzaParser, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = 1 + 1_200 // len(SHAPES[shape])
    small, large = (steps(parser, text(SHAPES[shape], n), monkeypatch) for n in (times, 4 * times))
    few = 200  # of what is so rare that chance decides
    assert {kind: (small[kind], n) for kind, n in large.items() if n > 4.8 * max(small[kind], few)} == {}


@pytest.mark.parametrize("piece", ["word and ", "word, ", "“it ", "he she it they "])
def test_a_sentence_of_30_000_words_is_cut_in_few_passes(parser: StanzaParser, piece: str) -> None:
    passes: list[int] = []

    def tokenize(given: str) -> Any:
        passes.append(len(given))
        return parser.tokenize(given)

    (batch,) = tokens.batches([piece * (30_000 // len(piece.split()))], tokenize)
    sizes = [len(sentence.words) for sentence in batch.document.sentences]
    assert sum(sizes) >= 30_000
    assert max(sizes) <= tokens.LONGEST_SENTENCE
    assert len(passes) <= 3
