"""Lines and columns, as an editor counts them."""

import re
from bisect import bisect_right

_LINE_BREAK = re.compile(r"\r\n|[\r\n]")


class Places:
    """Converts offsets of a text to lines and columns."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(found.end() for found in _LINE_BREAK.finditer(text))]

    def of(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both from 1; columns count code points."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1
