"""Chooses statements from candidates: one per cue, none twice, each with its parent."""

import bisect
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sayso_server.core.candidate import Candidate
from sayso_server.core.document import Document
from sayso_server.core.grammar.contents import length, shared
from sayso_server.core.grammar.quotation import CLOSING
from sayso_server.core.grammar.tagger import thresholds
from sayso_server.core.rules import RULES
from sayso_server.core.scoring import Scored, Scorer
from sayso_server.core.selection.evidence import Basis, evidence
from sayso_server.core.selection.proposals import CuePlace, after_choice, before_choice, from_links, place_of, propose
from sayso_server.core.selection.weights import scorers
from sayso_server.core.selection.words import Words
from sayso_server.core.statement import Kind, Span

LEAD = 1.0
"""Margin by which a content that only links find must beat the rule's."""

OUTERMOST = {"cue.quoted=": "cue.quoted=False", "cue.relation=": "cue.relation=root"}
"""Replacements for features of a cue inside a quotation, to score it as top-level."""

MUCH = 0.2
"""Largest overlap of two contents that are not rivals, as a share of the shorter one."""

SHORTER = 0.8
"""Largest length of a content without a cue that can be nested in another, as a share of the other."""

STRETCH = 256
"""Length of the stretches of text by which contents are indexed, in code points."""

BEFORE, AFTER = 40, 5
"""Number of statements before and after one, in text order, among which to look for its parent."""


@dataclass(frozen=True)
class Chosen:
    """A candidate with its score and kind, and the index of its parent: the statement whose content contains it."""

    candidate: Candidate
    kind: Kind
    parent: int | None
    score: Scored


@dataclass(frozen=True)
class Judged:
    """A candidate with its features."""

    candidate: Candidate
    basis: Basis
    features: Sequence[str]


def judged(document: Document, words: Words) -> Iterator[Judged]:
    """All candidates that compete, with their features."""
    for rivals in propose(document):
        for candidate in rivals:
            basis = basis_of(candidate, words)
            yield Judged(candidate, basis, evidence(candidate, rivals, document, words, basis))


def basis_of(candidate: Candidate, words: Words) -> Basis:
    """The basis of a candidate. The tagger marks only the outermost statements; about others, it says nothing."""
    if from_links(candidate):
        return Basis.LINKED
    if not words.has_roles:
        return Basis.TREES
    if candidate.site is None:
        return Basis.RULES
    is_inside = max(candidate.site.tree.roles[w.index].content for w in candidate.site.words) >= thresholds().likely
    return Basis.TREES if is_inside else Basis.RULES


def choose(document: Document) -> list[Chosen]:
    """The statements of a document in text order: the best candidates that do not exclude each other."""
    words = Words.of(document)
    return selected(document, words, judged(document, words), scorers(), has_roles=words.has_roles)


def selected(
    document: Document, words: Words, candidates: Iterable[Judged], weights: Mapping[Basis, Scorer], *, has_roles: bool
) -> list[Chosen]:
    """Chooses the best candidates, after those without competition and before quotations without a cue.

    `has_roles`: a tagger has read the document, so a candidate based on trees alone is a nested statement.
    """

    def without_cue(candidate: Candidate) -> Scored:
        return weights[Basis.TREES].score(evidence(candidate, [], document, words, Basis.TREES))

    kept = _Kept()
    for candidate in before_choice(document):
        kept.add(candidate, without_cue(candidate))
    scored = sorted(((j, weights[j.basis].score(j.features)) for j in candidates), key=lambda pair: -pair[1].margin)
    outer = [pair for pair in scored if not (has_roles and pair[0].basis is Basis.TREES)]
    inner = [pair for pair in scored if has_roles and pair[0].basis is Basis.TREES]
    leads = _leads(scored)
    for j, score in outer:
        is_led = j.basis is Basis.LINKED and score.margin < leads.get(place_of(j.candidate), -math.inf)
        is_enough = score.margin >= 0 or _is_certain(j.candidate)
        if is_enough and not is_led and not kept.excludes(j.candidate):
            kept.add(j.candidate, score)
    for j, score in inner:
        if not kept.excludes(j.candidate):
            if kept.reports(j.candidate):
                kept.add(j.candidate, weights[j.basis].score(_as_outermost(j.features)))
            elif score.margin >= 0:
                kept.add(j.candidate, score)
    taken = [s for c, _ in kept.items if not _is_within_quotation(document, c) for s in c.content]
    for candidate in list(after_choice(document, taken)):
        kept.add(candidate, without_cue(candidate))
    items = sorted(kept.items, key=lambda pair: (pair[0].content[0].start, -length(pair[0].content)))
    chosen = [candidate for candidate, _ in items]
    return [Chosen(c, c.kind or kind_of(document, c), _parent(i, chosen), score) for i, (c, score) in enumerate(items)]


