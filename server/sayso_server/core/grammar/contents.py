"""Makes the spans of a content from words of a tree."""

from collections.abc import Iterable, Sequence

from sayso_server.core.document import Document
from sayso_server.core.statement import Span
from sayso_server.core.tree import Tree, Word

EDGES = " \t\r\n\u00a0,;:.-–—―()[]{}\"“”„«»‘’'`…!?*•|/"
"""Characters that never begin or end a content outside quotation marks."""


def is_punctuation(word: Word) -> bool:
    """Whether the word is only punctuation."""
    return word.upos == "PUNCT" or not (word.text.isalnum() or any(c.isalnum() for c in word.text))


def runs(tree: Tree, indices: Iterable[int]) -> list[Span]:
    """The words as runs of text: adjacent, or with only punctuation in between."""
    out: list[list[int]] = []
    for i in sorted(indices):
        if out and all(is_punctuation(tree.words[j]) for j in range(out[-1][1] + 1, i)):
            out[-1][1] = i
        else:
            out.append([i, i])
    return [Span(tree.words[a].start, tree.words[b].end) for a, b in out]


def strip(text: str, span: Span, edges: str = EDGES) -> Span | None:
    """`span` without punctuation and spaces at its edges; the stop of an abbreviation stays."""
    start, end = span.start, span.end
    while start < end and text[start] in edges:
        start += 1
    while end > start and text[end - 1] in edges and not _is_abbreviation(text, start, end):
        end -= 1
    return Span(start, end) if start < end else None


def _is_abbreviation(text: str, start: int, end: int) -> bool:
    """Whether a span ends in U.S. or a.m., whose last stop belongs to the word."""
    return end - start >= 4 and text[end - 1] == "." == text[end - 3] and text[end - 2].isalpha()


def spans(document: Document, tree: Tree, indices: Iterable[int]) -> tuple[Span, ...]:
    """The content that these words form: runs without punctuation at their edges, with their own quotation marks."""
    found = [s for run in runs(tree, indices) if (s := strip(document.plain, run))]
    return merge([with_marks(document, span) for span in found])


_BEFORE, _AFTER = 8, 4
"""Code points around a content in which a quotation may begin, if the content covers its words."""


def with_marks(document: Document, span: Span) -> Span:
    """`span` with the quotation marks, and the punctuation inside them, of every quotation whose words it covers."""
    for quotation in document.quotations_from(span.start - _BEFORE, span.end + _AFTER):
        inner = strip(document.plain, quotation.span)
        if inner and span.covers(inner) and not span.covers(quotation.span):
            span = Span(min(span.start, quotation.span.start), max(span.end, quotation.span.end))
    return span


def merge(found: Sequence[Span]) -> tuple[Span, ...]:
    """Sorted, overlapping spans joined."""
    out: list[Span] = []
    for span in sorted(found):
        if out and span.start <= out[-1].end:
            out[-1] = Span(out[-1].start, max(out[-1].end, span.end))
        else:
            out.append(span)
    return tuple(out)


_CUT_EDGES = " ,;:–—-\t\n"


def without(found: Sequence[Span], removed: Sequence[Span], text: str) -> tuple[Span, ...]:
    """The spans without `removed`; commas and spaces are stripped at the cuts."""
    out = list(found)
    for cut in removed:
        pieces: list[Span] = []
        for span in out:
            if not span.overlaps(cut):
                pieces.append(span)
                continue
            if span.start < cut.start and (left := strip(text, Span(span.start, cut.start), _CUT_EDGES)):
                pieces.append(left)
            if cut.end < span.end and (right := strip(text, Span(cut.end, span.end), _CUT_EDGES)):
                pieces.append(right)
        out = pieces
    return tuple(out)


def length(found: Iterable[Span]) -> int:
    """Code points of all spans together."""
    return sum(map(len, found))


def shared(one: Sequence[Span], other: Sequence[Span]) -> int:
    """Code points that two contents have in common."""
    return sum(max(0, min(a.end, b.end) - max(a.start, b.start)) for a in one for b in other)


def overlap(one: Sequence[Span], other: Sequence[Span]) -> float:
    """Intersection over union, in code points."""
    common = shared(one, other)
    return common / max(1, length(one) + length(other) - common)
