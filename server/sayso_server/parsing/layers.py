"""The layers of a BERT as they are run: rows without padding, its matrices in float32 or in int8.

Rows are paragraphs, whose lengths differ much. Padded to the longest, more than half of what was computed for an
article was padding. So the pieces of several rows follow one another, and only attention, which is by row, knows
where rows begin. What a row yields depends on nothing but itself, to the last bit: int8 counts in whole numbers, each
piece has its own range, and all else is by piece. In float32 the last bits depend on how many rows are multiplied, so
there each row is read alone.
"""

import functools
import itertools
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

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

INPUT_STEP = 1 / 255
"""Of the numbers from 0 to 1 that are multiplied with a weight, in eight bits."""

LEAST_GELU = -0.17
"""No value of GELU is lower."""


def int8(weight: Tensor, bias: Tensor, levels: int = LEVELS, least: float | None = None) -> Linear:
    """In int8: the weight with a scale per output, each piece's states by their own range, or from `least` on.

    torch takes one range for all it is given, and that of some pieces is ten times that of others; so each is brought
    to between 0 and 1 before, and what that changes is undone after.
    """
    scales = weight.abs().amax(1).clamp(min=1e-8).double() / levels
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a torch to come will have no quantized tensors; see `fastest`
        quantized = torch.quantize_per_channel(weight, scales, torch.zeros_like(scales).long(), 0, torch.qint8)
    packed = torch.ops.quantized.linear_prepack(quantized, None)
    multiply = torch.ops.quantized.linear_with_input_q_dq_qweight_dq_output_fp32
    sums = quantized.dequantize().sum(1)[None]

    def linear(states: Tensor) -> Tensor:
        low = states.amin(1, keepdim=True) if least is None else states.new_full((len(states), 1), least)
        spread = (states.amax(1, keepdim=True) - low).clamp(min=1e-8)
        product: Tensor = multiply((states - low).div_(spread), INPUT_STEP, 0, packed)
        return product.mul_(spread).addmm_(low, sums).add_(bias)

    return linear


class Format(NamedTuple):
    """A number format: how most matrices are made, and those that are applied to what GELU yields."""

    make: Make
    behind_gelu: Make
    is_exact: bool = False
    """Whether what a matrix makes of a piece is the same, to the last bit, whatever pieces are around it."""


FLOATING = Format(floating, floating)
INT8 = Format(int8, functools.partial(int8, levels=127, least=LEAST_GELU), is_exact=True)
"""Of the states after the last layers 3 to 4 % are noise; with one range for all pieces of a row, 10 %."""


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


def fastest_name() -> str:
    """The name of that format: int8 or float32."""
    return "int8" if fastest() is INT8 else "float32"


class _Layer(NamedTuple):
    attend: Linear
    """Queries, keys and values in one."""
    gather: Linear
    normalize: Linear
    widen: Linear
    narrow: Linear
    normalize_again: Linear


@dataclass(frozen=True)
class Normalization:
    """A layer normalization."""

    weight: Tensor
    bias: Tensor
    epsilon: float

    def __call__(self, states: Tensor) -> Tensor:
        """The normalized states, (pieces, width)."""
        return F.layer_norm(states, self.weight.shape, self.weight, self.bias, self.epsilon)


@dataclass(frozen=True)
class StoredRows:
    """A table of embeddings in int8, as it is stored: the same numbers in a quarter of the memory."""

    values: Tensor
    """(rows, width), int8."""
    scales: Tensor
    """(rows,)"""

    def __getitem__(self, ids: Tensor) -> Tensor:
        """The rows of these numbers, (pieces, width)."""
        return self.values[ids] * self.scales[ids, None]


class Layers:
    """A BERT for inference, made of the state dict of that of `transformers`."""

    def __init__(
        self,
        state: Mapping[str, Tensor],
        heads: int,
        epsilon: float,
        form: Format = FLOATING,
        words: StoredRows | None = None,
    ) -> None:
        self._heads = heads
        self.is_exact = form.is_exact
        self._words: Tensor | StoredRows = words or state["embeddings.word_embeddings.weight"]
        self._places = state["embeddings.position_embeddings.weight"]
        self._types = state["embeddings.token_type_embeddings.weight"]
        self.width = self._places.shape[1]
        self._normalize = _normalization(state, "embeddings", epsilon)
        count = len({name.split(".")[2] for name in state if name.startswith("encoder.layer.")})
        self._layers = [_layer(state, f"encoder.layer.{i}", epsilon, form) for i in range(count)]

    def __call__(self, ids: Tensor, types: Tensor, lengths: Sequence[int]) -> list[Tensor]:
        """The states after each layer, (pieces, width), of the word pieces of rows and their types, (pieces,).

        `lengths` are those of the rows, rows of one length next to each other.
        """
        places = torch.cat([self._places[:length] for length in lengths])
        states = self._normalize(self._words[ids] + self._types[types] + places)
        alike = [(length, len(list(rows))) for length, rows in itertools.groupby(lengths)]
        out = []
        for layer in self._layers:
            attended = layer.gather(self._attention(layer.attend(states), alike))
            states = layer.normalize(states + attended)
            states = layer.normalize_again(states + layer.narrow(F.gelu(layer.widen(states))))
            out.append(states)
        return out

    def _attention(self, projected: Tensor, alike: Sequence[tuple[int, int]]) -> Tensor:
        """Every piece's mean of all values of its row, weighted by how its query meets their keys; by head.

        `alike`: lengths, with how many rows of each come one after the other.
        """
        parts = torch.split(projected, [length * count for length, count in alike])
        means = [self._means(part.view(count, length, -1)) for part, (length, count) in zip(parts, alike, strict=True)]
        return means[0] if len(means) == 1 else torch.cat(means)

    def _means(self, projected: Tensor) -> Tensor:
        """(rows * pieces, width) of (rows, pieces, 3 * width)."""
        by_head = projected.view(*projected.shape[:2], 3, self._heads, -1).permute(2, 0, 3, 1, 4)
        return F.scaled_dot_product_attention(*by_head).transpose(1, 2).flatten(2).flatten(0, 1)


def _layer(state: Mapping[str, Tensor], name: str, epsilon: float, form: Format) -> _Layer:
    weight, bias = (
        torch.cat([state[f"{name}.attention.self.{part}.{kind}"] for part in ("query", "key", "value")])
        for kind in ("weight", "bias")
    )
    return _Layer(
        attend=form.make(weight, bias),
        gather=form.make(*_dense(state, f"{name}.attention.output")),
        normalize=_normalization(state, f"{name}.attention.output", epsilon),
        widen=form.make(*_dense(state, f"{name}.intermediate")),
        narrow=form.behind_gelu(*_dense(state, f"{name}.output")),
        normalize_again=_normalization(state, f"{name}.output", epsilon),
    )


def _dense(state: Mapping[str, Tensor], name: str) -> tuple[Tensor, Tensor]:
    return state[f"{name}.dense.weight"], state[f"{name}.dense.bias"]


def _normalization(state: Mapping[str, Tensor], name: str, epsilon: float) -> Normalization:
    return Normalization(state[f"{name}.LayerNorm.weight"], state[f"{name}.LayerNorm.bias"], epsilon)
