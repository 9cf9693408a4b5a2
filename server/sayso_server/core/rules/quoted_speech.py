"""Quoted utterances: the marks delimit the content, over sentences and paragraphs; the tree gives the cue."""

from collections.abc import Container, Iterator

from sayso_server.core.candidate import Candidate
from sayso_server.core.cues import Site
from sayso_server.core.document import Document
from sayso_server.core.grammar.contents import is_punctuation, strip
from sayso_server.core.grammar.quotation import (
    CLOSING,
    MAX_GAP,
    QUOTING,
    carried_to,
    chain,
    continues_after,
    ends_sentence,
    has_other_cue,
    is_led_on,
    is_title,
    is_utterance,
)
from sayso_server.core.grammar.report import reported
from sayso_server.core.grammar.subject import subject
from sayso_server.core.lexicon import Frame, load_words
from sayso_server.core.marks import Quotation
from sayso_server.core.tree import Word

_STOPS = frozenset(".!?")
_SHORT_GAP = 40
"""Maximum number of code points between a cue and its quotation without a comma or colon."""


def quoted_speech(site: Site, document: Document) -> Iterator[Candidate]:
    """ "The plan failed," Olin said. "We know why."   also cue first: Olin said: "The plan failed."

    Whole utterances only; quoted fragments inside a clause belong to the clause.
    """
    cue_class = site.class_of(Frame.CLAUSE, Frame.QUOTE, Frame.INFINITIVE, Frame.SMALL)
    if cue_class not in QUOTING or site.head.upos == "NOUN" or is_led_on(site, document):
        return
    outer = document.quotation_at(site.head.start)
    before, after = _neighbours(site, document) if outer is None else document.inner_around(outer, site.head.start)
    quotations: list[Quotation] = []
    if before is not None and _ends_before_cue(before, site, document):
        quotations = carried_to(document, before) if outer is None else [before]
        if after is not None and continues_after(site, after, document) and not _has_own_lead(site, after, document):
            quotations += chain(document, after) if outer is None else [after]
    elif after is not None and _begins_after_cue(after, site, document):
        quotations = chain(document, after) if outer is None else [after]
    if quotations and cue_class is not None:
        content = tuple(q.span for q in quotations)
        source = _between(site, quotations[0], document)
        found = reported(site, document, content=content, cue_class=cue_class, source=source)
        if found:
            yield found


def _between(site: Site, quotation: Quotation, document: Document) -> Word | None:
    """The head of the noun phrase that fills the gap between a quotation and its cue: "…," a readout of the call read.

    None unless the gap is one phrase without a verb; the tree then decides.
    """
    words = [w for w in site.tree.between(quotation.span.end, site.head.start) if not is_punctuation(w)]
    if not words or quotation.span.start > site.head.start or any(w.upos in {"VERB", "AUX", "SCONJ"} for w in words):
        return None
    inside = {w.index for w in words}
    heads = [w for w in words if w.upos in {"NOUN", "PROPN", "PRON"} and w.head not in inside]
    return heads[0] if len(heads) > 1 and subject(site.tree, site.head)[0] != heads[0] else None


def _has_own_lead(site: Site, after: Quotation, document: Document) -> bool:
    """Whether another sentence, ending in a colon, introduces the second quotation: "…," Olin said. Renn, 50: "…" """
    gap = document.plain[site.words[-1].end : after.span.start].rstrip()
    return gap[-1:] == ":" and _holds_stop(gap, {" "})


def _neighbours(site: Site, document: Document) -> tuple[Quotation | None, Quotation | None]:
    """The outermost quotations before and after the cue in its paragraph, or after it and its colon."""
    paragraph = document.paragraphs[document.paragraph_at(site.head.start)]
    before, after = document.outer_around(site.head.start)
    return (
        before if before and paragraph.start <= before.span.start and before.span.end <= site.head.start else None,
        after if after and (after.span.end <= paragraph.end or _is_introduced(site, after, document)) else None,
    )


