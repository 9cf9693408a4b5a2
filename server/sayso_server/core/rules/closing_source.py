"""Headlines that end in their source: Farm roads need repair – mayor; Bridge "safe": Olin"""

import re
from collections.abc import Iterator

from sayso_server.core.candidate import Candidate
from sayso_server.core.document import Document
from sayso_server.core.grammar.contents import strip, with_marks
from sayso_server.core.grammar.headlines import Headline, has_clause, headlines, source_of
from sayso_server.core.grammar.label import labelled
from sayso_server.core.lexicon import load_words
from sayso_server.core.statement import Span

_BREAK = re.compile(r"(?: (?:[—–]|--?) ?|: )(?=[^\W\d_])")
_SHORTEST = 2
"""Minimum number of words in the content."""


def closing_source(document: Document) -> Iterator[Candidate]:
    """Farm roads need urgent repair – mayor   A dash or a colon, then only a noun phrase for a person or a document."""
    for line in headlines(document):
        breaks = list(_BREAK.finditer(document.plain, line.span.start, line.span.end))
        if breaks and document.quotation_at(breaks[-1].start()) is None:
            yield from _split(document, line, breaks[-1])


def _split(document: Document, line: Headline, at: re.Match[str]) -> Iterator[Candidate]:
    content = [w for w in line.words if w.end <= at.start()]
    tail = [w for w in line.words if w.start >= at.end()]
    source = source_of(document, tail)
    span = strip(document.plain, Span(line.span.start, at.start()))
    if source is None or span is None or len(content) < _SHORTEST or content[0].lower in load_words("questions"):
        return
    is_sure = source.upos == "NOUN" and not {source.lower, source.lemma.lower()} & load_words("documents")
    is_list = len(document.quotations_within(line.span)) > 1
    is_publisher = source.upos == "PROPN" and document.label_of(source.span) != "PER"
    is_only_name = document.label_of(span) == "PER" and not has_clause(document, content)
    if is_list or is_publisher or is_only_name or not (is_sure or has_clause(document, content)):
        return
    yield from labelled(document, with_marks(document, span), Span(tail[0].start, tail[-1].end), name=source.span)
