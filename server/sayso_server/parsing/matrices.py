"""Products of matrices in float32, by the faster of the two libraries that torch brings.

torch gives them to MKL, which runs its AVX-512 code on processors of its own maker only. oneDNN asks what a processor
can do, not who made it: where both are used it is as fast or up to twice as fast.
"""

import functools

import torch
import torch.nn.functional as F  # noqa: N812  # the customary name
from torch import Tensor, nn


def linear(states: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """`states` (rows, inputs) times `weight` (outputs, inputs) transposed, plus `bias` (outputs,): (rows, outputs)."""
    is_plain = states.dtype is torch.float32 and states.device.type == "cpu"
    if torch.is_grad_enabled() or not is_plain or not _has_onednn():
        return F.linear(states, weight, bias)
    product: Tensor = torch.ops.mkldnn._linear_pointwise(states, weight, bias, "none", [], "")
    return product


def applied(layer: nn.Linear, states: Tensor) -> Tensor:
    """What a linear layer makes of (rows, inputs)."""
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