def _is_within_quotation(document: Document, candidate: Candidate) -> bool:
    """Whether somebody reports it within what they are quoted as saying: “I told him that it was late.”"""
    if candidate.cue is None:
        return False
    before, _ = document.outer_around(candidate.cue.spans[0].end)
    spans = (*candidate.content, *candidate.cue.spans)
    if before is None or document.plain[before.span.end - 1] not in CLOSING:
        return False
    return all(before.span.covers(span) for span in spans)


def _as_outermost(features: Iterable[str]) -> Iterator[str]:
    """The features of a candidate as if it were not nested, because nested statements are not annotated anywhere."""
    for name in features:
        yield next((instead for prefix, instead in OUTERMOST.items() if name.startswith(prefix)), name)


def _leads(scored: Sequence[tuple[Judged, Scored]]) -> dict[CuePlace, float]:
    """By place, the margin that linked content must reach if a rule has found a good one.

    It is infinite if the rule is sure of its ends.
    """
    out: dict[CuePlace, float] = {}
    for j, score in scored:
        if j.basis is not Basis.LINKED and (score.margin >= 0 or _is_certain(j.candidate)):
            least = math.inf if j.candidate.is_firm else score.margin + LEAD if score.margin >= 0 else -math.inf
            place = place_of(j.candidate)
            out[place] = max(out.get(place, -math.inf), least)
    return out


def _is_certain(candidate: Candidate) -> bool:
    """Whether its form leaves little doubt: a low score then only lowers the confidence."""
    return RULES[candidate.rule].certain or candidate.is_firm or candidate.is_certain


class _Kept:
    """The candidates chosen so far, indexed by stretches of the text, so that few are compared."""

    def __init__(self) -> None:
        self.items: list[tuple[Candidate, Scored]] = []
        self._places: defaultdict[int, list[Candidate]] = defaultdict(list)
        self._cues: set[int] = set()

    def add(self, candidate: Candidate, score: Scored) -> None:
        """Choose a candidate."""
        self.items.append((candidate, score))
        for place in _stretches(candidate):
            self._places[place].append(candidate)
        if candidate.site is not None:
            self._cues.add(candidate.site.head.start)

    def excludes(self, candidate: Candidate) -> bool:
        """Whether a chosen statement has this cue, or much of this content."""
        if candidate.site is not None and candidate.site.head.start in self._cues:
            return True
        return any(_are_rivals(candidate, other) for other in self._near(candidate))

    def reports(self, candidate: Candidate) -> bool:
        """Whether the cue of a candidate is in the content of a chosen statement.

        Nested statements are not annotated in the training data, so their score is unreliable: the rules decide.
        """
        return any(_reports(other, candidate) for other in self._near(candidate))

    def _near(self, candidate: Candidate) -> Iterator[Candidate]:
        return (other for place in _stretches(candidate) for other in self._places.get(place, ()))


def _stretches(candidate: Candidate) -> set[int]:
    """The stretches of the text that a content touches."""
    return {i for s in candidate.content for i in range(s.start // STRETCH, s.end // STRETCH + 1)}


def _are_rivals(one: Candidate, other: Candidate) -> bool:
    """Whether two candidates claim the same content, and neither is nested in the other."""
    common = shared(one.content, other.content)
    if common <= MUCH * min(length(one.content), length(other.content)):
        return False
    return not any(_reports(outer, inner) for outer, inner in ((one, other), (other, one)))


def _reports(outer: Candidate, inner: Candidate) -> bool:
    """Whether the inner cue is in the outer content; without a cue, all of a clearly shorter content.

    Without a cue, and with its source outside (the label of a turn), it is part of the same statement.
    """
    own = inner.source
    if inner.cue is None and own is not None and not any(s.covers(own) for s in outer.content):
        return False
    inside = inner.cue.spans[:1] if inner.cue is not None else inner.content
    most = length(outer.content) * (1.0 if inner.cue is not None else SHORTER)
    return all(any(s.covers(own) for s in outer.content) for own in inside) and length(inner.content) < most


def _parent(index: int, kept: Sequence[Candidate]) -> int | None:
    """The index of the smallest content that contains this statement: its content and, if it has one, its cue."""
    own = kept[index]
    near = range(max(0, index - BEFORE), min(len(kept), index + AFTER))
    around = [i for i in near if i != index and _holds(kept[i].content, own)]
    return min(around, key=lambda i: length(kept[i].content), default=None)


def _holds(content: Sequence[Span], inner: Candidate) -> bool:
    """Whether a content contains a statement. A shorter content never contains a longer one, which rules out cycles."""
    if content[-1].end < inner.content[-1].end or length(content) <= length(inner.content):
        return False
    begins = (*(inner.cue.spans if inner.cue else ()), *inner.content[: 1 if inner.cue else None])
    return all(any(part.covers(span) for part in content) for span in begins)


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
