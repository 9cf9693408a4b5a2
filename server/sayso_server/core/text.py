"""The text as a reader sees it: a view of the same length without odd characters, and whether it is English.

All offsets are code points of the caller's own text. The view has the same length, so its offsets are the same.
"""

import re
import unicodedata

from sayso_server.core.lexicon import load_words

INVISIBLE = "\u00ad"
"""Replaces invisible characters within a word in the view: a soft hyphen. No parsed word contains one."""
_SPACES = {0x00A0, 0x1680, 0x180E, 0x202F, 0x205F, 0x3000, 0xFEFF, *range(0x2000, 0x200C), 0x2060}
_LINE_BREAKS = frozenset("\v\f\x1c\x1d\x1e\x85\u2028\u2029")
"""Line breaks other than \\n and \\r, as in str.splitlines(): from word processors, PDF and mainframes."""
_MARKS = str.maketrans("‹›‛‟＂″〝〞「」『』｢｣´′", "‘’‘“\"\"“”“”“”“”''")
"""Rare quotation marks, and the usual ones that replace them."""
_FORMAT = "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
_WITHIN_WORD = re.compile(rf"(?<=\w)[{_FORMAT}]+(?:(?<=\u00ad)[ \t]*\r?\n[ \t]*)?(?=\w)")
"""Invisible characters within a word; a soft hyphen may end a line."""
_WINDOWS = {code: bytes((code,)).decode("cp1252", "ignore") or " " for code in range(0x80, 0xA0)}
"""Control characters, and the characters that they were before Windows-1252 was read as Latin-1: ‘ ’ “ ” – …"""
_WINDOWS_SEEN = re.compile("[\x80-\x84\x86-\x9f]")
_BOLD = re.compile(r"(?<![*\w])\*\*(?=[^\W_]|[“\"‘'])|(?<=[\w.,:;!?”\"’'])\*\*(?![*\w])")
"""Markers of bold type in Markdown."""
_WORD = re.compile(r"[^\W\d_]{2,}|[aAI]\b")
_LOOKED_AT = 20_000
"""Code points from which the language is detected."""
_SHORT, _SHORTEST = 12, 4
"""Below _SHORT words, a text is English unless most words have non-ASCII letters; below _SHORTEST, it always is."""
_FEW = 6
"""Minimum number of words other than names for detecting the language."""
_FUNCTION_WORDS = 0.12
"""Minimum share of function words in an English text, not counting names; in a short text, one word is enough."""


class _Plain(dict[int, str]):
    """Replacements by code point, cached: a space, a line feed, or the character itself.

    White space and invisible characters become spaces, unusual line breaks become line feeds.
    """

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if char in _LINE_BREAKS:
            self[code] = "\n"
            return "\n"
        is_odd = char not in "\n\r\t" and unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
        self[code] = " " if is_odd or code in _SPACES else char
        return self[code]


_PLAIN = _Plain()


def view(text: str) -> str:
    """The view of a text: with usual quotation marks and line breaks, and of the same length.

    No-break spaces, invisible characters and control characters become spaces; invisible characters within a word
    become INVISIBLE, which the parser never sees.
    """
    text = _BOLD.sub("  ", text)
    if text.isascii() and text.isprintable():
        return text
    if _WINDOWS_SEEN.search(text):
        text = text.translate(_WINDOWS)
    text = text.translate(_MARKS)
    out, position = [], 0
    for match in _WITHIN_WORD.finditer(text):
        out += [text[position : match.start()].translate(_PLAIN), INVISIBLE * len(match[0])]
        position = match.end()
    return "".join([*out, text[position:].translate(_PLAIN)])


def looks_english(text: str) -> bool:
    """Whether enough of the words are English function words. Short texts get the benefit of the doubt.

    Capitalised words do not count against it, so lists of names and results pass.
    """
    words = _WORD.findall(text[:_LOOKED_AT])
    function_words = sum(w.lower() in load_words("stop_words") for w in words)
    others = sum(not w[0].isupper() and w not in load_words("stop_words") for w in words)
    if len(words) < _SHORT or function_words + others < _FEW:
        return not (len(words) >= _SHORTEST and sum(w.isascii() for w in words) < len(words) / 2)
    if function_words + others < _SHORT:
        return function_words > 0
    return function_words >= _FUNCTION_WORDS * (function_words + others)
