"""What a text weighs: how much there is to read, without reading it."""

import re

_CHARS_PER_WORD = 8
"""A text with fewer spaces than this weighs by its length."""
_DENSE = 2
"""Marks for each word that no prose has."""
_MARK = re.compile(r"[^\w\s]")
_TOKEN = re.compile(r"\w+|[^\w\s]")


def weight(text: str) -> int:
    """The words of a text, as the queue counts them: at least one, and no fewer than its length lets expect.

    Where there are many more marks than words they are counted too, since each of them is read as a word is.
    """
    words = max(1, len(text.split()), len(text) // _CHARS_PER_WORD)
    return words if len(_MARK.findall(text)) <= _DENSE * words else len(_TOKEN.findall(text))
