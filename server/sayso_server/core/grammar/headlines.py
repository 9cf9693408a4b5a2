"""Headlines: lines without a final stop, and the sources in them."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sayso_server.core.document import Document
from sayso_server.core.grammar.label import label_of_the_page
from sayso_server.core.grammar.noun_phrase import is_human
from sayso_server.core.lexicon import load_words
from sayso_server.core.statement import Span
from sayso_server.core.tree import Word

_LONGEST = 30
"""Maximum number of words in a headline."""
_LONGEST_SOURCE = 4
"""Maximum number of words in a source at its end."""
_STOPS = frozenset(".?!…:;,")


class Headline(NamedTuple):
    """A headline of one or more sentences: the span of its text, without a page label, and its words."""

    span: Span
    words: Sequence[Word]


def headlines(document: Document) -> Iterator[Headline]:
    """The paragraphs that have no final stop and are not too long for a headline."""
    for paragraph in document.paragraphs:
        if document.plain[paragraph.end - 1] in _STOPS:
            continue
        label = label_of_the_page(document, paragraph.start)
        span = Span(label.end if label is not None else paragraph.start, paragraph.end)
        words = [w for tree in document.trees_within(span) for w in tree.between(span.start, span.end)]
        if 0 < len(words) <= _LONGEST:
            yield Headline(span, words)


def source_of(document: Document, words: Sequence[Word]) -> Word | None:
    """The head of a short noun phrase for a person or a document: engineers, a report, Mara Olin; else None."""
    if not 0 < len(words) <= _LONGEST_SOURCE or any(w.upos in {"AUX", "SCONJ", "ADV", "PUNCT"} for w in words):
        return None
    if any(w.upos == "VERB" and w.xpos not in {"VBG", "VBN"} for w in words) or words[0].upos in {"ADP", "CCONJ"}:
        return None
    head = next((w for w, after in zip(words, [*words[1:], None], strict=True) if after is None or after.upos == "ADP"))
    lower = {head.lower, head.lemma.lower()}
    is_place = document.label_of(head.span) == "LOC"
    speaks = is_human(head) or bool(lower & load_words("documents", "people"))
    return head if speaks and not is_place and (head.upos in {"NOUN", "PROPN"}) else None


def has_clause(document: Document, words: Sequence[Word]) -> bool:
    """Whether the words contain a finite verb, an infinitive, or a quotation."""
    return any("VerbForm=Fin" in w.feats or w.lower == "to" or document.quotation_at(w.start) for w in words)
