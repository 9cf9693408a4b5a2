"""Statements in quotation marks: the marks carry the content, over sentences and paragraphs; the tree finds the cue."""

import bisect
import re
from collections.abc import Iterator

from sayso_server.core.contents import chain, is_punctuation, merge, spans, strip
from sayso_server.core.cues import Candidate, Site
from sayso_server.core.document import Document
from sayso_server.core.lexicon import Frame
from sayso_server.core.marks import Quotation
from sayso_server.core.rules.build import candidate, with_whole_quotations
from sayso_server.core.sources import subject
from sayso_server.core.statement import REPORTED_SPEECH, CueClass, Span
from sayso_server.core.tree import Word

_SHORTEST_IN_A_SENTENCE = 10
_SENTENCE_ENDS = frozenset({"", ".", "!", "?", "”", '"', "’", "'", "…", "\n", "\r", ":", ")"})
QUOTING = REPORTED_SPEECH | {CueClass.THINK}
"""The classes of cues that can have a quotation: said, thought; not voted."""
MAX_GAP = 160
"""Code points between a quotation and the cue that reports it: room for a long source with its apposition."""


def quoted_speech(site: Site, document: Document) -> Iterator[Candidate]:
    """ "The plan failed," Olin said. "We know why."   also cue first: Olin said: "The plan failed."

    Whole utterances only; quoted fragments inside a clause belong to the clause.
    """
    cue_class = site.class_of(Frame.CLAUSE, Frame.QUOTE, Frame.INFINITIVE, Frame.SMALL)
    if cue_class not in QUOTING or site.head.upos == "NOUN":
        return
    outer = document.quotation_at(site.head.start)
    before, after = _neighbours(site, document) if outer is None else document.inner_around(outer, site.head.start)
    quotations: list[Quotation] = []
    if before is not None and _ends_before_cue(before, site, document):
        quotations = [before]
        follow = after if after is not None else None
        if follow is not None and _goes_on(site, follow, document):
            quotations += chain(document, follow) if outer is None else [follow]
    elif after is not None and _begins_after_cue(after, site, document):
        quotations = chain(document, after) if outer is None else [after]
    if quotations and cue_class is not None:
        content = tuple(q.span for q in quotations)
        source = _between(site, quotations[0], document)
        found = candidate("quoted-speech", site, document, content=content, cue_class=cue_class, source=source)
        if found:
            yield found


def _between(site: Site, quotation: Quotation, document: Document) -> Word | None:
    """The head of the noun phrase that fills the gap between a quotation and its cue: "…," a readout of the call read.

    None, so that the tree decides, unless the gap is one phrase without a verb.
    """
    words = [w for w in site.tree.between(quotation.span.end, site.head.start) if not is_punctuation(w)]
    if not words or quotation.span.start > site.head.start or any(w.upos in {"VERB", "AUX", "SCONJ"} for w in words):
        return None
    inside = {w.index for w in words}
    heads = [w for w in words if w.upos in {"NOUN", "PROPN", "PRON"} and w.head not in inside]
    return heads[0] if len(heads) > 1 and subject(site.tree, site.head)[0] != heads[0] else None


def _neighbours(site: Site, document: Document) -> tuple[Quotation | None, Quotation | None]:
    """The outermost quotations before and behind the cue in its paragraph, or behind it and its colon."""
    paragraph = document.paragraphs[document.paragraph_at(site.head.start)]
    before, after = document.outer_around(site.head.start)
    return (
        before if before and paragraph.start <= before.span.start and before.span.end <= site.head.start else None,
        after if after and (after.span.end <= paragraph.end or _is_introduced(site, after, document)) else None,
    )


def _is_introduced(site: Site, quotation: Quotation, document: Document) -> bool:
    """Olin wrote: ¶ “The plan failed.”   The cue's paragraph ends with a colon, the quotation opens the next."""
    here = document.paragraph_at(site.head.start)
    following = document.paragraph_at(quotation.span.start)
    opens = document.paragraphs[following].start == quotation.span.start
    return following == here + 1 and opens and document.plain[document.paragraphs[here].end - 1] == ":"


def is_utterance(quotation: Quotation, document: Document) -> bool:
    """Whether the quotation opens like a sentence (a capital, a digit, a pause) where a sentence may begin."""
    inner = strip(document.plain, quotation.span)
    if inner is None:
        return False
    lead = document.plain[max(0, quotation.span.start - 2) : quotation.span.start].rstrip()
    first = document.plain[inner.start]
    opens = not first.islower() or document.plain[quotation.span.start + 1 : quotation.span.start + 2] in {"…", "."}
    return opens and (
        not lead
        or not lead[-1].isalnum()
        or document.paragraphs[document.paragraph_at(quotation.span.start)].start == quotation.span.start
    )


