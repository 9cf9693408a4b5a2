"""The layers of a BERT for inference: rows without padding, matrices in float32 or int8.

Rows are paragraphs of very different lengths. With padding to the longest row, more than half of the computation for an
article was padding. So the pieces of several rows are concatenated, and only attention, which is computed per row, uses
the row borders. The result of a row does not depend on other rows, to the last bit: int8 uses integers, each piece has
its own range, and everything else is computed per piece. In float32 the last bits depend on how many rows are
multiplied, so there each row is read alone.

On a GPU a few large products are faster than many small ones. There rows are padded, but only in attention, and only to
the next multiple of `STEP`.
"""

import functools
import itertools
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F  # noqa: N812  # the customary name
from torch import Tensor

Linear = Callable[[Tensor], Tensor]
"""A function that applies a matrix and a bias to (rows, columns)."""

Make = Callable[[Tensor, Tensor], Linear]
"""Makes a Linear from a weight (outputs, inputs) and a bias."""


def floating(weight: Tensor, bias: Tensor) -> Linear:
    """A Linear in the number format of the weight."""
    return functools.partial(F.linear, weight=weight, bias=bias)


LEVELS = 90
"""Quantization levels of weights on either side of 0. With 127, sums of products often overflow AVX2's 16 bits."""

INPUT_STEP = 1 / 255
"""Of the numbers from 0 to 1 that are multiplied with a weight, in eight bits."""

LEAST_GELU = -0.17
"""The minimum value of GELU."""

STEP = 64
"""Padded rows have a multiple of this many word pieces, so that rows of similar length share one product."""


def int8(weight: Tensor, bias: Tensor, levels: int = LEVELS, least: float | None = None) -> Linear:
    """A Linear in int8: the weight has a scale per output, the states of each piece have their own range, or start at
    `least`.

    torch uses one range per call, but ranges of pieces differ by a factor of ten; so the states of each piece are
    normalized to [0, 1] first, and the results are scaled back afterwards.
    """
    scales = weight.abs().amax(1).clamp(min=1e-8).double() / levels
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # future torch versions will have no quantized tensors; see `fastest`
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
    """A number format: how to make most matrices, and those applied to the output of GELU."""

    make: Make
    behind_gelu: Make
    is_exact: bool = False
    """Whether the result for a piece is the same, to the last bit, regardless of the other pieces."""
    is_padded: bool = False
    """Whether attention pads rows of similar length."""


FLOATING = Format(floating, floating)
PADDED = Format(floating, floating, is_padded=True)
INT8 = Format(int8, functools.partial(int8, levels=127, least=LEAST_GELU), is_exact=True)
"""Quantization noise is 3 to 4 % of the states after the last layers; with one range for a whole row, 10 %."""


def fastest() -> Format:
    """The fastest format with verified accuracy: int8 on x86, otherwise the stored format.

    Also the stored format with torch versions without this kind of int8, whose removal torch has announced.
    """
    if "x86" not in torch.backends.quantized.supported_engines:
        return FLOATING
    try:
        int8(torch.ones(1, 4), torch.zeros(1))(torch.ones(1, 4))
    except (AttributeError, RuntimeError):
        return FLOATING
    return INT8


def fastest_name() -> str:
    """The name of the fastest format: int8 or float32."""
    return "int8" if fastest() is INT8 else "float32"


class _Layer(NamedTuple):
    attend: Linear
    """Queries, keys and values in one matrix."""
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
    """A table of embeddings in the stored int8 format: the same values in a quarter of the memory."""

    values: Tensor
    """(rows, width), int8."""
    scales: Tensor
    """(rows,)"""

    def __getitem__(self, ids: Tensor) -> Tensor:
        """The rows of these numbers, (pieces, width)."""
        return self.values[ids] * self.scales[ids, None]


