"""What ends a job. Every message is one line, and holds no text of a document."""


class CorpusError(Exception):
    """The job cannot continue as requested."""


class InputError(CorpusError):
    """The input cannot be read, or changed while it was."""


class OutputError(CorpusError):
    """The output belongs to another job, or to none."""


class MissingExtra(CorpusError):  # noqa: N818 - it says what is wrong
    """A library that this job needs is not installed."""

    def __init__(self, what: str, library: str, instead: str) -> None:
        install = "pip install 'ray[data]' pyarrow"
        super().__init__(f"{what} needs {library}, which is not installed: {install}, or {instead}")
