"""Identifiers of people that stay the same from run to run.

A new person is named after its first profile, so the same documents give the same id. From then on, the id goes with
the profiles: it stays with the cluster that has most of the documents that had it, whatever is added, joined or
split.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from sayso_server.corpus.people.clustering import Cluster
from sayso_server.corpus.people.profiles import Profile

_LETTERS = 16
"""Of an id, after its first: 64 bits, so that among 100 million people two are the same with a chance of 0.03 %."""


def identified(clusters: Sequence[Cluster], before: Mapping[str, str]) -> list[str]:
    """The id of each cluster; `before` has those that profiles had, by their keys."""
    claims = [
        (count, claimed, at)
        for at, cluster in enumerate(clusters)
        for claimed, count in _votes(cluster, before).items()
    ]
    ids: dict[int, str] = {}
    taken: set[str] = set()
    for _, claimed, at in sorted(claims, key=lambda claim: (-claim[0], claim[1], _first(clusters[claim[2]]).key)):
        if at not in ids and claimed not in taken:
            ids[at] = claimed
            taken.add(claimed)
    for at in sorted(range(len(clusters)), key=lambda at: _first(clusters[at]).key):
        if at not in ids:
            ids[at] = _new_id(_first(clusters[at]).key, taken)
            taken.add(ids[at])
    return [ids[at] for at in range(len(clusters))]


def _votes(cluster: Cluster, before: Mapping[str, str]) -> Counter[str]:
    votes: Counter[str] = Counter()
    for member in cluster:
        if member.profile.key in before:
            votes[before[member.profile.key]] += member.profile.documents
    return votes


def _first(cluster: Cluster) -> Profile:
    """The profile that a person is named after: a full name if there is one, of these the earliest."""
    profiles = (member.profile for member in cluster)
    return min(profiles, key=lambda profile: (not profile.is_full, profile.first or date.max, profile.key))


def _new_id(key: str, taken: set[str]) -> str:
    """An id that no other person has: that of the same key may have gone to another cluster."""
    number = 0
    while (found := "p" + hashlib.sha256(f"{key}\t{number}".encode()).hexdigest()[:_LETTERS]) in taken:
        number += 1
    return found
