"""Results for people."""

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sayso.models import Polarity, Result, Statement


def print_table(result: Result) -> None:
    """The statements as a table, wrapped to the terminal."""
    console = Console()
    if not result.statements:
        click.echo("no statements found", err=True)
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, leading=1)
    table.add_column("speaker", style="bold", max_width=26)
    table.add_column("kind")
    table.add_column("cue", max_width=20)
    table.add_column("statement", ratio=1)
    for statement in result.statements:
        table.add_row(*(Text(cell) for cell in _cells(statement)))
    console.print(table)


def print_lines(result: Result) -> None:
    """One line per statement: speaker, kind, cue and statement, separated by tabs."""
    for statement in result.statements:
        click.echo("\t".join(_cells(statement)))


def _cells(statement: Statement) -> tuple[str, str, str, str]:
    """Speaker, kind, cue, and what was said: an ellipsis where it is interrupted."""
    said = " … ".join(span.text for span in statement.content)
    return _who(statement), str(statement.kind), _cue(statement), _one_line(said)


def _who(statement: Statement) -> str:
    """The speaker, and the mention where it is another: John Kirby (he)."""
    mention = _one_line(statement.source.text) if statement.source else ""
    if statement.speaker is None:
        return mention or "?"
    name = statement.speaker.name
    return f"{name} ({mention})" if mention and name not in mention else name


def _cue(statement: Statement) -> str:
    cue = _one_line(statement.cue.text) if statement.cue else "-"
    return cue if statement.polarity in {Polarity.AFFIRMED, Polarity.UNKNOWN} else f"{cue} [{statement.polarity}]"


def _one_line(text: str) -> str:
    return " ".join(text.split())
