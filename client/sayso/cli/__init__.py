"""The command `sayso`."""

import os
import signal
import sys
from io import TextIOWrapper

INTERRUPTED = 130
TERMINATED = 143
_STREAMS = (("stdin", os.O_WRONLY), ("stdout", os.O_RDONLY), ("stderr", os.O_WRONLY))


def main() -> None:
    """Run the command line, or print how to install the extra `cli` if it is missing."""
    _open_closed_streams()
    _write_any_character()
    signal.signal(signal.SIGINT, _interrupted)  # also while libraries are imported, which may swallow exceptions
    from importlib.util import find_spec

    os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # the command reports errors itself
    for needed in ("click", "rich"):
        if find_spec(needed) is None:
            sys.stderr.write(f"sayso: the command line needs {needed}: pip install click rich\n")
            sys.exit(2)
    from sayso.cli.app import app

    interrupts = 0

    def interrupt(*_: object) -> None:
        nonlocal interrupts
        interrupts += 1
        if interrupts > 1:  # pressed twice: exit at once
            _interrupted()
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupt)
    signal.signal(signal.SIGTERM, _terminated)
    try:
        app()
    except SystemExit as ending:
        if ending.code in {INTERRUPTED, TERMINATED}:
            sys.stdout.flush()
            os._exit(ending.code)  # without waiting for the local engine, which cannot be interrupted
        raise
    except BaseException:
        if interrupts:  # and a library being imported turned it into another exception
            _interrupted()
        raise


def _open_closed_streams() -> None:
    """Where the caller has closed a standard stream, Python has none. Input and output then fail when they are used."""
    for number, (name, flags) in enumerate(_STREAMS):
        if getattr(sys, name) is None:
            os.dup2(os.open(os.devnull, flags), number)
            setattr(sys, name, os.fdopen(number, "w" if number else "r"))


def _write_any_character() -> None:
    """Files and pipes get UTF-8 in every locale; a terminal shows ? for the characters that it does not have."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper) and stream.encoding.lower() != "utf-8":
            if stream.isatty():
                stream.reconfigure(errors="replace")
            else:
                stream.reconfigure(encoding="utf-8", errors=stream.errors)


def _terminated(*_: object) -> None:
    """Exit with the shell's status for the signal, after removing temporary files."""
    sys.exit(TERMINATED)


def _interrupted(*_: object) -> None:
    os.write(2, b"Error: interrupted\n")
    os._exit(INTERRUPTED)
