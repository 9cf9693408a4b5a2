"""Where tables and reports are printed. It imports rich, which takes a while: import it where it is needed."""

from rich import console


class Console(console.Console):
    """A console that leaves a pipe closed by its reader to the command, which then exits with BROKEN_PIPE."""

    def on_broken_pipe(self) -> None:
        """rich itself would exit with 1; it calls this while it handles the BrokenPipeError."""
        raise  # noqa: PLE0704
