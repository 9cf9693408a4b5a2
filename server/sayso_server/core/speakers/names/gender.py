"""The gender of a named person by the pronouns that follow, if title and given name do not show it."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import cache

from sayso_server.core.document import Document
from sayso_server.core.lexicon import load_words
from sayso_server.core.speakers.names.aliases import Placement
from sayso_server.core.speakers.names.clusters import ClusterBuilder


@cache
def _votes() -> dict[str, str]:
    """The gender for which each pronoun votes."""
    silent = load_words("pronouns_without_a_vote")
    votes = dict.fromkeys(load_words("he_pronouns") - silent, "m")
    return votes | dict.fromkeys(load_words("she_pronouns") - silent, "f")


_BEGINNING = 2
"""Number of words, from the first on, that are the beginning of a sentence."""
_VOTING = frozenset({"nsubj", "nmod", "obl"})
"""Relations of pronouns that vote."""


def read_genders(document: Document, placed: Sequence[Placement]) -> Mapping[ClusterBuilder, str]:
    """ "f" or "m" for each person that pronouns follow, with no one else named in between in the same sentence.

    A pronoun that begins a sentence, outside quotations, votes for the only person of the sentence before.
    """
    votes: dict[ClusterBuilder, Counter[str]] = defaultdict(Counter)
    pronouns = _votes()
    at, before = 0, set[ClusterBuilder]()
    for tree in document.trees:
        people: set[ClusterBuilder] = set()
        for word in tree.words:
            while at < len(placed) and placed[at].mention.span.start <= word.start:
                found = placed[at]
                if found.cluster.so_far.is_person and document.quotation_at(found.mention.span.start) is None:
                    people.add(found.cluster)
                at += 1
            vote = pronouns.get(word.lower) if word.relation in _VOTING else None
            if vote and document.quotation_at(word.start) is None:
                around = people or (before if word.index < _BEGINNING else set())
                if len(around) == 1:
                    votes[next(iter(around))][vote] += 1
        before = people
    return {cluster: max("mf", key=lambda gender: cast[gender]) for cluster, cast in votes.items()}
