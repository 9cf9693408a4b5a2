"""A virtual terminal, for output that commands print only to terminals."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
from collections.abc import Callable
from contextlib import suppress

_STYLES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def in_terminal(
    command: list[str],
    *,
    columns: int = 100,
    output: str | None = None,
    seen: Callable[["subprocess.Popen[bytes]", str], None] = lambda process, text: None,
    **variables: str,
) -> tuple[int, str]:
    """Exit status and terminal output of a command; its standard output goes to the file `output`, if given.

    `seen` is called with the process and what it has written so far, whenever it writes.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "COLUMNS", "LINES"}}
    with open(output or os.devnull, "wb") as file:
        process = subprocess.Popen(
            command,
            stdin=theirs,
            stdout=file if output else theirs,
            stderr=theirs,
            env=environment | {"TERM": "xterm-256color"} | variables,
        )
        os.close(theirs)
        text = b""
        with suppress(OSError), open(ours, "rb", buffering=0) as reading:  # EIO where the last writer has left
            while data := reading.read(65536):
                text += data
                seen(process, text.decode(errors="replace"))
    return process.wait(60), text.decode().replace("\r\n", "\n")


def screen(text: str) -> list[str]:
    """The lines visible at the end: a progress bar moves up and erases its output."""
    lines, row = [""], 0
    for part in re.findall(r"\x1b\[[0-9;?]*[A-Za-z]|\r|\n|[^\x1b\r\n]+", text):
        if part == "\n":
            row += 1
            lines += [""] * (row + 1 - len(lines))
        elif part.startswith("\x1b") and part.endswith("A"):
            row -= int(part[2:-1])
        elif part.startswith("\x1b") and part.endswith("K"):
            lines[row] = ""
        elif not part.startswith(("\x1b", "\r")):
            lines[row] += part
    return lines


def without_styles(text: str) -> str:
    """The remaining output."""
    return _STYLES.sub("", text)
