"""Statements as lines for pipes."""

from collections.abc import Iterable
from typing import TextIO

from sayso._places import Places
from sayso.cli.files import STDIN
from sayso.cli.reading import Reading
from sayso.cli.words import cue, one_line, said, who, why

COLUMNS = ("document", "line", "column", "speaker", "kind", "cue", "statement")


def write_plain(readings: Iterable[Reading], stream: TextIO, *, names: bool, header: bool, explain: bool) -> None:
    """A tab-separated line per statement: COLUMNS (the first only with `names`), then the explanation if requested."""
    if header:
        stream.write("\t".join([*COLUMNS[0 if names else 1 :], *(["why"] if explain else [])]) + "\n")
    for reading in readings:
        first = [one_line(reading.document.document_id) or STDIN] if names else []
        places = Places(reading.document.text)
        for statement in reading.result.statements:
            line, column = places.of(statement.content[0].start)
            last = ["; ".join(why(statement))] if explain else []
            cells = [*first, str(line), str(column), who(statement), statement.kind, cue(statement), said(statement)]
            stream.write("\t".join([*cells, *last]) + "\n")
        stream.flush()
