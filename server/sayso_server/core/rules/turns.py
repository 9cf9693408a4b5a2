"""Labels instead of cues: turns of transcripts, headlines with a colon, quotations signed with a name."""

import re
from collections import Counter
from collections.abc import Iterator

from sayso_server.core.contents import strip
from sayso_server.core.cues import Candidate
from sayso_server.core.document import Document
from sayso_server.core.lexicon import load_words
from sayso_server.core.statement import Kind, Span

_LABEL = re.compile(r"[“\"]?((?:[A-Z][\w.'’-]*,? ){0,4}[A-Z][\w.'’-]+)(?: \([^()\n]{1,30}\))?:\s+(?=\S)")
_SIGNED = re.compile(r"\s*(?:[―—–]|--?)\s*(?=[^\W\d_])")
_LONGEST_HEADLINE = 25
_LONGEST_SIGNATURE = 12
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
    found = [(match, p) for p in document.paragraphs if (match := _label(document, p))]
    counts = Counter(match[1] for match, _ in found)
    for match, paragraph in found:
        if (match[1].isupper() and len(match[1]) > 2) or counts[match[1]] > 1:
            yield from _labelled(
                "transcript-turn", document, Span(match.end(), paragraph.end), match.span(1), Kind.DIRECT
            )


def headlines(document: Document) -> Iterator[Candidate]:
    """Olin: Bridge is safe   A name or a source like "Police" with a colon before a clause, without a full stop."""
    for paragraph in document.paragraphs:
        match = _label(document, paragraph)
        if match is None or document.plain[paragraph.end - 1] in ".:;,":
            continue
        words = [w for t in document.trees_within(paragraph) for w in t.words]
        label = [w for w in words if w.start < match.end(1)]
        rest = [w for w in words if w.start >= match.end()]
        is_source = label[-1].upos == "PROPN" or bool(
            {label[-1].lower, label[-1].lemma.lower()} & load_words("groups", "roles", "documents")
        )
        is_clause = any("VerbForm=Fin" in w.feats for w in rest) or document.quotation_at(match.end()) is not None
        if is_source and is_clause and len(rest) <= _LONGEST_HEADLINE:
            yield from _labelled("headline", document, Span(match.end(), paragraph.end), match.span(1))


def signatures(document: Document) -> Iterator[Candidate]:
    """ "It was late." — Mara Olin   A quotation that fills its paragraph but for a dash and who said it."""
    for paragraph in document.paragraphs:
        quotation = document.quotation_at(paragraph.start)
        if quotation is None or quotation.span.end >= paragraph.end:
            continue
        match = _SIGNED.match(document.plain, quotation.span.end, paragraph.end)
        tail = document.plain[match.end() : paragraph.end] if match else ""
        if match and len(tail.split()) <= _LONGEST_SIGNATURE and tail.rstrip()[-1:] not in {".", ":", ","}:
            name = match.end(), match.end() + len(re.split(r"[,(]", tail)[0].rstrip())
            yield from _labelled("signature", document, quotation.span, name)


def _label(document: Document, paragraph: Span) -> re.Match[str] | None:
    """The label that opens a paragraph, unless it is that of a note to the reader."""
    match = _LABEL.match(document.plain, paragraph.start, paragraph.end)
    return match if match and match[1].split()[0].upper() not in _NOT_A_SPEAKER else None


def _labelled(
    rule: str, document: Document, content: Span, label: tuple[int, int], kind: Kind | None = None
) -> Iterator[Candidate]:
    """A statement without cue whose source is a label."""
    tree = document.tree_at(label[0])
    stripped = strip(document.plain, content, " \t")
    words = tree.between(*label) if tree is not None else []
    if tree is None or stripped is None or not words:
        return
    yield Candidate(rule, (stripped,), None, None, Span(*label), words[-1], sentence=tree.span, kind=kind)
