"""Surnames given once for two people: her husband, Peter; Andre and Amanda Smythe; Mr. and Mrs. Brad Smythe."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from sayso_server.core.document import Document
from sayso_server.core.lexicon import load_words
from sayso_server.core.speakers.names.mentions import OF_KIN, NameMention, with_feature
from sayso_server.core.speakers.names.spelling import is_given_name, normal

_LEAD = 24
"""Characters before a name in which to look for kin: her older brother, …"""
_KIN_NAMED_LAST = 3
"""Number of people, those last named in full, who may be the kin."""
_JOINED = re.compile(r",? (?:and|&) ")


def with_surnames_of_pairs(document: Document, found: Sequence[NameMention]) -> list[NameMention]:
    """Gives a given name the surname of the full name after it: Andre and Amanda Smythe.

    Only if the text has not named an Andre before, and names no other.
    """
    out: list[NameMention] = []
    for mention in reversed(found):
        after = out[-1] if out else None
        between = document.plain[mention.span.end : after.span.start] if after is not None else ""
        lead = between.removesuffix(" ".join(after.title) + " ") if after is not None and after.title else between
        if after is None or not (_JOINED.fullmatch(lead) or (lead == ", " and after.has_given_surname)):
            out.append(mention)
        elif mention.key[0] in load_words("bare_honorifics") and len(mention.key) == 1 and after.title:
            out[-1] = replace(after, title=(mention.display,))  # Mr. and Mrs. Brad Smythe: he
        elif not after.title and _is_of_pair(mention, after, found):
            whole = f"{mention.display} {after.display.split(maxsplit=1)[1]}"
            out.append(replace(mention, display=whole, has_given_surname=True))
        else:
            out.append(mention)
    return out[::-1]


def _is_of_pair(mention: NameMention, after: NameMention, found: Sequence[NameMention]) -> bool:
    """Whether a given name alone shares the surname of the full name after it."""
    is_alone = len(mention.key) == 1 and not mention.title
    is_given = is_alone and (is_given_name(mention.key[0]) or _is_of_couple(mention, after, found))
    is_full = len(after.key) > 1 and (is_given_name(after.key[0]) or after.label == "PER")
    if not is_given or not is_full or after.person <= 0:
        return False
    same = [n for n in found if mention.key[0] in n.key and n is not mention]
    later = all(n.span.start > mention.span.start and not n.title for n in same)
    return later and all(n.key[0] == mention.key[0] and n.key[-1] in {*mention.key, after.key[-1]} for n in same)


def _is_of_couple(mention: NameMention, after: NameMention, found: Sequence[NameMention]) -> bool:
    """Zinta and Owen Pell, where the text has Mrs Pell, too: a first name that is on no list."""
    surname = after.key[-1:]
    titles = {normal(word) for n in found if n.key == surname for word in n.title}
    is_man = after.key[0] in load_words("male_names")
    other = load_words("female" if is_man else "male")
    is_known = is_man or after.key[0] in load_words("female_names")
    return mention.label == "PER" and is_known and bool(titles & other)


def with_surnames_of_kin(document: Document, found: Sequence[NameMention]) -> list[NameMention]:
    """Gives kin the surname of the person named last: Ruth Roake lost her husband, Peter: Peter Roake.

    If the text has a Mrs Roake, his wife has that surname.
    """
    out: list[NameMention] = []
    people: list[NameMention] = []
    for mention in found:
        owner = _owner_of_kin(document, mention) if len(mention.key) == 1 and people else ""
        other = {"his": "female_names", "her": "male_names"}.get(owner)
        near = [n for n in reversed(people[-_KIN_NAMED_LAST:]) if other and n.key[0] not in load_words(other)]
        titled = (n for n in near if _has_spouse(n, found, "female" if owner == "his" else "male"))
        last = next(titled, near[0] if near else None)
        if last is not None:
            whole = f"{mention.display} {last.display.split()[-1]}"
            out.append(with_feature(replace(mention, display=whole), OF_KIN))
        else:
            out.append(mention)
        again = next((n for n in people if mention.key == n.key[-1:]), None)
        if again is not None:  # by surname
            people.remove(again)
            people.append(again)
        if out[-1].person > 0 and len(out[-1].key) > 1 and is_given_name(out[-1].key[0]):
            people.append(out[-1])
    return out


def _has_spouse(owner: NameMention, found: Sequence[NameMention], gender: str) -> bool:
    """Whether the text has the owner's surname with a title of the kin's gender: Mrs Marsh, for Colin Marsh."""
    titles = {normal(word) for n in found if n.key == owner.key[-1:] for word in n.title}
    return bool(titles & load_words(gender) & load_words("bare_honorifics"))


@cache
def _kin() -> re.Pattern[str]:
    between = "|".join(sorted(load_words("before_kin")))
    return re.compile(rf"\b(his|her) (?:(?:{between}) )?([a-z]+),? $")


def _owner_of_kin(document: Document, mention: NameMention) -> str:
    """The possessive before kin: his in "his wife, Mary"; empty if no kin is given."""
    lead = document.plain[max(0, mention.span.start - _LEAD) : mention.span.start].lower()
    kin = _kin().search(lead)
    return kin[1] if kin is not None and kin[2] in load_words("kin") else ""
