"""Words a second of the corpus job against the bare pipeline, and the memory of both: the figures of CAPACITY.md.

    python server/deploy/measure.py IN.jsonl [--passes 2]

The ways take turns, pass by pass. All processes of a way are found by a variable of their environment; their CPU time
and their proportional set size (PSS: shared pages shared out) are summed ten times a second. Where other programs run,
wall clock says little; words per CPU second says what a core to oneself would read. Linux only.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path

BARE = """
import json, sys, time
from sayso_server.parsing.load import load_engine
from sayso_server.service.bench import weight
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
}


@dataclass
class Watch:
    """What the processes with a mark in their environment take, until it is stopped."""

    mark: str
    cpu: dict[int, float] = field(default_factory=dict)
    peak_bytes: int = 0
    _stopped: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        while not self._stopped.wait(0.1):
            self.peak_bytes = max(self.peak_bytes, sum(map(self._look_at, self._processes())))

    def stop(self) -> None:
        self._stopped.set()

    def _processes(self) -> list[Path]:
        return [path for path in Path("/proc").iterdir() if path.name.isdecimal() and self._is_ours(path)]

    def _is_ours(self, path: Path) -> bool:
        try:
            return self.mark.encode() in (path / "environ").read_bytes()
        except OSError:
            return False

    def _look_at(self, path: Path) -> int:
        """Notes a process's CPU seconds; its PSS in bytes."""
        try:
            times = (path / "stat").read_text().rpartition(")")[2].split()
            self.cpu[int(path.name)] = (int(times[11]) + int(times[12])) / os.sysconf("SC_CLK_TCK")
            rollup = (path / "smaps_rollup").read_text()
        except (OSError, IndexError):
            return 0
        return next((int(line.split()[1]) * 1024 for line in rollup.splitlines() if line.startswith("Pss:")), 0)


def measure(name: str, source: Path, folder: Path) -> dict[str, object]:
    """Run one way over the input."""
    mark = f"SAYSO_MEASURED={uuid.uuid4().hex}"
    key, _, value = mark.partition("=")
    watch = Watch(mark)
    thread = threading.Thread(target=watch.run)
    thread.start()
    started = time.monotonic()
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
    shutil.rmtree(folder / "out", ignore_errors=True)
    return {
        "way": name,
        "seconds": round(seconds, 1),
        "cpu_seconds": round(sum(watch.cpu.values()), 1),
        "peak_pss_mb": watch.peak_bytes // 1_000_000,
        "load_cpu_seconds": round(float(done.stdout), 1) if done.stdout else None,
    }


def main() -> None:
    """Measure, and print one JSON object per way and pass."""
    parser = argparse.ArgumentParser(description="Words a second, CPU seconds and memory of the corpus job.")
    parser.add_argument("source", type=Path)
    parser.add_argument("--passes", type=int, default=2)
    parser.add_argument("--ways", default="", help="only those with these words in their names")
    parser.add_argument("--load", type=float, default=0.0, help="CPU seconds of loading, where no bare pipeline runs")
    arguments = parser.parse_args()
    words = sum(len(json.loads(line)["text"].split()) for line in arguments.source.open("rb"))
    load = arguments.load
    with tempfile.TemporaryDirectory() as folder:
        for number in range(1, arguments.passes + 1):
            for name in (way for way in WAYS if arguments.ways in way):
                row = measure(name, arguments.source, Path(folder))
                load = float(str(row.pop("load_cpu_seconds") or load))
                workers = 2 if "2 workers" in name else 1
                reading = float(str(row["cpu_seconds"])) - workers * load
                row |= {"words": words, "words_per_second": round(words / float(str(row["seconds"])))}
                row |= {"words_per_cpu_second_without_loading": round(words / reading), "load_cpu_seconds": load}
                row |= {"loadavg": Path("/proc/loadavg").read_text().split()[0], "pass": number}
                sys.stdout.write(json.dumps(row) + "\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main()
