"""Paragraphs: one line of text each, or several if the line breaks only wrap lines or surround a link."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from sayso_server.core.lexicon import load_words
from sayso_server.core.statement import Span

_LINE = re.compile(r"[^\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
_BREAK = r"(?>\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029])"
_BLANK_LINE = re.compile(rf"{_BREAK}\s*{_BREAK}")
_BREAKS = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")
_NARROWEST, _WIDEST = 30, 100
"""Range for the longest line of a block that is wrapped at a fixed width, in code points."""
_LONGEST_LINK = 6
"""Maximum number of words in a line that holds only a link."""
_STOPS = '.!?:;"”’»'
_MARKS = "\"”’'»"
_OPENS_NO_LINE = re.compile(r"[,;:)\]!?”’»](?!\w)|\.(?![.\w])")
"""Openings of lines that begin in mid-sentence."""
_ITEM = re.compile(r"[•*·▪‣–—>-]\s|\(?\d{1,2}[.)]\s|(?:[A-Z][\w.'’-]*,? ){0,4}[A-Z][\w.'’-]+:\s")
"""Openings of list items and labelled lines."""
_BYLINE = re.compile(r"by [A-Z]")
_UNANSWERED = re.compile(r",[”\"’'»]$|[,!?][”\"’'»] (?:[a-z]+(?: [\w.]+){0,3} )?[a-z]+$|, [a-z]+$")
"""Endings that need a source or a cue after them: "…,"   "…," said   "…," the mayor told   It failed, said"""


@dataclass(frozen=True, slots=True)
class _Line:
    """A line without the white space around it."""

    span: Span
    text: str

    @property
    def is_open(self) -> bool:
        """Whether it ends without final punctuation."""
        return self.text[-1] not in _STOPS


def paragraphs(text: str) -> tuple[Span, ...]:
    """The paragraphs of `text`, without the white space around them.

    Line breaks separate them, unless a break only wraps a line: the next line then continues the sentence.
    """
    return tuple(span for block in _blocks(text) for span in _joined(block))


def _joined(block: Sequence[_Line]) -> list[Span]:
    """The paragraphs of a block without blank lines."""
    width = _width(block)
    out = [block[0].span]
    for k, (before, line) in enumerate(itertools.pairwise(block), 2):
        if _wraps(before, line, block[k] if k < len(block) else None, width):
            out[-1] = Span(out[-1].start, line.span.end)
        else:
            out.append(line.span)
    return out


def without_breaks(text: str, found: Sequence[Span]) -> str:
    """The text with spaces instead of the line breaks inside paragraphs. The length is the same."""
    out, position = [], 0
    for paragraph in found:
        out += [text[position : paragraph.start], _BREAKS.sub(" ", paragraph.of(text))]
        position = paragraph.end
    return "".join([*out, text[position:]])


def _blocks(text: str) -> list[list[_Line]]:
    """The lines with visible text, in blocks; a blank line starts a new block."""
    blocks: list[list[_Line]] = []
    end = 0
    for match in _LINE.finditer(text):
        line = match[0].strip()
        if not line:
            continue
        start = match.start() + match[0].index(line[0])
        if not blocks or _BLANK_LINE.search(text, end, start):
            blocks.append([])
        end = start + len(line)
        blocks[-1].append(_Line(Span(start, end), line))
    return blocks


def _width(block: Sequence[_Line]) -> int:
    """The width at which the lines of a block are wrapped, in code points; 0 if it is not wrapped.

    It is wrapped if at least half of its lines have no final punctuation and the next one continues in lower case. A
    narrow block is wrapped if half of its lines have no final punctuation and no line had room for the first word of
    the next.
    """
    width = max(len(line.text) for line in block)
    pairs = list(itertools.pairwise(block))
    low = sum(a.is_open and _continues(a, b) for a, b in pairs)
    is_full = len(pairs) > 1 and _NARROWEST <= width <= _WIDEST and not any(_fits(a, b, width) for a, b in pairs)
    is_wrapped = 2 * low >= len(pairs) or (is_full and 2 * sum(a.is_open for a, _ in pairs) >= len(pairs))
    return width if pairs and is_wrapped else 0


def _fits(line: _Line, following: _Line, width: int) -> bool:
    """Whether the first word of the next line would have fitted at the end of this one."""
    return len(line.text) + 1 + len(following.text.split(None, 1)[0]) <= width


def _wraps(before: _Line, line: _Line, after: _Line | None, width: int) -> bool:
    """Whether the break between two lines only wraps. `width` is that of their block, 0 if it is not wrapped."""
    if _OPENS_NO_LINE.match(line.text):
        return True
    if _ITEM.match(line.text) and not (before.is_open and width):
        return False
    if _continues(before, line) or (width and not _fits(before, line, width)):
        return True
    return _needs_more(before) or (before.is_open and after is not None and _is_link(line, after))


def _continues(before: _Line, line: _Line) -> bool:
    """Whether the next line continues in lower case: The bridge ¶ was closed.   “It failed,” ¶ said Olin."""
    is_low = line.text[0].islower() and not _BYLINE.match(line.text)
    return is_low and (before.is_open or before.text[-1] in _MARKS)


def _needs_more(line: _Line) -> bool:
    """Whether a line ends where no sentence can: with "the", a title, or a cue without its source."""
    first, last = line.text.split(None, 1)[0], line.text.rsplit(None, 1)[-1]
    if last.endswith("."):
        return last[:1].isupper() and last[:-1].lower() in load_words("honorifics")
    is_question = first.lower() in load_words("questions")
    return (last.lower() in load_words("never_last") and not is_question) or _UNANSWERED.search(line.text) is not None


def _is_link(line: _Line, after: _Line) -> bool:
    """Whether a line is a link alone, like Mara Olin: a few words, after which the next line continues the sentence."""
    is_short = line.is_open and len(line.text.split()) <= _LONGEST_LINK
    return is_short and (_OPENS_NO_LINE.match(after.text) is not None or _continues(line, after))
