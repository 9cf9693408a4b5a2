"""A server process: workloads that call it, its start-up time and its memory."""

import contextlib
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

import sayso
from sayso_server.workers.system import WORKER
from sayso_tools.bench.timing import Work, timed

PATIENCE = 180.0
"""Maximum seconds until a server is ready."""


@dataclass(frozen=True)
class Served:
    """A ready server."""

    pid: int
    address: str
    ready_seconds: float

    def work(self, texts: Sequence[str], words: int, callers: int) -> Work:
        """A workload that reads each text in a separate call, with `callers` concurrent calls."""

        def run() -> Sequence[float]:
            with sayso.Client(self.address) as client, ThreadPoolExecutor(callers) as pool:
                return list(pool.map(lambda text: timed(client.extract, text), texts))

        return Work(words, run)

    def resident_mib(self) -> dict[str, float]:
        """Resident MiB of the server process and of its largest worker; empty without /proc.

        A worker's memory includes pages that it shares with others; `PSS` in /proc would separate them.
        """
        if not Path("/proc/self/status").exists():
            return {}
        workers = [_resident(pid) for pid in _descendants(self.pid) if _name(pid) == WORKER]
        return {"server": _resident(self.pid), "worker": max(workers, default=0.0)}


@contextlib.contextmanager
def serving(*options: str) -> Iterator[Served]:
    """A ready server on a free port, which is always stopped at the end. Raises RuntimeError if it does not start."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "sayso_server", "serve", "--port", str(port), "--log-level", "error", *options]
    started = time.perf_counter()
    process = subprocess.Popen(command)
    try:
        address = f"127.0.0.1:{port}"
        _wait(process, address, started + PATIENCE)
        yield Served(process.pid, address, time.perf_counter() - started)
    finally:
        process.terminate()
        process.wait()


def _wait(process: "subprocess.Popen[bytes]", address: str, give_up: float) -> None:
    request = health_pb2.HealthCheckRequest(service="sayso.v1.QuoteService")
    with grpc.insecure_channel(address) as channel:
        stub: Any = health_pb2_grpc.HealthStub(channel)
        while process.poll() is None and time.perf_counter() < give_up:
            with contextlib.suppress(grpc.RpcError):  # not listening yet
                if stub.Check(request, timeout=1).status == health_pb2.HealthCheckResponse.SERVING:
                    return
            time.sleep(0.05)
    raise RuntimeError(f"the server on {address} did not start")


def _descendants(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").iterdir()
    children = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    return children + [one for child in children for one in _descendants(child)]


def _name(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text().strip()


def _resident(pid: int) -> float:
    [kib] = re.findall(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(kib) / 1024