def _other_cue(site: Site, document: Document, start: int, end: int) -> bool:
    """Whether another verb between two offsets could report as well as this one."""
    others = document.sites_within(Span(start, end)) if end > start else []
    return any(
        start <= o.head.start < end
        and o.head.upos == "VERB"
        and o.head.start != site.head.start
        and _reports(o, document.plain[o.words[-1].end : end])
        for o in others
    )


def _reports(site: Site, gap: str) -> bool:
    """Whether the cue has a subject, or stands just before the quotation: adding, “…”"""
    can_report = site.class_of(Frame.CLAUSE, Frame.QUOTE) in QUOTING
    return can_report and (gap.strip() in {"", ",", ":"} or subject(site.tree, site.head)[0] is not None)


def _ends_before_cue(quotation: Quotation, site: Site, document: Document) -> bool:
    """ "…," Olin said. The quotation ends with a comma or a question, and only the source is between."""
    text, end, cue = document.plain, quotation.span.end, site.head.start
    gap = text[end:cue]
    if len(gap) > MAX_GAP or _other_cue(site, document, end, cue) or not is_utterance(quotation, document):
        return False
    if gap.split()[:1] in (["and"], ["but"], ["then"]):  # “…,” and then said, “…”
        return False
    last = text[quotation.span.start : end].rstrip("\"”’'»").rstrip()[-1:]
    comma_behind = gap.lstrip()[:1] in {",", "–", "—", "-"}
    if not (
        last in {",", "!", "?", "—", "–", "-", "…"} or comma_behind or (last == "." and gap.lstrip()[:1].islower())
    ):
        return False
    stop = next(
        (
            i
            for i, c in enumerate(gap)
            if c in ".!?" and gap[i + 1 : i + 2] == " " and not gap[max(0, i - 3) : i].istitle()
        ),
        None,
    )
    return stop is None and not _has_clause_of_its_own(site, quotation)


def _has_clause_of_its_own(site: Site, quotation: Quotation) -> bool:
    """The cue reports something else, behind it: "…," she said and later told him that …"""
    behind = [c for c in site.tree.children(site.head, "ccomp") if c.index > site.head.index]
    return bool(behind) and not any(quotation.span.covers(c) for c in site.tree.children(site.head))


def _begins_after_cue(quotation: Quotation, site: Site, document: Document) -> bool:
    """Olin said: "…" The quotation opens a sentence, behind a comma, a colon or the cue itself."""
    text, start, cue = document.plain, quotation.span.start, site.words[-1].end
    gap = text[cue:start]
    if len(gap) > MAX_GAP or _other_cue(site, document, cue, start):
        return False
    if any(site.words[-1].end <= c.start < start for c in site.tree.children(site.head, "ccomp")):
        return False  # said that it was late: “…”
    if not is_utterance(quotation, document) and not _is_called_out(quotation, gap, document):
        return False
    if any(
        c in ".!?" and gap[i + 1 : i + 2] in {" ", ""} and not gap[max(0, i - 3) : i].istitle()
        for i, c in enumerate(gap)
    ):
        return False
    lead = gap.rstrip()[-1:]
    inner = strip(text, quotation.span)
    whole = inner is not None and (
        text[quotation.span.start : quotation.span.end].rstrip("\"”’'»")[-1:] in ".!?,…—" or not quotation.closed
    )
    return whole and (lead in {",", ":", "", "—", "–", "-"} or len(gap) < 40)


def _is_called_out(quotation: Quotation, gap: str, document: Document) -> bool:
    """chanting “Close it now!”: no comma before, but a capital and the end of a sentence inside the marks."""
    inside = document.plain[quotation.span.start : quotation.span.end].strip("\"“”’‘'«»")
    return not gap.strip() and inside[:1].isupper() and inside[-1:] in {",", ".", "!", "?"}


