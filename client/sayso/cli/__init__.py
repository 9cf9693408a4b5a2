"""The command `sayso`."""

import sys


def main() -> None:
    """Run the command line; says what is missing where the extra `cli` is not installed."""
    try:
        from sayso.cli.app import app
    except ModuleNotFoundError as error:
        if error.name not in {"click", "rich"}:
            raise
        sys.stderr.write(f"sayso: the command line needs {error.name}: pip install 'sayso[cli]'\n")
        sys.exit(2)
    app()
