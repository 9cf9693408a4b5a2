"""Plain text."""

import codecs
from collections.abc import Iterator

from sayso.cli.files import Wishes
from sayso.cli.inputs.given import Given, Unreadable


def read(name: str, data: bytes, wishes: Wishes) -> Iterator[Given | Unreadable]:
    """The text as one document, without a byte order mark, so that offsets match those of an editor."""
    try:
        yield Given(data.decode("utf-8-sig"), name)
    except UnicodeDecodeError as error:
        where = f"(byte {error.start} is 0x{data[error.start]:02x})"
        yield Unreadable(name or "standard input", f"{_likely(data)} {where}")


def _likely(data: bytes) -> str:
    """The probable encoding or type of a file that is not UTF-8, with advice."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "not UTF-8 but UTF-16: convert it with iconv -f UTF-16 -t UTF-8"
    if b"\0" in data:
        return "not text: extract its text first"
    return "not UTF-8: convert it, probably with iconv -f WINDOWS-1252 -t UTF-8"
