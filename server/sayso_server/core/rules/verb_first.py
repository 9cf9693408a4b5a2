"""Cues that open the sentence, followed by their subject and a colon: Said Olin: “We knew.”"""

from collections.abc import Iterator

from sayso_server.core.candidate import Candidate
from sayso_server.core.cues import Site
from sayso_server.core.document import Document
from sayso_server.core.grammar.polarity import polarity
from sayso_server.core.grammar.quotation import QUOTING, chain, is_utterance
from sayso_server.core.grammar.report import Act, reported
from sayso_server.core.lexicon import Frame
from sayso_server.core.marks import Quotation
from sayso_server.core.tree import Word

_LONGEST = 16
"""Maximum number of words between the cue and its colon."""
_GAP = 8
"""Characters before the cue in which to look for the end of the previous sentence."""
_OPENINGS = frozenset({"DET", "ADJ", "NUM", "NOUN", "PROPN", "PRON"})
"""Parts of speech that open the noun phrase after the cue."""
_ENDS = frozenset("\n\r.!?…”\"’'»•")


def verb_first(site: Site, document: Document) -> Iterator[Candidate]:
    """Asked Olin: “Who paid?”   A finite verb, then one noun phrase, whatever its relation, then the quotation."""
    cue_class = site.class_of(Frame.CLAUSE, Frame.QUOTE, Frame.INFINITIVE)
    if cue_class is None or cue_class not in QUOTING or not _opens_sentence(site, document):
        return
    _, quotation = document.outer_around(site.head.start)
    subject = _subject(site, quotation, document) if quotation is not None else None
    if quotation is not None and subject is not None and is_utterance(quotation, document):
        content = tuple(q.span for q in chain(document, quotation))
        act = Act((), polarity(site.tree, site.head))
        found = reported(site, document, content=content, cue_class=cue_class, source=subject, act=act)
        if found:
            yield found


def _opens_sentence(site: Site, document: Document) -> bool:
    """Whether the cue is a capitalised past or present form after the end of a sentence or a quotation."""
    before = document.plain[max(0, site.head.start - _GAP) : site.head.start].rstrip(" \t")[-1:]
    is_form = site.head.xpos in {"VBD", "VBZ", "VBP", "VBN"} and site.head.text[:1].isupper()
    return is_form and before in {"", *_ENDS} and document.quotation_at(site.head.start) is None


def _is_finite(site: Site, word: Word) -> bool:
    """Whether a word makes a clause that is not relative."""
    is_verb = word.upos == "AUX" or word.xpos in {"VBD", "VBZ", "VBP"}
    return is_verb and not any(w.deprel == "acl:relcl" for w in (word, *site.tree.ancestors(word)))


def _subject(site: Site, quotation: Quotation, document: Document) -> Word | None:
    """The head of the noun phrase that begins after the cue and ends with a colon before the quotation."""
    gap = document.plain[site.words[-1].end : quotation.span.start].rstrip()
    words = site.tree.between(site.words[-1].end, quotation.span.start)
    if gap[-1:] != ":" or "\n" in gap or not 0 < len(words) <= _LONGEST or words[0].upos not in _OPENINGS:
        return None
    if any(_is_finite(site, w) for w in words):
        return None  # Asked by Pell why it failed, Olin replied: “…”
    inside = {w.index for w in words}
    heads = [w for w in words if w.upos in {"NOUN", "PROPN", "PRON"} and w.head not in inside]
    opening = {words[0].index, *(a.index for a in site.tree.ancestors(words[0]))}
    return next((w for w in heads if w.index in opening), None)
