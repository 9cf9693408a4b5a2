"""Headlines with a colon: Olin: Bridge is safe."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from sayso_server.core.candidate import Candidate
from sayso_server.core.document import Document
from sayso_server.core.grammar.contents import strip
from sayso_server.core.grammar.label import Label, label_of, labelled
from sayso_server.core.lexicon import load_words
from sayso_server.core.statement import Span
from sayso_server.core.tree import Word

_LONGEST = 25
"""Maximum number of words after the label."""
_TO = re.compile(r"([A-Z][^:“”\"‘’\n]{0,40}?) to ([^:“”\"‘’\n]{2,40}): (?=\S)")
"""Olin to Renn: …"""


def headline(document: Document) -> Iterator[Candidate]:
    """Olin: Bridge is safe   A name, or a source like "Police", with a colon before a clause without a full stop.

    Also with an addressee: Olin to Renn: ‘Quit now’
    """
    for paragraph in document.paragraphs:
        if document.plain[paragraph.end - 1] in ".:;,":
            continue
        words = [w for t in document.trees_within(paragraph) for w in t.words]
        addressed = _TO.match(document.plain, paragraph.start, paragraph.end)
        found = label_of(document, paragraph)
        if addressed and document.quotation_at(addressed.end()) is None:
            yield from _addressed(document, paragraph, addressed, words)
        elif found is not None and not found.is_letter and _is_source(document, found.name, words):
            rest = [w for w in words if w.start >= found.content.start]
            if _is_clause(document, found, rest) and len(rest) <= _LONGEST:
                yield from labelled(document, found.content, found.name)


def _addressed(document: Document, paragraph: Span, match: re.Match[str], words: Sequence[Word]) -> Iterator[Candidate]:
    source, listener = Span(*match.span(1)), strip(document.plain, Span(*match.span(2)))
    if listener is None or any(w.upos in {"VERB", "AUX"} for w in words if w.end <= match.end(2)):
        return
    if _is_source(document, source, words) and _is_source(document, listener, words):
        for found in labelled(document, Span(match.end(), paragraph.end), source):
            yield replace(found, addressees=(listener,))


def _is_source(document: Document, name: Span, words: Sequence[Word]) -> bool:
    """Whether a label is a name other than a place, or a noun for a speaker: Police, Report."""
    own = [w for w in words if name.covers(w)]
    if not own or any(w.upos == "VERB" for w in own):
        return False
    last = own[-1]
    if {last.lower, last.lemma.lower()} & load_words("groups", "roles", "documents", "organizations"):
        return True
    return last.upos == "PROPN" and not _is_place(document, name)


def _is_place(document: Document, name: Span) -> bool:
    """Whether a name is a tagged place of several words, or follows a preposition like "in" elsewhere."""
    near = "|".join(sorted(load_words("prepositions_near")))
    after = rf"\b(?:{near}) {re.escape(name.of(document.plain))}\b"
    is_long = " " in name.of(document.plain)
    return (is_long and document.label_of(name) == "LOC") or re.search(after, document.plain) is not None


def _is_clause(document: Document, label: Label, rest: Sequence[Word]) -> bool:
    """Whether a quotation or a clause follows; after one word that may name a place, its main verb must be finite.

    Corvane: Profit has fallen; not: Harwick: Two dead as bridge falls
    """
    if document.quotation_at(label.content.start) is not None:
        return True
    text = label.name.of(document.plain)
    is_bare = " " not in text and not text.isupper() and text.lower() not in load_words("organizations")
    finite = [w for w in rest if "VerbForm=Fin" in w.feats]
    if is_bare and document.label_of(label.name) in {"ORG", "LOC"}:
        return any(w.relation not in {"advcl", "acl"} and not _is_below_clause(rest, w) for w in finite)
    return bool(finite)


def _is_below_clause(rest: Sequence[Word], verb: Word) -> bool:
    """Whether a copula or auxiliary belongs to a subordinate clause."""
    head = next((w for w in rest if w.index == verb.head), None)
    return verb.relation in {"cop", "aux"} and head is not None and head.relation in {"advcl", "acl"}
