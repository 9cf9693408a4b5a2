"""Quotations and posts signed with a name: "It was late." — Mara Olin"""

import re
from collections.abc import Iterator
from dataclasses import replace

from sayso_server.core.candidate import Candidate
from sayso_server.core.document import Document
from sayso_server.core.grammar.label import labelled
from sayso_server.core.grammar.quotation import chain
from sayso_server.core.grammar.signed import Signature, named, signed
from sayso_server.core.marks import Quotation
from sayso_server.core.statement import Kind, Span

_BULLET = re.compile(r"(?:[•·▪*–-]|\d{1,2}[.)])\s+")
_DASH = re.compile(r"(?<=[.!?…]) (?=[―—–-])")
_MARKS = 4
"""Number of characters at the end of a quotation that may all be marks."""
_STOPS = ".!?…"


def signature(document: Document) -> Iterator[Candidate]:
    """ "It was late." — Mara Olin   A quotation that fills its paragraph, apart from a bullet, followed by its speaker.

    The speaker follows a dash, is in brackets, or has a role: “It was late,” Mara Olin, mayor. It may be on the next
    line.
    """
    for quotation in document.outer:
        found = _of_quotation(document, quotation) if _opens_paragraph(document, quotation) else None
        if found is not None:
            content = tuple(q.span for q in chain(document, quotation))
            for candidate in labelled(document, quotation.span, found.whole, name=found.name):
                yield replace(candidate, content=content, source=found.name)
    yield from _posts(document)


def _opens_paragraph(document: Document, quotation: Quotation) -> bool:
    """Whether a quotation continues no other, and only a bullet or a number precedes it."""
    start = document.paragraphs[document.paragraph_at(quotation.span.start)].start
    bullet = _BULLET.match(document.plain, start, quotation.span.start)
    return not quotation.continues and quotation.span.start == (bullet.end() if bullet else start)


def _of_quotation(document: Document, quotation: Quotation) -> Signature | None:
    end = chain(document, quotation)[-1].span.end
    i = document.paragraph_at(end - 1)
    if end < document.paragraphs[i].end:
        tail = Span(end, document.paragraphs[i].end)
        return signed(document, tail) or (named(document, tail) if _is_said(document, end) else None)
    if i + 1 == len(document.paragraphs):
        return None
    line = document.paragraphs[i + 1]
    is_sentence = document.plain[line.end - 1] in _STOPS
    return signed(document, line) or (None if is_sentence or not _is_said(document, end) else named(document, line))


def _is_said(document: Document, end: int) -> bool:
    """Whether a stop or a comma precedes the closing mark: not “The Harp” (Mara Olin, 1994)."""
    return document.plain[max(0, end - _MARKS) : end].rstrip("”\"’'»")[-1:] in {*_STOPS, ",", "—"}


def _posts(document: Document) -> Iterator[Candidate]:
    """Unquoted text, signed on the next line: We are closing the harbour. ¶ — Port of Ellan (@ellan) June 7

    A handle shows that it is a post; without one, there must be several such lines (testimonials).
    """
    lines = [(i, found) for i, p in enumerate(document.paragraphs) if i and (found := _line(document, p))]
    pairs = [(i, found) for i, found in lines if _is_unsigned_text(document, i - 1)]
    several = len([found for _, found in pairs if found.is_person]) > 1
    for i, found in pairs:
        if found.has_handle or (several and found.is_person):
            for candidate in labelled(document, document.paragraphs[i - 1], found.whole, Kind.DIRECT, name=found.name):
                yield replace(candidate, source=found.name)
    for paragraph in document.paragraphs:
        for dash in _DASH.finditer(document.plain, paragraph.start, paragraph.end):
            tail = signed(document, Span(dash.end(), paragraph.end))
            if tail is not None and tail.has_handle:
                content = Span(paragraph.start, dash.start())
                for candidate in labelled(document, content, tail.whole, Kind.DIRECT, name=tail.name):
                    yield replace(candidate, source=tail.name)


def _line(document: Document, paragraph: Span) -> Signature | None:
    """The signature after a dash that fills a line."""
    return signed(document, paragraph) if document.plain[paragraph.start] in "―—–-" else None


def _is_unsigned_text(document: Document, index: int) -> bool:
    """Whether a paragraph is unquoted text that ends like a sentence."""
    paragraph = document.paragraphs[index]
    last = document.plain[paragraph.end - 1]
    return last in _STOPS and document.quotation_at(paragraph.start) is None
