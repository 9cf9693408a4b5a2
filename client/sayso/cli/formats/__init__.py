"""Output formats: one module per format, all listed here."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TextIO

from sayso._json import dumps
from sayso.cli.formats.markdown import write_markdown
from sayso.cli.formats.plain import write_plain
from sayso.cli.formats.sheet import write_csv
from sayso.cli.reading import Reading
from sayso.report import page


@dataclass(frozen=True, slots=True)
class Style:
    """Output settings.

    `several`: there may be more than one document; `names`: write document names (None: the default of the format);
    `header`: write column names; `excel`: write CSV for Excel.
    """

    several: bool = False
    explain: bool = False
    names: bool | None = None
    header: bool = False
    excel: bool = False


Writer = Callable[[Iterable[Reading], TextIO, Style], None]


def _json(readings: Iterable[Reading], stream: TextIO, style: Style) -> None:
    """An array, even for a single result; written only if all results are available."""
    results = [_dumped(reading, indent=2) for reading in readings]
    stream.write("[" + ",\n".join(results) + "]\n")


def _jsonl(readings: Iterable[Reading], stream: TextIO, style: Style) -> None:
    for reading in readings:
        stream.write(_dumped(reading) + "\n")
        stream.flush()


def _dumped(reading: Reading, indent: int | None = None) -> str:
    """The result in the JSON of the contract, plus `input` with the fields of the document's record."""
    if not reading.document.source:
        return reading.result.to_json(indent=indent)
    content: dict[str, Any] = reading.result.to_dict() | {"input": reading.document.source}
    return dumps(content, indent=indent)


def _html(readings: Iterable[Reading], stream: TextIO, style: Style) -> None:
    html = page([(reading.document, reading.result) for reading in readings])
    stream.write(html)


def _table(readings: Iterable[Reading], stream: TextIO, style: Style) -> None:
    from sayso.cli.formats.table import write_table  # imports rich, which is slow

    names = style.several if style.names is None else style.names
    write_table(readings, stream, headings=names, explain=style.explain)


def _plain(readings: Iterable[Reading], stream: TextIO, style: Style) -> None:
    write_plain(readings, stream, names=style.names is not False, header=style.header, explain=style.explain)


def _csv(readings: Iterable[Reading], stream: TextIO, style: Style) -> None:
    write_csv(readings, stream, excel=style.excel)


def _markdown(readings: Iterable[Reading], stream: TextIO, style: Style) -> None:
    write_markdown(readings, stream, explain=style.explain)


WRITERS: dict[str, Writer] = {
    "table": _table,
    "plain": _plain,
    "json": _json,
    "jsonl": _jsonl,
    "csv": _csv,
    "markdown": _markdown,
    "html": _html,
}
