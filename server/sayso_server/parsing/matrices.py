"""Products of matrices in float32, by the faster of the two libraries that torch brings.

torch gives them to MKL, which runs its AVX-512 code on processors of its own maker only. oneDNN asks what a processor
can do, not who made it: where both are used it is as fast or up to twice as fast.
"""

import functools

import torch
import torch.nn.functional as F  # noqa: N812  # the customary name
from torch import Tensor, nn

BLOCK, STEP = 128, 64
"""Rows that are multiplied at once, and what their number is a multiple of: oneDNN prepares a product for each number
of rows, which takes as long as multiplying 100 of them. It remembers those that it has prepared."""


def linear(states: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """`states` (rows, inputs) times `weight` (outputs, inputs) transposed, plus `bias` (outputs,): (rows, outputs)."""
    is_plain = states.dtype is torch.float32 and states.device.type == "cpu"
    if torch.is_grad_enabled() or not is_plain or not _has_onednn():
        return F.linear(states, weight, bias)
    products = [_product(block, weight, bias) for block in torch.split(states, BLOCK)]
    return products[0] if len(products) == 1 else torch.cat(products)


def _product(states: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    rows = len(states)
    lacking = -rows % STEP
    whole = F.pad(states, (0, 0, 0, lacking)) if lacking else states
    product: Tensor = torch.ops.mkldnn._linear_pointwise(whole, weight, bias, "none", [], "")
    return product[:rows]


def applied(layer: nn.Module, states: Tensor) -> Tensor:
    """What a linear layer makes of (rows, inputs)."""
    assert isinstance(layer, nn.Linear)
    return linear(states, layer.weight, layer.bias)


@functools.cache
def _has_onednn() -> bool:
    """Whether torch has the operator: it is what its own compiler calls, no public interface, so it is tried once."""
    if not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        return False
    try:
        made = torch.ops.mkldnn._linear_pointwise(torch.ones(1, 2), torch.ones(3, 2), None, "none", [], "")
    except (AttributeError, RuntimeError, NotImplementedError):
        return False
    return bool(torch.equal(made, torch.full((1, 3), 2.0)))
