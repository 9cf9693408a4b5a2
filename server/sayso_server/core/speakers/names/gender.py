"""Whether a named person is a he or a she, where title and given name do not tell: by the pronouns right behind."""

from collections.abc import Sequence

from sayso_server.core.document import Document
from sayso_server.core.speakers.names.aliases import Cluster

_VOTES = {"he": "m", "his": "m", "himself": "m", "she": "f", "her": "f", "herself": "f"}


def read_pronouns(document: Document, named: Sequence[tuple[int, int, Cluster]]) -> None:
    """Sets `pronouns` of every person that pronouns follow with nobody else named between in the same sentence.

    A pronoun that begins a sentence, outside quotations, votes for the only person of the sentence before.
    """
    votes: dict[int, list[str]] = {}
    at, before = 0, set[int]()
    for tree in document.trees:
        people: dict[int, Cluster] = {}
        for word in tree.words:
            while at < len(named) and named[at][0] <= word.start:
                if named[at][2].is_person and document.quotation_at(named[at][0]) is None:
                    people[id(named[at][2])] = named[at][2]
                at += 1
            vote = _VOTES.get(word.lower) if word.relation in {"nsubj", "nmod", "obl"} else None
            if vote and document.quotation_at(word.start) is None:
                around = set(people) or (before if word.index < 2 else set())
                if len(around) == 1:
                    votes.setdefault(next(iter(around)), []).append(vote)
        before = set(people)
    for _, _, found in named:
        cast = votes.get(id(found), [])
        if cast and not found.pronouns:
            found.learn(pronouns=max("mf", key=cast.count))
