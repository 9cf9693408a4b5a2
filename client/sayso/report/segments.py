"""A text cut wherever a statement, a cue or a source begins or ends."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from sayso.models import Result, Span, Statement

_PARAGRAPH_BREAK = re.compile(r"\n[ \t\r]*\n\s*")


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of the text in which nothing changes: the statements it belongs to, the outermost first."""

    start: int
    end: int
    statements: tuple[Statement, ...]
    is_cue: bool
    is_source: bool


def paragraphs(text: str, result: Result) -> Iterator[list[Segment]]:
    """The segments of every paragraph, in order. Paragraphs are parted by blank lines, or else by line breaks."""
    marked = _Marked(text, result)
    for start, end in _paragraph_ranges(text):
        if segments := list(marked.segments(start, end)):
            yield segments


class _Marked:
    """Which spans of a text mean what."""

    def __init__(self, text: str, result: Result) -> None:
        self._contents = [(span, one) for one in result.statements for span in one.content]
        self._cues = [span for one in result.statements if one.cue for span in one.cue.spans]
        self._sources = [one.source for one in result.statements if one.source]
        spans = [*(span for span, _ in self._contents), *self._cues, *self._sources]
        self._cuts = sorted({offset for span in spans for offset in (span.start, span.end)})

    def segments(self, start: int, end: int) -> Iterator[Segment]:
        """The segments between two offsets."""
        bounds = [start, *(cut for cut in self._cuts if start < cut < end), end]
        for left, right in pairwise(bounds):
            if left < right:
                yield Segment(left, right, self._around(left), _covers(self._cues, left), _covers(self._sources, left))

    def _around(self, offset: int) -> tuple[Statement, ...]:
        found = [(span, one) for span, one in self._contents if span.start <= offset < span.end]
        found.sort(key=lambda pair: (pair[0].start, -pair[0].end))
        return tuple(one for _, one in found)


def _covers(spans: Iterable[Span], offset: int) -> bool:
    return any(span.start <= offset < span.end for span in spans)


def _paragraph_ranges(text: str) -> Iterator[tuple[int, int]]:
    breaks = list(_PARAGRAPH_BREAK.finditer(text)) or list(re.finditer(r"\n", text))
    start = 0
    for found in breaks:
        yield start, found.start()
        start = found.end()
    yield start, len(text)
