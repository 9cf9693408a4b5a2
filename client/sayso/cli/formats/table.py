"""Statements as a table for terminals, and as lines for pipes."""

from collections.abc import Iterable
from typing import TextIO

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sayso.cli.formats.words import cue, one_line, said, who, why
from sayso.cli.reading import Reading
from sayso.models import Kind, Result, Statement

_KINDS = {Kind.DIRECT: "green", Kind.INDIRECT: "cyan", Kind.MIXED: "yellow"}
_SPEAKERS = ("bold blue", "bold magenta", "bold green", "bold cyan", "bold yellow", "bold red", "bold")


def write_table(readings: Iterable[Reading], stream: TextIO, *, headings: bool, explain: bool) -> None:
    """A table per document, wrapped to the terminal; in colours on a terminal that has them, without NO_COLOR."""
    console = Console(file=stream)
    for reading in readings:
        name = reading.document.document_id or "standard input"
        if headings:
            console.print(Text(one_line(name), style="bold underline"))
        if reading.result.statements:
            console.print(_table(reading.result, explain=explain))
        else:
            click.echo(f"{name}: no statements found" if headings else "no statements found", err=True)


def print_rows(columns: Iterable[str], rows: Iterable[Iterable[str]], stream: TextIO) -> None:
    """A plain table; all columns but the first three are numbers."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for index, column in enumerate(columns):
        words = index < 3
        table.add_column(column, justify="left" if words else "right", no_wrap=not words)
    for row in rows:
        table.add_row(*(Text(one_line(cell)) for cell in row))
    Console(file=stream).print(table)


def _table(result: Result, *, explain: bool) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, leading=1)
    table.add_column("speaker", max_width=26)
    table.add_column("kind")
    table.add_column("cue", max_width=20)
    table.add_column("statement", ratio=1)
    styles = _styles(result)
    for statement in result.statements:
        table.add_row(
            Text(who(statement), style=styles.get(statement.speaker_name, "")),
            Text(statement.kind, style=_KINDS.get(statement.kind, "")),
            Text(cue(statement)),
            _statement(statement, explain=explain),
        )
    return table


def _statement(statement: Statement, *, explain: bool) -> Text:
    text = Text(said(statement))
    return text.append("\n" + why(statement), style="dim") if explain else text


def _styles(result: Result) -> dict[str, str]:
    """A colour for every speaker, in the order in which they speak."""
    names = dict.fromkeys(statement.speaker_name for statement in result.statements if statement.speaker)
    return {name: _SPEAKERS[index % len(_SPEAKERS)] for index, name in enumerate(names)}
