"""Quotation marks, matched within their paragraph.

Straight and curly double marks, guillemets, `` '' pairs, and single marks that are not apostrophes. Damage stays in its
paragraph: an open mark closes at the end of its paragraph, with a warning, unless the next paragraph opens with a mark,
which is how news continues a quotation over paragraphs.
"""

import bisect
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from sayso_server.core.lexicon import load_words
from sayso_server.core.statement import Span, TextWarning, WarningCode

_BEFORE_OPENING = set(" \t\u00a0([{<-–—/―:;,.…")
_AFTER_CLOSING = set(" \t\u00a0)]}>-–—/―:;,.!?…'’\"”»")
_DOUBLE = re.compile("``|''|[“„”«»\"＂]")
_SINGLE = re.compile("``|''|[‘'`]")
_STOPS = frozenset(",.!?…—")
_LONGEST_SINGLE = 400
"""Code points of a quotation in single marks."""
_DEEPEST = 8
"""Quotations before one that may hold it."""


@dataclass(frozen=True, slots=True)
class Quotation:
    """A run of text in quotation marks. `span` includes the marks; `depth` is 0 for the outermost."""

    span: Span
    depth: int
    closed: bool = True
    continues: bool = False
    """Whether this quotation continues the one of the paragraph before."""


@dataclass(frozen=True, slots=True)
class _Mark:
    start: int
    end: int
    role: str  # "open", "close" or "?"
    family: str


def _straight_role(text: str, paragraph: Span, start: int, end: int) -> str:
    before = text[start - 1] if start > paragraph.start else " "
    after = text[end] if end < paragraph.end else " "
    can_open = (before in _BEFORE_OPENING or before in "“\"'‘") and not after.isspace()
    can_close = not before.isspace() and (after in _AFTER_CLOSING or after.isspace())
    return "?" if can_open == can_close else "open" if can_open else "close"


def _double_marks(text: str, paragraph: Span) -> Iterator[_Mark]:
    straight = 0
    has_tex = text.find("``", paragraph.start, paragraph.end) >= 0
    for match in _DOUBLE.finditer(text, paragraph.start, paragraph.end):
        mark, (start, end) = match[0], match.span()
        if mark == "``":
            yield _Mark(start, end, "open", "tex")
        elif mark == "''" and has_tex:
            yield _Mark(start, end, "close", "tex")
        elif mark == "''":  # some feeds open and close with it
            yield _Mark(start, end, _straight_role(text, paragraph, start, end), "straight")
        elif mark in "“„":
            yield _Mark(start, end, "open", "curly")
        elif mark == "”":
            yield _Mark(start, end, "close", "curly")
        elif mark in "«»":
            yield _Mark(start, end, "open" if mark == "«" else "close", "guillemet")
        else:
            straight += 1
            if straight % 2 and start > paragraph.start and text[start - 1].isdigit():
                straight -= 1  # inches, with no mark open before it: 6'2", a 10" pipe
                continue
            yield _Mark(start, end, _straight_role(text, paragraph, start, end), "straight")


def _single_quotations(text: str, paragraph: Span) -> Iterator[Span]:
    i = paragraph.start
    while (match := _SINGLE.search(text, i, paragraph.end)) is not None:
        start, i = match.span()
        is_opening = len(match[0]) == 1 and _opens_single(text, paragraph, start)
        end = _single_end(text, paragraph, start) if is_opening else None
        if end is not None:
            yield Span(start, end)
            i = end


@cache
def _elision() -> re.Pattern[str]:
    """What an apostrophe may cut off: 'em, 'tis, '90s."""
    return re.compile(rf"(?:{'|'.join(sorted(load_words('elisions')))}|\d\ds?)\b", re.I)


def _opens_single(text: str, paragraph: Span, i: int) -> bool:
    if text[i] not in "‘'`" or i + 1 >= paragraph.end or text[i + 1].isspace() or _elision().match(text, i + 1):
        return False
    return i == paragraph.start or text[i - 1] in _BEFORE_OPENING or text[i - 1] in '“"«'


