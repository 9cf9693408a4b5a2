"""Short names (Smith, J. Smith): each goes to the one full name that it fits, if there is one."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import exp, log

from sayso_server.corpus.people.joining import LEAST_MARGIN, Group, Neighbours
from sayso_server.corpus.people.names import Key
from sayso_server.corpus.people.profiles import Profile

LEAST_PROBABILITY = 0.8
"""The minimum probability that a short name belongs to a full name rather than to any other."""


class FullNames:
    """The full names of a component, in groups, as short names look at them.

    The odds of groups without a pair with the short name are summed up once for all that have this name: so the time
    of each short name is that of its own pairs.
    """

    def __init__(self, groups: Sequence[Group], neighbours: Neighbours) -> None:
        self._neighbours = neighbours
        self._rank = {group: -at for at, group in enumerate(groups)}
        self._of = {profile.key: (group, profile.documents) for group in groups for profile in group.profiles.values()}
        self._documents = {group: group.documents for group in groups}
        self._named: dict[Key, list[Group]] = defaultdict(list)
        for group in groups:
            for name in group.names:
                self._named[name].append(group)
        self._possible: dict[object, Mapping[Group, float]] = {}
        self._totals: dict[object, float] = {}

    def fit(self, short: Profile) -> tuple[Group, float] | None:
        """The likeliest group, if it is likely enough against all others and somebody else, and how likely it is."""
        possible, total = self._apart(short)
        held_apart = {group for name in short.others for group in self._named[name] if group in possible}
        odds = {
            group: found for group, found in self._odds(short).items() if group in possible and group not in held_apart
        }
        total += sum(found - possible[group] for group, found in odds.items())
        total -= sum(possible[group] for group in held_apart)
        best = max(odds, key=lambda group: (odds[group], self._rank[group]), default=None)
        if best is None or odds[best] < LEAST_PROBABILITY * (1 + total):
            return None
        return best, odds[best] / (1 + total)

    def _apart(self, short: Profile) -> tuple[Mapping[Group, float], float]:
        """The odds of each group that may be of this name, without the pairs that are kept; and their sum."""
        kind = short.name, short.external_id, short.candidates, short.is_apart
        if kind not in self._possible:
            alone = Group.of(replace(short, others=set()))
            found = {
                group: exp(LEAST_MARGIN) * self._prominence(group) for group in self._rank if alone.may_join(group)
            }
            self._possible[kind], self._totals[kind] = found, sum(found.values())
        return self._possible[kind], self._totals[kind]

    def _odds(self, short: Profile) -> Mapping[Group, float]:
        """The mean odds over the documents of each group with a kept pair: the best alone would favour large groups."""
        more: dict[Group, float] = defaultdict(float)
        for key, margin in self._neighbours[short.key].items():
            if key in self._of:
                group, documents = self._of[key]
                more[group] += documents * (exp(margin) - exp(LEAST_MARGIN))
        return {
            group: (exp(LEAST_MARGIN) + found / self._documents[group]) * self._prominence(group)
            for group, found in more.items()
        }

    def _prominence(self, group: Group) -> float:
        """The prior for a short name: people in many documents are more likely to have it."""
        return 1 + log(self._documents[group])
