"""Labels that open a paragraph, or follow a sentence in it: WALLACE: …, [14:05] Mara Olin: …, Q. …, Police: …"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from sayso_server.core import lexicon
from sayso_server.core.candidate import Candidate
from sayso_server.core.document import Document
from sayso_server.core.grammar.contents import strip
from sayso_server.core.lexicon import load_words
from sayso_server.core.statement import Kind, Span

_BULLET = r"(?:[•·▪] ?)?"
_TIME = r"(?:[\[(]?\d{1,2}:\d\d(?::\d\d)?(?:[.,]\d+)?[\])]? ?(?:[-–—] ?)?)?"
_BOLD = r"(?:\*\*|__)?"
_BRACKETS = r"(?: ?[(\[][^()\[\]\n]{1,40}[)\]]){0,3}"
_LETTER = re.compile(rf"{_BULLET}{_TIME}{_BOLD}(Q|A|Question|Answer){_BOLD}[.:)]{_BOLD}\s+(?=\S)")
"""Letters of questions and answers, with a colon, stop or bracket."""
_WIKI = re.compile(rf"{_BULLET}{_TIME}\(\(([A-Z][^()\n]{{0,40}})\)\)() ?:?\s+(?=\S)")
"""Wiki markup for a speaker in an interview: ((Mara Olin)) I left. The second group is empty."""
_LETTERS = frozenset({"Q", "A"})
_CREDIT = re.compile(r"[a-z.](?:Image|Photo|Picture|Video)$")
"""The end of a caption that ran into its credit: Mara OlinImage: Harwick Courier."""
_SENTENCE_END = re.compile(r"[.!?…—)\]”\"] +(?=\S)")
_IN_BRACKETS = re.compile(r"[(\[]([^()\[\]]+)[)\]]")


class Label(NamedTuple):
    """A label and its content. `name` is the name in the label: Jon Reyes in "The Minister (Jon Reyes)".

    `opens`: it opens its paragraph. `is_letter`: it is Q or A, and names no one.
    """

    name: Span
    content: Span
    paragraph: int
    opens: bool
    is_letter: bool


@cache
def _named() -> re.Pattern[str]:
    """Matches a label of up to six words; small words only between capitalised ones: The Minister for Roads."""
    small = "|".join(re.escape(w) for w in sorted(load_words("name_particles", "inside_names")))
    name = rf"[A-Z][\w.'’&-]*(?:,? (?:(?:{small}) ){{0,2}}[A-Z\d][\w.'’&-]*){{0,5}}"
    return re.compile(rf"{_BULLET}{_TIME}{_BOLD}[“\"]?({name})({_BRACKETS}){_BOLD}:{_BOLD}\s+(?=\S)")


def label_of(document: Document, paragraph: Span) -> Label | None:
    """The label that opens a paragraph; None for the label of a note to the reader."""
    return next(_labels(document, paragraph, document.paragraph_at(paragraph.start)), None)


def labels_of(document: Document) -> Iterator[Label]:
    """All labels that open paragraphs, and those after a sentence in such a paragraph, in text order."""
    for i, paragraph in enumerate(document.paragraphs):
        yield from _labels(document, paragraph, i)


def _labels(document: Document, paragraph: Span, index: int) -> Iterator[Label]:
    found = [match for match in (_match(document, paragraph.start, paragraph.end),) if match]
    if found:
        ends = _SENTENCE_END.finditer(document.plain, found[0].end(), paragraph.end)
        found += [match for end in ends if (match := _match(document, end.end(), paragraph.end))]
    for i, match in enumerate(found):
        end = found[i + 1].start() if i + 1 < len(found) else paragraph.end
        is_letter = match.re is _LETTER or match[1] in _LETTERS
        name = Span(*match.span(1)) if is_letter else _name(document, match)
        content = strip(document.plain, Span(match.end(), end), " \t")
        if content is not None:
            yield Label(name, content, index, i == 0, is_letter)


def _match(document: Document, start: int, end: int) -> re.Match[str] | None:
    kinds = (_LETTER, _WIKI, _named())
    match = next((match for kind in kinds if (match := kind.match(document.plain, start, end))), None)
    if match is None or _opens_with_cue(document, match.start(1)):
        return None
    return None if _is_of_the_page(match[1]) or _reports(match[1].split()) else match


def _opens_with_cue(document: Document, offset: int) -> bool:
    """Whether a label is a verb before its subject: Asked in "Asked Olin: …"."""
    tree = document.tree_at(offset)
    word = next(iter(tree.between(offset, offset + 1)), None) if tree is not None else None
    is_finite = word is not None and word.xpos in {"VBD", "VBZ", "VBN"}
    lemmas = (word.lemma.lower(), word.lower) if word is not None and is_finite else ()
    return any(lexicon.verb(lemma) for lemma in lemmas)


def _is_of_the_page(label: str) -> bool:
    """Whether a label belongs to the page: EXCLUSIVE, The Latest, Dear Mara, Mara OlinImage."""
    notes, words = load_words("note_labels"), label.lower().split()
    is_note = words[0] in notes | load_words("salutations") or words[-1] in notes
    return is_note or _CREDIT.search(label) is not None


def _reports(words: Sequence[str]) -> bool:
    """Whether a label ends in a cue: MAYOR SAYS in a headline; The statement read."""
    last = words[-1] if len(words) > 1 else ""
    is_present = last.endswith(("s", "S")) and lexicon.verb(last[:-1].lower()) is not None
    return is_present or (last.islower() and lexicon.verb(last) is not None)


def _name(document: Document, match: re.Match[str]) -> Span:
    """The person named before a comma, or in brackets after an office; else the label without its brackets."""
    own = Span(*match.span(1))
    first = Span(own.start, own.start + len(match[1].partition(",")[0]))
    if first != own and document.label_of(first) == "PER":
        return first
    if document.label_of(own) != "PER":
        for inner in _IN_BRACKETS.finditer(document.plain, match.start(2), match.end(2)):
            if document.label_of(span := Span(*inner.span(1))) == "PER":
                return span
    return own


_PAGE = re.compile(rf"{_BOLD}([A-Z][\w’'-]*(?: [\w’'-]+){{0,3}}){_BOLD}:{_BOLD}\s+(?=\S)")


def label_of_the_page(document: Document, offset: int) -> Span | None:
    """A note, a salutation or capitals that open a paragraph, with the colon: EXCLUSIVE: …, KESTON: …"""
    paragraph = document.paragraphs[document.paragraph_at(offset)]
    match = _PAGE.match(document.plain, paragraph.start, paragraph.end)
    if match is None or _reports(match[1].split()) or not (match[1].isupper() or _is_of_the_page(match[1])):
        return None
    if " " in match[1] and _opens_with_cue(document, match.start(1)):
        return None  # Explained the coach: “…”
    return Span(*match.span())


def labelled(
    document: Document, content: Span, label: Span, kind: Kind | None = None, *, name: Span | None = None
) -> Iterator[Candidate]:
    """A statement without a cue, with a label as its source. `name` is the name in it, if it does not end the label."""
    own = name or label
    tree = document.tree_at(own.start)
    stripped = strip(document.plain, content, " \t")
    words = tree.between(own.start, own.end) if tree is not None else []
    if tree is None or stripped is None or not words:
        return
    yield Candidate((stripped,), None, None, label, words[-1], sentence=tree.span, kind=kind)
