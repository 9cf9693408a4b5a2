"""The encoder reads paragraphs in rows; other rows do not affect the result."""

import json
import random
from typing import Any

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel

from sayso_server.parsing.encoder import (
    GROUP,
    LAYERS,
    LONGEST,
    PIECES,
    WINDOW,
    Encoder,
    load_encoder,
    load_weights,
    shape,
)
from sayso_server.parsing.layers import FLOATING, INT8, Layers, fastest, int8
from sayso_server.parsing.load import BUNDLED
from sayso_tools.training.encoder import TrainedEncoder

pytestmark = pytest.mark.live

FOLDER = BUNDLED / "encoder"
SENTENCE = ["Mayor", "Pell", "said", "that", "the", "bridge", "will", "reopen", "."]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder(FOLDER)


@pytest.mark.parametrize(
    ("word", "expected"),
    [("said", 0), ("2016", 0), ("“", 0), ("Pell", 1), ("I", 1), ("NATO", 2), ("U.S.", 2), ("McKay", 3), ("iPad", 3)],
)
def test_shape(word: str, expected: int) -> None:
    assert shape(word) == expected


@torch.inference_mode()
def test_states_are_in_the_order_of_the_words(encoder: Encoder) -> None:
    paragraphs = [[SENTENCE], [["No", "."], SENTENCE], [["“", "Yes", "!", "”"]]]
    together = encoder(paragraphs)
    assert together.shape == (LAYERS, 24, encoder.width)
    alone = torch.cat([encoder([paragraph]) for paragraph in paragraphs], 1)
    assert torch.equal(together, alone)


@torch.inference_mode()
def test_rows_alone_give_what_transformers_gives_for_padded_batches(encoder: Encoder) -> None:
    paragraphs = [[SENTENCE], [["No", "."], SENTENCE] * 3, [["“", "Yes", "!", "”"]]]
    config = BertConfig.from_pretrained(FOLDER, local_files_only=True)
    bert = BertModel(config, add_pooling_layer=False)
    bert.load_state_dict(load_weights(FOLDER / "weights.npz"))
    in_training = TrainedEncoder(bert, Tokenizer.from_file(str(FOLDER / "tokenizer.json"))).eval()
    own = load_encoder(FOLDER, FLOATING)
    torch.testing.assert_close(own(paragraphs), in_training(paragraphs), atol=1e-4, rtol=1e-3)
    torch.testing.assert_close(own([]), in_training([]))


@torch.inference_mode()
def test_several_threads_give_what_one_gives(encoder: Encoder) -> None:
    paragraphs = [[SENTENCE] * n for n in (1, 7, 2, 30, 1)]
    tokenizer = Tokenizer.from_file(str(FOLDER / "tokenizer.json"))
    one, two = (Encoder(encoder.layers, tokenizer, threads) for threads in (1, 2))
    assert torch.equal(one(paragraphs), two(paragraphs))


@torch.inference_mode()
def test_int8_is_near_float32_and_a_row_depends_on_no_other(encoder: Encoder) -> None:
    paragraphs = [[SENTENCE], [["No", "."], SENTENCE] * 3, [["“", "Yes", "!", "”"]]]
    exact, rounded = load_encoder(FOLDER, FLOATING), load_encoder(FOLDER, INT8)
    likeness = torch.cosine_similarity(rounded(paragraphs), exact(paragraphs), dim=2)
    assert 0.98 < likeness.min() < 1
    assert likeness.mean() > 0.997
    alone = torch.cat([rounded([paragraph]) for paragraph in paragraphs], 1)
    assert torch.equal(rounded(paragraphs), alone)


