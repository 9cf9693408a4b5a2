"""Tokens and sentences from a small network with random weights: properties that hold for any weights."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from stanza.models.common.doc import Document

from sayso_server.parsing import atoms, tokenizer
from sayso_server.parsing.tokenizer import Network, Tokenizer, Tokens

pytestmark = pytest.mark.live

PARAGRAPHS = [
    "“We lost two cranes,” Pell said. Nobody was hurt…",
    "x",
    "No.",
    "Orlo’s ferry didn’t run at 4 a.m. Sunday, the harbour’s office said; it will not run today. " * 9,
    "👩\u200d🚀 🙂🙂!",
    "gov\u00adernment \u200b of\u00a0Velland",
]


@pytest.fixture(scope="module")
def network() -> Network:
    torch.manual_seed(2)
    known = torch.tensor(sorted({f for p in PARAGRAPHS for a in p.split() for f in atoms.features(a)}))
    network = Network(8, known, dilations=(1, 2, 4, 1))
    for layer in network.layers:
        assert isinstance(layer.weight, torch.Tensor)
        torch.nn.init.normal_(layer.weight, std=0.3)
    torch.nn.init.normal_(network.scores.weight)
    network.eval()
    own = Tokenizer(network)
    with torch.no_grad():
        scores = own._scores(atoms.cut("\n\n".join(PARAGRAPHS), own._lexicon))
        network.scores.bias.sub_(torch.from_numpy(np.median(scores, axis=0)))  # else all answers are the same
    return network


def parts(text: str, tokens: Tokens) -> list[tuple[str, bool, bool]]:
    """The tokens as text, and whether each ends a sentence and holds several words."""
    columns = (tokens.starts, tokens.ends, tokens.last, tokens.multiword)
    return [(text[a:b], last, several) for a, b, last, several in zip(*(c.tolist() for c in columns), strict=True)]


def test_a_network_with_random_weights_finds_tokens_sentences_and_words(network: Network) -> None:
    labels = {own[1:] for text in PARAGRAPHS for own in parts(text, Tokenizer(network).cut(text))}
    assert labels == {(False, False), (True, False), (False, True), (True, True)}  # else the tests below say little


def test_a_paragraph_is_read_on_its_own(network: Network) -> None:
    own = Tokenizer(network)
    alone = [parts(text, own.cut(text)) for text in PARAGRAPHS]
    for order in ([0, 1, 2, 3, 4, 5], [5, 3, 0, 1, 2, 4], [3, 3, 3]):
        text = "\n\n".join(PARAGRAPHS[i] for i in order)
        assert parts(text, own.cut(text)) == [part for i in order for part in alone[i]]


def test_what_is_found_does_not_depend_on_the_chunks(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "\n\n".join(PARAGRAPHS * 3)
    whole = parts(text, Tokenizer(network).cut(text))
    for chunk in (1, 7, 64):
        monkeypatch.setattr(tokenizer, "CHUNK", chunk)
        assert parts(text, Tokenizer(network).cut(text)) == whole


def test_one_long_paragraph_takes_bounded_chunks_and_each_place_once(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = PARAGRAPHS[3] * 240
    assert len(text) > 190_000
    seen: list[int] = []
    forward = Network.forward

    def watched(own: Network, row: torch.Tensor, filled: torch.Tensor) -> torch.Tensor:
        seen.append(row.shape[1])
        return forward(own, row, filled)

    monkeypatch.setattr(Network, "forward", watched)
    found = Tokenizer(network).cut(text)
    count = len(atoms.cut(text, atoms.Lexicon()))
    assert max(seen) <= tokenizer.CHUNK + 2 * network.reach
    assert len(seen) == math.ceil(count / tokenizer.CHUNK)
    assert found.ends[-1] == len(text.rstrip())


@pytest.mark.parametrize("text", ["", " ", "\n\n\n", "\u00a0 \t", "\u200b", "\u00ad \n\n \ufeff"])
def test_a_text_of_nothing_has_no_sentence(network: Network, text: str) -> None:
    document = tokenizer.document(text, Tokenizer(network).cut(text))
    assert (document.sentences, document.num_tokens, document.text) == ([], 0, text)


@settings(deadline=None, max_examples=60)
@given(text=st.text(alphabet=st.sampled_from('aB1 .’"“\n\u00a0\u00ad\u200b\u0301👩é-'), max_size=60))
def test_tokens_cover_all_that_is_visible_and_white_space_ends_them(network: Network, text: str) -> None:
    found = Tokenizer(network).cut(text)
    own = parts(text, found)
    assert atoms.visible("".join(part for part, *_ in own)) == "".join(atoms.visible(text).split())
    assert all(found.starts[1:] >= found.ends[:-1])
    assert not any(char.isspace() for part, *_ in own for char in part)
    assert not own or own[-1][1]


def test_the_document_is_the_one_that_stanza_makes(network: Network) -> None:
    text = " " + "\n\n".join(PARAGRAPHS[:4]) + " \n"
    own = tokenizer.document(text, Tokenizer(network).cut(text))
    stanzas = Document([[dict(row) for row in sentence] for sentence in _rows(own)], text)
    assert own.to_dict() == stanzas.to_dict()
    assert f"{own:C}" == f"{stanzas:C}"
    assert (own.num_tokens, own.num_words) == (stanzas.num_tokens, stanzas.num_words)
    for one, other in zip(own.sentences, stanzas.sentences, strict=True):
        assert (one.text, one.index, one.sent_id, one.doc) == (other.text, other.index, other.sent_id, own)
        for token, same in zip(one.tokens, other.tokens, strict=True):
            assert (token.spaces_before, token.spaces_after) == (same.spaces_before, same.spaces_after)
            assert (token.sent, token.words[0].parent, token.words[0].sent) == (one, token, one)


def _rows(document: Any) -> list[list[dict[str, Any]]]:
    return [
        [
            {"id": t.id, "text": t.text, "start_char": t.start_char, "end_char": t.end_char}
            | ({"misc": t.misc} if t.misc else {})
            for t in sentence.tokens
        ]
        for sentence in document.sentences
    ]


def test_words_are_written_without_invisible_characters_and_very_long_ones_not_at_all(network: Network) -> None:
    text = f"gov\u00adernment {'z' * 1001}"
    document = tokenizer.document(text, Tokenizer(network).cut(text))
    tokens = [token for sentence in document.sentences for token in sentence.tokens]
    assert [token.text for token in tokens] == ["government", "<UNK>"]
    assert [text[t.start_char : t.end_char] for t in tokens] == text.split()


def test_what_is_remembered_is_bounded_and_changes_nothing(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(atoms, "MEMORY", 20)
    own = Tokenizer(network)
    fresh = [parts(text, Tokenizer(network).cut(text)) for text in PARAGRAPHS]
    for _ in range(3):
        assert [parts(text, own.cut(text)) for text in PARAGRAPHS] == fresh


def test_a_file_keeps_what_the_network_finds(network: Network, tmp_path: Path) -> None:
    network.save(tmp_path / "tokenize.pt")
    loaded = Network.load(tmp_path / "tokenize.pt")
    loaded.save(tmp_path / "again.pt")
    text = "\n\n".join(PARAGRAPHS)
    again = Network.load(tmp_path / "again.pt")
    assert parts(text, Tokenizer(loaded).cut(text)) == parts(text, Tokenizer(again).cut(text))
    for name, value in network.state_dict().items():
        np.testing.assert_allclose(loaded.state_dict()[name], value, rtol=1e-3, atol=1e-3, err_msg=name)
