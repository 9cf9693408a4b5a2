"""Double marks of a paragraph: straight and curly, low and high, guillemets, `` '' pairs."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sayso_server.core.statement import Span

BEFORE_OPENING = frozenset(" \t\u00a0([{<-–—/―:;,.…")
"""Characters that may precede an opening mark."""
_AFTER_CLOSING = frozenset(" \t\u00a0)]}>-–—―/:;,.!?…'’\"”»“«")
_DOUBLE = re.compile("``|''|[“„”«»\"]")
_CURLY = {"“": "open", "„": "open", "”": "close"}
_GUILLEMETS = {"«": "open", "»": "close"}


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark in [start, end) of the text. Its role is "open", "close" or, if both are possible, "?".

    The role "again" opens another paragraph of an open quotation, if there is one: paragraphs were run together.
    """

    start: int
    end: int
    role: str
    family: str


def double_marks(text: str, paragraph: Span) -> Iterator[Mark]:
    """The double marks of a paragraph, in text order.

    Curly marks and guillemets have their usual role, unless only the other one is possible: „…“, ”…”, »…«.
    """
    straight = is_open = 0
    has_tex = text.find("``", paragraph.start, paragraph.end) >= 0
    for match in _DOUBLE.finditer(text, paragraph.start, paragraph.end):
        mark, (start, end) = match[0], match.span()
        by_place = _role_by_place(text, paragraph, start, end)
        if mark == "``":
            yield Mark(start, end, "open", "tex")
        elif mark == "''" and has_tex:
            yield Mark(start, end, "close", "tex")
        elif mark == "''":  # some feeds open and close with it
            yield Mark(start, end, by_place, "straight")
        elif mark == '"':
            straight += 1
            if straight % 2 and start > paragraph.start and text[start - 1].isdigit():
                straight -= 1  # inches, with no open mark before: 6'2", a 10" pipe
                continue
            is_again = by_place == "open" and _opens_again(text, paragraph, start)
            yield Mark(start, end, "again" if is_again else by_place, "straight")
        else:
            usual = (_CURLY | _GUILLEMETS)[mark]
            is_turned = by_place == ("close" if is_open else "open") and mark != "„"
            role = by_place if is_turned else usual
            if role == "open" and is_open and _opens_again(text, paragraph, start):
                role = "again"
            is_open = max(0, is_open + (-1 if role == "close" else 1))
            yield Mark(start, end, role, "curly" if mark in _CURLY else "guillemet")


def _role_by_place(text: str, paragraph: Span, start: int, end: int) -> str:
    """The role of a mark, by the characters around it."""
    before = text[start - 1] if start > paragraph.start else " "
    after = text[end] if end < paragraph.end else " "
    can_open = (before in BEFORE_OPENING or before in "“\"'‘") and not after.isspace()
    can_close = not before.isspace() and (after in _AFTER_CLOSING or after.isspace())
    return "?" if can_open == can_close else "open" if can_open else "close"


def _opens_again(text: str, paragraph: Span, start: int) -> bool:
    """Whether a sentence ends before a mark and another begins with it: … is safe. "We will …"""
    before = text[max(paragraph.start, start - 2) : start]
    return len(before) == 2 and before[0] in ".!?…" and before[1].isspace() and text[start + 1 : start + 2].isupper()


def paired(
    marks: Sequence[Mark], *, is_carried: bool = False
) -> tuple[list[tuple[int, int, int]], list[Mark], list[Mark]]:
    """The matched pairs as (start, end, depth), the marks left open, and the marks that close nothing.

    Straight marks that open again are skipped; so are curly ones if too few close and no paragraph continues.
    """
    stack: list[Mark] = []
    pairs, surplus = [], []
    curly = [mark.role for mark in marks if mark.family == "curly"]
    is_flat = not is_carried and 0 < curly.count("close") < curly.count("open") + curly.count("again")
    for mark in marks:
        is_inner = bool(stack) and stack[-1].family == mark.family == "straight"
        if mark.role == "again" and (is_inner or (is_flat and mark.family == "curly")):
            continue
        if (mark.role in {"open", "again"} and not is_inner) or (mark.role == "?" and not stack):
            stack.append(mark)
        elif stack:
            opened = stack.pop()
            pairs.append((opened.start, mark.end, len(stack)))
        else:
            surplus.append(mark)
    return pairs, stack, surplus
