"""Converts offsets to the caller's unit.

The core counts code points. Java, JavaScript and C# count UTF-16 code units, Go and C++ UTF-8 bytes.
"""

import re
from bisect import bisect_left
from collections.abc import Callable
from enum import Enum
from itertools import accumulate

_WIDER_IN_UTF16 = re.compile("[\U00010000-\U0010ffff]")
_WIDER_IN_UTF8 = re.compile("[^\x00-\x7f]")


class Unit(Enum):
    """The unit of offsets."""

    UTF32 = "code points"
    UTF16 = "UTF-16 code units"
    UTF8 = "bytes of UTF-8"


def converter(text: str, unit: Unit) -> Callable[[int], int]:
    """A function from an offset of `text` in code points to the same place in `unit`.

    Building it takes one pass over the text, each call a binary search.
    """
    match unit:
        case Unit.UTF32:
            return _same
        case Unit.UTF16:
            wider = [(found.start(), 1) for found in _WIDER_IN_UTF16.finditer(text)]
        case Unit.UTF8:
            wider = [(found.start(), _utf8_extra(found.group())) for found in _WIDER_IN_UTF8.finditer(text)]
    if not wider:
        return _same
    positions = [position for position, _ in wider]
    extra_before = list(accumulate((extra for _, extra in wider), initial=0))

    def convert(offset: int) -> int:
        return offset + extra_before[bisect_left(positions, offset)]

    return convert


def _same(offset: int) -> int:
    return offset


def _utf8_extra(character: str) -> int:
    """The number of UTF-8 bytes beyond the first."""
    return 1 if character <= "\u07ff" else 2 if character <= "\uffff" else 3
