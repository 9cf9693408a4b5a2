"""Labels with an age, a role or a topic before a quotation: Jon Reyes, 50, union chief: “It is not.”"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sayso_server.core.candidate import Candidate
from sayso_server.core.document import Document
from sayso_server.core.grammar.contents import strip
from sayso_server.core.grammar.label import label_of_the_page, labelled
from sayso_server.core.grammar.noun_phrase import is_human
from sayso_server.core.grammar.quotation import chain, is_utterance
from sayso_server.core.lexicon import load_words
from sayso_server.core.marks import Quotation
from sayso_server.core.statement import Span
from sayso_server.core.tree import Word

_LONGEST = 16
"""Maximum number of words in a label."""


def label_before_quotation(document: Document) -> Iterator[Candidate]:
    """Jon Reyes, 50, union chief: “It is not.”   Only a noun phrase for a person or a document before the colon.

    It opens its paragraph or follows a sentence. Only a relative clause may add to it: Amy Lowe, who bakes: “…”
    """
    for quotation in document.outer:
        label = _label(document, quotation)
        words = _words(document, label) if label is not None else []
        source = _source(document, words) if words else None
        if label is not None and source is not None and is_utterance(quotation, document):
            content = tuple(q.span for q in chain(document, quotation))
            to = _addressee(document, words)
            own = Span(label.start, to.start - len(" to ")) if to is not None else label
            for found in labelled(document, quotation.span, own, name=source):
                yield replace(found, content=content, addressees=(to,) if to is not None else ())


def _label(document: Document, quotation: Quotation) -> Span | None:
    """The text between the last sentence, or the start of the paragraph, and the colon before a quotation."""
    plain, start = document.plain, quotation.span.start
    paragraph = document.paragraphs[document.paragraph_at(start)]
    colon = start - 1
    while colon > paragraph.start and plain[colon].isspace():
        colon -= 1
    if colon <= paragraph.start or plain[colon] != ":":
        return None
    tree = document.tree_at(colon)
    before = [q.span.end for q in document.quotations_within(Span(paragraph.start, colon))]
    first = max([paragraph.start, *before[-1:], *([tree.span.start] if tree is not None else [])])
    page = label_of_the_page(document, paragraph.start)
    first = page.end if page is not None and first <= page.start and page.end < colon else first
    return strip(plain, Span(first, colon), " \t•·▪*-–—.")


def _words(document: Document, label: Span) -> list[Word]:
    """The words of a label in one sentence, without its relative clause; empty if it has a verb."""
    tree = document.tree_at(label.start)
    words = tree.between(label.start, label.end) if tree is not None else []
    top = [w for w in words if not _is_in_relative_clause(words, w)]
    if not 0 < len(words) <= _LONGEST or any(map(_is_finite, top)):
        return []
    return top if document.plain[label.start : label.start + 1].isupper() else []


def _is_finite(word: Word) -> bool:
    return word.upos in {"AUX", "SCONJ"} or (word.upos == "VERB" and word.xpos not in {"VBG", "VBN"})


def _addressee(document: Document, words: Sequence[Word]) -> Span | None:
    """The addressee in a label: Renn in "Olin to Renn: “…”"."""
    to = next((w for w in words[1:-1] if w.text == "to"), None)
    listener = Span(to.end + 1, words[-1].end) if to is not None else None
    return listener if listener is not None and is_human(words[-1]) else None


def _is_in_relative_clause(words: Sequence[Word], word: Word) -> bool:
    """Whether a word follows a comma and who or which."""
    opened = [w for w, before in zip(words[1:], words, strict=False) if before.text == "," and _is_relative(w)]
    return bool(opened) and word.index >= opened[0].index


def _is_relative(word: Word) -> bool:
    return word.lower in load_words("relative_openings")


def _source(document: Document, words: Sequence[Word]) -> Span | None:
    """The person named in the first phrase, or anywhere; else the noun that heads the label, if it can speak."""
    whole = Span(words[0].start, words[-1].end)
    tree = document.tree_at(whole.start)
    names = [name for name in tree.names if name.type == "PER"] if tree is not None else []
    found = [Span(tree.words[n.first].start, tree.words[n.end - 1].end) for n in names] if tree is not None else []
    people = [span for span in found if whole.covers(span)]
    if people:
        phrase = next((w.start for w in words[1:] if w.upos in {"ADP", "PUNCT"}), whole.end)
        first = [span for span in people if span.end <= phrase]
        return first[-1] if first else people[0]
    inside = {w.index for w in words}
    head = next((w for w in words if w.upos in {"NOUN", "PROPN"} and w.head not in inside), None)
    if head is None or not (is_human(head) or head.lemma.lower() in load_words("documents", "people")):
        return None
    return Span(whole.start, head.end)
