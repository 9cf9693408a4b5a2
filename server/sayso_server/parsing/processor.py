"""What torch says of the processor: how fast an encoder in int8 is depends on it."""

import platform

import torch

_FEATURES = {"avx512_vnni": "VNNI", "amx_int8": "AMX"}
"""Those that multiply whole numbers, by torch's names for them."""


def processor() -> str:
    """Its architecture, the vector instructions that torch uses, and what it has for int8."""
    tell = getattr(torch.cpu, "get_capabilities", dict)  # older releases of torch do not tell
    capabilities: dict[str, object] = tell()
    level = torch.backends.cpu.get_cpu_capability()
    has = [name for feature, name in _FEATURES.items() if capabilities.get(feature)]
    return ", ".join([platform.machine(), level, *has])
