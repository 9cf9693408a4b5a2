"""Matches quotation marks within their paragraph.

Double marks are in `doubles.py`, single marks that are not apostrophes in `singles.py`. Damage stays in its paragraph:
an unclosed quotation ends with its paragraph, with a warning, unless the next paragraph opens with the same kind of
mark, which is how news continues a quotation over paragraphs. Page lines between two paragraphs are skipped.
"""

import bisect
import itertools
import re
from collections import Counter
from collections.abc import Container, Iterator, Sequence
from dataclasses import replace

from sayso_server.core.marks.doubles import Mark, double_marks, paired
from sayso_server.core.marks.quotation import Quotation
from sayso_server.core.marks.singles import Single, follows_stop, single_quotations
from sayso_server.core.statement import Span, TextWarning, WarningCode

__all__ = ["Quotation", "match_marks"]

_SENTENCE_END = re.compile(r"[.!?…][)\]]?\s")
_MOST_WARNINGS = 20
"""Maximum number of warnings of one kind that are returned separately."""
_DEEPEST = 8
"""Number of preceding quotations that may contain one."""


def match_marks(
    text: str, paragraphs: Sequence[Span], page_lines: Container[int] = ()
) -> tuple[tuple[Quotation, ...], tuple[TextWarning, ...]]:
    """All quotations in text order, outer before inner, and warnings about unmatched marks.

    `page_lines` are the indices of paragraphs that a quotation may skip.
    """
    out: list[Quotation] = []
    warnings: list[TextWarning] = []
    story = [k for k in range(len(paragraphs)) if k not in page_lines]
    following = {k: paragraphs[after] for k, after in itertools.pairwise(story)}
    is_carried = False
    for k, paragraph in enumerate(paragraphs):
        found, odd = _in_paragraph(text, paragraph, following.get(k))
        warnings += odd
        if k not in page_lines:
            if is_carried and found and found[0].span.start == paragraph.start:
                found[0] = replace(found[0], continues=True)
            is_carried = any(q.carried for q in found)
        out += found
    return tuple(out), tuple(_grouped(warnings))


def _grouped(warnings: Sequence[TextWarning]) -> Iterator[TextWarning]:
    """The first warnings of each kind; the others as one warning with their number, at the position of the first."""
    seen = Counter[WarningCode]()
    all_of = Counter(warning.code for warning in warnings)
    for warning in warnings:
        seen[warning.code] += 1
        more = all_of[warning.code] - _MOST_WARNINGS
        if seen[warning.code] <= _MOST_WARNINGS or more == 1:
            yield warning
        elif seen[warning.code] == _MOST_WARNINGS + 1:
            yield replace(warning, message=f"{more:,} more, of which this is the first: {warning.message}")


def _in_paragraph(text: str, paragraph: Span, following: Span | None) -> tuple[list[Quotation], list[TextWarning]]:
    """The quotations of one paragraph, and warnings. The paragraph `following` may continue the last of them."""
    is_carried = following is not None and text[following.start] in '“"'
    pairs, left_open, surplus = paired(list(double_marks(text, paragraph)), is_carried=is_carried)
    found = [Quotation(Span(a, b), depth) for a, b, depth in pairs]
    warnings: list[TextWarning] = []
    if left_open:
        rest = Span(left_open[0].start, paragraph.end)
        is_carried = following is not None and _is_continued(text, rest, following)
        found.append(Quotation(rest, 0, closed=is_carried, carried=is_carried))
        if not is_carried:
            warnings.append(_unclosed(left_open[0]))
    warnings += map(_surplus, surplus)
    doubles = sorted(q.span for q in found if q.depth == 0)
    singles = single_quotations(text, paragraph, following=following)
    found += [q for single in singles if (q := _uncrossed(text, single, doubles))]
    return _with_depths(found), warnings


def _is_continued(text: str, rest: Span, following: Span) -> bool:
    """Whether the next paragraph continues a quotation without a closing mark: it opens with the same mark.

    A fragment of one clause (the mill was “a wreck.) does not continue: its closing mark is missing.
    """
    first = next(double_marks(text, following), None)
    if first is None or first.start != following.start or text[first.start] != text[rest.start]:
        return False
    inner = rest.of(text).lstrip("“„\"«`'”»")
    return not inner[:1].islower() or _SENTENCE_END.search(inner) is not None


def _uncrossed(text: str, single: Single, doubles: Sequence[Span]) -> Quotation | None:
    """The quotation in single marks, unless it crosses double ones: it is inside one, outside all, or contains some."""
    span = single.span
    starts = [d.start for d in doubles]
    first, end = bisect.bisect_right(starts, span.start) - 1, bisect.bisect_left(starts, span.end)
    near = doubles[max(0, first) : end]
    inner = doubles[bisect.bisect_left(starts, span.start) : end]
    is_sure = single.carried or text[span.start] == "‘" or follows_stop(text, span.end - 1)
    holds = bool(inner) and is_sure and all(span.covers(d) for d in inner)
    if holds or all(d.covers(span) or not span.overlaps(d) for d in near):
        return Quotation(span, int(any(d.covers(span) for d in near)), carried=single.carried)
    return None


def _with_depths(found: list[Quotation]) -> list[Quotation]:
    """Sorted, with the depth counted over all kinds of marks."""
    found.sort(key=lambda q: (q.span.start, -q.span.end))
    out: list[Quotation] = []
    for q in found:
        depth = sum(o.span.covers(q.span) for o in out[-_DEEPEST:] if o.span != q.span)
        out.append(replace(q, depth=depth))
    return out


def _unclosed(mark: Mark) -> TextWarning:
    message = "a quotation mark is never closed; it was closed at the end of its paragraph"
    return TextWarning(WarningCode.UNCLOSED_QUOTATION_MARK, message, Span(mark.start, mark.end))


def _surplus(mark: Mark) -> TextWarning:
    message = "a closing quotation mark was never opened; it was ignored"
    return TextWarning(WarningCode.SURPLUS_QUOTATION_MARK, message, Span(mark.start, mark.end))
