"""Single quotation marks of a paragraph, told apart from apostrophes."""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from sayso_server.core.lexicon import load_words
from sayso_server.core.marks.doubles import BEFORE_OPENING
from sayso_server.core.statement import Span

STOPS = frozenset(",.!?…—")
"""Characters that confirm a closing mark after them."""
_SINGLE = re.compile("``|''|[‘'`]")
_CLOSING = {"‘": "’", "`": "'’"}
_LONGEST = 400
"""Maximum length of a quotation in single marks within one paragraph, in code points."""


class Single(NamedTuple):
    """A quotation in single marks; `carried`: it has no closing mark, and the next paragraph continues it."""

    span: Span
    carried: bool


def single_quotations(text: str, paragraph: Span, *, following: Span | None) -> Iterator[Single]:
    """The quotations in single marks of a paragraph. The paragraph `following` may continue the last of them."""
    is_followed = following is not None and opens_utterance(text, following, following.start)
    i = paragraph.start
    while (match := _SINGLE.search(text, i, paragraph.end)) is not None:
        start, i = match.span()
        if len(match[0]) > 1 or not _opens(text, paragraph, start):
            continue
        may_continue = is_followed and opens_utterance(text, paragraph, start)
        limit = paragraph.end if may_continue else min(paragraph.end, start + _LONGEST)
        end, is_sure = _end(text, paragraph, start, limit)
        if may_continue and not is_sure:
            yield Single(Span(start, paragraph.end), carried=True)
            return
        if end is not None:
            yield Single(Span(start, end), carried=False)
            i = end


def opens_utterance(text: str, paragraph: Span, i: int) -> bool:
    """Whether a mark at `i` opens a quotation that begins like a sentence: 'Then …, but not 'em or 'a mess'."""
    return _opens(text, paragraph, i) and not text[i + 1].islower()


def follows_stop(text: str, i: int) -> bool:
    """Whether a stop or a comma precedes the mark at `i`, even inside other marks: 'He said, "Go."'"""
    return (text[i - 2] if text[i - 1] in '"”»' else text[i - 1]) in STOPS


@cache
def _elision() -> re.Pattern[str]:
    """Matches the rest of a word that an apostrophe shortens: 'em, 'tis, '90s."""
    return re.compile(rf"(?:{'|'.join(sorted(load_words('elisions')))}|\d\ds?)\b", re.I)


def _opens(text: str, paragraph: Span, i: int) -> bool:
    if text[i] not in "‘'`" or i + 1 >= paragraph.end or text[i + 1].isspace() or _elision().match(text, i + 1):
        return False
    return i == paragraph.start or text[i - 1] in BEFORE_OPENING or text[i - 1] in '“"«'


def _end(text: str, paragraph: Span, i: int, limit: int) -> tuple[int | None, bool]:
    """The end, before `limit`, of the single quotation that opens at `i`, and whether it is certain.

    A possible possessive plural (the Olins' bridge) ends it only if no later mark follows a stop or a comma.
    """
    closing = _CLOSING.get(text[i], "'")
    possessive = None
    for j in range(i + 2, limit):
        if possessive is not None and _opens(text, paragraph, j):
            break
        if text[j] in closing and not text[j - 1].isspace():
            after = text[j + 1] if j + 1 < paragraph.end else " "
            if after.isalnum() or after == "'":
                continue
            is_plural = text[j - 1] in "sS" and after == " " and text[j + 2 : j + 3].islower()
            if possessive is None and is_plural:
                possessive = j + 1
            elif possessive is None or follows_stop(text, j):
                return j + 1, True
    return possessive, False