class _Rows(NamedTuple):
    """Rows of similar length, padded to the same length."""

    pieces: Tensor
    """(rows, length): indices into the pieces of all rows; arbitrary for padding."""
    is_piece: Tensor
    """(rows, 1, 1, length), false for padding."""
    places: Tensor
    """(pieces,): indices of the pieces in the flattened padded rows."""


class Layers:
    """A BERT for inference, made from the state dict of a `transformers` BERT."""

    def __init__(
        self,
        state: Mapping[str, Tensor],
        heads: int,
        epsilon: float,
        form: Format = FLOATING,
        words: StoredRows | None = None,
    ) -> None:
        self._heads = heads
        self.is_exact, self.is_padded = form.is_exact, form.is_padded
        self._words: Tensor | StoredRows = words or state["embeddings.word_embeddings.weight"]
        self._places = state["embeddings.position_embeddings.weight"]
        self._types = state["embeddings.token_type_embeddings.weight"]
        self.width = self._places.shape[1]
        self.device, self.dtype = self._places.device, self._places.dtype
        self._normalize = _normalization(state, "embeddings", epsilon)
        count = len({name.split(".")[2] for name in state if name.startswith("encoder.layer.")})
        self._layers = [_layer(state, f"encoder.layer.{i}", epsilon, form) for i in range(count)]

    def __call__(self, ids: Tensor, types: Tensor, lengths: Sequence[int]) -> list[Tensor]:
        """The states after each layer, (pieces, width), of the word pieces of rows and their types, (pieces,).

        `lengths` are the lengths of the rows, in order of length.
        """
        places = torch.cat([self._places[:length] for length in lengths])
        states = self._normalize(self._words[ids] + self._types[types] + places)
        attention = self._padded_attention(lengths) if self.is_padded else self._attention(lengths)
        out = []
        for layer in self._layers:
            attended = layer.gather(attention(layer.attend(states)))
            states = layer.normalize(states + attended)
            states = layer.normalize_again(states + layer.narrow(F.gelu(layer.widen(states))))
            out.append(states)
        return out

    def _attention(self, lengths: Sequence[int]) -> Callable[[Tensor], Tensor]:
        """Multi-head attention within rows: maps queries, keys and values of pieces to weighted means of the values."""
        alike = [(length, len(list(rows))) for length, rows in itertools.groupby(lengths)]
        sizes = [length * count for length, count in alike]

        def attention(projected: Tensor) -> Tensor:
            parts = zip(torch.split(projected, sizes), alike, strict=True)
            means = [self._means(part.view(count, length, -1)) for part, (length, count) in parts]
            return means[0] if len(means) == 1 else torch.cat(means)

        return attention

    def _padded_attention(self, lengths: Sequence[int]) -> Callable[[Tensor], Tensor]:
        """The same with padded rows."""
        padded = [_Rows(*(part.to(self.device) for part in rows)) for rows in _padded(lengths)]

        def attention(projected: Tensor) -> Tensor:
            return torch.cat([self._means(projected[own.pieces], own.is_piece)[own.places] for own in padded])

        return attention

    def _means(self, projected: Tensor, mask: Tensor | None = None) -> Tensor:
        """(rows * pieces, width) from (rows, pieces, 3 * width)."""
        queries, keys, values = projected.view(*projected.shape[:2], 3, self._heads, -1).permute(2, 0, 3, 1, 4)
        means = F.scaled_dot_product_attention(queries, keys, values, mask)
        return means.transpose(1, 2).flatten(2).flatten(0, 1)


def _padded(lengths: Sequence[int]) -> Iterator[_Rows]:
    """Rows of these lengths, which are in order, grouped by their padded length."""
    start = 0
    for steps, rows in itertools.groupby(lengths, key=lambda length: -(-length // STEP)):
        own = torch.tensor(list(rows))[:, None]
        places = torch.arange(steps * STEP)[None]
        is_piece = places < own
        pieces = torch.where(is_piece, places + own.cumsum(0) - own + start, start)
        yield _Rows(pieces, is_piece[:, None, None], is_piece.flatten().nonzero()[:, 0])
        start += int(own.sum())


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
