"""The command `sayso`."""

import os
import sys
from importlib.util import find_spec


def main() -> None:
    """Run the command line; says what is missing where the extra `cli` is not installed."""
    for needed in ("click", "rich"):
        if find_spec(needed) is None:
            sys.stderr.write(f"sayso: the command line needs {needed}: pip install 'sayso[cli]'\n")
            sys.exit(2)
    from sayso.cli.app import app
    from sayso.cli.group import INTERRUPTED

    try:
        app()
    except SystemExit as ending:
        if ending.code == INTERRUPTED:
            sys.stdout.flush()
            os._exit(INTERRUPTED)  # without waiting for what the local engine reads, which nothing can interrupt
        raise
