"""Turns of a transcript: a speaker's name, a colon, and what was said."""

import re
from collections import Counter
from collections.abc import Iterator

from sayso_server.core.contents import strip
from sayso_server.core.cues import Candidate
from sayso_server.core.document import Document
from sayso_server.core.statement import Kind, Span

_LABEL = re.compile(r"((?:[A-Z][\w.'’-]*,? ){0,4}[A-Z][\w.'’-]+)(?: \([^()\n]{1,30}\))?:\s+(?=\S)")
_NOT_A_SPEAKER = frozenset(
    [
        "NOTE",
        "CORRECTION",
        "UPDATE",
        "UPDATED",
        "RELATED",
        "WATCH",
        "READ",
        "PHOTOS",
        "VIDEO",
        "EDITOR",
        "SOURCE",
        "MORE",
        "IMAGE",
        "IMAGES",
        "PHOTO",
        "PICTURE",
        "CREDIT",
        "CAPTION",
        "FILE",
        "MAP",
        "CHART",
        "GRAPHIC",
        "AUDIO",
        "LISTEN",
        "SEE",
        "SOURCES",
        "REFERENCES",
        "TOPICS",
        "TAGS",
        "FILED",
        "POSTED",
        "PUBLISHED",
        "CONTACT",
        "LIVE",
        "BREAKING",
        "ADVERTISEMENT",
    ]
)


def transcript_turns(document: Document) -> Iterator[Candidate]:
    """WALLACE: Will she be there?   The label is the source, the rest of the paragraph the content.

    A label in capitals counts by itself, one like "Wallace" only if it opens several paragraphs.
    """
    found = []
    for paragraph in document.paragraphs:
        match = _LABEL.match(document.plain, paragraph.start, paragraph.end)
        if match and match[1].split()[0].upper() not in _NOT_A_SPEAKER:
            found.append((match, paragraph))
    counts = Counter(match[1] for match, _ in found)
    for match, paragraph in found:
        is_label = (match[1].isupper() and len(match[1]) > 2) or counts[match[1]] > 1
        content = strip(document.plain, Span(match.end(), paragraph.end), " \t")
        tree = document.tree_at(paragraph.start)
        if is_label and content is not None and tree is not None:
            source = Span(match.start(1), match.end(1))
            words = tree.between(source.start, source.end)
            head = words[-1] if words else None
            yield Candidate(
                rule="transcript-turn",
                content=(content,),
                cue=None,
                site=None,
                source=source if head else None,
                source_head=head,
                sentence=tree.span,
                kind=Kind.DIRECT,
            )
