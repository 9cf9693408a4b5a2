"""Runs the table of rules: the candidates of a document, before the choice."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from sayso_server.core.candidate import Candidate
from sayso_server.core.cues import Site
from sayso_server.core.document import Document
from sayso_server.core.grammar.circumstance import Circumstances, circumstances, phrases
from sayso_server.core.grammar.contents import overlap, without
from sayso_server.core.grammar.label import label_of_the_page
from sayso_server.core.grammar.linked_source import source_of
from sayso_server.core.grammar.noun_phrase import mention
from sayso_server.core.grammar.quotation import is_title
from sayso_server.core.rules import AFTER_CHOICE, BEFORE_CHOICE, OF_CUES, OF_DOCUMENTS, RULES, Ends, Family, Rule
from sayso_server.core.selection.borders import ends
from sayso_server.core.statement import Span

SAME = 0.8
"""Intersection over union above which two contents of one cue count as the same; the rule's is kept."""

CuePlace = tuple[int, int]
"""The place of a cue; candidates at one place are rivals."""
Proposed = tuple[Rule[Any], Candidate]


def place_of(candidate: Candidate) -> CuePlace:
    """The place of a candidate's cue or, without a cue, of its content. Candidates at one place are rivals."""
    site = candidate.site
    return (0, site.head.start) if site is not None else (1, candidate.content[0].start)


def from_links(candidate: Candidate) -> bool:
    """Whether the content comes from links alone."""
    return RULES[candidate.rule].family is Family.LINKS


def before_choice(document: Document) -> Iterator[Candidate]:
    """The candidates that compete with no others."""
    return (replace(found, rule=rule.name) for rule in BEFORE_CHOICE for found in rule.propose(document))


def after_choice(document: Document, taken: Sequence[Span]) -> Iterator[Candidate]:
    """The candidates in quotations that no chosen content covers; `taken` are all chosen contents."""
    return (replace(found, rule=rule.name) for rule in AFTER_CHOICE for found in rule.propose(document, taken))


def propose(document: Document) -> Iterator[list[Candidate]]:
    """The candidates that compete, by place: those of trees and marks, and those of links that differ from them."""
    complete = _Completion(document)
    found = [c for rule, own in (*_of_cues(document), *_of_documents(document)) for c in complete(rule, own)]
    sure = {c.content[-1].end for c in found if RULES[c.rule].certain}  # links see a colon, the rule its cue
    found = [c for c in found if not (from_links(c) and c.cue is None and c.content[-1].end in sure)]
    for _, group in groupby(sorted(found, key=place_of), key=place_of):
        rivals = list(group)
        rules = [c for c in rivals if not from_links(c)]
        yield [c for c in rivals if not (from_links(c) and any(_are_same(c, r) for r in rules))]


def _of_cues(document: Document) -> Iterator[Proposed]:
    """For each cue, the first candidate that a rule finds."""
    titles = {quotation for quotation in document.outer if is_title(document, quotation)}
    for sites in document.sites:
        for site in sites:
            proposals = ((rule, found) for rule in OF_CUES for found in rule.propose(site, document))
            is_in_title = document.quotation_at(site.head.start) in titles  # “Say You Said So”
            label = label_of_the_page(document, site.head.start)
            is_in_label = label is not None and label.covers(site.head)  # REVEALED: …
            first = None if is_in_title or is_in_label else next(proposals, None)
            if first is not None and not _holds_its_cue(first[1]):
                yield first


def _of_documents(document: Document) -> Iterator[Proposed]:
    return ((rule, found) for rule in OF_DOCUMENTS for found in rule.propose(document))


def _holds_its_cue(candidate: Candidate) -> bool:
    return candidate.cue is not None and any(c.overlaps(s) for c in candidate.cue.spans for s in candidate.content)


def _are_same(one: Candidate, other: Candidate) -> bool:
    return overlap(one.content, other.content) >= SAME


