"""The layers of a BERT as they are run: one row at a time, its matrices in float32 or in int8.

Rows are paragraphs, whose lengths differ much. Read together they were padded, and more than half of what was computed
for an article was padding. A row alone needs no padding and no mask, what it yields depends on nothing but itself, to
the last bit, and a paragraph is long enough to keep a core busy: matrices of 40 rows are multiplied at nine tenths of
the speed of those of 960.
"""

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F  # noqa: N812  # the customary name
from torch import Tensor

Linear = Callable[[Tensor], Tensor]
"""A matrix and a bias, ready to be applied to (rows, columns)."""

Format = Callable[[Tensor, Tensor], Linear]
"""Makes a Linear of a weight (outputs, inputs) and a bias."""


def floating(weight: Tensor, bias: Tensor) -> Linear:
    """In the number format of the weight."""
    return functools.partial(F.linear, weight=weight, bias=bias)


def int8(weight: Tensor, bias: Tensor) -> Linear:
    """In int8: the weight with a scale per output, what it is applied to with one scale per call."""
    scales = weight.abs().amax(1).clamp(min=1e-8).double() / 127
    zeros = torch.zeros(len(weight), dtype=torch.long)
    packed = torch.ops.quantized.linear_prepack(torch.quantize_per_channel(weight, scales, zeros, 0, torch.qint8), bias)
    return lambda states: torch.ops.quantized.linear_dynamic(states, packed)


class _Layer(NamedTuple):
    attend: Linear
    """Queries, keys and values in one."""
    gather: Linear
    normalize: Linear
    widen: Linear
    narrow: Linear
    normalize_again: Linear


class Layers:
    """All layers of a `transformers` BERT without dropout; for inference."""

    def __init__(self, bert: Any, form: Format = floating) -> None:
        self._embeddings = bert.embeddings
        self._heads: int = bert.config.num_attention_heads
        self._layers = [_layer(layer, form) for layer in bert.encoder.layer]

    def __call__(self, ids: Tensor, types: Tensor) -> list[Tensor]:
        """The states behind each layer, (pieces, width), of one row's word pieces and their types, (pieces,)."""
        own = self._embeddings
        places = own.position_embeddings.weight[: len(ids)]
        states = own.LayerNorm(own.word_embeddings(ids) + own.token_type_embeddings(types) + places)
        out = []
        for layer in self._layers:
            attended = layer.gather(self._attention(layer.attend(states)))
            states = layer.normalize(states + attended)
            states = layer.normalize_again(states + layer.narrow(F.gelu(layer.widen(states))))
            out.append(states)
        return out

    def _attention(self, projected: Tensor) -> Tensor:
        """Every piece's mean of all values, weighted by how its query meets their keys; by head."""
        by_head = projected.view(1, len(projected), 3, self._heads, -1).permute(2, 0, 3, 1, 4)
        return F.scaled_dot_product_attention(*by_head)[0].transpose(0, 1).flatten(1)


def _layer(layer: Any, form: Format) -> _Layer:
    own = layer.attention.self
    parts = (own.query, own.key, own.value)
    weight, bias = torch.cat([part.weight for part in parts]), torch.cat([part.bias for part in parts])
    rest = (layer.attention.output.dense, layer.intermediate.dense, layer.output.dense)
    gather, widen, narrow = (form(dense.weight.detach(), dense.bias.detach()) for dense in rest)
    return _Layer(
        attend=form(weight.detach(), bias.detach()),
        gather=gather,
        normalize=layer.attention.output.LayerNorm,
        widen=widen,
        narrow=narrow,
        normalize_again=layer.output.LayerNorm,
    )
