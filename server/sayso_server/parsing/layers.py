"""The layers of a BERT as they are run: one row at a time, its matrices in float32 or in int8.

Rows are paragraphs, whose lengths differ much. Read together they were padded, and more than half of what was computed
for an article was padding. A row alone needs no padding and no mask, what it yields depends on nothing but itself, to
the last bit, and a paragraph is long enough to keep a core busy: matrices of 40 rows are multiplied at nine tenths of
the speed of those of 960.
"""

import functools
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F  # noqa: N812  # the customary name
from torch import Tensor

Linear = Callable[[Tensor], Tensor]
"""A matrix and a bias, ready to be applied to (rows, columns)."""

Make = Callable[[Tensor, Tensor], Linear]
"""Makes a Linear of a weight (outputs, inputs) and a bias."""


def floating(weight: Tensor, bias: Tensor) -> Linear:
    """In the number format of the weight."""
    return functools.partial(F.linear, weight=weight, bias=bias)


LEVELS = 90
"""Of the weights on either side of 0. With 127, sums of products often leave the 16 bits that AVX2 has for them."""

LEAST_GELU = -0.17
"""No value of GELU is lower."""


def int8(weight: Tensor, bias: Tensor, levels: int = LEVELS, least: float | None = None) -> Linear:
    """In int8: the weight with a scale per output, each piece's states by their own range, or from `least` on.

    torch takes one range for all it is given, and that of some pieces is ten times that of others; so each is brought
    to between 0 and 1 before, and what that changes is made good behind.
    """
    scales = weight.abs().amax(1).clamp(min=1e-8).double() / levels
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a torch to come will have no quantized tensors; see `fastest`
        quantized = torch.quantize_per_channel(weight, scales, torch.zeros_like(scales).long(), 0, torch.qint8)
    packed = torch.ops.quantized.linear_prepack(quantized, None)
    sums = quantized.dequantize().sum(1)[None]

    def linear(states: Tensor) -> Tensor:
        low = states.amin(1, keepdim=True) if least is None else states.new_full((len(states), 1), least)
        spread = (states.amax(1, keepdim=True) - low).clamp(min=1e-8)
        product: Tensor = torch.ops.quantized.linear_dynamic((states - low).div_(spread), packed)
        return product.mul_(spread).addmm_(low, sums).add_(bias)

    return linear


class Format(NamedTuple):
    """A number format: how most matrices are made, and those that are applied to what GELU yields."""

    make: Make
    behind_gelu: Make


FLOATING = Format(floating, floating)
INT8 = Format(int8, functools.partial(int8, levels=127, least=LEAST_GELU))
"""Of the states behind the last layers 3 to 4 % are noise; with one range for all pieces of a row, 10 %."""


def fastest() -> Format:
    """The fastest format for which the figures of the models were found to hold: int8 on x86, else as stored.

    As stored, too, with a torch that has no int8 of this kind: it announces that it will go.
    """
    if "x86" not in torch.backends.quantized.supported_engines:
        return FLOATING
    try:
        int8(torch.ones(1, 4), torch.zeros(1))(torch.ones(1, 4))
    except (AttributeError, RuntimeError):
        return FLOATING
    return INT8


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

    def __init__(self, bert: Any, form: Format = FLOATING) -> None:
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
    own, rest = layer.attention.self, layer.attention.output
    parts = (own.query, own.key, own.value)
    weight, bias = torch.cat([part.weight for part in parts]), torch.cat([part.bias for part in parts])
    return _Layer(
        attend=form.make(weight.detach(), bias.detach()),
        gather=_made(form.make, rest.dense),
        normalize=rest.LayerNorm,
        widen=_made(form.make, layer.intermediate.dense),
        narrow=_made(form.behind_gelu, layer.output.dense),
        normalize_again=layer.output.LayerNorm,
    )


def _made(make: Make, dense: Any) -> Linear:
    return make(dense.weight.detach(), dense.bias.detach())
