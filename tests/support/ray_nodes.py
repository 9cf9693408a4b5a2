"""A local Ray cluster of several nodes: `python -m support.ray_nodes CORES...`, controlled by lines on standard input.

It prints its address, and `done` after each order: `add CORES` adds a node; `kill PID` kills the one in which this
process runs, all at once. It ends with its standard input.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

from support.corpus import environment

STORE_BYTES = 80 * 1024 * 1024
"""Of a node's object store: as little as Ray allows."""


class Nodes:
    """The cluster of a test, in a separate process."""

    def __init__(self, *cores: int) -> None:
        command = [sys.executable, "-m", "support.ray_nodes", *map(str, cores)]
        self._process = subprocess.Popen(
            command,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        self.address = self._answer()

    def order(self, *words: object) -> str:
        """Its answer."""
        assert self._process.stdin
        print(*words, file=self._process.stdin, flush=True)
        return self._answer()

    def __enter__(self) -> "Nodes":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._process.stdout.close()

    def _answer(self) -> str:
        assert self._process.stdout
        line = self._process.stdout.readline().strip()
        assert line, "the cluster has ended"
        return line


def _ancestors(pid: int) -> list[int]:
    found = []
    while pid > 1:
        found.append(pid)
        pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return found


def main() -> None:
    """Carry out orders."""
    from ray.cluster_utils import Cluster

    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # Ray prints
    first, *others = map(int, sys.argv[1:])
    cluster: Any = Cluster(
        initialize_head=True,
        head_node_args={"num_cpus": first, "object_store_memory": STORE_BYTES, "include_dashboard": False},
    )
    for cores in others:
        cluster.add_node(num_cpus=cores, object_store_memory=STORE_BYTES)
    print(cluster.address, file=answers, flush=True)
    for line in sys.stdin:
        order, number = line.split()
        if order == "add":
            cluster.add_node(num_cpus=int(number), object_store_memory=STORE_BYTES)
        else:
            above = _ancestors(int(number))
            [node] = [one for one in cluster.worker_nodes if one.all_processes["raylet"][0].process.pid in above]
            cluster.remove_node(node, allow_graceful=False)
        print("done", file=answers, flush=True)
    cluster.shutdown()


if __name__ == "__main__":
    main()
