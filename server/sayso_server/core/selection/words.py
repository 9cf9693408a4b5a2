"""All words of a document in one sequence, for the features of candidates."""

import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from sayso_server.core.document import Document
from sayso_server.core.grammar.contents import is_punctuation
from sayso_server.core.grammar.tagger import NO_ROLES, thresholds
from sayso_server.core.links import LinkedCue
from sayso_server.core.statement import Ranged
from sayso_server.core.tree import Roles, Tree, Word


@dataclass(frozen=True)
class Words:
    """All words of a document in one sequence, with their trees and roles."""

    words: tuple[Word, ...]
    trees: tuple[Tree, ...]
    roles: tuple[Roles, ...]
    sentence: tuple[int, ...]
    paragraph: tuple[int, ...]
    is_mark: tuple[bool, ...]
    is_quoted: tuple[bool, ...]
    linked: Mapping[int, LinkedCue]
    """The likely cues with their links, by the offset of their head word; empty if the models have no links."""
    outermost: Mapping[int, tuple[int, float]]
    """See `Document.outermost_cues`."""

    @classmethod
    def of(cls, document: Document) -> "Words":
        """The words of the trees of a document."""
        words = tuple(w for t in document.trees for w in t.words)
        return cls(
            words,
            tuple(t for t in document.trees for _ in t.words),
            tuple(r for t in document.trees for r in (t.roles or [NO_ROLES] * len(t.words))),
            tuple(i for i, t in enumerate(document.trees) for _ in t.words),
            tuple(i for t in document.trees for i in [document.paragraph_at(t.span.start)] * len(t.words)),
            tuple(map(is_punctuation, words)),
            _are_quoted(words, document),
            document.linked,
            document.outermost_cues,
        )

    def near(self, place: int, by: int) -> int | None:
        """The index `by` words further, if it is in the same paragraph; else None."""
        there = place + by
        is_near = 0 <= there < len(self.words) and self.paragraph[there] == self.paragraph[place]
        return there if is_near else None

    @property
    def has_roles(self) -> bool:
        """Whether a tagger has read the document."""
        return bool(self.trees) and bool(self.trees[0].roles)

    @cached_property
    def starts(self) -> list[int]:
        """The offset of each word."""
        return [w.start for w in self.words]

    def within(self, span: Ranged) -> range:
        """The indices of the words that begin in a span."""
        return range(bisect.bisect_left(self.starts, span.start), bisect.bisect_left(self.starts, span.end))

    @cached_property
    def cues(self) -> list[int]:
        """The indices of likely cues: the first word of each run."""
        likely = thresholds().likely
        seen = [r.cue >= likely for r in self.roles]
        return [i for i, is_cue in enumerate(seen) if is_cue and not (i and seen[i - 1])]


def _are_quoted(words: Sequence[Word], document: Document) -> tuple[bool, ...]:
    """Whether each word begins in a quotation."""
    starts, out = [w.start for w in words], [False] * len(words)
    for quotation in document.outer:
        first, end = (bisect.bisect_left(starts, offset) for offset in (quotation.span.start, quotation.span.end))
        out[first:end] = [True] * (end - first)
    return tuple(out)
