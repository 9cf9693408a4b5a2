"""Agglomerative joining: the likeliest pair first, if the mean of all pairs of two groups is more likely than not.

Each group keeps a sum over its kept pairs, and whether two groups may be one is checked once for all profiles of a
name. So the time is linear in the pairs, however many profiles share a name.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sayso_server.corpus.people.comparing import may_be_same
from sayso_server.corpus.people.names import Key
from sayso_server.corpus.people.profiles import Profile

LEAST_MARGIN = -3.0
"""Pairs below these log odds (base e) are dropped, and count as this value in a mean."""

Pair = tuple[str, str]
"""The keys of two profiles, in order."""
Neighbours = Mapping[str, Mapping[str, float]]
"""The log odds (base e) of the kept pairs: of each profile with others, all by their keys."""


@dataclass(slots=True, eq=False)
class Group:
    """Profiles that are one. `more` is what the pairs kept with another group add to LEAST_MARGIN, in all."""

    profiles: dict[str, Profile]
    """By their keys."""
    kinds: dict[object, Profile]
    """A profile of each name and known speaker: what rules it out rules out all others of its kind."""
    names: set[Key]
    others: set[Key]
    """Names of which none is theirs: one document has both."""
    more: dict["Group", float] = field(default_factory=lambda: defaultdict(float))

    @classmethod
    def of(cls, profile: Profile) -> "Group":
        """The group of one profile."""
        kind = profile.name, profile.external_id, profile.candidates
        return cls({profile.key: profile}, {kind: profile}, {profile.name}, set(profile.others))

    def may_join(self, other: "Group") -> bool:
        """Whether nothing rules out any pair."""
        if self.names & other.others or other.names & self.others:
            return False
        return all(may_be_same(a, b) for a in self.kinds.values() for b in other.kinds.values())

    def is_likely(self, other: "Group") -> bool:
        """Whether the mean of all pairs is more likely than not."""
        count = len(self.profiles) * len(other.profiles)
        return self.more.get(other, 0.0) + LEAST_MARGIN * count > 0

    def absorb(self, other: "Group") -> None:
        """Take in another group, which is none from then on."""
        self.profiles |= other.profiles
        self.kinds |= other.kinds
        self.names |= other.names
        self.others |= other.others
        for third, more in other.more.items():
            del third.more[other]
            if third is not self:
                self.more[third] += more
                third.more[self] += more

    @property
    def documents(self) -> int:
        """Of all profiles."""
        return sum(profile.documents for profile in self.profiles.values())

    @property
    def size(self) -> int:
        """What it costs to be absorbed."""
        return len(self.profiles) + len(self.more)


def joined(profiles: Sequence[Profile], neighbours: Neighbours) -> list[Group]:
    """The groups, in the order of their first profiles. Two of which a pair cannot be the same are never joined."""
    groups = {profile.key: Group.of(profile) for profile in profiles}
    likely: list[tuple[float, str, str]] = []
    for one, group in groups.items():
        for other, margin in neighbours[one].items():
            if other in groups:
                group.more[groups[other]] = margin - LEAST_MARGIN
                if margin > 0 and one < other:
                    likely.append((-margin, one, other))
    for _, one, other in sorted(likely):
        small, large = sorted((groups[one], groups[other]), key=lambda group: group.size)
        if small is not large and large.is_likely(small) and large.may_join(small):
            groups |= dict.fromkeys(small.profiles, large)
            large.absorb(small)
    return list(dict.fromkeys(groups.values()))
