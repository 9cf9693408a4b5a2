"""The text as a reader sees it: a view of the same length without odd characters, and whether it is English.

All offsets are code points of the caller's own text. The view has the same length, so its offsets are the same.
"""

import re
import unicodedata

from sayso_server.core.lexicon import load_words

INVISIBLE = "\u00ad"
"""What the view has for invisible characters within a word: a soft hyphen. No word that is parsed has one."""
_SPACES = {0x00A0, 0x1680, 0x180E, 0x202F, 0x205F, 0x3000, 0xFEFF, *range(0x2000, 0x200C), 0x2060}
_LINE_BREAKS = frozenset("\v\f\x1c\x1d\x1e\x85\u2028\u2029")
"""What ends a line besides \\n and \\r, as str.splitlines() has it: of word processors, of PDF, of mainframes."""
_MARKS = str.maketrans("‹›‛‟＂″〝〞「」『』｢｣´′", "‘’‘“\"\"“”“”“”“”''")
"""Rare quotation marks, and what they are read as."""
_FORMAT = "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
_WITHIN_WORD = re.compile(rf"(?<=\w)[{_FORMAT}]+(?:(?<=\u00ad)[ \t]*\r?\n[ \t]*)?(?=\w)")
"""Characters that do not show, within a word; a soft hyphen may end a line."""
_WINDOWS = {code: bytes((code,)).decode("cp1252", "ignore") or " " for code in range(0x80, 0xA0)}
"""What control characters are, where Windows-1252 was read as Latin-1: ‘ ’ “ ” – … in the first place."""
_WINDOWS_SEEN = re.compile("[\x80-\x84\x86-\x9f]")
_BOLD = re.compile(r"(?<![*\w])\*\*(?=[^\W_]|[“\"‘'])|(?<=[\w.,:;!?”\"’'])\*\*(?![*\w])")
"""The signs around bold type in Markdown."""
_WORD = re.compile(r"[^\W\d_]{2,}|[aAI]\b")
_LOOKED_AT = 20_000
"""Code points from which the language is judged."""
_SHORT, _SHORTEST = 12, 4
"""Words below which a text is English unless most of its words have other letters; and below which it always is."""
_FEW = 6
"""Words that are no names, of which there must be so many to tell the language."""
_FUNCTION_WORDS = 0.12
"""The least share of function words in an English text, names aside; one word is enough in a short text."""


class _Plain(dict[int, str]):
    """A space for white and invisible characters, a line feed for line breaks of other kinds, the character itself
    otherwise; by code point, cached."""

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
    """`text` with usual marks and line breaks, and with no-break, invisible and control characters as spaces.

    The length is the same.

    Characters within a word that do not show are INVISIBLE: the parser never sees them.
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

    Capitalised words do not count against it, so that lists of names and results do not.
    """
    words = _WORD.findall(text[:_LOOKED_AT])
    function_words = sum(w.lower() in load_words("stop_words") for w in words)
    others = sum(not w[0].isupper() and w not in load_words("stop_words") for w in words)
    if len(words) < _SHORT or function_words + others < _FEW:
        return not (len(words) >= _SHORTEST and sum(w.isascii() for w in words) < len(words) / 2)
    if function_words + others < _SHORT:
        return function_words > 0
    return function_words >= _FUNCTION_WORDS * (function_words + others)
