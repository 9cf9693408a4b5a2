"""The layout of the data files: words sorted, and those with the same initial on one line.

A list that fits on one line stays on one. `make words` writes this layout; it keeps comments and, except in tables, the
order of lists.
"""

import re
import textwrap
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise

from sayso_server.core.lexicon.files import RESERVED, LexiconError

WIDTH = 120

_ENTRY = re.compile(r'^([\w-]+) *= *(?:"""(.*?)"""|"([^"\n]*)")[ \t]*$', re.MULTILINE | re.DOTALL)
_BLOCK = re.compile(rf"(?:^#[^\n]*\n)*{_ENTRY.pattern}\n*", re.MULTILINE | re.DOTALL)


def arranged(text: str) -> str:
    """A data file with every list sorted."""
    return _ENTRY.sub(lambda found: _entry(found[1], found[2] or found[3] or ""), text)


def arranged_table(text: str) -> str:
    """A data file with every list sorted, and the lists sorted by key. Comments stay with the key that follows them."""
    text = arranged(text)
    blocks = [(found[1], found[0].strip("\n"), found.start()) for found in _BLOCK.finditer(text)]
    own = sorted((key, block) for key, block, _ in blocks if key not in RESERVED)
    start = min((at for key, _, at in blocks if key not in RESERVED), default=len(text))
    return text[:start] + "".join(f"{block}\n" for _, block in own)


def _entry(key: str, value: str) -> str:
    if key in RESERVED:
        return f'{key} = "{value}"'
    words = sorted(value.split())
    line = f'{key} = "{" ".join(words)}"'
    if len(line) <= WIDTH:
        return line
    lines = [wrapped for _, same in groupby(words, key=lambda word: word[0]) for wrapped in _wrapped(same)]
    return f'{key} = """\n' + "\n".join(lines) + '\n"""'


def _wrapped(words: Iterable[str]) -> list[str]:
    return textwrap.wrap(" ".join(words), WIDTH, break_long_words=False, break_on_hyphens=False)


def check_sorted(words: Sequence[str], where: str) -> None:
    """Raise LexiconError for the first word out of order; the message says where it belongs."""
    for i, (before, word) in enumerate(pairwise(words), 1):
        if word < before:
            at = bisect_left(words, word, hi=i)
            place = f"before {words[at]!r}" if at == 0 else f"between {words[at - 1]!r} and {words[at]!r}"
            raise LexiconError(f"{where}: {word!r} belongs {place}; `make words` sorts the files")
