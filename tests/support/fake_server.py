"""`sayso-server` with the fake engine in place of the models: `python -m support.fake_server serve --port N`."""

import importlib
import time
from typing import Any

from sayso_server.commands.model import ModelRefused
from sayso_server.core.pipeline import Engine
from sayso_server.main import main
from support.engine import DeadlyEngine, FakeEngine


def load(model: str, *, threads: int | None, device: str = "cpu") -> Engine:
    """The fake engine, or the error without a model."""
    if model != "bundled":
        raise ModelRefused(f"{model}: no model there")
    return FakeEngine()


def load_stages(model: str, threads: int, device: str) -> Engine:
    """The same in a worker; the model "endless" never comes to an end of loading."""
    while model == "endless":
        time.sleep(1)
    load(model, threads=threads)
    return DeadlyEngine()


if __name__ == "__main__":
    for command in ("extract", "info"):
        importlib.import_module(f"sayso_server.commands.{command}").load = load  # type: ignore[attr-defined]
    serve: Any = importlib.import_module("sayso_server.commands.serve")
    serve.load_stages = load_stages
    serve.IMPORTS = ()
    main()
