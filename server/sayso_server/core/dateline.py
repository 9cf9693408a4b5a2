"""Datelines: the place, date and agency before the first sentence of a report. They are not part of the sentence."""

import re
from functools import cache

from sayso_server.core.lexicon import load_words
from sayso_server.core.statement import Span

_AGENCY = r"(?:\([A-Z][\w &/.'’-]{1,40}\)|/[A-Z][\w -]{2,40}/)"
"""(Reuters)   /PRNewswire/"""
_REGION = r"(?:, [A-Z][\w.'’]*(?:[ -][A-Z][\w.'’]*){0,3}){0,3}?"
"""HARWICK, Nova Ellan"""
_IN_CAPITALS = rf"[A-Z][A-Z.'’]+(?:[ /-][A-Z.'’]+)*{_REGION}"
_PLACE = rf"[A-Z][\w.'’/-]+(?: [A-Z][\w.'’/-]+){{0,3}}{_REGION}"
_DASH = r"(?: ?(?:--|[—―]) ?| [–-] ?|[–-] )"


def without_dateline(text: str, paragraph: Span) -> Span:
    """The paragraph without its opening dateline: HARWICK, June 3 — The bridge …"""
    match = _dateline().match(text, paragraph.start, min(paragraph.end, paragraph.start + _LOOKED_AT))
    return Span(match.end(), paragraph.end) if match else paragraph


_LOOKED_AT = 400
"""Code points to search for a dateline and the words after it: a row of capitals can be matched in many ways."""


@cache
def _dateline() -> re.Pattern[str]:
    """Matches a dateline before the start of a sentence. A place alone needs capitals, a dash and five words."""
    day, word = r"\d{1,2}(?:st|nd|rd|th)?", rf"(?i:{'|'.join(sorted(load_words('calendar')))})\.?"
    date = rf"(?:{word},? )?(?:{word} {day}|{day} {word})(?:,? \d{{4}})?"
    forms = (
        rf"{_PLACE}(?:,| [–-])? {date},?(?:{_DASH}? ?{_AGENCY})?(?:{_DASH}|: )",  # Harwick, June 4 (AP) –   June 4:
        rf"{date},?(?: ?{_AGENCY}|{_DASH}{_PLACE})?{_DASH}",  # June 4, 2024 – Harwick –
        rf"{_IN_CAPITALS},?{_DASH}? ?{_AGENCY}{_DASH}",  # HARWICK--(BUSINESS WIRE)--
        rf"{_PLACE} {_AGENCY}{_DASH}",  # Harwick (Reuters) –
        rf"{_AGENCY}{_DASH}",  # (Reuters) –
        rf"{_IN_CAPITALS}{_DASH}(?=(?:\S+\s+){{5}})",  # HARWICK –
    )
    return re.compile(rf"(?:{'|'.join(forms)})\s*(?=[“\"‘'«A-Z\d(])")