def _single_end(text: str, paragraph: Span, i: int) -> int | None:
    """The end of the single quotation that opens at `i`.

    A possible possessive plural (the Olins' bridge) ends it only if no later mark does after a stop or a comma.
    """
    closing = {"‘": "’", "`": "'’"}.get(text[i], "'")
    possessive = None
    for j in range(i + 2, min(paragraph.end, i + _LONGEST_SINGLE)):
        if possessive is not None and _opens_single(text, paragraph, j):
            break
        if text[j] in closing and not text[j - 1].isspace():
            after = text[j + 1] if j + 1 < paragraph.end else " "
            if after.isalnum() or after == "'":
                continue
            is_plural = text[j - 1] in "sS" and after == " " and text[j + 2 : j + 3].islower()
            if possessive is None and is_plural:
                possessive = j + 1
            elif possessive is None or text[j - 1] in _STOPS:
                return j + 1
    return possessive


def _pair(marks: Sequence[_Mark]) -> tuple[list[tuple[int, int, int]], list[_Mark], list[_Mark]]:
    """(start, end, depth) of matched pairs, the marks left open, the marks that close nothing."""
    stack: list[_Mark] = []
    pairs, surplus = [], []
    for mark in marks:
        is_inner = bool(stack) and stack[-1].family == mark.family == "straight"
        if (mark.role == "open" and not is_inner) or (mark.role == "?" and not stack):
            stack.append(mark)
        elif stack:
            opened = stack.pop()
            pairs.append((opened.start, mark.end, len(stack)))
        else:
            surplus.append(mark)
    return pairs, stack, surplus


def match_marks(text: str, paragraphs: Sequence[Span]) -> tuple[tuple[Quotation, ...], tuple[TextWarning, ...]]:
    """All quotations in text order, outer before inner, and warnings about marks without a partner."""
    out: list[Quotation] = []
    warnings: list[TextWarning] = []
    carried = False
    for k, paragraph in enumerate(paragraphs):
        pairs, left_open, surplus = _pair(list(_double_marks(text, paragraph)))
        following = paragraphs[k + 1] if k + 1 < len(paragraphs) else None
        found = [Quotation(Span(a, b), depth) for a, b, depth in pairs]
        carries_on = False
        if left_open:
            first = left_open[0]
            carries_on = following is not None and text[following.start] in '“"«`„' and text[first.start] in '“"«`„'
            found.append(Quotation(Span(first.start, paragraph.end), 0, closed=carries_on))
            if not carries_on:
                message = "a quotation mark is never closed; it was closed at the end of its paragraph"
                warnings.append(TextWarning(WarningCode.UNCLOSED_QUOTATION_MARK, message, Span(first.start, first.end)))
        warnings += [
            TextWarning(
                WarningCode.SURPLUS_QUOTATION_MARK,
                "a closing quotation mark was never opened; it was ignored",
                Span(m.start, m.end),
            )
            for m in surplus
        ]
        doubles = sorted(q.span for q in found if q.depth == 0)
        starts = [d.start for d in doubles]
        for single in _single_quotations(text, paragraph):
            near = doubles[
                max(0, bisect.bisect_right(starts, single.start) - 1) : bisect.bisect_left(starts, single.end)
            ]
            inner = doubles[bisect.bisect_left(starts, single.start) : bisect.bisect_left(starts, single.end)]
            is_sure = text[single.start] == "‘" or text[single.end - 2] in _STOPS
            holds = bool(inner) and is_sure and all(single.covers(d) for d in inner)
            if holds or all(d.covers(single) or not single.overlaps(d) for d in near):
                found += [Quotation(single, int(any(d.covers(single) for d in near)))]
        found = _with_continuation(_with_depths(found), text, paragraph, carried)
        out.extend(found)
        carried = carries_on
    return tuple(out), tuple(warnings)


def _with_depths(found: list[Quotation]) -> list[Quotation]:
    """Sorted, with the depth counted over all families of marks."""
    found.sort(key=lambda q: (q.span.start, -q.span.end))
    out: list[Quotation] = []
    for q in found:
        depth = sum(o.span.covers(q.span) for o in out[-_DEEPEST:] if o.span != q.span)
        out.append(Quotation(q.span, depth, q.closed))
    return out


def _with_continuation(found: list[Quotation], text: str, paragraph: Span, carried: bool) -> list[Quotation]:
    if carried and found and found[0].span.start == paragraph.start:
        first = found[0]
        found[0] = Quotation(first.span, first.depth, first.closed, continues=True)
    return found