def _without_label(document: Document, content: tuple[Span, ...]) -> tuple[Span, ...]:
    """The content without a page label: EXCLUSIVE: | Bridge is unsafe, emails show"""
    label = label_of_the_page(document, content[0].start)
    if label is None or content[0].start > label.start or label.end >= content[0].end:
        return content
    return (Span(label.end, content[0].end), *content[1:])


def _with_whole_name(found: Candidate, text: str) -> Candidate:
    """The source extended to the whole name of its head: the Council | of Town Librarians, the vote …"""
    source, head, site = found.source, found.source_head, found.site
    if source is None or head is None or site is None or any(part.covers(source) for part in found.content):
        return found
    tagged = next((n for n in site.tree.names if n.first <= head.index < n.end), None)
    words = [w for w in site.tree.words[tagged.first : tagged.end] if w.xpos != "POS"] if tagged is not None else []
    words = words or [head]
    name = Span(words[0].start, words[-1].end)
    if source.covers(name) or any(name.overlaps(part) for part in (found.cue.spans if found.cue else ())):
        return found
    whole = Span(min(source.start, name.start), max(source.end, name.end))
    content = without(found.content, [whole], text)
    before = next(
        (part for part in content if not text[part.end : whole.start].strip() and part.end <= whole.start), None
    )
    if before is not None:  # the text right before the rest of a split name is its title
        whole, content = Span(before.start, whole.end), tuple(part for part in content if part is not before)
    return replace(found, source=whole, content=content) if content else found


def _with_source_apart(found: Candidate, text: str) -> Candidate:
    """The source without words of cue and content: [United States] companies, according to [the ministry].

    The part with its head is kept; if the content covers the head, there is no source.
    """
    source, head = found.source, found.source_head
    others = (*found.content, *(found.cue.spans if found.cue else ()))
    if source is None or head is None or not any(source.overlaps(other) for other in others):
        return found
    kept = next((part for part in without([source], others, text) if part.covers(head)), None)
    return replace(found, source=kept, source_head=head if kept is not None else None)


class _Completion:
    """Completes candidates: sets their rule, end and source, and the medium and time of the act."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._known: dict[int, Circumstances] = {}
        """By offset of the sentence."""

    def __call__(self, rule: Rule[Any], found: Candidate) -> Iterator[Candidate]:
        document = self._document
        for own in ends(document, found) if rule.ends is Ends.FITTED else (found,):
            yield self._completed(rule, own)

    def _completed(self, rule: Rule[Any], found: Candidate) -> Candidate:
        document = self._document
        content = _without_label(document, found.content)
        found = self._with_source(replace(found, rule=rule.name, content=content))
        found = _with_source_apart(_with_whole_name(found, document.plain), document.plain)
        near = self._circumstances(found.site) if found.site is not None else None
        if near is None or not (near.media or near.times):
            return found
        medium, time = (phrases(found, heads, document.plain) for heads in near)
        return replace(found, medium=medium, time=time) if medium or time else found

    def _with_source(self, found: Candidate) -> Candidate:
        """The candidate with the source that is linked to its cue, if the rule sees none in the sentence."""
        site, document = found.site, self._document
        if site is None or found.source is not None:
            return found
        cue = next((document.linked[w.start] for w in site.words if w.start in document.linked), None)
        source = source_of(document, cue) if cue is not None else None
        if source is None or source[0] is not site.tree or any(s.covers(source[1]) for s in found.content):
            return found
        governor = site.tree.head(source[1])
        is_inside = governor is None or any(s.covers(governor) for s in found.content)
        if source[1].relation == "nsubj" and not is_inside:
            return found  # subject of another verb: Asked: “Who paid?” Olin left.
        return replace(found, source=mention(*source, document.plain), source_head=source[1])

    def _circumstances(self, site: Site) -> Circumstances:
        start = site.tree.span.start
        if start not in self._known:
            self._known[start] = circumstances(site.tree)
        return self._known[start]
