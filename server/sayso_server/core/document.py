"""A document: a text, and everything that is read from it before the search for statements."""

import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from sayso_server.core.cues import Site, sites
from sayso_server.core.damage import damage
from sayso_server.core.dateline import without_dateline
from sayso_server.core.links import LinkedCue, linked_cues, outermost
from sayso_server.core.marks import Quotation, match_marks
from sayso_server.core.page import ends_in_credit, may_be_page_line, opens_page_line, page_lines
from sayso_server.core.paragraphs import paragraphs, without_breaks
from sayso_server.core.parser import Parser
from sayso_server.core.statement import Span, TextWarning
from sayso_server.core.text import INVISIBLE, view
from sayso_server.core.tree import TaggedName, Tree


class NameSpan(NamedTuple):
    """A name that a tagger found: PER, ORG or LOC."""

    span: Span
    label: str


@dataclass(frozen=True)
class Document:
    """Text, paragraphs without datelines, quotations, trees. `plain` is the same-length view that was parsed.

    `names` are those of the name tagger, in text order; empty without a tagger. `page_lines` are the indices of the
    paragraphs that are page lines.
    """

    text: str
    plain: str
    paragraphs: tuple[Span, ...]
    quotations: tuple[Quotation, ...]
    warnings: tuple[TextWarning, ...]
    trees: tuple[Tree, ...] = ()
    names: tuple[NameSpan, ...] = ()
    page_lines: frozenset[int] = frozenset()

    @property
    def parts(self) -> list[str]:
        """The paragraphs as the parser gets them, without invisible characters."""
        return [p.of(self.plain).replace(INVISIBLE, "") for p in self.paragraphs]

    def places(self, paragraph: Span) -> Sequence[int]:
        """The document offset of each character of a paragraph, as the parser gets it."""
        whole = range(paragraph.start, paragraph.end)
        is_shown = INVISIBLE not in paragraph.of(self.plain)
        return whole if is_shown else [i for i in whole if self.plain[i] != INVISIBLE]

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
        """The quotations directly inside `outer` before and after an offset that none of them contains."""
        inner = [q for q in self.quotations_from(outer.span.start, outer.span.end) if q.depth == outer.depth + 1]
        before = [q for q in inner if q.span.end <= offset]
        after = [q for q in inner if q.span.start > offset]
        return (before[-1] if before else None), (after[0] if after else None)

    def outer_around(self, offset: int) -> tuple[Quotation | None, Quotation | None]:
        """The outermost quotations before and after an offset that is in none."""
        i = bisect.bisect_right(self._outer_starts, offset)
        return (self.outer[i - 1] if i else None), (self.outer[i] if i < len(self.outer) else None)

    def outer_after(self, quotation: Quotation) -> Iterator[Quotation]:
        """The outermost quotations after this one, in text order."""
        first = bisect.bisect_right(self._outer_starts, quotation.span.start)
        return (self.outer[i] for i in range(first, len(self.outer)))

    def outer_before(self, quotation: Quotation) -> Iterator[Quotation]:
        """The outermost quotations before this one, nearest first."""
        first = bisect.bisect_left(self._outer_starts, quotation.span.start)
        return (self.outer[i] for i in range(first - 1, -1, -1))

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

    @cached_property
    def _sorted_page_lines(self) -> list[int]:
        return sorted(self.page_lines)

    def is_of_page(self, offset: int) -> bool:
        """Whether `offset` is in a page line."""
        return self.paragraph_at(offset) in self.page_lines

    def story_paragraph_at(self, offset: int) -> int:
        """Index of the paragraph at `offset` among those of the story; a page line gets the index of the next one."""
        index = self.paragraph_at(offset)
        return index - bisect.bisect_left(self._sorted_page_lines, index)

    def steps(self, start: int, end: int) -> int:
        """Number of paragraphs from one offset to a later one, not counting page lines."""
        return self.story_paragraph_at(end) - self.story_paragraph_at(start)

    def tree_at(self, offset: int) -> Tree | None:
        """The sentence that holds `offset`, or the last that begins before it."""
        i = bisect.bisect_right(self._tree_starts, offset) - 1
        return self.trees[i] if i >= 0 else None

    def story_tree_before(self, offset: int) -> Tree | None:
        """The last sentence that begins before `offset` and is not in a page line."""
        first = bisect.bisect_left(self._tree_starts, max(1, offset))
        before = (self.trees[i] for i in range(first - 1, -1, -1))
        return next((tree for tree in before if not self.is_of_page(tree.span.start)), None)

    def trees_within(self, span: Span) -> list[Tree]:
        """The sentences that share a character with `span`."""
        return [self.trees[i] for i in self._within(span)]

    @cached_property
    def sites(self) -> tuple[tuple[Site, ...], ...]:
        """The possible cues of each sentence."""
        return tuple(tuple(sites(tree)) for tree in self.trees)

    @cached_property
    def linked(self) -> dict[int, LinkedCue]:
        """The likely cues with their links, by the offset of their head word; empty if the models have no links."""
        return linked_cues(self.trees)

    @cached_property
    def outermost_cues(self) -> dict[int, tuple[int, float]]:
        """The cue with the largest share of each word, and that share; words and cues by their offsets."""
        return outermost(self.linked)

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
    """Reads and parses a text."""
    document = read(text)
    return with_trees(document, parser.parse(document.parts))


