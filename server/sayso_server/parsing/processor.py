"""Processor features as reported by torch; the speed of the int8 encoder depends on them."""

import platform

import torch

_FEATURES = {"avx512_vnni": "VNNI", "amx_int8": "AMX"}
"""Instructions for integer multiplication, by torch's names."""


def processor() -> str:
    """The architecture, the vector instructions that torch uses, and the int8 instructions."""
    tell = getattr(torch.cpu, "get_capabilities", dict)  # missing in older releases of torch
    capabilities: dict[str, object] = tell()
    level = torch.backends.cpu.get_cpu_capability()
    has = [name for feature, name in _FEATURES.items() if capabilities.get(feature)]
    return ", ".join([platform.machine(), level, *has])
