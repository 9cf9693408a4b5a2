"""Progress on standard error, if it is a terminal."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from sayso.cli.words import one_line

_LONGEST_NAME = 25


class Progress:
    """Messages only, without a progress bar."""

    def begin(self, name: str) -> None:
        """A document is about to be read."""

    def advance(self, name: str) -> None:
        """A document is done."""

    def pause(self) -> None:
        """Hide the bar while something else is written to the terminal, until `resume`."""

    def resume(self) -> None:
        """Show the bar again."""

    def tell(self, message: str) -> None:
        """Print a message that must not be lost."""
        click.echo(message, err=True)


class _Bar(Progress):
    """A spinner until the first document is done; then the number done, the current name and the speed."""

    def __init__(self, total: int | None, first: str) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

        self._console = Console(stderr=True)
        self.bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=20),
            TextColumn("{task.fields[name]}", markup=False, style="dim"),
            console=self._console,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._total = total
        self._done = 0
        self._task = self.bar.add_task(first, total=total, name="")

    def begin(self, name: str) -> None:
        if not self._done:
            self.bar.update(self._task, name=_short(name))

    def advance(self, name: str) -> None:
        self._done += 1
        of_all = f"/{self._total:,}" if self._total else ""
        elapsed = self.bar.tasks[0].elapsed or 0
        rate = f" {self._done / elapsed:.1f}/s" if elapsed > 1 else ""
        description = f"reading {self._done:,}{of_all}{rate}"
        self.bar.update(self._task, description=description, advance=1, name=_short(name))

    def pause(self) -> None:
        self.bar.stop()

    def resume(self) -> None:
        if self._done != self._total:
            self.bar.start()

    def tell(self, message: str) -> None:
        from rich.text import Text

        self._console.print(Text(message), soft_wrap=True)


def _short(name: str) -> str:
    """The end of a name, such as the file name of a path."""
    return one_line(name if len(name) <= _LONGEST_NAME else f"…{name[1 - _LONGEST_NAME :]}")


@contextmanager
def progress(total: int | None, server: str) -> Iterator[Progress]:
    """A bar if standard error is a terminal."""
    if not sys.stderr.isatty():
        yield Progress()
        return
    shown = _Bar(total, "loading the models" if server == "local" else "reading")
    with shown.bar:
        yield shown
