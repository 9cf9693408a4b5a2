"""Labels that open a paragraph: WALLACE: …, Police: …"""

import re
from collections.abc import Iterator

from sayso_server.core.candidate import Candidate
from sayso_server.core.document import Document
from sayso_server.core.grammar.contents import strip
from sayso_server.core.lexicon import load_words
from sayso_server.core.statement import Kind, Span

_LABEL = re.compile(r"[“\"]?((?:[A-Z][\w.'’-]*,? ){0,4}[A-Z][\w.'’-]+)(?: \([^()\n]{1,30}\))?:\s+(?=\S)")


def label_of(document: Document, paragraph: Span) -> re.Match[str] | None:
    """The label that opens a paragraph, group 1 without its colon; None for the label of a note to the reader."""
    match = _LABEL.match(document.plain, paragraph.start, paragraph.end)
    return match if match and match[1].split()[0].lower() not in load_words("note_labels") else None


def labelled(
    document: Document, content: Span, label: tuple[int, int], kind: Kind | None = None
) -> Iterator[Candidate]:
    """A statement without a cue, whose source is a label."""
    tree = document.tree_at(label[0])
    stripped = strip(document.plain, content, " \t")
    words = tree.between(*label) if tree is not None else []
    if tree is None or stripped is None or not words:
        return
    yield Candidate((stripped,), None, None, Span(*label), words[-1], sentence=tree.span, kind=kind)
