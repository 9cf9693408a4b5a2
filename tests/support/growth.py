"""The cost of a corpus job without reading, by the number of documents, with an engine that does nothing.

    cd tests && python -m support.growth OUTPUT --documents 300 3000 30000 -- --workers 2

Texts of 400 words are repeated under ids of their own. OUTPUT may be an address; each size gets a folder in it. Prints
a JSON object for each size: seconds and CPU seconds of the whole command, and again of the same one, which then finds
nothing to read; the peak memory of the command's own process.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from support.corpus import environment
from support.kills import texts

WORDS = 400


def write(path: Path, documents: int) -> None:
    """Articles of about this many words."""
    short = next(texts(1)).replace("slowly", "badly")
    long = "\n\n".join([short] * (WORDS // len(short.split())))
    with open(path, "w", encoding="utf-8") as stream:
        for number in range(documents):
            stream.write(json.dumps({"id": f"d{number}", "text": long}) + "\n")


def measured(command: list[str]) -> dict[str, float]:
    """Run a command: its seconds, its CPU seconds with those of its workers, and the peak memory of any of them."""
    began = time.monotonic()
    process = subprocess.Popen(command, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr
    said = process.stderr.read()
    _, status, own = os.wait4(process.pid, 0)
    if status:
        sys.exit(said.decode())
    return {
        "seconds": round(time.monotonic() - began, 1),
        "cpu_seconds": round(own.ru_utime + own.ru_stime, 1),
        "peak_mb": own.ru_maxrss // 1000,
    }


def main() -> None:
    """Measure each size."""
    parser = argparse.ArgumentParser(description="What a corpus job takes apart from reading.")
    parser.add_argument("output")
    parser.add_argument("--documents", type=int, nargs="+", default=[300, 3_000, 30_000])
    given, more = parser.parse_known_args()
    more = [one for one in more if one != "--"]
    with tempfile.TemporaryDirectory() as scratch:
        for documents in given.documents:
            source = Path(scratch) / f"{documents}.jsonl"
            write(source, documents)
            target = f"{given.output}/{documents}"
            command = [
                sys.executable,
                "-m",
                "support.fake_corpus",
                "corpus",
                str(source),
                target,
                "--threads",
                "1",
                *more,
            ]
            line = {"documents": documents, "input_mb": source.stat().st_size // 1_000_000}
            sys.stdout.write(json.dumps(line | {"first": measured(command), "again": measured(command)}) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
