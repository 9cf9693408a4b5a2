"""Statements as Markdown."""

import re
from collections.abc import Iterable
from typing import TextIO

from sayso.cli.reading import Reading
from sayso.cli.words import cue, one_line, said, who, why

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|~])")


def write_markdown(readings: Iterable[Reading], stream: TextIO, *, explain: bool) -> None:
    """A heading per document and an item per statement, with its explanation if requested."""
    for reading in readings:
        stream.write(f"## {_escaped(reading.document.document_id or 'standard input')}\n\n")
        for statement in reading.result.statements:
            how = f"{_escaped(cue(statement))}, {statement.kind}" if statement.cue else str(statement.kind)
            stream.write(f"- **{_escaped(who(statement))}** ({how}): {_escaped(said(statement))}\n")
            stream.writelines(f"  - {_escaped(line)}\n" for line in (why(statement) if explain else ()))
        stream.write("\n" if reading.result.statements else "No statements found.\n\n")


def _escaped(text: str) -> str:
    """The text with all Markdown and HTML markup escaped."""
    escaped = _SPECIAL.sub(r"\\\1", one_line(text))
    return escaped.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
