"""Lists after a cue and its colon: The port also said: ¶ • the harbour will close"""

import re
from collections.abc import Iterator

from sayso_server.core.candidate import Candidate
from sayso_server.core.cues import Site
from sayso_server.core.document import Document
from sayso_server.core.grammar.contents import strip
from sayso_server.core.grammar.report import reported
from sayso_server.core.lexicon import Frame
from sayso_server.core.statement import Span

_BULLET = re.compile(r"([•·▪*–—-]|\d{1,2}[.)])\s+(?=[^\s“\"‘'])")


def listed(site: Site, document: Document) -> Iterator[Candidate]:
    """The port also said: ¶ • the harbour will close ¶ • ships must wait   Unquoted items, as one content."""
    cue_class = site.class_of(Frame.CLAUSE)
    i = document.paragraph_at(site.head.start)
    paragraph = document.paragraphs[i]
    is_last = site.words[-1].end == document.plain.rfind(":", paragraph.start, paragraph.end)
    if cue_class is None or not is_last or paragraph.end != site.words[-1].end + 1:
        return
    items = tuple(_items(document, i + 1))
    found = reported(site, document, content=items, cue_class=cue_class)
    if found and found.source is not None:
        yield found


def _items(document: Document, first: int) -> Iterator[Span]:
    """The items of the list that begins at paragraph `first`, without bullets and final punctuation."""
    opening = ""
    for paragraph in document.paragraphs[first:]:
        match = _BULLET.match(document.plain, paragraph.start, paragraph.end)
        if match is None or (opening and (match[1] != opening and not match[1][0].isdigit())):
            return
        opening = match[1]
        item = strip(document.plain, Span(match.end(), paragraph.end), " \t;,.")
        if item is not None:
            yield item