def _is_introduced(site: Site, quotation: Quotation, document: Document) -> bool:
    """Whether a colon ends the paragraph and the quotation opens the next one: Olin wrote: ¶ “The plan failed.”"""
    here = document.paragraphs[document.paragraph_at(site.head.start)]
    following = document.paragraphs[document.paragraph_at(quotation.span.start)]
    opens = not document.plain[following.start : quotation.span.start].strip(" \t•·▪*-–—")
    return opens and document.steps(here.start, following.start) == 1 and document.plain[here.end - 1] == ":"


def _ends_before_cue(quotation: Quotation, site: Site, document: Document) -> bool:
    """Whether a quotation leads to the cue, with only the source in between: "…," Olin said."""
    text, end, cue = document.plain, quotation.span.end, site.head.start
    gap = text[end:cue]
    if len(gap) > MAX_GAP or has_other_cue(site, document, end, cue) or not is_utterance(quotation, document):
        return False
    if any(word in load_words("continuations") for word in gap.split()[:1]):  # “…,” and then said, “…”
        return False
    last = text[quotation.span.start : end].rstrip(CLOSING).rstrip()[-1:]
    is_open = last in {",", "!", "?", "—", "–", "-", "…"} or gap.lstrip()[:1] in {",", "–", "—", "-"}
    if not is_open and not (last == "." and gap.lstrip()[:1].islower()):
        return False
    return not _holds_stop(gap, {" "}) and not _has_other_content(site, quotation)


def _holds_stop(gap: str, after: Container[str]) -> bool:
    """Whether a sentence ends in the text between a quotation and its cue; a stop after a short title does not count.

    `after` are the characters that may follow the stop; the empty string means the end of the text.
    """
    return any(gap[i + 1 : i + 2] in after and ends_sentence(gap, i) for i in range(len(gap)))


def _has_other_content(site: Site, quotation: Quotation) -> bool:
    """Whether the cue has another content after it: "…," she said and later told him that …"""
    after = [c for c in site.tree.children(site.head, "ccomp") if c.index > site.head.index]
    return bool(after) and not any(quotation.span.covers(c) for c in site.tree.children(site.head))


def _begins_after_cue(quotation: Quotation, site: Site, document: Document) -> bool:
    """Whether a quotation opens a sentence after a comma, a colon or the cue itself: Olin said: "…" """
    text, start, cue = document.plain, quotation.span.start, site.last.end
    gap = text[cue:start]
    if len(gap) > MAX_GAP or has_other_cue(site, document, cue, start):
        return False
    if any(site.last.end <= c.start < start for c in site.tree.children(site.head, "ccomp")):
        return False  # said that it was late: “…”
    if not is_utterance(quotation, document) and not _is_called_out(quotation, gap, document):
        return False
    if _holds_stop(gap, {" ", ""}):
        return False
    lead = gap.rstrip()[-1:]
    inner = strip(text, quotation.span)
    last = text[quotation.span.start : quotation.span.end].rstrip(CLOSING)[-1:]
    is_stopped = lead in {",", ":"} and _ends_its_sentence(quotation, document)
    whole = inner is not None and (last in ".!?,…—" or not quotation.closed or is_stopped)
    return whole and (lead in {",", ":", "", "—", "–", "-"} or len(gap) < _SHORT_GAP)


def _ends_its_sentence(quotation: Quotation, document: Document) -> bool:
    """Whether the full stop comes after the marks, as in British papers and Wikinews: Olin said, “The plan failed”."""
    end = quotation.span.end
    is_last = end == document.paragraphs[document.paragraph_at(quotation.span.start)].end
    return (is_last or document.plain[end] in _STOPS) and not is_title(document, quotation)


def _is_called_out(quotation: Quotation, gap: str, document: Document) -> bool:
    """Whether a quotation without a comma before it has a capital and ends a sentence: chanting “Close it now!”"""
    inside = document.plain[quotation.span.start : quotation.span.end].strip("\"“”’‘'«»")
    return not gap.strip() and inside[:1].isupper() and inside[-1:] in {",", ".", "!", "?"}
