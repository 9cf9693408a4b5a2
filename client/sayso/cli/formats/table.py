"""Statements as a table for terminals, stacked on narrow ones. No word is truncated."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TextIO

import click
from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sayso.cli.console import Console
from sayso.cli.reading import Reading
from sayso.cli.words import cue, one_line, said, who, why
from sayso.models import Kind, Result, Statement

_KINDS = {Kind.DIRECT: "green", Kind.INDIRECT: "cyan", Kind.MIXED: "yellow"}
_NARROW = 72
"""Minimum width of a terminal for a table."""
_SPEAKERS = ("bold blue", "bold magenta", "bold green", "bold cyan", "bold yellow", "bold red", "bold")


def write_table(readings: Iterable[Reading], stream: TextIO, *, headings: bool, explain: bool) -> None:
    """A table per document, wrapped to the terminal; in colour if the terminal supports it and NO_COLOR is not set."""
    console = Console(file=stream)
    for reading in readings:
        name = reading.document.document_id or "standard input"
        if headings:
            console.print(Text(one_line(name), style="bold underline"))
        if reading.result.statements:
            shown = [_Shown(statement, style, explain) for statement, style in _styled(reading.result)]
            console.print(_table(shown) if console.width >= _NARROW else _stack(shown))
        else:
            click.echo(f"{name}: no statements found" if headings else "no statements found", err=True)


def is_narrow(stream: TextIO) -> bool:
    """Whether a terminal is narrow."""
    return Console(file=stream).width < _NARROW


def print_rows(columns: Sequence[str], rows: Iterable[Sequence[str]], stream: TextIO, *, words: int) -> None:
    """A plain table; the first `words` columns are text, the others numbers."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for index, column in enumerate(columns):
        of_words = index < words
        justify: Literal["left", "right"] = "left" if of_words else "right"
        table.add_column(column, justify=justify, no_wrap=not of_words, overflow="fold")
    for row in rows:
        table.add_row(*(Text(one_line(cell)) for cell in row))
    Console(file=stream).print(table)


@dataclass(frozen=True, slots=True)
class _Shown:
    """A statement as shown, with the colour of its speaker."""

    statement: Statement
    style: str
    explain: bool

    def who(self) -> Text:
        return Text(who(self.statement), style=self.style)

    def kind(self) -> Text:
        return Text(self.statement.kind, style=_KINDS.get(self.statement.kind, ""))

    def cue(self) -> Text:
        return Text(cue(self.statement))

    def said(self) -> Text:
        text = Text(said(self.statement))
        return text.append("\n" + "\n".join(why(self.statement)), style="dim") if self.explain else text


def _table(shown: Iterable[_Shown]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, leading=1)
    table.add_column("speaker", max_width=26, overflow="fold")
    table.add_column("kind", no_wrap=True)
    table.add_column("cue", max_width=20, overflow="fold")
    table.add_column("statement", ratio=1, overflow="fold")
    for one in shown:
        table.add_row(one.who(), one.kind(), one.cue(), one.said())
    return table


def _stack(shown: Iterable[_Shown]) -> Group:
    return Group(*(part for one in shown for part in _stacked(one)))


def _stacked(one: _Shown) -> Iterator[RenderableType]:
    yield Text.assemble(one.who(), ", ", one.kind(), ", ", one.cue(), overflow="fold")
    yield Padding(one.said(), (0, 0, 1, 2))


def _styled(result: Result) -> Iterator[tuple[Statement, str]]:
    """The statements, each with the colour of its speaker, assigned in the order in which the speakers appear."""
    names = dict.fromkeys(statement.speaker_name for statement in result.statements if statement.speaker)
    styles = {name: _SPEAKERS[index % len(_SPEAKERS)] for index, name in enumerate(names)}
    for statement in result.statements:
        yield statement, styles.get(statement.speaker_name, "")
