"""Error handling of the command line: one line per error, and a documented exit status."""

import errno
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import click

from sayso.cli import INTERRUPTED
from sayso.cli.statuses import BAD_ARGUMENTS, BROKEN_PIPE, FAILED

_UNWRITABLE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF}
"""What the system says where standard output takes no more; an error of a file has its name."""


class Group(click.Group):
    """The group of commands; prints errors as one line."""

    def main(self, *arguments: Any, standalone_mode: bool = True, **named: Any) -> Any:
        """Run a command, and exit unless `standalone_mode` is off."""
        run: Callable[..., Any] = super().main
        if not standalone_mode:
            return run(*arguments, standalone_mode=False, **named)
        try:
            status = _status(lambda: run(*arguments, standalone_mode=False, **named))
            sys.stdout.flush()
        except BrokenPipeError:
            drop_standard_output()
            status = BROKEN_PIPE
        except OSError as error:
            if error.errno not in _UNWRITABLE or error.filename:
                raise
            drop_standard_output()
            status = _told(f"standard output: {error.strerror}", FAILED)
        sys.exit(status)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; handles readers that close the pipe early, before click treats that as a failure."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            drop_standard_output()
            sys.exit(BROKEN_PIPE)


def drop_standard_output() -> None:
    """Redirect standard output to the null device, so that Python does not fail to flush it at exit."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _status(run: Callable[[], Any]) -> Any:
    """How a run ends."""
    try:
        return run()
    except SystemExit as ending:
        return ending.code
    except click.UsageError as error:
        return _told(_with_help(error), BAD_ARGUMENTS)
    except click.ClickException as error:
        return _told(error.format_message(), error.exit_code)
    except click.Abort:
        return _told("interrupted", INTERRUPTED)


def _told(message: str, status: int) -> int:
    click.echo(f"Error: {' '.join(message.split())}", err=True)
    return status


def _with_help(error: click.UsageError) -> str:
    message = error.format_message().removesuffix(".")
    if error.ctx is None:
        return message
    return f"{message}{' See' if message.endswith('?') else '; see'} {error.ctx.command_path} --help"
