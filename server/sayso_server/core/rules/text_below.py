"""Unquoted text after a paragraph that ends with a cue and a colon: The minister said: ¶ We are concerned."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from sayso_server.core.candidate import Candidate
from sayso_server.core.cues import Site
from sayso_server.core.document import Document
from sayso_server.core.grammar.quotation import QUOTING, has_other_cue
from sayso_server.core.grammar.report import reported
from sayso_server.core.grammar.subject import subject
from sayso_server.core.lexicon import Frame, load_words
from sayso_server.core.statement import Kind, Span
from sayso_server.core.tree import Word

_LONGEST = 160
"""Maximum number of code points between a cue and its colon: said in a statement on Friday."""
_SHORTEST = 4
"""Minimum number of words in a paragraph of text, as opposed to a heading."""
_OUTER = frozenset({"root", "parataxis", "conj"})
_STOPS = (".", "!", "?")
_OPENINGS = frozenset(">“”„«»\"‘'•·▪*–—-([")


def text_below(site: Site, document: Document) -> Iterator[Candidate]:
    """The minister said: ¶ We are concerned. ¶ It is vital that all wait.   Also: issued the following statement: ¶ …

    The content is the next paragraph and, if they have I or we, those after it, up to one that names the speaker.
    """
    cue_class = site.class_of(Frame.CLAUSE, Frame.NOUN)
    i = document.paragraph_at(site.head.start)
    end = document.paragraphs[i].end
    gap = document.plain[site.last.end : end]
    if cue_class not in QUOTING or gap[-1:] != ":" or len(gap) > _LONGEST:
        return
    verb, source = _act(site)
    is_outer = verb is not None and verb.relation in _OUTER and not site.tree.children(verb, "ccomp")
    if source is None or not is_outer or has_other_cue(site, document, site.last.end, end):
        return
    people = [site.tree.words[name.end - 1].text for name in site.tree.names if name.type == "PER"]
    content = tuple(_paragraphs(document, i + 1, people))
    found = reported(site, document, content=content, cue_class=cue_class, source=source) if cue_class else None
    if found:
        yield replace(found, kind=Kind.DIRECT)


def _act(site: Site) -> tuple[Word | None, Word | None]:
    """The verb and its subject; for "the following statement", the verb that issues it and its subject."""
    tree, verb = site.tree, site.head
    if verb.upos != "NOUN":
        return verb, subject(tree, verb)[0]
    carrier = tree.head(verb) if verb.relation == "obj" else None
    if carrier is None or carrier.lemma.lower() not in load_words("support_verbs"):
        return None, None
    return carrier, subject(tree, carrier)[0]


def _paragraphs(document: Document, first: int, speakers: Collection[str]) -> Sequence[Span]:
    """The paragraphs of text from `first` on, up to one that names a speaker; only one if none of them has I or we."""
    out: list[Span] = []
    for i in range(first, len(document.paragraphs)):
        paragraph = document.paragraphs[i]
        if not _is_text(document, i) or (out and any(name in paragraph.of(document.plain) for name in speakers)):
            break
        out.append(paragraph)
    own = load_words("first_person_pronouns")
    is_spoken = any(w.lower in own for span in out for tree in document.trees_within(span) for w in tree.words)
    return out if is_spoken else out[:1]


def _is_text(document: Document, i: int) -> bool:
    """Whether a paragraph consists of unquoted sentences, and is not a page line, list or label."""
    text = document.paragraphs[i].of(document.plain)
    is_line = i in document.page_lines or text[0] in _OPENINGS or len(text.split()) < _SHORTEST
    return not is_line and text.endswith(_STOPS)
