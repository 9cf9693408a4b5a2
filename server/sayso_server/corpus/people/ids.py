"""Identifiers of people that are stable across runs.

The id of a new person is derived from its first profile, so the same documents give the same id. From then on, the id
follows the profiles: it stays with the cluster that has most of the documents that had it, whatever is added, joined
or split.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from sayso_server.corpus.people.clustering import Cluster
from sayso_server.corpus.people.profiles import Profile

_LETTERS = 16
"""Characters of an id after the first: 64 bits, so that the chance of a clash among 100 million people is 0.03 %."""


def identified(clusters: Sequence[Cluster], before: Mapping[str, str]) -> list[str]:
    """The id of each cluster; `before` has the previous ids of profiles, by key."""
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
    """The profile that a person's id is derived from: the earliest, preferably with a full name."""
    profiles = (member.profile for member in cluster)
    return min(profiles, key=lambda profile: (not profile.is_full, profile.first or date.max, profile.key))


def _new_id(key: str, taken: set[str]) -> str:
    """An unused id: the id of the same key may have moved to another cluster."""
    number = 0
    while (found := "p" + hashlib.sha256(f"{key}\t{number}".encode()).hexdigest()[:_LETTERS]) in taken:
        number += 1
    return found
