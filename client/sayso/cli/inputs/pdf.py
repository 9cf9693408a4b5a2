"""PDF files, read with pdftotext from Poppler."""

import shutil
import subprocess
from collections.abc import Iterator

from sayso.cli.files import Wishes
from sayso.cli.inputs.given import Given, Unreadable

_COMMAND = ("pdftotext", "-q", "-enc", "UTF-8", "-", "-")
_SECONDS = 120


def read(name: str, data: bytes, wishes: Wishes) -> Iterator[Given | Unreadable]:
    """The text of all pages."""
    if not shutil.which(_COMMAND[0]):
        needed = "a PDF, which needs pdftotext (from poppler-utils); or convert it to text"
        yield Unreadable(name or "standard input", needed)
        return
    try:
        done = subprocess.run(_COMMAND, input=data, capture_output=True, check=True, timeout=_SECONDS)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        yield Unreadable(name or "standard input", "a PDF that pdftotext cannot read; convert it to text")
        return
    text = done.stdout.decode("utf-8", errors="replace")
    if not text.strip():
        yield Unreadable(name or "standard input", "a PDF without text, such as scanned pages; convert it to text")
        return
    yield Given(text, name, is_made=True)