@torch.inference_mode()
def test_rows_of_any_lengths_are_read_together_as_if_each_were_alone(
    encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not encoder.layers.is_exact:
        pytest.skip("this machine reads in float32, each row alone")
    rng = random.Random(1)
    words = [*SENTENCE, "NATO", "it", "harbour-master", "“", "1,200"]
    paragraphs = [[rng.choices(words, k=rng.choice([1, 1, 2, 3, 9, 9, 30, 80]))] for _ in range(60)]
    whole = encoder(paragraphs)
    calls: list[int] = []
    layers = Layers.__call__

    def counted(own: Layers, *given: Any) -> list[torch.Tensor]:
        calls.append(len(given[2]))
        return layers(own, *given)

    monkeypatch.setattr(Layers, "__call__", counted)
    assert torch.equal(torch.cat([encoder([paragraph]) for paragraph in paragraphs], 1), whole)
    assert calls == [1] * 60
    assert torch.equal(encoder(paragraphs[::-1]), torch.cat([encoder([p]) for p in paragraphs[::-1]], 1))
    assert max(calls) > 10
    one_letter = [[["a"]]] * 500
    calls.clear()
    encoder(one_letter)
    assert len(calls) <= 500 * 3 / GROUP + 1


@pytest.mark.parametrize("least", [None, -0.17])
def test_int8_is_near_the_matrix_whatever_the_range_of_a_piece(least: float | None) -> None:
    rng = np.random.default_rng(1)
    weight = torch.from_numpy(rng.normal(size=(6, 32)).astype(np.float32))
    states = torch.from_numpy(rng.normal(size=(9, 32)).astype(np.float32))
    states[4] *= 50
    states[5] = 0
    states = torch.nn.functional.gelu(states)
    bias = torch.arange(6.0)
    errors = int8(weight, bias, levels=60, least=least)(states) - (states @ weight.T + bias)  # so few never overflow
    scale = (states.abs().amax(1) + 0.2)[:, None] * weight.abs().sum(1)[None]
    assert 0 < (errors.abs() / scale).max() < 0.01


@torch.inference_mode()
def test_a_sentence_is_read_with_its_neighbours_in_the_paragraph(encoder: Encoder) -> None:
    with_neighbour, alone = encoder([[SENTENCE, ["He", "smiled", "."]]])[:, :9], encoder([[SENTENCE]])
    assert not torch.allclose(with_neighbour, alone, atol=1e-2)


def test_how_a_word_is_written_is_seen(encoder: Encoder) -> None:
    with torch.inference_mode():
        assert not torch.allclose(encoder([[["Reading"]]]), encoder([[["reading"]]]), atol=1e-3)


def test_long_paragraphs_are_cut_between_sentences(encoder: Encoder) -> None:
    rows = list(encoder.rows([[SENTENCE] * 60]))
    assert len(rows) > 1
    assert all(len(row.ids) <= WINDOW and len(row.first) % len(SENTENCE) == 0 for row in rows)
    assert sum(len(row.first) for row in rows) == 60 * len(SENTENCE)


def test_sentences_longer_than_a_window_and_monstrous_words_are_read(encoder: Encoder) -> None:
    long, monster = ["word", "and"] * 800, ["x1" * 4000]
    rows = list(encoder.rows([[long], [monster]]))
    assert all(len(row.ids) <= LONGEST for row in rows)
    assert len(rows[-1].ids) <= PIECES + 2
    with torch.inference_mode():
        assert encoder([[long], [monster]]).shape == (LAYERS, 1601, encoder.width)


@torch.inference_mode()
def test_nothing_to_read(encoder: Encoder) -> None:
    assert encoder([]).shape == (LAYERS, 0, encoder.width)
    assert encoder([[["\u0000"], ["\ud800"]]]).shape == (LAYERS, 2, encoder.width)


def test_without_int8_of_its_own_torch_reads_in_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(torch, "quantize_per_channel")
    assert fastest() is FLOATING


@torch.inference_mode()
def test_embeddings_as_stored_are_the_same_numbers() -> None:
    state = load_weights(FOLDER / "weights.npz")
    as_stored, as_numbers = load_encoder(FOLDER, FLOATING), load_encoder(FOLDER, FLOATING)
    config = json.loads((FOLDER / "config.json").read_text("utf-8"))
    as_numbers.layers = Layers(state, config["num_attention_heads"], config["layer_norm_eps"], FLOATING)
    text = [["Mara", "Voss", "of", "Kestrel", "Bay", "said", "so", "."]]
    assert torch.equal(as_stored(text), as_numbers(text))