def read(text: str) -> Document:
    """The document of a text, before parsing."""
    plain = view(text)
    parts = tuple(without_dateline(plain, paragraph) for paragraph in paragraphs(plain))
    plain = without_breaks(plain, parts)
    lines = page_lines(plain, parts)
    quotations, warnings = match_marks(plain, parts, lines)
    return Document(text, plain, parts, quotations, (*damage(text), *warnings), page_lines=lines)


def with_trees(document: Document, parsed: Sequence[Sequence[Tree]]) -> Document:
    """The document with the trees of its paragraphs; offsets in the trees become document offsets."""
    placed = []
    for paragraph, sentences in zip(document.paragraphs, parsed, strict=True):
        places = document.places(paragraph)
        placed.append([_with_acronyms(tree.placed(places)) for tree in sentences if tree.words])
    trees = [tree for sentences in placed for tree in sentences]
    names = [
        NameSpan(Span(tree.words[name.first].start, tree.words[name.end - 1].end), name.type)
        for tree in trees
        for name in tree.names
    ]
    read = replace(document, trees=tuple(trees), names=tuple(names))
    return replace(read, page_lines=frozenset(k for k, own in enumerate(placed) if _is_of_page(read, k, own)))


ACRONYMS = {"WHO": "ORG", "US": "LOC"}
"""Names that parsers take for pronouns, and their types."""


def _with_acronyms(tree: Tree) -> Tree:
    """The tree with WHO and US as names, unless the whole sentence is in capitals."""
    found = [w.index for w in tree.words if w.text in ACRONYMS and w.upos == "PRON"]
    if not found or not any(w.text.islower() for w in tree.words):
        return tree
    words = [replace(w, upos="PROPN", xpos="NNP", feats="Number=Sing") if w.index in found else w for w in tree.words]
    tagged = {i for name in tree.names for i in range(name.first, name.end)}
    names = [TaggedName(i, i + 1, ACRONYMS[tree.words[i].text]) for i in found if i not in tagged]
    return replace(tree, words=tuple(words), names=tuple(sorted([*tree.names, *names], key=lambda n: n.first)))


def _is_of_page(document: Document, k: int, trees: Sequence[Tree]) -> bool:
    """Whether a paragraph is a page line, judged with its trees.

    A short line with a finite verb is a sentence of the story. A line that only tells the reader to do something is a
    page line: Get the headlines in your inbox.
    """
    line = document.paragraphs[k].of(document.plain)
    if k in document.page_lines and (opens_page_line(line) or ends_in_credit(line)):
        return True
    if any("VerbForm=Fin" in w.feats and "Mood=Imp" not in w.feats for tree in trees for w in tree.words):
        return False
    is_order = any(w.head < 0 and "Mood=Imp" in w.feats for tree in trees for w in tree.words)
    return k in document.page_lines or (is_order and may_be_page_line(line))
