"""Inscriptions: the words on a banner, a shirt or a wall are no one's statement."""

from sayso_server.core.document import Document
from sayso_server.core.grammar.subject import subject
from sayso_server.core.lexicon import load_words
from sayso_server.core.marks import Quotation
from sayso_server.core.tree import Tree, Word


def is_inscribed(tree: Tree, verb: Word, source: Word | None) -> bool:
    """Whether a verb gives an inscription: a sign read “Shame”; signs reading “Shame”; the words on her shirt said …"""
    opening = tree.words[verb.index - 1] if verb.index and verb.xpos == "VBG" else None
    known = (source, subject(tree, verb)[0], opening)
    return any(_carries_words(tree, word) for word in known if word is not None)


def _carries_words(tree: Tree, word: Word) -> bool:
    """Whether a noun is an inscribed thing, or the words on one."""
    if _is_thing(word):
        return True
    below = tree.children(word, "nmod") if word.lemma.lower() in load_words("wordings") else []
    return any(_is_thing(w) and any(c.lower == "on" for c in tree.children(w, "case")) for w in below)


def _is_thing(word: Word) -> bool:
    return word.upos == "NOUN" and bool({word.lemma.lower(), word.lower} & load_words("inscriptions"))


def is_inscription(document: Document, quotation: Quotation) -> bool:
    """Whether a quotation is an inscription: a sign on the door read: “Closed.”"""
    start = quotation.span.start
    before = [s for s in document.sites_within(quotation.span) if s.head.end <= start]
    return any(
        document.plain[site.last.end : start].strip() in {"", ",", ":"} and is_inscribed(site.tree, site.head, None)
        for site in before
    )
