"""Compares the quotations of an article with their source: which are verbatim, and which differ.

Only words are compared; case, quotation marks, dashes, hyphens, spaces, line breaks and punctuation are ignored. So are
changes that the article marks: an ellipsis for omitted words, square brackets for inserted words. If the exact words
are not found, the place with the most matching words is used.
"""

from collections.abc import Iterator, Sequence

from sayso.checking.findings import Check, CheckedQuotation, Difference, DifferenceKind, SourcePlace, Verdict
from sayso.checking.search import FEWEST_WORDS, LEAST_SHARE, Found, Match, Source, Step
from sayso.checking.words import Gap, Quotation, quotations
from sayso.models import Result, Span, Statement

__all__ = [
    "FEWEST_WORDS",
    "LEAST_SHARE",
    "Check",
    "CheckedQuotation",
    "Difference",
    "DifferenceKind",
    "SourcePlace",
    "Sources",
    "Verdict",
    "check",
]


def check(result: Result, transcript: str | Sequence[str]) -> Check:
    """Look for the direct quotations of a result in one or more texts.

    Quotations are the contents of direct statements, and the words in quotation marks of mixed statements.
    """
    return Sources([transcript] if isinstance(transcript, str) else transcript).check(result)


class Sources:
    """Texts to look for quotations in. Reuse it to check several articles against the same texts."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._sources = [Source(text) for text in texts]

    def check(self, result: Result) -> Check:
        """Look for the direct quotations of a result."""
        return Check(tuple(self._checked(statement, content) for statement, content in quotations(result)))

    def _checked(self, statement: Statement, content: tuple[Span, ...]) -> CheckedQuotation:
        quotation = Quotation.of(content)
        best: Match | None = None
        number = 0
        for index, source in enumerate(self._sources):
            match = source.find(quotation.folded)
            if match and (best is None or match.rank > best.rank):
                best, number = match, index
        is_short = quotation.size < FEWEST_WORDS
        if best is None or not (best.is_exact or best.is_near(quotation.size)):
            verdict = Verdict.NOT_FOUND if quotation.size else Verdict.TOO_SHORT
            return CheckedQuotation(verdict, statement, content)
        source = self._sources[number]
        verdict = Verdict.TOO_SHORT if is_short else Verdict.VERBATIM if best.is_exact else Verdict.DIFFERS
        places = tuple(source.place(found.start, found.end) for found in best.founds if found)
        return CheckedQuotation(
            verdict, statement, content, number, places, tuple(_differences(quotation, best, source))
        )


def _differences(quotation: Quotation, match: Match, source: Source) -> Iterator[Difference]:
    """The whole quotation, piece by piece."""
    before: Found | None = None
    for index, (part, found) in enumerate(zip(quotation.parts, match.founds, strict=True)):
        skipped = source.between(before.end, found.start) if before and found else ""
        yield from _gaps(quotation.gaps[index], skipped)
        if found is None:
            yield Difference(DifferenceKind.ADDED, part.between(0, len(part.words)), "")
        for step in found.steps if found else ():
            yield _difference(step, part.between(step.first, step.last), source.between(step.start, step.end))
        before = found
    yield from _gaps(quotation.gaps[-1], "")


def _gaps(gaps: Sequence[Gap], skipped: str) -> Iterator[Difference]:
    """The gaps between two parts; the first includes the source's words there."""
    for gap in gaps:
        if gap.text or skipped:
            yield Difference(gap.kind, gap.text, skipped)
        skipped = ""


def _difference(step: Step, quotation: str, source: str) -> Difference:
    if step.is_same:
        return Difference(DifferenceKind.SAME, quotation, source)
    if not quotation:
        return Difference(DifferenceKind.LEFT_OUT, "", source)
    return Difference(DifferenceKind.REPLACED if source else DifferenceKind.ADDED, quotation, source)
