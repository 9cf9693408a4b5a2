"""How results are written: one module per format, all of them listed here."""

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain
from typing import TextIO

from sayso.cli.formats.markdown import write_markdown
from sayso.cli.formats.plain import write_plain
from sayso.cli.reading import Reading
from sayso.report import page
from sayso.rows import COLUMNS


@dataclass(frozen=True, slots=True)
class Output:
    """Where to write, and what is wanted beside the statements."""

    stream: TextIO
    several: bool
    explain: bool


Writer = Callable[[Iterable[Reading], Output], None]


def _json(readings: Iterable[Reading], output: Output) -> None:
    """One object for one document, an array for several."""
    results = [reading.result.to_json(indent=2) for reading in readings]
    if output.several:
        output.stream.write("[" + ",\n".join(results) + "]\n")
    else:
        output.stream.writelines(f"{result}\n" for result in results)


def _jsonl(readings: Iterable[Reading], output: Output) -> None:
    for reading in readings:
        output.stream.write(reading.result.to_json() + "\n")
        output.stream.flush()


def _csv(readings: Iterable[Reading], output: Output) -> None:
    writer = csv.DictWriter(output.stream, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(chain.from_iterable(reading.result.rows() for reading in readings))


def _html(readings: Iterable[Reading], output: Output) -> None:
    html = page([(reading.document, reading.result) for reading in readings])
    output.stream.write(html)


def _table(readings: Iterable[Reading], output: Output) -> None:
    from sayso.cli.formats.table import write_table  # imports rich, which takes a while

    write_table(readings, output.stream, headings=output.several, explain=output.explain)


def _plain(readings: Iterable[Reading], output: Output) -> None:
    write_plain(readings, output.stream, names=output.several, explain=output.explain)


def _markdown(readings: Iterable[Reading], output: Output) -> None:
    write_markdown(readings, output.stream, explain=output.explain)


WRITERS: dict[str, Writer] = {
    "table": _table,
    "plain": _plain,
    "json": _json,
    "jsonl": _jsonl,
    "csv": _csv,
    "markdown": _markdown,
    "html": _html,
}
