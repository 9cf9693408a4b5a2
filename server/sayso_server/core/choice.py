"""From candidates to statements: one per cue, none twice, each in its place among the others."""

import bisect
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sayso_server.core.cues import Candidate, Site, sites
from sayso_server.core.document import Document
from sayso_server.core.rules import RULE_NAMES, RULES
from sayso_server.core.rules.quoted import follow_on
from sayso_server.core.rules.roles import fitted, is_doubtful, tagged
from sayso_server.core.rules.turns import transcript_turns
from sayso_server.core.statement import REPORTED_SPEECH, Kind, Span


@dataclass(frozen=True)
class Chosen:
    """A candidate with its kind and the index of the chosen statement inside whose content it lies."""

    candidate: Candidate
    kind: Kind
    parent: int | None


def propose(document: Document) -> list[Candidate]:
    """For every cue the first candidate that a rule finds."""
    out = []
    for tree in document.trees:
        for site in sites(tree):
            if _is_in_title(site, document):
                continue
            found = next((c for rule in RULES for c in rule(site, document)), None)
            if found is not None and not _holds_its_cue(found) and not is_doubtful(found):
                out.append(fitted(document, found))
    return out


def _is_in_title(site: Site, document: Document) -> bool:
    """Whether the cue stands in a quoted title: “Say You Said So”."""
    quotation = document.quotation_at(site.head.start)
    if quotation is None:
        return False
    words = re.findall(r"[^\W\d_]{4,}", document.plain[quotation.span.start : quotation.span.end])
    return bool(words) and all(w[0].isupper() for w in words)


def _holds_its_cue(candidate: Candidate) -> bool:
    return candidate.cue is not None and any(c.overlaps(s) for c in candidate.cue.spans for s in candidate.content)


def _length(spans: Iterable[Span]) -> int:
    return sum(map(len, spans))


def overlap(one: Sequence[Span], other: Sequence[Span]) -> float:
    """Intersection over union, in characters."""
    common = sum(max(0, min(a.end, b.end) - max(a.start, b.start)) for a in one for b in other)
    return common / max(1, _length(one) + _length(other) - common)


def _rank(candidate: Candidate) -> tuple[bool, bool, int, int]:
    """Better candidates first: of speech, with a source, by an earlier rule, with the cue nearer to the content."""
    order = RULE_NAMES.index(candidate.rule)
    cue = candidate.cue.spans[0].start if candidate.cue else 0
    distance = min((min(abs(s.start - cue), abs(s.end - cue)) for s in candidate.content), default=0)
    is_speech = candidate.cue is not None and candidate.cue.cue_class in REPORTED_SPEECH
    return (not is_speech, candidate.source is None, order, distance)


def _is_double(one: Candidate, other: Candidate) -> bool:
    """Whether two candidates claim the same content, and neither is what the other reports."""
    if one.content[-1].end <= other.content[0].start or other.content[-1].end <= one.content[0].start:
        return False
    nested = any(
        outer.cue is not None and inner.cue is not None and any(s.overlaps(inner.cue.spans[0]) for s in outer.content)
        for outer, inner in ((one, other), (other, one))
    )
    return not nested and overlap(one.content, other.content) > 0.6


def choose(document: Document) -> list[Chosen]:
    """The statements of a document in text order; of candidates with nearly the same content the best."""
    kept: list[Candidate] = []
    starts: list[int] = []
    for candidate in sorted(propose(document), key=_rank):
        low = bisect.bisect_left(starts, candidate.content[0].start - 2000)
        high = bisect.bisect_right(starts, candidate.content[-1].end + 2000)
        if any(_is_double(candidate, other) for other in kept[low:high]):
            continue
        at = bisect.bisect_right(starts, candidate.content[0].start)
        starts.insert(at, candidate.content[0].start)
        kept.insert(at, candidate)
    kept += list(tagged(document, kept))
    kept += transcript_turns(document)
    kept += follow_on(document, [s for c in kept for s in c.content])
    kept.sort(key=lambda c: (c.content[0].start, -_length(c.content)))
    return [Chosen(c, c.kind or kind_of(document, c), _parent(i, kept)) for i, c in enumerate(kept)]


def _parent(index: int, kept: Sequence[Candidate]) -> int | None:
    """The smallest content that holds this statement's cue, or all of its content where it has none."""
    own = kept[index]
    inner = own.cue.spans if own.cue else own.content
    near = range(max(0, index - 40), min(len(kept), index + 5))
    around = [i for i in near if i != index and all(any(s.covers(c) for s in kept[i].content) for c in inner)]
    return min(around, key=lambda i: _length(kept[i].content), default=None)


def kind_of(document: Document, candidate: Candidate) -> Kind:
    """Direct if every word is in quotation marks of the statement's own level, indirect if none is, else mixed."""
    anchor = candidate.cue.spans[0].start if candidate.cue else candidate.content[0].start
    around = document.quotation_at(anchor) if candidate.cue else None
    first, last = candidate.content[0].start, candidate.content[-1].end
    if around is None:
        marks = [q.span for q in document.quotations_within(Span(first, last))]
    else:
        marks = [q.span for q in document.quotations_from(around.span.start, last) if q.depth > around.depth]
    starts = [m.start for m in marks]
    inside = total = 0
    for tree_word in (
        w for s in candidate.content for t in document.trees_within(s) for w in t.between(s.start, s.end)
    ):
        if any(c.isalnum() for c in tree_word.text):
            total += 1
            k = bisect.bisect_right(starts, tree_word.start) - 1
            inside += k >= 0 and tree_word.start < marks[k].end
    if not inside:
        return Kind.INDIRECT
    return Kind.DIRECT if inside == total else Kind.MIXED
