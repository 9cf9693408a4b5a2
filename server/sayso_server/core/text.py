"""The text as a reader sees it: paragraphs, and a view of the same length without odd characters.

All offsets are code points of the caller's own text. The view has the same length, so its offsets are the same.
"""

import itertools
import re
import unicodedata
from collections.abc import Sequence

from sayso_server.core.lexicon import load_words
from sayso_server.core.statement import Span

_SPACES = {0x00A0, 0x1680, 0x180E, 0x202F, 0x205F, 0x3000, 0xFEFF, *range(0x2000, 0x200C), 0x2060}
_LINE = re.compile(r"[^\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
_BLANK_LINE = re.compile(r"(?:\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029])\s*(?:\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029])")
_WORD = re.compile(r"[^\W\d_]+")
_LOOKED_AT = 20_000
"""Code points from which the language is judged."""
_SHORT, _SHORTEST = 12, 4
"""Words below which a text is English unless most of its words have other letters; and below which it always is."""
_FUNCTION_WORDS = 0.2
"""The least share of function words in an English text."""


class _Plain(dict[int, str]):
    """A space for white and invisible characters, the character itself otherwise; by code point, cached."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        is_odd = char not in "\n\r\t" and unicodedata.category(char) in {"Cc", "Cs", "Co", "Zl", "Zp"}
        self[code] = " " if is_odd or code in _SPACES else char
        return self[code]


def view(text: str) -> str:
    """`text` with every no-break, zero-width or control character as a space. The length is the same."""
    return text.translate(_Plain()) if not text.isascii() or not text.isprintable() else text


def _only_wraps(text: str, lines: Sequence[Span]) -> bool:
    """Whether line breaks only wrap: most lines end without final punctuation and the next begins in lower case."""
    pairs = list(itertools.pairwise(lines))
    wraps = sum(text[a.end - 1] not in '.!?:;"”’»)' and text[b.start].islower() for a, b in pairs)
    return 2 * wraps >= len(pairs) > 0


def paragraphs(text: str) -> tuple[Span, ...]:
    """The paragraphs of `text`, without the white space around them.

    Paragraphs are separated by line breaks, or by blank lines in a block whose single line breaks only wrap its lines.
    """
    blocks: list[list[Span]] = []
    for match in _LINE.finditer(text):
        start, end = match.span()
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        if start == end:
            continue
        line = Span(start, end)
        if blocks and not _BLANK_LINE.search(text, blocks[-1][-1].end, start):
            blocks[-1].append(line)
        else:
            blocks.append([line])
    return tuple(
        span
        for block in blocks
        for span in ([Span(block[0].start, block[-1].end)] if _only_wraps(text, block) else block)
    )


def looks_english(text: str) -> bool:
    """Whether enough of the words are English function words. Short texts get the benefit of the doubt."""
    words = [m[0].lower() for m in _WORD.finditer(text[:_LOOKED_AT])]
    if len(words) < _SHORT:
        return not (len(words) >= _SHORTEST and sum(w.isascii() for w in words) < len(words) / 2)
    known = load_words("stop_words")
    return sum(w in known for w in words) >= _FUNCTION_WORDS * len(words)
