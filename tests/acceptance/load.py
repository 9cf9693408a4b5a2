"""How a server with the bundled models bears load: `make load`.

    python -m acceptance.load TEXTS.jsonl [--articles 60] [--passes 2] [--soak 120]

Three measurements on the texts of a file of {"text": ...} lines, on loopback, which end by themselves:

1. Latency with 1, 4 and 16 callers at a time, of one worker with two threads (1x2) and of two workers with one (2x1).
   Both servers are up; they take turns, pass by pass, so that whatever else the machine does touches both. The ratio of
   their speeds is taken within each pass.
2. A queue at its limit: callers in excess of what it holds, who go on for a while. What is accepted is answered.
3. A soak, and the slope of the memory over it.
"""

import argparse
import itertools
import json
import os
import statistics
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import grpc
from acceptance.served import Served, code_of, serving, slope
from support.calls import trailers_of
from support.serving import REAL

CALLERS = (1, 4, 16)
SHAPES = {"1x2": ("--workers", "1", "--threads", "2"), "2x1": ("--workers", "2", "--threads", "1")}


@dataclass
class Run:
    """Answers: when each came (seconds since the start), how long it took, and how it ended. `words` were read."""

    times: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    refusals: list[float] = field(default_factory=list)
    endings: Counter[str] = field(default_factory=Counter)
    words: int = 0
    duration: float = 0.0

    @property
    def speed(self) -> float:
        """Words per second, all callers together."""
        return self.words / self.duration


