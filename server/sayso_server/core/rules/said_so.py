"""Attribution in the sentence after a quotation: “It is dead.” So said Olin."""

from collections.abc import Iterator

from sayso_server.core import lexicon
from sayso_server.core.candidate import Candidate
from sayso_server.core.cues import Site
from sayso_server.core.document import Document
from sayso_server.core.grammar.quotation import chain, is_utterance
from sayso_server.core.grammar.report import Act, reported
from sayso_server.core.lexicon import Entry, Frame, load_words
from sayso_server.core.statement import REPORTED_SPEECH, CueClass, Polarity
from sayso_server.core.tree import Tree, Word


def said_so(document: Document) -> Iterator[Candidate]:
    """“It is dead.” That was how Olin described it.   how -advcl:relcl-> described; also: So said Olin

    The sentence follows the quotation directly, or is the rest of its sentence: “It is dead,” was how Olin put it.
    """
    for quotation in document.outer:
        end = quotation.span.end
        tree = document.tree_at(end + 1) if is_utterance(quotation, document) else None
        words = tree.between(end, tree.span.end) if tree is not None else []
        if tree is None or len(words) < 2 or document.plain[end : words[0].start].strip() or quotation.continues:
            continue
        verb = _inverted(words) or _how(tree, words)
        source = _subject(tree, verb, words) if verb is not None else None
        if verb is not None and source is not None:
            entry = lexicon.verb(verb.lemma.lower())
            own = entry.frames.get(Frame.CLAUSE) if entry else None
            cue_class = own if own in REPORTED_SPEECH and own is not None else CueClass.SAY
            site = Site(tree, (verb,), entry or Entry(verb.lemma.lower(), {Frame.QUOTE: CueClass.SAY}))
            content = tuple(q.span for q in chain(document, quotation))
            act = Act((), Polarity.AFFIRMED)
            found = reported(site, document, content=content, cue_class=cue_class, source=source, act=act)
            if found:
                yield found


def _inverted(words: list[Word]) -> Word | None:
    """The cue after so or thus: said in "So said Olin"."""
    verb = words[1]
    entry = lexicon.verb(verb.lemma.lower()) if words[0].lower in {"so", "thus"} and verb.upos == "VERB" else None
    return verb if entry is not None and Frame.CLAUSE in entry.frames else None


def _how(tree: Tree, words: list[Word]) -> Word | None:
    """The cue after "how": described in "That was how Olin described it" and in "was how Olin described it"."""
    first = words[1:] if words[0].lower in load_words("demonstratives") else words
    if len(first) < 2 or first[0].lemma != "be" or first[1].lower != "how":
        return None
    return next((w for w in first[2:] if w.upos == "VERB" and tree.child(w, "nsubj") is not None), None)


def _subject(tree: Tree, verb: Word, words: list[Word]) -> Word | None:
    """The subject; after an inverted verb, the first noun, whatever its relation."""
    own = tree.child(verb, "nsubj")
    if own is not None:
        return own
    return next((c for c in tree.children(verb, "obj", "iobj") if c in words and c.index > verb.index), None)
