"""Nouns for an utterance, with their owner: Olin's words were: “It is dead.”"""

from collections.abc import Iterator
from dataclasses import replace

from sayso_server.core import lexicon
from sayso_server.core.candidate import Candidate
from sayso_server.core.cues import Site
from sayso_server.core.document import Document
from sayso_server.core.grammar.quotation import chain, is_utterance
from sayso_server.core.grammar.report import Act, reported
from sayso_server.core.grammar.subject import subject
from sayso_server.core.lexicon import Entry, Frame, load_words
from sayso_server.core.marks import Quotation
from sayso_server.core.statement import REPORTED_SPEECH, CueClass, Polarity
from sayso_server.core.tree import Tree, Word

_GAP = 8
"""Characters before a quotation in which to look for its colon."""
_DASHES = frozenset({"–", "—", "-", "--", ","})


def saying_noun(document: Document) -> Iterator[Candidate]:
    """Olin's words were: “It is dead.”   words -nmod:poss-> Olin

    Also after the quotation: “It is dead.” Those were the words of Olin; “It is dead,” was Olin's verdict.
    """
    for quotation in document.outer:
        if not quotation.continues and is_utterance(quotation, document):
            found = _before(document, quotation) or _after(document, quotation)
            candidate = _candidate(document, quotation, *found) if found else None
            if candidate:
                yield candidate


def _candidate(document: Document, quotation: Quotation, tree: Tree, noun: Word) -> Candidate | None:
    owner = _owner(tree, noun)
    if owner is None:
        return None
    cue_class = _class_of(noun) or CueClass.SAY
    site = Site(tree, (noun,), Entry(noun.lemma.lower(), {Frame.NOUN: cue_class}))
    content = tuple(q.span for q in chain(document, quotation))
    act = Act((), Polarity.AFFIRMED)
    found = reported(site, document, content=content, cue_class=cue_class, source=owner, act=act)
    return replace(found, relative=None) if found else None


def _before(document: Document, quotation: Quotation) -> tuple[Tree, Word] | None:
    """The noun that a colon, a question mark, or a copula with a comma links to the quotation after it.

    Also a full stop, if the noun points ahead: the following statement.
    """
    start = quotation.span.start
    lead = document.plain[max(0, start - _GAP) : start].rstrip()
    end = start - min(start, _GAP) + len(lead)
    tree = document.tree_at(end - 1) if lead else None
    if tree is None or lead[-1] not in ":,?.":
        return None
    earlier = [q.span.end for q in document.quotations_within(tree.span) if q.span.end <= quotation.span.start]
    words = tree.between(max([tree.span.start, *earlier]), end)
    if lead[-1] == "," and (len(words) < 2 or words[-2].lemma != "be"):
        return None
    tops = {"root"} if lead[-1] == "?" else {"root", "nsubj", "ccomp", "parataxis", "obj"}
    nouns = [w for w in words if w.relation in tops and _says(w)]
    nouns = [w for w in nouns if _owner(tree, w) is not None]  # issued a statement after the board approved a notice
    if lead[-1] == ".":
        nouns = [w for w in nouns if any(c.lower in load_words("pointing_words") for c in tree.children(w))]
    return (tree, nouns[-1]) if nouns else None


def _after(document: Document, quotation: Quotation) -> tuple[Tree, Word] | None:
    """The noun that is the predicate of the quotation, or of a demonstrative that opens the next sentence."""
    end = quotation.span.end
    tree = document.tree_at(end + 1)
    words = tree.between(end, tree.span.end) if tree is not None else []
    words = words[1:] if words and words[0].text in _DASHES else words
    if tree is None or len(words) < 2 or document.plain[end : words[0].start].strip(" –—-,"):
        return None
    opening = words[0]
    is_same = opening.lemma == "be" and opening.upos == "AUX"
    is_next = opening.lower in load_words("demonstratives") and words[1].lemma == "be"
    nouns = [w for w in words if w.relation in {"root", "parataxis"} and _says(w)] if is_same or is_next else []
    return (tree, nouns[0]) if nouns else None


def _says(noun: Word) -> bool:
    return noun.upos == "NOUN" and (_class_of(noun) is not None or noun.lemma.lower() in load_words("saying_nouns"))


def _class_of(noun: Word) -> CueClass | None:
    """The class of a noun in the lexicon that reports speech (answer, warning); None for any other noun."""
    entry = lexicon.noun(noun.lemma.lower()) or lexicon.seen(noun.lemma.lower(), "NOUN")
    classes = entry.frames.values() if entry is not None else ()
    return next((c for c in classes if c in REPORTED_SPEECH - {CueClass.SHOW}), None)


def _owner(tree: Tree, noun: Word) -> Word | None:
    """The owner of a noun: Olin in "Olin's words", in "the words of Olin" and in "Olin had a message"."""
    verb = tree.head(noun)
    if noun.relation == "obj" and verb is not None:
        return subject(tree, verb)[0] if verb.lemma in load_words("support_verbs") else None
    owner = tree.child(noun, "nmod:poss")
    following = tree.words[noun.index + 1 : noun.index + 2]
    is_of = bool(following) and following[0].lower in {"of", "from"}
    return owner or (tree.child(noun, "nmod") if is_of else None)