def call_from(callers: int, texts: Iterator[str], served: Served, wait: Callable[[float], None] = time.sleep) -> Run:
    """Read texts, `callers` at a time, until there are no more. A refused text is not tried again."""
    run, lock, began = Run(), threading.Lock(), time.perf_counter()

    def caller() -> None:
        while True:
            with lock:
                text = next(texts, None)
            if text is None:
                return
            started = time.perf_counter()
            words, ending, pause = _read(served, text)
            now = time.perf_counter()
            with lock:
                run.endings[ending] += 1
                run.words += words
                (run.seconds if ending == "OK" else run.refusals).append(now - started)
                run.times.append(now - began)
            wait(pause)

    threads = [threading.Thread(target=caller) for _ in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    run.duration = time.perf_counter() - began
    return run


def _read(served: Served, text: str) -> tuple[int, str, float]:
    """The words read, the status of the call, and the retry delay of a rejection, at most a second."""
    try:
        return served.read(text).stats.word_count, "OK", 0.0
    except grpc.RpcError as error:
        pushback = pushback_of(error)
        return 0, code_of(error), min(1.0, pushback)


def pushback_of(error: grpc.RpcError) -> float:
    """Seconds that a refusal asks to wait."""
    return int(trailers_of(error).get("grpc-retry-pushback-ms", 0)) / 1000


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which a share of the values lies (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def latency(texts: Sequence[str], passes: int) -> None:
    """Measurement 1."""
    runs: dict[tuple[str, int], list[Run]] = {}
    with ExitStack() as stack:
        servers = {name: stack.enter_context(serving(*shape, module=REAL)) for name, shape in SHAPES.items()}
        for served in servers.values():
            call_from(4, iter(texts[:4]), served)  # warm
        for number, callers in itertools.product(range(passes), CALLERS):
            order = list(servers) if number % 2 == 0 else list(servers)[::-1]
            for name in order:
                run = call_from(callers, iter(texts), servers[name])
                runs.setdefault((name, callers), []).append(run)
                say(f"pass {number + 1}, {callers} callers, {name}: {run.speed:.0f} words/s; load {busy()}")
        memory = {name: served.memory() // 1024 for name, served in servers.items()}
    show("\n| callers | server | p50 | p99 | words/s | 2x1 over 1x2, pass by pass |\n|--:|---|--:|--:|--:|---|")
    for callers, name in itertools.product(CALLERS, SHAPES):
        own = runs[name, callers]
        seconds = [second for run in own for second in run.seconds]
        pairs = zip(runs["2x1", callers], runs["1x2", callers], strict=True)
        ratios = ", ".join(f"{two.speed / one.speed:.2f}" for two, one in pairs) if name == "2x1" else ""
        speed = statistics.median(run.speed for run in own)
        p50, p99 = quantile(seconds, 0.5), quantile(seconds, 0.99)
        show(f"| {callers} | {name} | {p50:.2f} s | {p99:.2f} s | {speed:.0f} | {ratios} |")
    show("\nmemory: " + ", ".join(f"{name} {mib} MiB" for name, mib in memory.items()))


def full_queue(texts: Sequence[str], seconds: float) -> None:
    """Measurement 2."""
    limit, callers = 4_000, 64
    with serving("--max-queued-words", str(limit), module=REAL) as served:
        stop = time.monotonic() + seconds
        depths, health = [], Counter[str]()

        def watch() -> None:
            while time.monotonic() < stop:
                depths.append((served.metric("sayso_queue_words"), served.metric("sayso_queue_documents")))
                health[served.health()] += 1
                time.sleep(0.2)

        watcher = threading.Thread(target=watch)
        watcher.start()
        endless = itertools.takewhile(lambda _: time.monotonic() < stop, itertools.cycle(texts))
        run = call_from(callers, endless, served)
        watcher.join()
        left = served.metric("sayso_queue_words")
    words, held = zip(*depths, strict=True)
    endings = ", ".join(f"{count:,} {name}" for name, count in run.endings.items())
    show(f"\n{callers} callers for {seconds:.0f} s at a queue of {limit:,} words:")
    show(f"- endings: {endings}; {run.speed:.0f} words/s")
    show(f"- requests held: {statistics.median(held):.0f} (median), {max(held):.0f} at most")
    show(f"- words held: {statistics.median(words):,.0f} (median), {max(words):,.0f} at most")
    show(f"- accepted: p50 {quantile(run.seconds, 0.5):.2f} s, p99 {quantile(run.seconds, 0.99):.2f} s")
    if run.refusals:
        p50, p99 = quantile(run.refusals, 0.5), quantile(run.refusals, 0.99)
        show(f"- refused: p50 {p50 * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms")
    show(f"- health: {dict(health)}; words in the queue behind it: {left:.0f}")


def soak(texts: Sequence[str], seconds: float) -> None:
    """Measurement 3."""
    with serving(module=REAL) as served:
        stop = time.monotonic() + seconds
        samples: list[tuple[float, float, float]] = []

        def watch() -> None:
            while time.monotonic() < stop:
                samples.append((time.monotonic(), served.metric("sayso_documents_total"), served.memory()))
                time.sleep(1)

        watcher = threading.Thread(target=watch)
        watcher.start()
        endless = itertools.takewhile(lambda _: time.monotonic() < stop, itertools.cycle(texts))
        run = call_from(4, endless, served)
        watcher.join()
    behind = samples[len(samples) // 2 :]
    by_document = slope([(documents, memory) for _, documents, memory in behind])
    by_hour = slope([(when, memory) for when, _, memory in behind]) * 3600 / 1024
    show(f"\nsoak of {seconds:.0f} s, 4 callers: {dict(run.endings)}, {run.words:,} words")
    start, half, end = (sample[2] / 1024 for sample in (samples[0], behind[0], behind[-1]))
    show(f"- memory: {start:.0f} MiB at the start, {half:.0f} at half, {end:.0f} at the end")
    show(f"- slope of the second half: {by_document:+.2f} KiB per document, {by_hour:+.0f} MiB per hour at this load")


def texts_of(path: Path, articles: int) -> list[str]:
    """Articles spread evenly over a file."""
    texts = [json.loads(line)["text"] for line in path.read_text("utf-8").splitlines()]
    step = max(1, len(texts) // articles)
    return texts[::step][:articles]


def busy() -> str:
    """How many processes wanted the cores, over the last minute."""
    return f"{os.getloadavg()[0]:.1f}"


def show(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def say(line: str) -> None:
    sys.stderr.write(line + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("texts", type=Path)
    parser.add_argument("--articles", type=int, default=60)
    parser.add_argument("--passes", type=int, default=2)
    parser.add_argument("--full", type=float, default=60, metavar="SECONDS", help="of the full queue; 0 leaves it out")
    parser.add_argument("--soak", type=float, default=120, metavar="SECONDS", help="0 leaves it out")
    options = parser.parse_args()
    if not options.texts.exists():
        parser.error(f"there is no {options.texts}: name a file of JSON lines with a text each")
    texts = texts_of(options.texts, options.articles)
    words = [len(text.split()) for text in texts]
    show(
        f"{len(texts)} articles, {sum(words):,} words (median {statistics.median(words):.0f}, longest {max(words):,}); "
        f"{len(os.sched_getaffinity(0))} cores, load before {busy()}"
    )
    if options.passes:
        latency(texts, options.passes)
    if options.full:
        full_queue(texts, options.full)
    if options.soak:
        soak(texts, options.soak)
    show(f"\nload of the machine behind it all: {busy()}")


if __name__ == "__main__":
    main()
