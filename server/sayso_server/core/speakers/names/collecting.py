"""All names of a document: those of its sentences, corrected by what the rest of the text says."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

from sayso_server.core.document import Document
from sayso_server.core.grammar.dialogue import turns
from sayso_server.core.lexicon import load_words
from sayso_server.core.speakers.names.mentions import NameMention, read_span
from sayso_server.core.speakers.names.personhood import scorer
from sayso_server.core.speakers.names.spans import name_spans
from sayso_server.core.speakers.names.spelling import is_given_name, normal, stem
from sayso_server.core.statement import Span

_LEAD = 24
"""Characters before a name in which kin are looked for: her older brother, …"""
_KIN_NAMED_LAST = 3
"""How many of the people last named in full may be the kin."""
_SHORTEST_ADJECTIVE = 7
"""Letters of the adjective of an unknown people: Vellandic."""


def collect(document: Document) -> list[NameMention]:
    """All names of a document, in text order."""
    spans = ((tree, words) for tree in document.trees for words in name_spans(tree))
    found = [mention for tree, words in spans if (mention := read_span(document, tree, words)) is not None]
    found = [_continued(document, mention) for mention in found]
    found = _without_pairs(_with_peoples(document, found))
    found += _surnames_alone(document, found)
    found = _with_labels(document, found)
    return _with_surnames_of_kin(document, sorted(found, key=lambda mention: mention.span.start))


def _with_feature(mention: NameMention, feature: str) -> NameMention:
    """The name with one more feature of personhood."""
    more = scorer().score([feature])
    return replace(mention, person=mention.person + more.margin, evidence=mention.evidence + more.evidence)


def _continued(document: Document, mention: NameMention) -> NameMention:
    """A name that the parser cut between two sentences: Curtis | Yoo advised."""
    tree = document.tree_at(mention.span.end + 1)
    after = tree.words[0] if tree is not None else None
    if (
        after is None
        or len(mention.key) != 1
        or after.start != mention.span.end + 1
        or not after.text[:1].isupper()
        or after.lower in load_words("stop_words")
    ):
        return mention
    span = Span(mention.span.start, after.end)
    whole = replace(mention, span=span, display=f"{mention.display} {after.text}")
    return _with_feature(whole, "cut between two sentences")


@cache
def _demonym_endings() -> tuple[str, ...]:
    return tuple(load_words("demonym_endings"))


def _with_peoples(document: Document, found: Sequence[NameMention]) -> list[NameMention]:
    """Velland is a country where the text has a Vellandic leader."""
    adjectives = {w.lower for t in document.trees for w in t.words if w.upos == "ADJ" and w.text[:1].isupper()}
    stems = {stem(a) for a in adjectives if len(a) >= _SHORTEST_ADJECTIVE and a.endswith(_demonym_endings())}
    return [_with_feature(n, "a people in the text") if _is_of_people(n, stems) else n for n in found]


def _is_of_people(mention: NameMention, stems: set[str]) -> bool:
    """Whether a name of one word has the stem of a people."""
    return len(mention.key) == 1 and stem(mention.key[0]) in stems and not is_given_name(mention.key[0])


def _without_pairs(found: Sequence[NameMention]) -> list[NameMention]:
    """Without the Orr-Pell debate, where Ann Orr and Owen Pell are named: that is neither of them."""
    surnames = {n.key[-1] for n in found if n.person > 0 and len(n.key) > 1 and "-" not in n.display}
    return [n for n in found if " " in n.display or "-" not in n.display or not set(n.key) <= surnames]


def _surnames_alone(document: Document, found: Sequence[NameMention]) -> Iterator[NameMention]:
    """Surnames of people named in full elsewhere, where the tagger saw no name (Grieve said …)."""
    surnames = {n.key[-1] for n in found if n.person > 0 and len(n.key) > 1}
    taken = {i for n in found for i in range(n.span.start, n.span.end)}
    for tree in document.trees:
        for word in tree.words:
            if word.text[:1].isupper() and normal(word.text) in surnames and word.start not in taken:
                yield NameMention(word.span, (), word.text)


def _with_labels(document: Document, found: Sequence[NameMention]) -> list[NameMention]:
    """The names that are labels of turns, also where nobody saw a name: [14:05] JR: …"""
    labels = {label.name: label for label in turns(document) if not label.is_letter}
    ends = {span.end for span in labels}
    out = [replace(n, is_label=True) if n.span.end in ends and not n.is_label else n for n in found]
    known = {n.span.end for n in found}
    for span in labels:
        tree = document.tree_at(span.start)
        words = tree.between(span.start, span.end) if tree is not None else []
        is_open = span.end not in known and span.of(document.plain).isupper() and len(words) == 1
        mention = read_span(document, tree, words) if tree is not None and is_open else None
        out += [replace(mention, is_label=True)] if mention is not None else []
    return out


def _with_surnames_of_kin(document: Document, found: Sequence[NameMention]) -> list[NameMention]:
    """Ruth Roake lost her husband, Peter: Peter Roake."""
    out: list[NameMention] = []
    people: list[NameMention] = []
    for mention in found:
        owner = _owner_of_kin(document, mention) if len(mention.key) == 1 and people else ""
        other = {"his": "female_names", "her": "male_names"}.get(owner)
        near = reversed(people[-_KIN_NAMED_LAST:])
        last = next((n for n in near if other and n.key[0] not in load_words(other)), None)
        if last is not None:
            whole = f"{mention.display} {last.display.split()[-1]}"
            out.append(_with_feature(replace(mention, display=whole), "kin of a person"))
        else:
            out.append(mention)
        if out[-1].person > 0 and len(out[-1].key) > 1 and is_given_name(out[-1].key[0]):
            people.append(out[-1])
    return out


@cache
def _kin() -> re.Pattern[str]:
    between = "|".join(sorted(load_words("before_kin")))
    return re.compile(rf"\b(his|her) (?:(?:{between}) )?([a-z]+),? $")


def _owner_of_kin(document: Document, mention: NameMention) -> str:
    """His in "his wife, Mary"; empty where no kinship is given."""
    lead = document.plain[max(0, mention.span.start - _LEAD) : mention.span.start].lower()
    kin = _kin().search(lead)
    return kin[1] if kin is not None and kin[2] in load_words("kin") else ""
