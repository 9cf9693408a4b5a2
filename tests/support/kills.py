"""A corpus job that is killed at random moments, with kill -9, and counted each time.

    cd tests && python -m support.kills --kills 10 --documents 600 OUTPUT -- --workers 2

The words after `--` go to the command. OUTPUT may be an address. With `--models` the bundled models read, else an
engine that takes 0.05 seconds a document. Prints a line per kill; status 1 if a document is lost or there twice.
"""

import argparse
import io
import itertools
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sayso_server.corpus.storage.access import folder, place_of
from support.corpus import environment
from support.engine import SLOWLY

NAMES = ("Mara Olin", "Jon Pell", "Ada Voss", "Tomas Reck")
SENTENCES = (
    "“The harbour bridge opens in May,” said {name}, the mayor of Velland.",
    "{name} said that the plan for the northern dock had failed {adverb}.",
    "“We will not pay twice,” {name} told reporters on Monday.",
)


@dataclass(frozen=True)
class Count:
    """The contents of an output."""

    documents: int
    statements: int
    twice: int
    strangers: int
    """Statements of no document that is there."""


def texts(count: int) -> Iterator[str]:
    """Short invented articles."""
    for number in range(count):
        name = NAMES[number % len(NAMES)]
        yield "\n\n".join(sentence.format(name=name, adverb=SLOWLY) for sentence in SENTENCES)


def counted(target: str, form: str) -> Count:
    """The current contents, as a reader of the tables sees them."""
    documents, statements = (_column(target, table, form) for table in ("documents", "statements"))
    names = {row["document_id"] for row in documents}
    pairs = {(row["document_id"], row["statement_id"]) for row in statements}
    twice = len(documents) - len(names) + len(statements) - len(pairs)
    return Count(len(names), len(pairs), twice, sum(one not in names for one, _ in pairs))


def _column(target: str, table: str, form: str) -> list[dict[str, Any]]:
    where = folder(place_of(target))
    names = [name for name in where.names(table) if name.endswith(f".{form}")]
    contents = [where.read(f"{table}/{name}") or b"" for name in names]
    if form == "jsonl":
        return [json.loads(line) for content in contents for line in content.splitlines()]
    from pyarrow import parquet

    columns = ["document_id"] + ["statement_id"] * (table == "statements")
    return [row for one in contents for row in parquet.read_table(io.BytesIO(one), columns=columns).to_pylist()]


def killed(command: list[str], seconds: float) -> int | None:
    """Start a command, and kill it after a while; returns its status if it exited before."""
    process = subprocess.Popen(command, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return None


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """Kill, count, and finish."""
    parser = argparse.ArgumentParser(description="Kills a corpus job at random moments.")
    parser.add_argument("output")
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--documents", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--least", type=float, default=1.5, help="seconds until a kill, at least")
    parser.add_argument("--most", type=float, default=6.0, help="seconds until a kill, at most")
    parser.add_argument("--models", action="store_true")
    given, more = parser.parse_known_args()
    more = [one for one in more if one != "--"]
    form = "jsonl" if "jsonl" in more else "parquet"
    module = "sayso_server" if given.models else "support.fake_corpus"
    rng = random.Random(given.seed)
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch) / "in.jsonl"
        records = ({"id": f"d{number}", "text": text} for number, text in enumerate(texts(given.documents)))
        source.write_text("".join(json.dumps(one) + "\n" for one in records), "utf-8")
        command = [sys.executable, "-m", module, "corpus", str(source), given.output, "--threads", "1", *more]
        for number in itertools.count(1):
            seconds = rng.uniform(given.least, given.most)
            status = killed(command, seconds) if number <= given.kills else None
            _say(f"{number:2}  killed after {seconds:4.1f} s: {counted(given.output, form)}")
            if number == given.kills or status is not None:
                break
        began = time.monotonic()
        done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
        end = counted(given.output, form)
        _say(f"to its end in {time.monotonic() - began:.0f} s, status {done.returncode}: {end}")
        _say(done.stderr.strip())
    if done.returncode or (end.documents, end.twice, end.strangers) != (given.documents, 0, 0):
        sys.exit("documents are lost or there twice")


if __name__ == "__main__":
    main()
