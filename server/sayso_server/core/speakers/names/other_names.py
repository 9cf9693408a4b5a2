"""Other names of one entity: Kay-Zee, whose real name is Kyle Zimmer; the Institute of Volcanology (Phivol)."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace

from sayso_server.core.document import Document
from sayso_server.core.lexicon import load_words
from sayso_server.core.speakers.names.mentions import NameMention

_LONGEST_LINK = 40
"""Maximum number of characters between two names of one entity."""
_PIECE = 3
"""Number of letters of a word of the long form that the short form contains."""
_BORN = re.compile(r"[;,] (?:born|b\.|n[ée]e) ")


def with_other_names(document: Document, found: Sequence[NameMention]) -> list[NameMention]:
    """The names, with those marked that are other names for the one before."""
    out = list(found[:1])
    for before, mention in itertools.pairwise(found):
        link = document.plain[before.span.end : mention.span.start]
        if len(link) <= _LONGEST_LINK and _introduces(link, before.label):
            out.append(replace(mention, other_name_of=before.span.start, is_byname=True))
        elif link == " (" and _is_in_brackets(document, before, mention):
            is_person = mention.label == "PER"
            out.append(replace(mention, other_name_of=before.span.start, is_byname=is_person))
        else:
            out.append(mention)
    return out


def _introduces(link: str, label: str) -> bool:
    """Whether the words between two names show that the second is another name: , also known as"""
    words = re.sub(r"[^\w. ]", " ", link.lower()).split()
    if words[-1:] == ["the"]:
        words.pop()
    if words == ["known", "as"]:  # countries of the Pacific Rim, known as …
        return label == "PER"
    return "_".join(words) in load_words("before_other_names")


def _is_in_brackets(document: Document, before: NameMention, mention: NameMention) -> bool:
    """Whether brackets have the short or long form: Institute of Volcanology (Phivol), Madge (Ann Bell; born 1960)."""
    after = document.plain[mention.span.end : mention.span.end + 8]
    if mention.label == "PER":
        return before.label == "PER" and len(mention.key) > 1 and _BORN.match(after) is not None
    short, long = sorted((before, mention), key=lambda name: len(name.key))
    is_one_word = len(short.key) == 1 < len(long.key) and _is_made_of(short, long)
    both = before.label == mention.label == "ORG" and before.person < 0 and mention.person < 0
    return after.startswith(")") and both and is_one_word


def _is_made_of(short: NameMention, long: NameMention) -> bool:
    """Whether a word contains the beginning of a word of the long form, or has its letters in order: Phivol; IVolc."""
    initials = "".join(word[0] for word in long.key)
    start = initials[:2].find(short.key[0][0])  # the Carrow Institute of Volcanology (IVOLC)
    letters = iter("".join(long.key[max(start, 0) :]))
    if short.display.isupper() and start >= 0 and all(letter in letters for letter in short.key[0]):
        return True
    return any(word[:_PIECE] in short.key[0] for word in long.key if len(word) >= _PIECE)
