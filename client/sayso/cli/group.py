"""Error handling of the command line: one line per error, and a documented exit status."""

import os
import sys
from collections.abc import Callable
from typing import Any

import click

from sayso.cli import INTERRUPTED

BAD_ARGUMENTS = 2
BROKEN_PIPE = 141


class Group(click.Group):
    """The group of commands; prints errors as one line."""

    def main(self, *arguments: Any, standalone_mode: bool = True, **named: Any) -> Any:
        """Run a command, and exit unless `standalone_mode` is off."""
        run: Callable[..., Any] = super().main
        if not standalone_mode:
            return run(*arguments, standalone_mode=False, **named)
        try:
            status = run(*arguments, standalone_mode=False, **named)
        except click.UsageError as error:
            status = _told(error.format_message().rstrip(".") + _see(error), BAD_ARGUMENTS)
        except click.ClickException as error:
            status = _told(error.format_message(), error.exit_code)
        except click.Abort:
            status = _told("interrupted", INTERRUPTED)
        sys.exit(status)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; handles readers that close the pipe early."""
        try:
            done = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for Python's flush at exit
            sys.exit(BROKEN_PIPE)
        return done


def _told(message: str, status: int) -> int:
    click.echo(f"Error: {' '.join(message.split())}", err=True)
    return status


def _see(error: click.UsageError) -> str:
    return f"; see {error.ctx.command_path} --help" if error.ctx else ""
