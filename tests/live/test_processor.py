"""The processor in `sayso-server info`."""

import platform

import pytest
import torch

from sayso_server.parsing.processor import processor


def test_it_names_what_int8_is_fast_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: "AVX512")
    has = {"avx512_vnni": True, "amx_int8": False, "avx2": True}
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: has, raising=False)
    assert processor() == f"{platform.machine()}, AVX512, VNNI"


def test_an_older_torch_tells_less(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: "AVX2")
    monkeypatch.delattr(torch.cpu, "get_capabilities", raising=False)
    assert processor() == f"{platform.machine()}, AVX2"
