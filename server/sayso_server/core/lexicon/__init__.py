"""The lexicon: word lists from `core/data`, read on first use and checked.

`words` reads lists, `tables` reads lists by key, `cues` reads the words that report statements; `layout` sorts the
files.
"""

from sayso_server.core.lexicon.cues import (
    Entry,
    Frame,
    adjective,
    begins_phrase,
    is_form_of,
    noun,
    parse_cues,
    phrase,
    seen,
    verb,
)
from sayso_server.core.lexicon.files import LexiconError
from sayso_server.core.lexicon.tables import load_table
from sayso_server.core.lexicon.words import load_words

__all__ = [
    "Entry",
    "Frame",
    "LexiconError",
    "adjective",
    "begins_phrase",
    "is_form_of",
    "load_table",
    "load_words",
    "noun",
    "parse_cues",
    "phrase",
    "seen",
    "verb",
]
