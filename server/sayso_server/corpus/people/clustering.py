"""Clustering: turns pairs of similar profiles into people.

    components()  profiles that are connected by pairs; components can be clustered independently
    clustered()   one component: full names first, then short names, each assigned to the full name that it fits

Connected components alone would merge John Smith, J. Smith and Jane Smith. There are four guards against such chains: a
short name (Smith, J. Smith) never joins two full names, but is assigned to one of them; clusters are joined by the mean
of all their pairs, not by the best pair; one impossible pair keeps two clusters apart; and a short name that fits
several full names about equally well is assigned to none.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, MutableMapping, Sequence
from dataclasses import dataclass

from sayso_server.core.scoring import Evidence
from sayso_server.corpus.people.comparing import Corpus, cohesion, compare, probability
from sayso_server.corpus.people.joining import LEAST_MARGIN, Group, Neighbours, Pair, joined
from sayso_server.corpus.people.profiles import Profile
from sayso_server.corpus.people.short_names import FullNames


@dataclass(frozen=True, slots=True)
class Member:
    """A profile in a cluster. `confidence`: expected share of the cluster's documents by the same person."""

    profile: Profile
    confidence: float
    evidence: Evidence = ()


Cluster = tuple[Member, ...]


def pair(one: Profile, other: Profile) -> Pair:
    """The key of a pair."""
    return (one.key, other.key) if one.key < other.key else (other.key, one.key)


def components(
    profiles: Iterable[Profile], pairs: MutableMapping[Pair, float]
) -> Iterator[tuple[tuple[Profile, ...], Neighbours]]:
    """The connected components of the profiles, by union-find, each with its pairs; empties `pairs`."""
    parents: dict[str, str] = {}

    def root(key: str) -> str:
        while (parent := parents.get(key, key)) != key:
            parents[key] = parents.get(parent, parent)
            key = parent
        return key

    for one, other in pairs:
        parents[root(one)] = root(other)
    members: dict[str, list[Profile]] = defaultdict(list)
    for profile in profiles:
        members[root(profile.key)].append(profile)
    neighbours: dict[str, dict[str, float]] = defaultdict(dict)
    while pairs:
        (one, other), margin = pairs.popitem()
        neighbours[one][other] = neighbours[other][one] = margin
    for component in members.values():
        own = {profile.key: neighbours.pop(profile.key, {}) for profile in component}
        yield tuple(sorted(component, key=lambda profile: profile.key)), own


def clustered(component: Sequence[Profile], neighbours: Neighbours, corpus: Corpus) -> Iterator[Cluster]:
    """The people of a component."""
    full = joined([profile for profile in component if profile.is_full], neighbours)
    names = FullNames(full, neighbours)
    short: list[Profile] = []
    added: dict[Group, list[Member]] = defaultdict(list)
    for profile in component:
        if not profile.is_full:
            if fit := names.fit(profile):
                group, confidence = fit
                added[group].append(Member(profile, confidence, _evidence(profile, group, neighbours, corpus)))
            else:
                short.append(profile)
    for group in full:
        yield (*_members(group, neighbours, corpus), *added[group])
    for group in joined(short, neighbours):
        yield _members(group, neighbours, corpus)


def _members(group: Group, neighbours: Neighbours, corpus: Corpus) -> Cluster:
    """The members, each with a confidence from its name and its pairs with all others."""
    documents = group.documents
    return tuple(
        Member(
            profile,
            _same(profile, group, documents, neighbours, corpus) / documents,
            _evidence(profile, group, neighbours, corpus),
        )
        for profile in group.profiles.values()
    )


def _same(one: Profile, group: Group, documents: int, neighbours: Neighbours, corpus: Corpus) -> float:
    """The expected number of a group's documents that are by the same person as a document of this profile."""
    own = 1 + (one.documents - 1) * cohesion(one, corpus)
    least = probability(LEAST_MARGIN)
    more = sum(
        group.profiles[key].documents * (probability(margin) - least)
        for key, margin in neighbours[one.key].items()
        if key in group.profiles
    )
    return own + (documents - one.documents) * least + more


def _evidence(one: Profile, group: Group, neighbours: Neighbours, corpus: Corpus) -> Evidence:
    """The evidence of the most decisive pair."""
    kept = [(margin, key) for key, margin in neighbours[one.key].items() if key in group.profiles]
    like = compare(one, group.profiles[max(kept)[1]], corpus) if kept else None
    return like.evidence if like else ()