def _goes_on(site: Site, quotation: Quotation, document: Document) -> bool:
    """ "…," Olin said on Friday. "…" At most one sentence ends between the cue and the rest of the quotation.

    Other cues in that sentence do not matter (Olin, who said that it failed. "…"), unless they introduce the rest.
    """
    text, start, cue = document.plain, quotation.span.start, site.words[-1].end
    gap = text[cue:start]
    if len(gap) > 2 * MAX_GAP or _is_cued_behind(quotation, site, document):
        return False
    if gap.rstrip()[-1:] != "." and _other_cue(site, document, cue, start):
        return gap.rstrip()[-1:] == "," and document.plain[quotation.span.start + 1].islower()
    trees = document.trees_within(Span(cue, max(cue + 1, start)))
    return not any(t.span.start > site.head.start and t.span.end <= start for t in trees) and (
        gap.rstrip()[-1:] in {".", ",", ";", ":", "—", "–", "-", "!", "?"}
    )


def goes_on(site: Site, quotation: Quotation, document: Document) -> list[Span]:
    """The spans of a quotation that goes on behind its cue, none if it is another's."""
    return [q.span for q in chain(document, quotation)] if _goes_on(site, quotation, document) else []


def _is_cued_behind(quotation: Quotation, site: Site, document: Document) -> bool:
    """ "…," Olin said. "…," she added: the second quotation has a cue of its own."""
    end = quotation.span.end
    if document.plain[quotation.span.start : end].rstrip("\"”’'»").rstrip()[-1:] not in {",", "!", "?", "—", "–"}:
        return False
    behind = document.plain[end : end + MAX_GAP]
    stop = next((i for i, c in enumerate(behind) if c in '.!?\n“"'), len(behind))
    return _other_cue(site, document, end, end + stop)


def quoted_fragment(site: Site, document: Document) -> Iterator[Candidate]:
    """Olin spoke of "a failure".   The part of the clause that the cue governs and that holds the marks."""
    cue_class = site.class_of(Frame.CLAUSE, Frame.QUOTE)
    if cue_class is None or document.quotation_at(site.head.start) is not None or site.head.upos == "NOUN":
        return
    tree, verb = site.tree, site.head
    for child in tree.children(verb, "obj", "ccomp", "xcomp", "parataxis", "obl", "dep", "advcl"):
        indices = tree.subtree(child, lambda w: w.index == verb.index)
        inside = [
            i for i in indices if (q := document.quotation_at(tree.words[i].start)) and q.span.start >= tree.span.start
        ]
        if 2 * len(inside) < len(indices) or len(inside) < 2 or (child.index < verb.index and child.relation == "obl"):
            continue
        content = with_whole_quotations(document, spans(document, tree, indices), [w.span for w in site.words])
        found = candidate("quoted-fragment", site, document, content=content, cue_class=cue_class)
        if found and found.source is not None:
            yield found
            return


def is_title(document: Document, quotation: Quotation) -> bool:
    """Whether all longer words have capitals, and there are some: “All Bets Are Off.”"""
    words = re.findall(r"[^\W\d_]+", document.plain[quotation.span.start : quotation.span.end])
    longer = [w for w in words if len(w) > 3]
    return len(words) > 2 and bool(longer) and all(w[0].isupper() for w in longer)


def follow_on(document: Document, taken: list[Span]) -> Iterator[Candidate]:
    """ "We lost two crews." A quotation that is a sentence of its own, without a cue: whoever spoke last goes on."""
    spans_taken = merge(taken)
    starts = [t.start for t in spans_taken]
    was_whole = True
    for quotation in document.outer:
        i = bisect.bisect_left(starts, quotation.span.end)
        is_taken = bool(i) and spans_taken[i - 1].overlaps(quotation.span)
        goes_on_from_whole = quotation.continues and was_whole
        was_whole = not is_taken or spans_taken[i - 1].covers(quotation.span)
        if is_taken or goes_on_from_whole:
            continue
        text = document.plain[quotation.span.start : quotation.span.end].rstrip("\"”’'»").rstrip()
        if (
            is_title(document, quotation)
            or len(text.split()) < 2
            or (text[-1:] not in {".", "!", "?", "…", "—"} and quotation.closed)
        ):
            continue
        tail = document.plain[quotation.span.end : quotation.span.end + 2]
        lead = document.plain[max(0, quotation.span.start - 3) : quotation.span.start].rstrip(" \t•*")
        if len(text.split()) < _SHORTEST_IN_A_SENTENCE and lead[-1:] not in _SENTENCE_ENDS:
            continue
        if is_utterance(quotation, document) and (tail[:1] in {"", " ", "\n", "\r"}):
            content = tuple(q.span for q in chain(document, quotation))
            tree = document.tree_at(quotation.span.start)
            yield Candidate(
                "follow-on", content, None, None, None, None, sentence=tree.span if tree else None, follows=True
            )
