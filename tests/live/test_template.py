"""The process that workers of the real models are forked from."""

import os
import subprocess
import sys

import pytest

COUNT = """
import importlib, os, threading
import sayso_server.workers.template
from sayso_server.commands.serve import IMPORTS
for name in IMPORTS:
    importlib.import_module(name)
import torch, numpy
print(len(os.listdir("/proc/self/task")), threading.active_count())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux only")
def test_it_has_no_thread_that_a_fork_would_lose() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    counted = subprocess.run(
        [sys.executable, "-c", COUNT], env=environment, capture_output=True, text=True, check=True, timeout=300
    )
    assert counted.stdout == "1 1\n"


UNTOUCHED = """
import importlib
import torch
asked = []
for name in ("is_available", "device_count", "init", "_lazy_init", "current_device"):
    setattr(torch.cuda, name, lambda *given, name=name: asked.append(name))
import sayso_server.workers.template
from sayso_server.commands.serve import IMPORTS
for name in IMPORTS:
    importlib.import_module(name)
print(asked, torch.cuda.is_initialized())
"""


def test_it_leaves_gpus_alone_which_no_fork_could_use_then() -> None:
    done = subprocess.run([sys.executable, "-c", UNTOUCHED], capture_output=True, text=True, check=True, timeout=300)
    assert done.stdout == "[] False\n"
