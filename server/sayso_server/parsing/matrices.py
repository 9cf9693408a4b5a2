"""Float32 matrix products with the faster of torch's two libraries.

torch uses MKL, which runs its AVX-512 code only on Intel processors. oneDNN checks the features of a processor, not its
vendor, and is equally fast or up to twice as fast.
"""

import functools

import torch
import torch.nn.functional as F  # noqa: N812  # the customary name
from torch import Tensor, nn

BLOCK, STEP = 128, 64
"""Maximum rows per product, and the unit that their number is rounded to: oneDNN compiles a kernel for each number of
rows, which takes as long as multiplying 100 rows, and caches the kernels."""


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
    """The output of a linear layer for (rows, inputs)."""
    assert isinstance(layer, nn.Linear)
    return linear(states, layer.weight, layer.bias)


@functools.cache
def _has_onednn() -> bool:
    """Whether torch has the operator, tried once: it is an internal operator of torch's compiler, not a public API."""
    if not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        return False
    try:
        made = torch.ops.mkldnn._linear_pointwise(torch.ones(1, 2), torch.ones(3, 2), None, "none", [], "")
    except (AttributeError, RuntimeError, NotImplementedError):
        return False
    return bool(torch.equal(made, torch.full((1, 3), 2.0)))
