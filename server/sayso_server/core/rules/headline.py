"""Headlines with a colon: Olin: Bridge is safe."""

from collections.abc import Iterator

from sayso_server.core.candidate import Candidate
from sayso_server.core.document import Document
from sayso_server.core.grammar.label import label_of, labelled
from sayso_server.core.lexicon import load_words
from sayso_server.core.statement import Span

_LONGEST = 25
"""Words after the label."""


def headline(document: Document) -> Iterator[Candidate]:
    """Olin: Bridge is safe   A name, or a source like "Police", with a colon before a clause without a full stop."""
    for paragraph in document.paragraphs:
        match = label_of(document, paragraph)
        if match is None or document.plain[paragraph.end - 1] in ".:;,":
            continue
        words = [w for t in document.trees_within(paragraph) for w in t.words]
        label = [w for w in words if w.start < match.end(1)]
        rest = [w for w in words if w.start >= match.end()]
        is_source = label[-1].upos == "PROPN" or bool(
            {label[-1].lower, label[-1].lemma.lower()} & load_words("groups", "roles", "documents")
        )
        is_clause = any("VerbForm=Fin" in w.feats for w in rest) or document.quotation_at(match.end()) is not None
        if is_source and is_clause and len(rest) <= _LONGEST:
            yield from labelled(document, Span(match.end(), paragraph.end), match.span(1))
