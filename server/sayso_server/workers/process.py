"""The inference worker: a separate process that carries out batches until its pipe is closed.

It is never forked from the server, since gRPC and torch do not support that. It is spawned, or forked from `template`,
a process without threads. This module imports neither gRPC nor torch.
"""

import gc
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection

from sayso_server.core.pipeline import Engine
from sayso_server.workers.session import Session
from sayso_server.workers.system import WORKER, die_with_parent, name_process, trimmer

Loader = Callable[[], Engine]
"""Loads the engine; importable by name, since it is sent to another process."""


@dataclass(frozen=True, slots=True)
class NotLoaded:
    """Why a worker has no engine, in one line."""

    reason: str


def main(pipe: Connection, load: Loader, threads: int) -> None:
    """Load the engine, report it, and carry out batches. Exits when the server does, however it ends."""
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)  # the server handles these signals, which reach the whole process group
    name_process(WORKER)
    os.environ["OMP_NUM_THREADS"] = str(threads)  # read once, when torch is imported
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # see `template`
    if "sayso_server.workers.template" in sys.modules:
        _as_fork(threads)
    try:
        _serve(pipe, load)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        os._exit(0)
    except BaseException:
        os._exit(1)  # a traceback could quote a document


def _as_fork(threads: int) -> None:
    """Set up a process that was forked from `template`."""
    die_with_parent()  # only that process can tell the server that this one has ended
    gc.freeze()
    gc.enable()
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(threads)


def _serve(pipe: Connection, load: Loader) -> None:
    try:
        engine = load()
    except Exception as error:
        pipe.send(NotLoaded(" ".join(str(error).split()) or type(error).__name__))
        return
    pipe.send(engine.model)
    session = Session(engine)
    give_back = trimmer()
    give_back()  # memory used only while loading
    while True:
        pipe.send(session.work(pipe.recv()))
        give_back()
