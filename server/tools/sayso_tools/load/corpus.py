"""Words a second of the corpus job against the bare pipeline, and the memory of both: the figures of docs/capacity.md.

    sayso-tools speed corpus IN.jsonl [--passes 2]

The ways take turns, pass by pass. All processes of a way are found by a variable of their environment; their CPU times
are read every second. Their proportional set sizes (PSS: shared pages shared out) are summed every two seconds only,
since the kernel walks all their pages for it; a peak that is shorter may be missed. What the watching itself took, of
the cores that are measured, is `watching_cpu_seconds`. Where other programs run, wall clock says little; words per CPU
second says what a core to oneself would read. Linux only.
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
    """What the processes with a mark in their environment take, until it is stopped."""

    mark: str
    cpu: dict[int, float] = field(default_factory=dict)
    """Seconds, by process."""
    peak_bytes: int = 0
    own_seconds: float = 0.0
    _seen: dict[int, bool] = field(default_factory=dict)
    """Whether a process is one of them: looked up once for each."""
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
    """In bytes."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in rollup.splitlines() if line.startswith("Pss:")), 0)


def _ended_seconds() -> float:
    """CPU seconds of all that was started here, has ended and was waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(name: str, source: Path, folder: Path) -> dict[str, object]:
    """Run one way over the input."""
    mark = f"SAYSO_MEASURED={uuid.uuid4().hex}"
    key, _, value = mark.partition("=")
    watch = Watch(mark)
    thread = threading.Thread(target=watch.run)
    thread.start()
    started, ended_before = time.monotonic(), _ended_seconds()
    target = () if name == "bare pipeline" else (str(folder / "out"),)
    done = subprocess.run(
        [*WAYS[name], str(source), *target],
        # Ray's workers yield to other programs (niceness 15), the others do not: here all are alike.
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
        # A process's last second is not seen by looking, and what a Ray leaves to run on is not waited for.
        "cpu_seconds": round(max(sum(watch.cpu.values()), _ended_seconds() - ended_before), 1),
        "peak_pss_mb": watch.peak_bytes // 1_000_000,
        "watching_cpu_seconds": round(watch.own_seconds, 2),
        "output_bytes": written,
        "load_cpu_seconds": round(float(done.stdout), 1) if done.stdout else None,
    }


def main(given: Sequence[str]) -> None:
    """Measure, and print one JSON object per way and pass."""
    parser = argparse.ArgumentParser(
        prog="sayso-tools speed corpus", description="Words a second, CPU seconds and memory of the corpus job."
    )
    parser.add_argument("source", type=Path)
    parser.add_argument("--passes", type=int, default=2)
    parser.add_argument("--ways", default="", help="only that of this name, or those with these words in it")
    parser.add_argument("--load", type=float, default=0.0, help="CPU seconds of loading, where no bare pipeline runs")
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
