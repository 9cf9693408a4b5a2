"""Splits a text wherever a statement, a cue or a source begins or ends."""

import re
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from sayso.models import Result, Span, Statement

_BREAK = r"(?>\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])"
LINE_BREAK = re.compile(_BREAK)
"""Line breaks, the same as in the service."""
_PARAGRAPH_BREAK = re.compile(rf"{_BREAK}[ \t]*{_BREAK}\s*")


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of the text within which nothing changes.

    `statements` are those whose content it is part of, outermost first; `cue_of` and `source_of` those whose cue or
    source it is part of.
    """

    start: int
    end: int
    statements: tuple[Statement, ...]
    cue_of: tuple[Statement, ...]
    source_of: tuple[Statement, ...]


def paragraphs(text: str, result: Result) -> Iterator[list[Segment]]:
    """The segments of every paragraph, in order. Paragraphs are separated by blank lines, otherwise by line breaks."""
    marked = _Marked(result)
    for start, end in _paragraph_ranges(text):
        if segments := list(marked.segments(start, end)):
            yield segments


class _Marked:
    """The content, cue and source spans of a text, swept once from start to end."""

    def __init__(self, result: Result) -> None:
        contents = [(span, one) for one in result.statements for span in one.content]
        cues = [(span, one) for one in result.statements if one.cue for span in one.cue.spans]
        sources = [(one.source, one) for one in result.statements if one.source]
        spans = [span for span, _ in (*contents, *cues, *sources)]
        self._contents, self._cues, self._sources = _Sweep(contents), _Sweep(cues), _Sweep(sources)
        self._cuts = sorted({offset for span in spans for offset in (span.start, span.end)})

    def segments(self, start: int, end: int) -> Iterator[Segment]:
        """The segments between two offsets; successive calls must not go backwards."""
        cuts = self._cuts[bisect_right(self._cuts, start) : bisect_left(self._cuts, end)]
        for left, right in pairwise([start, *cuts, end]):
            if left < right:
                yield Segment(left, right, self._contents.at(left), self._cues.at(left), self._sources.at(left))


class _Sweep:
    """The statements with a span around an offset, outermost first; offsets must be requested in ascending order."""

    def __init__(self, spans: Iterable[tuple[Span, Statement]]) -> None:
        self._ahead = deque(sorted(spans, key=lambda pair: (pair[0].start, -pair[0].end)))
        self._open: list[tuple[Span, Statement]] = []

    def at(self, offset: int) -> tuple[Statement, ...]:
        while self._ahead and self._ahead[0][0].start <= offset:
            self._open.append(self._ahead.popleft())
        self._open = [pair for pair in self._open if pair[0].end > offset]
        return tuple(one for _, one in self._open)


def _paragraph_ranges(text: str) -> Iterator[tuple[int, int]]:
    breaks = list(_PARAGRAPH_BREAK.finditer(text)) or list(LINE_BREAK.finditer(text))
    start = 0
    for found in breaks:
        yield start, found.start()
        start = found.end()
    yield start, len(text)
