"""Page lines: boilerplate between the paragraphs of a story, such as credits, advertisements, links and times."""

import re
from collections.abc import Sequence

from sayso_server.core.lexicon import load_words
from sayso_server.core.statement import Span

_MOST_WORDS = 12
"""Maximum number of words in a short line."""
_MOST_WORDS_OF_CREDIT = 7
"""Maximum number of words in a credit at the end of a caption."""
_MOST_WORDS_OF_OPENING = 3
_LONGEST = 200
"""Maximum length of a page line, in code points."""
_MARKS = frozenset('“”„«»"‘')
_STOPS = (".", "!", "?", ":", ";", ",", "…", "—", "–")
_CLOSERS = "”\"’'»)] "
_BULLET = re.compile(r"[•*·▪‣–-]\s")
_WORD = re.compile(r"[^\W\d_]+")
_NAME_AND_AGENCY = re.compile(r"[A-Z][\w.’' -]* ?/ ?[A-Z][\w.’' -]*[)\]]?$|©")
_BEFORE_CREDIT = re.compile(r"[.!?]\s+|[(\[|]")


def page_lines(text: str, paragraphs: Sequence[Span]) -> frozenset[int]:
    """The indices of the paragraphs that look like page lines, before the text is parsed."""
    return frozenset(k for k, paragraph in enumerate(paragraphs) if is_page_line(paragraph.of(text)))


def is_page_line(line: str) -> bool:
    """Whether a line looks like a page line: by its opening, a credit at its end, or few words without a final stop."""
    return opens_page_line(line) or ends_in_credit(line) or _is_short(line)


def opens_page_line(line: str) -> bool:
    """Whether a line opens as no sentence of a story does: READ MORE: …, Sign up to …"""
    if len(line) > _LONGEST:
        return False
    words = [w.lower() for w in _WORD.findall(line)[:_MOST_WORDS_OF_OPENING]]
    label, colon, _ = line.partition(":")
    if colon and words and len(label.split()) <= _MOST_WORDS_OF_OPENING and words[0] in load_words("note_labels"):
        return True
    return any("_".join(words[:n]) in load_words("page_openings") for n in range(1, len(words) + 1))


def ends_in_credit(line: str) -> bool:
    """Whether a line ends with a credit after its last sentence: Crews on the bridge in June. Photo: Mara Olin"""
    last = _BEFORE_CREDIT.split(line)[-1]
    words = [w.lower() for w in _WORD.findall(last)]
    if line.rstrip(_CLOSERS).endswith(_STOPS) or not 0 < len(words) <= _MOST_WORDS_OF_CREDIT:
        return False
    return _NAME_AND_AGENCY.search(last[-_LONGEST:]) is not None or not load_words("credits").isdisjoint(
        (words[0], words[-1])
    )


def may_be_page_line(line: str) -> bool:
    """Whether a line is short enough for a page line, and has no quotation marks, label or bullet."""
    return len(line) <= _LONGEST and _MARKS.isdisjoint(line) and ": " not in line and not _BULLET.match(line)


def _is_short(line: str) -> bool:
    """Whether a line has few words and no final stop: ***, By Mara Olin."""
    is_open = not line.rstrip(_CLOSERS).endswith(_STOPS)
    return is_open and len(line.split()) <= _MOST_WORDS and may_be_page_line(line)
