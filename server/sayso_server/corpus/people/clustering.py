"""Clustering: turns pairs of similar profiles into people.

    components()  profiles that are connected by pairs; components can be clustered independently
    clustered()   one component: full names first, then short names, each assigned to the full name that it fits

Connected components alone would merge John Smith, J. Smith and Jane Smith. There are four guards against such chains: a
short name (Smith, J. Smith) never joins two full names, but is assigned to one of them; clusters are joined by the mean
of all their pairs, not by the best pair; one impossible pair keeps two clusters apart; and a short name that fits
several full names about equally well is assigned to none.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from math import exp, log

from sayso_server.core.scoring import Evidence
from sayso_server.corpus.people.comparing import Corpus, cohesion, compare, may_be_same, probability
from sayso_server.corpus.people.profiles import Profile

LEAST_MARGIN = -3.0
"""Pairs below these log odds (base e) are dropped, and count as this value in a mean."""
LEAST_PROBABILITY = 0.8
"""The minimum probability that a short name belongs to a full name rather than to any other."""

Pair = tuple[str, str]
"""The keys of two profiles, in order."""
Pairs = Mapping[Pair, float]
"""The log odds (base e) of the kept pairs."""


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
) -> Iterator[tuple[tuple[Profile, ...], Pairs]]:
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
    own: dict[str, dict[Pair, float]] = defaultdict(dict)
    while pairs:
        keys, margin = pairs.popitem()
        own[root(keys[0])][keys] = margin
    for key, component in members.items():
        yield tuple(sorted(component, key=lambda profile: profile.key)), own.pop(key, {})


def clustered(component: Sequence[Profile], pairs: Pairs, corpus: Corpus) -> Iterator[Cluster]:
    """The people of a component."""
    full = _joined([profile for profile in component if profile.is_full], pairs)
    short: list[Profile] = []
    added: dict[int, list[Member]] = defaultdict(list)
    for profile in component:
        if not profile.is_full:
            fit = _fit(profile, full, pairs, corpus)
            if fit is None:
                short.append(profile)
            else:
                added[fit[0]].append(fit[1])
    for at, cluster in enumerate(full):
        yield (*_members(cluster, pairs, corpus), *added[at])
    for cluster in _joined(short, pairs):
        yield _members(cluster, pairs, corpus)


def _joined(profiles: Sequence[Profile], pairs: Pairs) -> list[tuple[Profile, ...]]:
    """Agglomerative clusters: the likeliest pair first, joined if the mean of all pairs is more likely than not."""
    clusters: dict[str, tuple[Profile, ...]] = {profile.key: (profile,) for profile in profiles}
    known = {profile.key for profile in profiles}
    likely = [(margin, *keys) for keys, margin in pairs.items() if margin > 0 and known.issuperset(keys)]
    for _, *keys in sorted(likely, key=lambda entry: (-entry[0], *entry[1:])):
        one, other = (clusters[key] for key in keys)
        if one is not other and _may_join(one, other) and _mean(one, other, pairs) > 0:
            clusters |= dict.fromkeys((profile.key for profile in (*one, *other)), (*one, *other))
    return list({cluster[0].key: cluster for cluster in clusters.values()}.values())


def _may_join(one: Sequence[Profile], other: Sequence[Profile]) -> bool:
    return all(may_be_same(a, b) for a in one for b in other)


def _mean(one: Sequence[Profile], other: Sequence[Profile], pairs: Pairs) -> float:
    return sum(_margin(a, b, pairs) for a in one for b in other) / (len(one) * len(other))


def _margin(one: Profile, other: Profile, pairs: Pairs) -> float:
    return pairs.get(pair(one, other), LEAST_MARGIN)


def _fit(
    short: Profile, clusters: Sequence[tuple[Profile, ...]], pairs: Pairs, corpus: Corpus
) -> tuple[int, Member] | None:
    """The cluster that a short name belongs to, by its index: the likeliest, if it is likely enough."""
    odds = {
        at: _mean_odds(short, cluster, pairs) * _prominence(cluster)
        for at, cluster in enumerate(clusters)
        if _may_join((short,), cluster)
    }
    best = max(odds, key=lambda at: (odds[at], -at), default=None)
    if best is None:
        return None
    confidence = odds[best] / (1 + sum(odds.values()))
    if confidence < LEAST_PROBABILITY:
        return None
    return best, Member(short, confidence, _evidence(short, clusters[best], pairs, corpus))


def _mean_odds(short: Profile, cluster: Sequence[Profile], pairs: Pairs) -> float:
    """The mean odds over the cluster's documents: the best odds alone would favour large clusters."""
    documents = sum(profile.documents for profile in cluster)
    return sum(profile.documents * exp(_margin(short, profile, pairs)) for profile in cluster) / documents


def _evidence(one: Profile, cluster: Sequence[Profile], pairs: Pairs, corpus: Corpus) -> Evidence:
    """The evidence of the most decisive pair."""
    others = (other for other in cluster if pair(one, other) in pairs)
    best = max(others, key=lambda other: (pairs[pair(one, other)], other.key), default=None)
    like = compare(one, best, corpus) if best else None
    return like.evidence if like else ()


def _prominence(cluster: Sequence[Profile]) -> float:
    """The prior for a short name: people in many documents are more likely to have it."""
    return 1 + log(sum(profile.documents for profile in cluster))


def _members(cluster: Sequence[Profile], pairs: Pairs, corpus: Corpus) -> Cluster:
    """The members, each with a confidence from its name and its pairs with all others."""
    documents = sum(profile.documents for profile in cluster)
    return tuple(
        Member(profile, _same(profile, cluster, pairs, corpus) / documents, _evidence(profile, cluster, pairs, corpus))
        for profile in cluster
    )


def _same(one: Profile, cluster: Sequence[Profile], pairs: Pairs, corpus: Corpus) -> float:
    """The expected number of a cluster's documents that are by the same person as a document of this profile."""
    own = 1 + (one.documents - 1) * cohesion(one, corpus)
    return own + sum(other.documents * probability(_margin(one, other, pairs)) for other in cluster if other is not one)
