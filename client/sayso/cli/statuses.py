"""Exit statuses of the commands, and what --help says of them."""

from sayso.cli import INTERRUPTED

FAILED = 1
BAD_ARGUMENTS = 2
UNREACHABLE = 3
BROKEN_PIPE = 141


def _listed(meanings: dict[int, str]) -> str:
    """The end of a help text; click leaves lines after a \\b as they are."""
    always = {
        FAILED: "the output cannot be written",
        INTERRUPTED: "interrupted (Ctrl-C)",
        BROKEN_PIPE: "the reader closed the pipe (| head)",
    }
    lines = [f"        {status:>3}  {meaning}" for status, meaning in sorted((always | meanings).items())]
    return "\n".join(["", "    \b", "    Exit status:", *lines, ""])


EXTRACT_STATUS = _listed(
    {
        0: "success",
        FAILED: "a document was rejected or failed, --speaker matches nobody, or the output cannot be written",
        BAD_ARGUMENTS: "invalid arguments",
        UNREACHABLE: "no server answered in time",
    }
)
CHECK_STATUS = _listed(
    {
        0: "all quotations are verbatim, or too short to check",
        FAILED: "some differ, or were not found",
        BAD_ARGUMENTS: "invalid arguments, a file was rejected or failed, or the output cannot be written",
        UNREACHABLE: "no server answered in time",
    }
)
INFO_STATUS = _listed(
    {
        0: "success",
        FAILED: "the server rejects the token, or the output cannot be written",
        BAD_ARGUMENTS: "invalid arguments",
        UNREACHABLE: "no server answered in time",
    }
)
HEALTH_STATUS = _listed(
    {
        0: "the server is ready",
        BAD_ARGUMENTS: "invalid arguments",
        UNREACHABLE: "it is not ready, it rejects the token, or no server answers in time",
    }
)
DOCTOR_STATUS = _listed(
    {
        0: "nothing failed; there may be warnings",
        FAILED: "the server answers, but rejects the token or cannot read, or the output cannot be written",
        BAD_ARGUMENTS: "invalid arguments",
        UNREACHABLE: "no server answers",
    }
)
