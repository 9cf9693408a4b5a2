"""All names of a document: those of its sentences, corrected with the help of the rest of the text."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

from sayso_server.core.document import Document
from sayso_server.core.grammar.dialogue import turns
from sayso_server.core.lexicon import load_words
from sayso_server.core.speakers.names.mentions import NameMention, read_span, with_feature
from sayso_server.core.speakers.names.other_names import with_other_names
from sayso_server.core.speakers.names.personhood import AS_IT
from sayso_server.core.speakers.names.relatives import with_surnames_of_kin, with_surnames_of_pairs
from sayso_server.core.speakers.names.spans import name_spans
from sayso_server.core.speakers.names.spelling import countries, is_given_name, normal, stem
from sayso_server.core.statement import Span

_LONGEST_NAME = 4
"""Maximum number of words in a name that is a person's because of its surname alone."""
_SHORTEST_ADJECTIVE = 7
"""Minimum number of letters in the adjective of an unknown people: Vellandic."""


def collect(document: Document) -> list[NameMention]:
    """All names of a document, in text order."""
    spans = ((tree, words) for tree in document.trees for words in name_spans(tree))
    found = [mention for tree, words in spans if (mention := read_span(document, tree, words)) is not None]
    found = [_continued(document, mention) for mention in found]
    found = _without_pairs(_with_peoples(document, found))
    found = _with_surnames_alone(_with_its(found))
    found += _surnames_alone(document, found)
    found += _things_alone(document, found)
    found = _with_labels(document, found)
    found = sorted(found, key=lambda mention: mention.span.start)
    return with_other_names(document, with_surnames_of_kin(document, with_surnames_of_pairs(document, found)))


def _continued(document: Document, mention: NameMention) -> NameMention:
    """A name that was cut between two sentences, made whole: Curtis | Yoo advised."""
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
    return with_feature(whole, "cut between two sentences")


@cache
def _demonym_endings() -> tuple[str, ...]:
    return tuple(load_words("demonym_endings"))


def _with_peoples(document: Document, found: Sequence[NameMention]) -> list[NameMention]:
    """Marks the names of peoples and countries: Velland is a country if the text has a Vellandic leader."""
    adjectives = {w.lower for t in document.trees for w in t.words if w.upos == "ADJ" and w.text[:1].isupper()}
    stems = {stem(a) for a in adjectives if len(a) >= _SHORTEST_ADJECTIVE and a.endswith(_demonym_endings())}
    return [with_feature(n, "a people in the text") if _is_of_people(n, stems) else n for n in found]


def _is_of_people(mention: NameMention, stems: set[str]) -> bool:
    """Whether a name of one word has the stem of a people."""
    return len(mention.key) == 1 and stem(mention.key[0]) in stems and not is_given_name(mention.key[0])


def _without_pairs(found: Sequence[NameMention]) -> list[NameMention]:
    """Removes names like the Orr-Pell debate if Ann Orr and Owen Pell are named: it is neither of them."""
    surnames = {n.key[-1] for n in found if n.person > 0 and len(n.key) > 1 and "-" not in n.display}
    return [n for n in found if " " in n.display or "-" not in n.display or not set(n.key) <= surnames]


def _with_its(found: Sequence[NameMention]) -> list[NameMention]:
    """Marks a name everywhere if it is "it" once: Corvane is a company if it says that it will cut jobs."""
    its = {n.key for n in found if any(feature == AS_IT for feature, _ in n.evidence)}
    out = []
    for mention in found:
        has = any(feature == AS_IT for feature, _ in mention.evidence)
        is_same = mention.key in its and not has and not mention.title
        out.append(with_feature(mention, AS_IT) if is_same else mention)
    return out


def _with_surnames_alone(found: Sequence[NameMention]) -> list[NameMention]:
    """Marks people by a lone surname: San San Chiu is a person if the text has a person Chiu, and no other Chiu."""
    alone = {n.key[0] for n in found if len(n.key) == 1 and n.label == "PER" and n.person > 0 and not n.is_place}
    taken = {n.key[-1] for n in found if n.person > 0 and len(n.key) > 1}
    surnames = alone - taken - countries().keys()
    return [with_feature(n, "surname alone") if _may_be_person(n) and n.key[-1] in surnames else n for n in found]


def _may_be_person(mention: NameMention) -> bool:
    """Whether only the tagger says that a name of two to four words is not a person's."""
    features = {feature for feature, _ in mention.evidence}
    is_thing = features & {"name of an organization", "article before", "country or acronym inside"}
    is_part = mention.key[0] in load_words("compass", "place_openings")
    fits = 1 < len(mention.key) <= _LONGEST_NAME and mention.person <= 0
    return fits and not (is_thing or is_part or mention.is_place)


def _surnames_alone(document: Document, found: Sequence[NameMention]) -> Iterator[NameMention]:
    """Surnames of people named in full elsewhere, where no name was found (Grieve said …)."""
    surnames = {n.key[-1] for n in found if n.person > 0 and len(n.key) > 1}
    taken = {i for n in found for i in range(n.span.start, n.span.end)}
    for tree in document.trees:
        for word in tree.words:
            if word.text[:1].isupper() and normal(word.text) in surnames and word.start not in taken:
                yield NameMention(word.span, (), word.text)


def _things_alone(document: Document, found: Sequence[NameMention]) -> Iterator[NameMention]:
    """Subjects that open a sentence with a word that names a thing inside a sentence elsewhere: Time reported …"""
    starts = {tree.span.start for tree in document.trees}
    things = [n for n in found if len(n.key) == 1 and n.person < 0 and " " not in n.display and n.display.istitle()]
    inner = {n.display: n for n in things if n.span.start not in starts}
    taken = {n.span.start for n in found}
    titled = {n.span.start for n in found if n.title}
    for tree in document.trees if inner else ():
        word = tree.words[0]
        is_title = any(other.start in titled for other in tree.words[1:2])  # Democrat Ann Orr
        is_open = word.start not in taken and not is_title and word.xpos != "NNS"
        if word.text in inner and word.relation == "nsubj" and is_open:
            yield replace(inner[word.text], span=word.span, job_title=None, is_place=False)


def _with_labels(document: Document, found: Sequence[NameMention]) -> list[NameMention]:
    """The names, with those marked or added that are labels of turns: [14:05] JR: …"""
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
