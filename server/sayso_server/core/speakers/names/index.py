"""The names of a document by their position in the text."""

import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from sayso_server.core.document import Document
from sayso_server.core.speakers.link_rules import LinkRule
from sayso_server.core.speakers.names.aliases import Placement, place
from sayso_server.core.speakers.names.clusters import ClusterBuilder, NameCluster
from sayso_server.core.speakers.names.collecting import collect
from sayso_server.core.speakers.names.gender import read_genders
from sayso_server.core.speakers.names.mentions import NameMention
from sayso_server.core.statement import Span
from sayso_server.core.tree import Word


class Occurrence(NamedTuple):
    """A name at [start, end), its cluster, and the rule that put it there; `rivals` may own it too."""

    start: int
    end: int
    cluster: NameCluster
    mention: NameMention
    rule: LinkRule
    rivals: tuple[NameCluster, ...]


@dataclass(frozen=True)
class NameIndex:
    """All names of a document: `clusters` by first mention, `occurrences` in text order."""

    clusters: tuple[NameCluster, ...]
    occurrences: tuple[Occurrence, ...]

    @cached_property
    def _starts(self) -> list[int]:
        return [found.start for found in self.occurrences]

    def from_to(self, start: int, end: int) -> Sequence[Occurrence]:
        """The names that begin in [start, end)."""
        first = bisect.bisect_left(self._starts, start)
        return self.occurrences[first : bisect.bisect_left(self._starts, end)]

    def before(self, offset: int, limit: int) -> Sequence[Occurrence]:
        """The last `limit` names that begin before `offset`, in text order."""
        end = bisect.bisect_left(self._starts, offset)
        return self.occurrences[max(0, end - limit) : end]

    def at(self, word: Word) -> Occurrence | None:
        """The name that contains this word."""
        i = bisect.bisect_right(self._starts, word.start) - 1
        return self.occurrences[i] if i >= 0 and word.start < self.occurrences[i].end else None

    def inside(self, span: Span) -> list[NameCluster]:
        """The clusters named inside a span, in text order, each once."""
        found = self.from_to(span.start, span.end)
        return list(dict.fromkeys(one.cluster for one in found if one.end <= span.end))


def index_names(document: Document) -> NameIndex:
    """Indexes the names of a document: collects and clusters them, and reads each person's gender from the pronouns."""
    placed = place(collect(document))
    return index_of(placed, read_genders(document, placed), document.plain)


def index_of(placed: Sequence[Placement], genders: Mapping[ClusterBuilder, str], plain: str) -> NameIndex:
    """The index of clustered names; `plain` is the text."""
    builders = dict.fromkeys(one.cluster for one in placed)
    built = {builder: builder.built(genders.get(builder, ""), plain) for builder in builders}
    occurrences = tuple(
        Occurrence(
            one.mention.span.start,
            one.mention.span.end,
            built[one.cluster],
            one.mention,
            one.rule,
            tuple(built[rival] for rival in one.rivals),
        )
        for one in placed
    )
    return NameIndex(tuple(built.values()), occurrences)
