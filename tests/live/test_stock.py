"""The pipeline of stock Stanza's shape, with which the benchmarks compare: its sizes, and that it reads."""

from pathlib import Path

import pytest

from sayso_server.parsing.load import BUNDLED, load_parser
from sayso_tools.bench import stock

pytestmark = pytest.mark.live

TEXT = "Mara Olin didn't come. “The plan failed,” she said.\n\nNobody asked her why."


def test_it_has_the_published_sizes_and_annotates_the_same_words(tmp_path: Path) -> None:
    parser, _ = load_parser(threads=1)
    sample = parser.annotate(parser.tokenize(TEXT))
    with stock.trees_at_once():
        pipeline = stock.build(BUNDLED, sample, tmp_path)
        document = pipeline(TEXT)
    sizes = {name: pipeline.processors[name].trainer.args for name in ("pos", "depparse", "ner")}
    assert {name: (own["hidden_dim"], own["num_layers"]) for name, own in sizes.items()} == {
        "pos": (200, 2),
        "depparse": (400, 3),
        "ner": (256, 1),
    }
    for own in sizes.values():
        assert own["charlm"]
    words = [word for sentence in document.sentences for word in sentence.words]
    assert [w.text for w in words] == [w.text for s in sample.sentences for w in s.words]
    assert all(word.upos and word.lemma and word.deprel for word in words)
    assert all(token.ner for sentence in document.sentences for token in sentence.tokens)
