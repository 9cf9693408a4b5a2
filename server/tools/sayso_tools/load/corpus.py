"""Speed and memory of the corpus job compared with the bare pipeline: the figures of docs/capacity.md.

    sayso-tools speed corpus IN.jsonl [--passes 2]

The variants are interleaved, pass by pass. All processes of a variant are found by an environment variable; their CPU
times are read every second. Their proportional set sizes (PSS: shared pages divided among processes) are summed only
every two seconds, since the kernel walks all their pages for it; shorter peaks may be missed. The CPU time of the
monitoring itself is `watching_cpu_seconds`. If other programs are running, wall-clock time is not meaningful; words per
CPU second is the speed on an idle core. Linux only.
"""

import argparse
import itertools
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

BARE = """
import json, sys, time
from sayso_server.parsing.load import load_engine
from sayso_server.workers.weight import weight
engine = load_engine(threads=1)
print(time.process_time(), flush=True)
texts, words = [], 0
for line in open(sys.argv[1], "rb"):
    text = json.loads(line)["text"]
    if texts and words + weight(text) > 1000:
        engine.extract_many(texts)
        texts, words = [], 0
    texts.append(text)
    words += weight(text)
engine.extract_many(texts)
"""
CORPUS = (sys.executable, "-m", "sayso_server", "corpus", "--threads", "1", "--part-words", "2500")
WAYS = {
    "bare pipeline": (sys.executable, "-c", BARE),
    "corpus, 1 worker": CORPUS,
    "corpus, 1 worker on Ray": (*CORPUS, "--runner", "ray"),
    "corpus, 2 workers on Ray": (*CORPUS, "--workers", "2"),
    "corpus, 4 workers on Ray": (*CORPUS, "--workers", "4"),
}
SECONDS_BETWEEN_LOOKS = 1.0
LOOKS_PER_MEMORY = 2


@dataclass
class Watch:
    """Monitors the processes with a mark in their environment until it is stopped."""

    mark: str
    cpu: dict[int, float] = field(default_factory=dict)
    """CPU seconds by process."""
    peak_bytes: int = 0
    own_seconds: float = 0.0
    _seen: dict[int, bool] = field(default_factory=dict)
    """Whether a process has the mark, cached by process."""
    _stopped: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        for look in itertools.count():
            ours = self._processes()
            self.cpu |= {pid: seconds for pid in ours if (seconds := _cpu_seconds(pid)) is not None}
            if look % LOOKS_PER_MEMORY == 0:
                self.peak_bytes = max(self.peak_bytes, sum(map(_pss, ours)))
            self.own_seconds = time.thread_time()
            if self._stopped.wait(SECONDS_BETWEEN_LOOKS):
                return

    def stop(self) -> None:
        self._stopped.set()

    def _processes(self) -> list[int]:
        there = [int(name) for name in os.listdir("/proc") if name.isdecimal()]
        self._seen = {pid: self._seen[pid] if pid in self._seen else self._is_ours(pid) for pid in there}
        return [pid for pid, ours in self._seen.items() if ours]

    def _is_ours(self, pid: int) -> bool:
        try:
            return self.mark.encode() in Path(f"/proc/{pid}/environ").read_bytes()
        except OSError:
            return False


def _cpu_seconds(pid: int) -> float | None:
    try:
        times = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(times[11]) + int(times[12])) / os.sysconf("SC_CLK_TCK")


def _pss(pid: int) -> int:
    """The proportional set size of a process in bytes."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in rollup.splitlines() if line.startswith("Pss:")), 0)


def _ended_seconds() -> float:
    """CPU seconds of all child processes that have ended and were awaited."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(name: str, source: Path, folder: Path) -> dict[str, object]:
    """Run one variant on the input."""
    mark = f"SAYSO_MEASURED={uuid.uuid4().hex}"
    key, _, value = mark.partition("=")
    watch = Watch(mark)
    thread = threading.Thread(target=watch.run)
    thread.start()
    started, ended_before = time.monotonic(), _ended_seconds()
    target = () if name == "bare pipeline" else (str(folder / "out"),)
    done = subprocess.run(
        [*WAYS[name], str(source), *target],
        # Ray's workers run at niceness 15, the others do not: make them all equal.
        env=os.environ | {key: value, "OMP_NUM_THREADS": "1", "RAY_worker_niceness": "0"},
        capture_output=True,
        text=True,
        check=True,
    )
    seconds = time.monotonic() - started
    watch.stop()
    thread.join()
    written = sum(path.stat().st_size for path in (folder / "out").rglob("part-*"))
    shutil.rmtree(folder / "out", ignore_errors=True)
    return {
        "way": name,
        "seconds": round(seconds, 1),
        # Polling misses a process's last second, and processes that Ray leaves running are not awaited.
        "cpu_seconds": round(max(sum(watch.cpu.values()), _ended_seconds() - ended_before), 1),
        "peak_pss_mb": watch.peak_bytes // 1_000_000,
        "watching_cpu_seconds": round(watch.own_seconds, 2),
        "output_bytes": written,
        "load_cpu_seconds": round(float(done.stdout), 1) if done.stdout else None,
    }


def main(given: Sequence[str]) -> None:
    """Measure, and print one JSON object per variant and pass."""
    parser = argparse.ArgumentParser(
        prog="sayso-tools speed corpus", description="Words per second, CPU seconds and memory of the corpus job."
    )
    parser.add_argument("source", type=Path)
    parser.add_argument("--passes", type=int, default=2)
    parser.add_argument("--ways", default="", help="only the variant of this name, or those whose name contains it")
    parser.add_argument("--load", type=float, default=0.0, help="CPU seconds of loading, if bare is not run")
    arguments = parser.parse_args(given)
    words = sum(len(json.loads(line)["text"].split()) for line in arguments.source.open("rb"))
    ways = [arguments.ways] if arguments.ways in WAYS else [name for name in WAYS if arguments.ways in name]
    load = arguments.load
    with tempfile.TemporaryDirectory() as folder:
        for number in range(1, arguments.passes + 1):
            for name in ways:
                row = measure(name, arguments.source, Path(folder))
                load = float(str(row.pop("load_cpu_seconds") or load))
                workers = next((number for number in (2, 4) if f"{number} workers" in name), 1)
                reading = float(str(row["cpu_seconds"])) - workers * load
                row |= {"words": words, "words_per_second": round(words / float(str(row["seconds"])))}
                row |= {"words_per_cpu_second_without_loading": round(words / reading), "load_cpu_seconds": load}
                row |= {"loadavg": Path("/proc/loadavg").read_text().split()[0], "pass": number}
                sys.stdout.write(json.dumps(row) + "\n")
                sys.stdout.flush()
