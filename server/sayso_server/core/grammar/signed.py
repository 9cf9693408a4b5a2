"""Signatures: — Mara Olin, mayor of Harwick; (Mara Olin, mayor); Mara Olin, mayor; — Port of Ellan (@ellan) June 7"""

import re
from typing import NamedTuple

from sayso_server.core.document import Document
from sayso_server.core.grammar.contents import strip
from sayso_server.core.grammar.noun_phrase import is_human
from sayso_server.core.lexicon import load_words
from sayso_server.core.statement import Span
from sayso_server.core.tree import Tree, Word

_DASH = re.compile(r"\s*(?:[―—–~]|--?)\s*(?=[^\W\d_])")
_BRACKET = re.compile(r"\s*[(\[](?=[^\W\d_][^()\[\]\n]*[)\]]\.?$)", re.MULTILINE)
_BARE = re.compile(r"\s*(?=[A-Z])")
_HANDLE = re.compile(r"\(@\w+\)")
_NAME_ENDS = re.compile(r"[,()\[\]]| @| on ")
_MOST_CHARACTERS = 150
_LONGEST = 12
"""Maximum number of words in a signature."""


class Signature(NamedTuple):
    """Mara Olin, mayor: `name` is Mara Olin. `is_person`: it is tagged as a person's. `has_handle`: (@olin) follows."""

    whole: Span
    name: Span
    is_person: bool
    has_handle: bool


def signed(document: Document, span: Span) -> Signature | None:
    """The signature after a dash that fills a span; None for anything else."""
    return _read(document, span, _DASH)


def named(document: Document, span: Span) -> Signature | None:
    """A signature without a dash: a person in brackets, or followed by a comma and a role or a place."""
    found = _read(document, span, _BRACKET) or _read(document, span, _BARE)
    is_whole = found is not None and (document.plain[found.whole.start - 1] in "([" or found.name.end < found.whole.end)
    return found if found is not None and found.is_person and is_whole else None


def _read(document: Document, span: Span, opening: re.Pattern[str]) -> Signature | None:
    match = opening.match(document.plain, span.start, span.end)
    whole = strip(document.plain, Span(match.end(), span.end), " \t)].") if match else None
    if whole is None or len(whole) > _MOST_CHARACTERS:
        return None
    text = whole.of(document.plain)
    name = Span(whole.start, whole.start + len(_NAME_ENDS.split(text)[0].rstrip()))
    words = [(tree, w) for tree in document.trees_within(whole) for w in tree.between(whole.start, whole.end)]
    is_person = document.label_of(name) == "PER"
    last = document.plain[span.end - 1]
    is_long = len(text.split()) > _LONGEST or last in ":," or (last == "." and not is_person)
    if is_long or not words or not (is_person or _may_sign(document, name, words[0][1])):
        return None
    if any(_is_finite(tree, word) for tree, word in words):
        return None
    return Signature(whole, name, is_person, _HANDLE.search(text) is not None)


def _is_finite(tree: Tree, word: Word) -> bool:
    """Whether a word makes the signature a sentence; a relative clause does not: Amy Lowe, who lost her farm."""
    is_finite = word.upos == "AUX" or word.xpos in {"VBD", "VBZ", "VBP"}
    return is_finite and not any(w.deprel == "acl:relcl" for w in (word, *tree.ancestors(word)))


def _may_sign(document: Document, name: Span, first: Word) -> bool:
    """Whether a phrase that names no person can be a speaker: Port of Ellan, the mayor."""
    if first.lower in load_words("note_labels", "stop_words") - {"a", "an", "the"}:
        return False
    tree = document.tree_at(name.start)
    words = tree.between(name.start, name.end) if tree is not None else []
    return first.text[:1].isupper() or any(is_human(w) for w in words)
