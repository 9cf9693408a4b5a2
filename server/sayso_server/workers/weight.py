"""The weight of a text: an estimate of the work to read it."""

import re

_CHARS_PER_WORD = 8
"""A text with fewer spaces than this is weighed by its length."""
_DENSE = 2
"""More punctuation marks per word than in any prose."""
_MARK = re.compile(r"[^\w\s]")
_TOKEN = re.compile(r"\w+|[^\w\s]")


def weight(text: str) -> int:
    """The number of words as counted by the queue: at least one, and at least the number expected from its length.

    If there are many more punctuation marks than words, they are counted too, since each is read like a word.
    """
    words = max(1, len(text.split()), len(text) // _CHARS_PER_WORD)
    return words if len(_MARK.findall(text)) <= _DENSE * words else len(_TOKEN.findall(text))
