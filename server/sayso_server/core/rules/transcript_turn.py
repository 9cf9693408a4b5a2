"""Turns of transcripts: WALLACE: Will she be there?"""

from collections import Counter
from collections.abc import Iterator

from sayso_server.core.candidate import Candidate
from sayso_server.core.document import Document
from sayso_server.core.grammar.label import label_of, labelled
from sayso_server.core.statement import Kind, Span


def transcript_turn(document: Document) -> Iterator[Candidate]:
    """WALLACE: Will she be there?   The label is the source, the rest of the paragraph the content.

    A label in capitals counts by itself, one like "Wallace" only if it opens several paragraphs.
    """
    found = [(match, p) for p in document.paragraphs if (match := label_of(document, p))]
    counts = Counter(match[1] for match, _ in found)
    for match, paragraph in found:
        if (match[1].isupper() and len(match[1]) > 2) or counts[match[1]] > 1:
            yield from labelled(document, Span(match.end(), paragraph.end), match.span(1), Kind.DIRECT)
