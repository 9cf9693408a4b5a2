"""Errors that end a job. Every message is one line and contains no text of a document."""


class CorpusError(Exception):
    """The job cannot continue as requested."""


class InputError(CorpusError):
    """The input cannot be read, or changed while it was being read."""


class OutputError(CorpusError):
    """The output belongs to another job, or is not an output at all."""


class MissingExtra(CorpusError):  # noqa: N818 - the name is the problem
    """A library that this job needs is not installed."""

    def __init__(self, what: str, library: str, instead: str) -> None:
        install = "pip install './server[corpus]' in a checkout of sayso"
        super().__init__(f"{what} needs {library}, which is not installed: {install}, or {instead}")
