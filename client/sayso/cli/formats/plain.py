"""Statements as lines for pipes."""

from collections.abc import Iterable
from typing import TextIO

from sayso.cli.formats.words import cue, one_line, said, who, why
from sayso.cli.reading import Reading


def write_plain(readings: Iterable[Reading], stream: TextIO, *, names: bool, explain: bool) -> None:
    """A line per statement: speaker, kind, cue and statement, tab-separated; behind the document's name, and before the
    explanation, if wished."""
    for reading in readings:
        first = [one_line(reading.document.document_id)] if names else []
        for statement in reading.result.statements:
            last = ["; ".join(why(statement))] if explain else []
            cells = [*first, who(statement), statement.kind, cue(statement), said(statement), *last]
            stream.write("\t".join(cells) + "\n")
