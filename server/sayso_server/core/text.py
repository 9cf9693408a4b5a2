"""The text as the reader sees it: paragraphs, and a same-length view without odd characters.

All offsets are code points of the caller's own text. The view has the same length, so its offsets are the same.
"""

import itertools
import re
import unicodedata
from collections.abc import Sequence
from functools import cache

from sayso_server.core.lexicon import load_words
from sayso_server.core.statement import Span

_SPACES = {0x00A0, 0x1680, 0x180E, 0x202F, 0x205F, 0x3000, 0xFEFF, *range(0x2000, 0x200C), 0x2060}
_LINE = re.compile(r"[^\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
_BLANK_LINE = re.compile(r"(?:\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029])\s*(?:\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029])")
_WORD = re.compile(r"[^\W\d_]+")


class _Plain(dict[int, str]):
    """A space for what is white or invisible, the character itself otherwise; by code point, each looked at once."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        is_odd = char not in "\n\r\t" and unicodedata.category(char) in {"Cc", "Cs", "Co", "Zl", "Zp"}
        self[code] = " " if is_odd or code in _SPACES else char
        return self[code]


def view(text: str) -> str:
    """`text` with every no-break, zero-width or control character as a space. The length is the same."""
    return text.translate(_Plain()) if not text.isascii() or not text.isprintable() else text


def _only_wraps(text: str, lines: Sequence[Span]) -> bool:
    """Whether the breaks of a block only wrap its lines: most lines end without final punctuation and go on low."""
    pairs = list(itertools.pairwise(lines))
    wraps = sum(text[a.end - 1] not in '.!?:;"”’»)' and text[b.start].islower() for a, b in pairs)
    return 2 * wraps >= len(pairs) > 0


def paragraphs(text: str) -> tuple[Span, ...]:
    """The paragraphs of `text`, without the white space around them.

    A paragraph lies between line breaks; in a block whose single line breaks only wrap its lines, between blank lines.
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


@cache
def _stop_words() -> frozenset[str]:
    return load_words("stop_words")


def looks_english(text: str) -> bool:
    """Whether enough of the words are English function words. Short texts get the benefit of the doubt."""
    words = [m[0].lower() for m in _WORD.finditer(text[:20000])]
    if len(words) < 12:
        return not (len(words) >= 4 and sum(w.isascii() for w in words) < len(words) / 2)
    return sum(w in _stop_words() for w in words) >= 0.2 * len(words)
