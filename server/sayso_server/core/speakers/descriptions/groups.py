"""Phrases that refer to several people: Ann Orr and Owen Pell, residents, the company's bankers."""

from collections.abc import Sequence

from sayso_server.core.lexicon import load_words
from sayso_server.core.speakers import link_rules as rules
from sayso_server.core.speakers.descriptions.phrase import Phrase, cleaned, description, undetermined
from sayso_server.core.speakers.entities import Entities, NewEntity, Proposal
from sayso_server.core.speakers.link_rules import LinkRule
from sayso_server.core.speakers.names.clusters import NameCluster
from sayso_server.core.speakers.names.index import NameIndex, Occurrence
from sayso_server.core.speakers.names.spelling import is_human_noun, normal
from sayso_server.core.statement import SpeakerType
from sayso_server.core.tree import Word

_COORDINATED = "and"
"""The head of a group that is a coordination."""


def coordinated_names(phrase: Phrase) -> Proposal | None:
    """A group of named people: Ann Orr and Owen Pell."""
    head = _apposed(phrase) or phrase.head
    others = (w for w in phrase.tree.children(head, "conj") if not phrase.is_inside_name(w))
    heads = [head, *others]
    parts = [name_of_part(phrase.entities.names, head) for head in heads if head.start < phrase.span.end]
    found = [named.cluster for named in parts if named is not None]
    people = list(dict.fromkeys(found))
    if len(people) < 2 or len(people) != len(heads):
        return None
    return as_group(phrase.entities, people, rules.COORDINATED_NAMES)


def _apposed(phrase: Phrase) -> Word | None:
    """Ann in "the neighbours, Ann and Owen Pell"."""
    named = (w for w in phrase.tree.children(phrase.head, "appos") if w.end <= phrase.span.end)
    is_one = not phrase.is_plural or phrase.entities.names.at(phrase.head) is not None
    return None if is_one else next((w for w in named if phrase.tree.children(w, "conj")), None)


def name_of_part(names: NameIndex, head: Word) -> Occurrence | None:
    """The name of one part of a coordination, or the person's name after a job title: mission scientist Owen Pell."""
    after = names.from_to(head.end, head.end + 2)
    is_title = is_human_noun(normal(head.lemma)) and bool(after) and after[0].cluster.is_person
    return names.at(head) or (after[0] if is_title else None)


def together(phrase: Phrase) -> Proposal | None:
    """A group that is a coordination, with or without names."""
    return coordinated_names(phrase) or coordination(phrase)


def as_group(entities: Entities, people: Sequence[NameCluster], rule: LinkRule) -> Proposal:
    """The group of exactly these named people."""
    displays = [c.display for c in people]
    text = f"{', '.join(displays[:-1])} and {displays[-1]}"
    known = reversed(entities.described(SpeakerType.GROUP, _COORDINATED))
    same = next((e for e in known if sorted(e.display.replace(",", "").split()) == _words(displays)), None)
    return Proposal(same or NewEntity(SpeakerType.GROUP, text, _COORDINATED), rule)


def _words(displays: Sequence[str]) -> list[str]:
    """The words of a group of these names, in alphabetical order."""
    return sorted(["and", *(word for display in displays for word in display.replace(",", "").split())])


def coordination(phrase: Phrase) -> Proposal | None:
    """A coordination as a group: the president and Congress, Pell and his wife; not: the chair and chief executive."""
    others = phrase.joined
    coordinators = [c.lower for w in others for c in phrase.tree.children(w, "cc")]
    if phrase.is_plural or "and" not in coordinators or not all(_is_alone(phrase, w) for w in others):
        return None
    names = phrase.entities.names
    own = names.at(phrase.head)
    if own is not None and any(names.at(w) is own for w in others):  # Health and Human Services
        return None
    if phrase.head.upos not in {"NOUN", "PROPN"} or not _is_alone(phrase, phrase.head):
        return None
    text = _with_full_names(phrase, names.from_to(phrase.span.start, phrase.span.end))
    return phrase.entities.describe(rules.COORDINATION, SpeakerType.GROUP, text, _COORDINATED, definite=True)


def _is_alone(phrase: Phrase, word: Word) -> bool:
    """Whether one part of a coordination is a separate person: it has a name, an article or a possessor."""
    return phrase.entities.names.at(word) is not None or bool(phrase.tree.children(word, "det", "nmod:poss"))


def _with_full_names(phrase: Phrase, named: Sequence[Occurrence]) -> str:
    """The phrase with full names: Owen Pell and his wife, for "Mr. Pell and his wife"."""
    out, position = "", phrase.span.start
    for found in named:
        if found.end <= phrase.span.end:
            out += phrase.plain[position : found.start] + found.cluster.display
            position = found.end
    return undetermined(cleaned(out + phrase.plain[position : phrase.span.end]), phrase.words)


def group(phrase: Phrase) -> Proposal | None:
    """A group without names: residents, two officials briefed on the speech, the company's bankers."""
    is_group = phrase.is_plural or _is_couple(phrase) or _is_number(phrase)
    is_alone = all(w.xpos != "NNS" for w in phrase.joined)  # police, but not police and officials
    if not is_group or (phrase.lower in load_words("collectives") and is_alone):
        return None
    rule = rules.GROUP_DEFINITE if phrase.points_back else rules.GROUP
    text = description(phrase, "of")
    return phrase.entities.describe(rule, SpeakerType.GROUP, text, phrase.lemma, definite=phrase.is_definite)


def _is_number(phrase: Phrase) -> bool:
    """Whether a phrase is a number of people: a number of senators."""
    plural = any(w.xpos in {"NNS", "NNPS"} for w in phrase.tree.children(phrase.head, "nmod"))
    return plural and phrase.lemma in load_words("quantities")


def _is_couple(phrase: Phrase) -> bool:
    """Whether a phrase is a couple: a woman and her boyfriend."""
    return any(is_human_noun(normal(w.lemma)) for w in phrase.joined) and is_human_noun(phrase.lemma)
