"""A name as it is written in the text: the words of a span read as title and name."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from sayso_server.core.document import Document
from sayso_server.core.lexicon import load_words
from sayso_server.core.scoring import Evidence
from sayso_server.core.speakers.names.job_titles import job_title_of
from sayso_server.core.speakers.names.personhood import is_organization_name, personhood, scorer
from sayso_server.core.speakers.names.spelling import countries, is_demonym, is_given_name, normal
from sayso_server.core.speakers.names.titles import (
    TitledName,
    is_bare_title,
    is_office_of_person,
    tagged_words,
    title_length,
    without_letters,
)
from sayso_server.core.statement import Span
from sayso_server.core.tree import Tree, Word

OF_KIN = "kin of a person"
"""The feature of a name whose surname is that of somebody else: her husband, Peter."""
_AGE = re.compile(r",? \(?(?:aged )?(\d\d?)\b(?![.,]?\d)|(\d\d?)-year-old\b")
_PARTY_AND_SEAT = re.compile(r"\((?:[DIR]|Con|Lab)-[A-Z]")
"""A party and a seat in brackets after a name: (D-Carrow)."""
_AFTER = 16
"""Number of characters after a name that are read."""


@dataclass(frozen=True, slots=True)
class NameMention:
    """Sen. Ada Prowse, 52: `title` are the capitalised words before the name, `display` is the name without them."""

    span: Span
    title: tuple[str, ...]
    display: str
    person: float = 0.0
    """Above 0 for the name of a person, below 0 for any other; the sum of `evidence`."""
    evidence: Evidence = ()
    """Features of personhood with their contributions."""
    job_title: Span | None = None
    """The words around the name that say what the person does."""
    age: str = ""
    nickname: str = ""
    is_label: bool = False
    """Whether it opens a line and a colon follows: NG: …"""
    is_place: bool = False
    """Whether "in" or "near" precedes it."""
    label: str = ""
    """The label of the name tagger: PER, ORG, LOC; empty if there is none."""
    has_given_surname: bool = False
    """Whether its surname is that of a person named after it: Andre and Amanda Smythe."""
    other_name_of: int = -1
    """The start of the name that this is another name for: Kay-Zee, whose real name is Kyle Zimmer; -1 if none."""
    is_byname: bool = False
    """Whether it is a name that the text does not otherwise use: Kyle Zimmer."""
    key: tuple[str, ...] = field(init=False)
    """The name for comparison: lower case, without initials' stops and suffixes."""

    def __post_init__(self) -> None:
        suffixes = load_words("name_suffixes")
        words = [w for p in re.split(r",?[\s-]+", self.display) if (w := normal(p))]
        key = tuple(w for w in words if w not in suffixes) or tuple(words)  # JR: initials
        object.__setattr__(self, "key", key)


def with_feature(mention: NameMention, feature: str) -> NameMention:
    """The mention with one more feature of personhood."""
    more = scorer().score([feature])
    return replace(mention, person=mention.person + more.margin, evidence=mention.evidence + more.evidence)


def read_span(document: Document, tree: Tree, words: list[Word]) -> NameMention | None:
    """Reads words as title and name; None for a bare title or a demonym."""
    cut = title_length(words, tagged_words(tree))
    own = words[cut:]
    end = own[-1].end  # with the letters after the name: Durham Hall QC
    letters = len(own) - without_letters(own, tagged_words(tree))
    own, words = own[: len(own) - letters], words[: len(words) - letters]
    before = tree.words[words[0].index - 1] if words[0].index else None
    if before is not None and not cut and _is_common(own, before, letters):
        return None
    if is_bare_title(words, cut, tagged_words(tree)) or _is_adjective(own) or is_office_of_person(tree, words):
        return None
    if _PARTY_AND_SEAT.match(document.plain, max(0, words[0].start - 1)):
        return None
    after = document.plain[end : end + _AFTER]
    read = TitledName(tree, tuple(words), cut, after, document.label_of(Span(own[0].start, own[-1].end)))
    person = personhood(read)
    age = _AGE.match(after)
    is_organization = is_organization_name(own)
    has_job = person.margin > 0 or (cut and not is_organization)
    title = tuple(w.text for w in words[:cut])
    if cut and is_organization and person.margin <= 0:  # the Prime Minister's Office: no title
        own, title = words, ()
    return NameMention(
        span=Span(own[0].start, end),
        title=title,
        display=_display(document, own, title),
        person=person.margin,
        evidence=person.evidence,
        job_title=job_title_of(read) if has_job else None,
        label=read.label,
        is_label=after.startswith(":") and words[0].index == 0,
        age=(age[1] or age[2]) if age else "",
        nickname=_nickname(own, document),
        is_place=before is not None and before.lower in load_words("prepositions_near"),
    )


def _is_common(own: Sequence[Word], before: Word, letters: int) -> bool:
    """Whether an article says that words are no name: the Company, in a press release; the Harwick MP."""
    is_one = len(own) == 1 and (letters > 0 or normal(own[0].text) in load_words("companies"))
    is_member = len(own) == 2 and normal(own[1].text) in load_words("party_members")  # the Vermont Democrat
    return (is_one or is_member) and before.lower in {"a", "an", "the"}


@cache
def _people_endings() -> tuple[str, ...]:
    return tuple(load_words("people_endings"))


def _is_adjective(own: Sequence[Word]) -> bool:
    """Whether a name is only a demonym: Israeli in "Israeli officials"."""
    word = normal(own[0].text)
    if len(own) == 1 and own[0].relation in {"compound", "amod"} and word in load_words("party_adjectives"):
        return True  # one Tory MP
    is_people = own[0].xpos in {"NNPS", "NNS"} and word.endswith(_people_endings()) and word not in countries()
    return len(own) == 1 and not is_given_name(word) and (own[0].upos == "ADJ" or is_demonym(word) or is_people)


def _display(document: Document, own: Sequence[Word], title: Sequence[str]) -> str:
    """The name as written, without a nickname in quotation marks; a monarch's with the title: Pope Francis."""
    words = [w for w in own if normal(w.text) not in load_words("name_suffixes")]
    reigning = len(words) == 1 and title and normal(title[-1]) in load_words("reigning")
    pieces = [f"{title[-1]} "] if reigning else []
    for i, word in enumerate(own):
        gap = word.start - own[i - 1].end if i else 0
        pieces += [" " if gap else "", document.plain[word.start : word.end]]
    return "".join(pieces)


def _nickname(own: Sequence[Word], document: Document) -> str:
    """The nickname in a name: Bins in Ed “Bins” Rowe."""
    for one, other in itertools.pairwise(own):
        if other.start - one.end > 1:
            return normal(re.sub(r"[^\w ]", "", document.plain[one.end : other.start]).strip())
    return ""
