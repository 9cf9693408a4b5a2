"""Documents to results: the work of the commands `extract` and `speakers`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import click

from sayso.cli.connection import FAILED, Connection, exit_status
from sayso.cli.inputs import Inputs, Unreadable
from sayso.models import Document, OptionKeywords, Result


@dataclass(frozen=True, slots=True)
class Reading:
    """A document, and what it says."""

    document: Document
    result: Result


class Reader:
    """Reads documents. What cannot be read is told on standard error, and is in `status` at the end."""

    def __init__(
        self,
        inputs: Inputs,
        connection: Connection,
        options: OptionKeywords,
        *,
        speakers: tuple[str, ...] = (),
        language: str = "",
    ) -> None:
        self._inputs = inputs
        self._connection = connection
        self._options = options
        self._speakers = speakers
        self._language = language
        self._tell: Callable[[str], None] = _echo
        self.status = 0

    @property
    def several(self) -> bool:
        """Whether there may be more than one document."""
        return self._inputs.several

    def readings(self, *, bar: bool = False) -> Iterator[Reading]:
        """The documents that could be read, in order, under a progress bar if wished."""
        with self._connection.client() as client, _bar(bar, self._inputs.count) as (advance, self._tell):
            documents = self._documents(advance)
            for document, outcome in client.extract_many(documents, language=self._language, **self._options):
                assert isinstance(document, Document)
                advance()
                if isinstance(outcome, Result):
                    self._warn(outcome)
                    yield Reading(document, self._selected(outcome))
                else:
                    self._fail(document.document_id, self._connection.describe(outcome), exit_status(outcome))

    def _documents(self, advance: Callable[[], None]) -> Iterator[Document]:
        for one in self._inputs.read():
            if isinstance(one, Unreadable):
                self._fail(one.name, one.reason, FAILED)
                advance()
            else:
                yield one

    def _selected(self, result: Result) -> Result:
        """The result with the statements of the speakers asked for only."""
        if not self._speakers:
            return result
        wanted = {one.statement_id for name in self._speakers for one in result.said_by(name)}
        kept = tuple(statement for statement in result.statements if statement.statement_id in wanted)
        return replace(result, statements=kept)

    def _warn(self, result: Result) -> None:
        for warning in result.warnings:
            self._tell(f"warning: {self._named(result.document_id, warning.message)}")

    def _fail(self, name: str, reason: str, status: int) -> None:
        self.status = max(self.status, status)
        self._tell(f"Error: {self._named(name, reason)}")

    def _named(self, name: str, message: str) -> str:
        return f"{name}: {message}" if name else message


def _echo(message: str) -> None:
    click.echo(message, err=True)


@contextmanager
def _bar(wanted: bool, total: int | None) -> Iterator[tuple[Callable[[], None], Callable[[str], None]]]:
    """What to call after each document, and with each message: above a progress bar on standard error, if wanted."""
    if not wanted:
        yield lambda: None, _echo
        return
    from rich.console import Console
    from rich.progress import Progress
    from rich.text import Text

    console = Console(stderr=True)
    with Progress(console=console, transient=True, redirect_stdout=False, redirect_stderr=False) as progress:
        task = progress.add_task("reading", total=total)
        yield lambda: progress.advance(task), lambda message: console.print(Text(message), soft_wrap=True)
