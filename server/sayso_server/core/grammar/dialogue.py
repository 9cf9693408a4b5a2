"""Finds the labels of a document that belong to speakers in a dialogue, not to notes, places or headlines."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise

from sayso_server.core.document import Document
from sayso_server.core.grammar.label import Label, labels_of
from sayso_server.core.lexicon import load_words

_WORD = re.compile(r"[^\W\d_]+(?=\W|$)")
_NEXT = 2
"""Maximum number of paragraphs from one turn to the next, with one aside between them: (APPLAUSE)."""


def turns(document: Document) -> tuple[Label, ...]:
    """The labels of turns, in text order.

    Someone with two labels, by full name or surname, takes part if a label names a person or the words after it are
    spoken: I, you, a question. Someone with only one label takes part if a neighbouring label is another person's.
    """
    labels = [label for label in labels_of(document) if not _is_only_name(document, label)]
    of_key: dict[str, list[Label]] = {}
    for label in labels:
        of_key.setdefault(_key(document, label), []).append(label)
    initials = _initials(document)
    known = {key for key, own in of_key.items() if key in initials or _is_known(document, own)}
    twice = {key for key in known if len(of_key[key]) > 1}
    possible = known | {key for key, own in of_key.items() if _is_possible(document, own)}
    pairs = [pair for pair in _exchanges(document, labels) if known & set(pair) and possible.issuperset(pair)]
    answered = {key for pair in pairs for key in pair} | _between(document, labels, known)
    alone = {key for key in known - twice - answered if _speaks_alone(document, of_key[key][0])}
    talk = twice | answered | alone
    return tuple(label for label in labels if _key(document, label) in talk)


def _key(document: Document, label: Label) -> str:
    """The key that labels of one person share: the surname. A number belongs to its noun: speaker 1."""
    words = label.name.of(document.plain).lower().replace("’", "'").split()
    return " ".join(words[-2:]) if len(words) > 1 and _is_number(words[-1]) else words[-1]


def _is_number(word: str) -> bool:
    """Whether a word is a number or a letter: 1 in Speaker 1, B in Speaker B."""
    return word.isdigit() or len(word) == 1


def _initials(document: Document) -> set[str]:
    """The initials of the people named in full."""
    names = [name.span.of(document.plain).lower().split() for name in document.names if name.label == "PER"]
    return {"".join(word[0] for word in words) for words in names if len(words) > 1}


def _is_known(document: Document, own: Sequence[Label]) -> bool:
    """Whether the labels of one key are letters, name a person or a part in a dialogue, or introduce spoken words."""
    if own[0].is_letter:
        return True
    found = Counter(document.label_of(label.name) for label in own)
    if found["PER"] > found["LOC"] + found["ORG"] or any(_has_part(document, label) for label in own):
        return True
    is_spoken = any(_is_spoken(document, label) for label in own)
    return is_spoken and (len(own) > 1 or own[0].name.of(document.plain).isupper())


def _is_possible(document: Document, own: Sequence[Label]) -> bool:
    """Whether labels without a known name may be a speaker's, if a known speaker answers."""
    is_place = any(document.label_of(label.name) in {"LOC", "ORG"} for label in own)
    is_upper = own[0].name.of(document.plain).isupper()
    return any(_is_spoken(document, label) for label in own) or (is_upper and not is_place)


def _has_part(document: Document, label: Label) -> bool:
    """Whether a label is a title or a part in a dialogue: The Chair, Speaker 1, Dr Lowe."""
    words = [w.strip(".,").lower() for w in label.name.of(document.plain).split() if not _is_number(w)] or [""]
    return words[0] in load_words("honorifics") or words[-1] in load_words("roles", "people", "parts_in_talks")


def _exchanges(document: Document, labels: Sequence[Label]) -> Iterable[tuple[str, str]]:
    """Neighbouring labels of two speakers, at least one of whose contents ends like a sentence."""
    for one, other in pairwise(labels):
        keys = _key(document, one), _key(document, other)
        is_near = other.paragraph - one.paragraph <= _NEXT
        if is_near and keys[0] != keys[1] and (_ends(document, one) or _ends(document, other)):
            yield keys


def _between(document: Document, labels: Sequence[Label], known: Collection[str]) -> set[str]:
    """The keys of labels between two labels of one known speaker: Mate in "Captain: … Mate: … Captain: …"."""
    keys = [_key(document, label) for label in labels]
    return {two for one, two, three in zip(keys, keys[1:], keys[2:], strict=False) if one == three and one in known}


def _speaks_alone(document: Document, label: Label) -> bool:
    """Whether an unanswered label is a turn: in capitals, before spoken words."""
    return label.name.of(document.plain).isupper() and not label.is_letter and _is_spoken(document, label)


def _is_spoken(document: Document, label: Label) -> bool:
    """Whether a content has a question, or I, we or you outside quotation marks."""
    plain, content = document.plain, label.content
    words = (m for m in _WORD.finditer(plain, content.start, content.end) if document.quotation_at(m.start()) is None)
    own = load_words("first_person_pronouns", "talkers")
    return "?" in content.of(plain) or any(m[0].lower() in own for m in words)


def _ends(document: Document, label: Label) -> bool:
    """Whether a content ends like a sentence."""
    return label.content.of(document.plain).rstrip("\"”’')]*")[-1:] in {".", "!", "?", "…", "—", "–", "-"}


def _is_only_name(document: Document, label: Label) -> bool:
    """Whether a label only introduces a name, as credits do: Director: Mara Olin."""
    words = label.content.of(document.plain).strip(". ").split()
    return document.label_of(label.content) == "PER" and all(w[0].isupper() for w in words)
