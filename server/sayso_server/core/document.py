"""A text with everything that is read from it before statements are looked for."""

import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from sayso_server.core.cues import Site, sites
from sayso_server.core.links import LinkedCue, linked_cues
from sayso_server.core.marks import Quotation, match_marks
from sayso_server.core.parser import Parser
from sayso_server.core.statement import Span, TextWarning
from sayso_server.core.text import paragraphs, view
from sayso_server.core.tree import Tree


class NameSpan(NamedTuple):
    """A name that a tagger found: PER, ORG or LOC."""

    span: Span
    label: str


@dataclass(frozen=True)
class Document:
    """Text, paragraphs, quotations, trees. `plain` is the same-length view that was parsed.

    `names` are those of a tagger, in text order; empty where there is none.
    """

    text: str
    plain: str
    paragraphs: tuple[Span, ...]
    quotations: tuple[Quotation, ...]
    warnings: tuple[TextWarning, ...]
    trees: tuple[Tree, ...] = ()
    names: tuple[NameSpan, ...] = ()

    @property
    def parts(self) -> list[str]:
        """The paragraphs as the parser is given them."""
        return [self.plain[p.start : p.end] for p in self.paragraphs]

    @cached_property
    def _paragraph_starts(self) -> list[int]:
        return [p.start for p in self.paragraphs]

    @cached_property
    def _tree_starts(self) -> list[int]:
        return [t.span.start for t in self.trees]

    @cached_property
    def outer(self) -> tuple[Quotation, ...]:
        """The outermost quotations."""
        return tuple(q for q in self.quotations if q.depth == 0)

    @cached_property
    def _outer_starts(self) -> list[int]:
        return [q.span.start for q in self.outer]

    @cached_property
    def _quotation_starts(self) -> list[int]:
        return [q.span.start for q in self.quotations]

    def quotations_from(self, start: int, end: int) -> tuple[Quotation, ...]:
        """The quotations of any depth that begin in [start, end)."""
        first = bisect.bisect_left(self._quotation_starts, start)
        return self.quotations[first : bisect.bisect_left(self._quotation_starts, end)]

    def inner_around(self, outer: Quotation, offset: int) -> tuple[Quotation | None, Quotation | None]:
        """The quotations directly inside `outer` before and after an offset that is in none of them."""
        inner = [q for q in self.quotations_from(outer.span.start, outer.span.end) if q.depth == outer.depth + 1]
        before = [q for q in inner if q.span.end <= offset]
        after = [q for q in inner if q.span.start > offset]
        return (before[-1] if before else None), (after[0] if after else None)

    def outer_around(self, offset: int) -> tuple[Quotation | None, Quotation | None]:
        """The outermost quotations before and after an offset that is in none."""
        i = bisect.bisect_right(self._outer_starts, offset)
        return (self.outer[i - 1] if i else None), (self.outer[i] if i < len(self.outer) else None)

    def outer_after(self, quotation: Quotation) -> Iterator[Quotation]:
        """The outermost quotations after one of them, in text order."""
        first = bisect.bisect_right(self._outer_starts, quotation.span.start)
        return (self.outer[i] for i in range(first, len(self.outer)))

    @cached_property
    def _name_starts(self) -> list[int]:
        return [n.span.start for n in self.names]

    def label_of(self, span: Span) -> str:
        """The label of the name that shares a character with `span`; empty if there is none."""
        i = bisect.bisect_left(self._name_starts, span.end) - 1
        return self.names[i].label if i >= 0 and self.names[i].span.overlaps(span) else ""

    def paragraph_at(self, offset: int) -> int:
        """Index of the paragraph that holds `offset`, or the one before it."""
        return max(0, bisect.bisect_right(self._paragraph_starts, offset) - 1)

    def tree_at(self, offset: int) -> Tree | None:
        """The sentence that holds `offset`, or the last that begins before it."""
        i = bisect.bisect_right(self._tree_starts, offset) - 1
        return self.trees[i] if i >= 0 else None

    def trees_within(self, span: Span) -> list[Tree]:
        """The sentences that share a character with `span`."""
        return [self.trees[i] for i in self._within(span)]

    @cached_property
    def sites(self) -> tuple[tuple[Site, ...], ...]:
        """The possible cues of each sentence."""
        return tuple(tuple(sites(tree)) for tree in self.trees)

    @cached_property
    def linked(self) -> dict[int, LinkedCue]:
        """The likely cues with their links, by the offset of their main word; empty where the models have no links."""
        return linked_cues(self.trees)

    def sites_within(self, span: Span) -> list[Site]:
        """The possible cues of the sentences that share a character with `span`."""
        return [site for i in self._within(span) for site in self.sites[i]]

    def _within(self, span: Span) -> list[int]:
        first = max(0, bisect.bisect_right(self._tree_starts, span.start) - 1)
        last = bisect.bisect_left(self._tree_starts, span.end)
        return [i for i in range(first, last) if self.trees[i].span.overlaps(span)]

    def quotation_at(self, offset: int) -> Quotation | None:
        """The outermost quotation that holds `offset`."""
        i = bisect.bisect_right(self._outer_starts, offset) - 1
        return self.outer[i] if i >= 0 and offset < self.outer[i].span.end else None

    def quotations_within(self, span: Span) -> list[Quotation]:
        """The outermost quotations that share a character with `span`."""
        first = max(0, bisect.bisect_right(self._outer_starts, span.start) - 1)
        last = bisect.bisect_left(self._outer_starts, span.end)
        return [q for q in self.outer[first:last] if q.span.overlaps(span)]


def parsed(text: str, parser: Parser) -> Document:
    """The document with its trees."""
    document = read(text)
    return with_trees(document, parser.parse(document.parts))


def read(text: str) -> Document:
    """The document before parsing."""
    plain = view(text)
    parts = paragraphs(plain)
    quotations, warnings = match_marks(plain, parts)
    return Document(text, plain, parts, quotations, warnings)


def with_trees(document: Document, parsed: Sequence[Sequence[Tree]]) -> Document:
    """The document with the trees of its paragraphs; their offsets become offsets of the document."""
    trees = [
        tree.shifted(paragraph.start)
        for paragraph, sentences in zip(document.paragraphs, parsed, strict=True)
        for tree in sentences
        if tree.words
    ]
    names = [
        NameSpan(Span(tree.words[name.first].start, tree.words[name.end - 1].end), name.type)
        for tree in trees
        for name in tree.names
    ]
    return replace(document, trees=tuple(trees), names=tuple(names))
