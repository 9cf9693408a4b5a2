"""Quotations signed with a name: "It was late." — Mara Olin"""

import re
from collections.abc import Iterator

from sayso_server.core.candidate import Candidate
from sayso_server.core.document import Document
from sayso_server.core.grammar.label import labelled
from sayso_server.core.statement import Span

_DASH = re.compile(r"\s*(?:[―—–]|--?)\s*(?=[^\W\d_])")
_LONGEST = 12
"""Words after the dash."""


def signature(document: Document) -> Iterator[Candidate]:
    """ "It was late." — Mara Olin   A quotation that fills its paragraph but for a dash and its speaker."""
    for paragraph in document.paragraphs:
        quotation = document.quotation_at(paragraph.start)
        if quotation is None or quotation.span.end >= paragraph.end:
            continue
        match = _DASH.match(document.plain, quotation.span.end, paragraph.end)
        tail = document.plain[match.end() : paragraph.end] if match else ""
        if match and len(tail.split()) <= _LONGEST and tail.rstrip()[-1:] not in {".", ":", ","}:
            name = Span(match.end(), match.end() + len(re.split(r"[,(]", tail)[0].rstrip()))
            yield from labelled(document, quotation.span, name)
