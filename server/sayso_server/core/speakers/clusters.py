"""Names that belong together: surname after full name, acronym after organization, one letter wrong."""

import bisect
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from sayso_server.core.lexicon import load_words
from sayso_server.core.speakers.names import Name, normal
from sayso_server.core.statement import SpeakerType

ABBREVIATED = {
    "sen": "senator", "gov": "governor", "rep": "representative", "dr": "doctor", "prof": "professor", "gen": "general",
    "col": "colonel", "capt": "captain", "lt": "lieutenant", "sgt": "sergeant", "rev": "reverend", "det": "detective",
}  # fmt: skip
"""Titles as they are written before names."""


_SAMPLE = 40
"""How many names of a cluster are looked at for what it is: news repeats, it does not change its mind."""
_SMALL = frozenset({"of", "the", "and", "for"})


@dataclass(eq=False)
class Cluster:
    """One of everybody and everything that the text names, with all its names in text order. Complete once built."""

    names: list[Name] = field(default_factory=list)

    def add(self, name: Name) -> None:
        """One more name."""
        bisect.insort(self.names, name, key=lambda n: n.span.start)

    def named_before(self, offset: int) -> int:
        """Where it was last named before `offset`; -1 if never."""
        i = bisect.bisect_left(self.names, offset, key=lambda n: n.span.start)
        return self.names[i - 1].span.start if i else -1

    @property
    def key(self) -> tuple[str, ...]:
        """The longest name."""
        return max((n.key for n in self.names[:_SAMPLE]), key=len)

    @property
    def display(self) -> str:
        """The longest name as written; of equally long ones the most frequent."""
        names = self.names[:_SAMPLE]
        counts = Counter(n.display for n in names)
        longest = len(self.key)
        return max((n.display for n in names if len(n.key) == longest), key=lambda d: counts[d])

    @property
    def type(self) -> SpeakerType:
        """Person if any name says so, else what most names say."""
        kinds = Counter(n.type for n in self.names[:_SAMPLE] if n.type is not SpeakerType.UNKNOWN)
        if kinds[SpeakerType.PERSON] and (
            len(self.key) > 1 or kinds[SpeakerType.PERSON] >= kinds[SpeakerType.ORGANIZATION]
        ):
            return SpeakerType.PERSON
        return kinds.most_common(1)[0][0] if kinds else SpeakerType.ORGANIZATION

    @property
    def role(self) -> str:
        """The longest role that stands beside a name."""
        return max((n.role for n in self.names[:_SAMPLE]), key=len, default="")

    @property
    def words(self) -> frozenset[str]:
        """All words of titles and roles, for descriptions (the Israeli leader)."""
        words = (normal(w) for n in self.names[:_SAMPLE] for w in (*n.title, *n.role.split()))
        return frozenset(ABBREVIATED.get(w, w) for w in words)

    @property
    def gender(self) -> str:
        """ "f", "m" or "" where neither title nor given name tells."""
        words = self.words | {self.key[0]} if self.names else frozenset()
        female = words & load_words("female") or (len(self.key) > 1 and self.key[0] in load_words("female_names"))
        male = words & load_words("male") or (len(self.key) > 1 and self.key[0] in load_words("male_names"))
        return "f" if female and not male else "m" if male and not female else ""


def nearly(one: str, other: str) -> bool:
    """Equal, or one letter off in a word of six letters or more."""
    if one == other:
        return True
    if min(len(one), len(other)) < 6 or abs(len(one) - len(other)) > 1:
        return False
    i = next((k for k, (x, y) in enumerate(zip(one, other, strict=False)) if x != y), min(len(one), len(other)))
    return one[i + 1 :] == other[i + 1 :] or one[i:] == other[i + 1 :] or one[i + 1 :] == other[i:]


def _is_acronym(short: Name, long: Cluster) -> bool:
    word = "".join(short.parts).replace(".", "")
    initials = "".join(w[0] for w in long.key if w not in _SMALL)
    return len(word) > 1 and word.isupper() and len(short.parts) == 1 and initials == word.lower()


def _fits(name: Name, cluster: Cluster) -> bool:
    """Whether a name can be another name of this cluster."""
    key, full = name.key, cluster.key
    if key == full:
        return True
    if len(key) == 1 and len(full) > 1:
        if cluster.type is SpeakerType.PERSON:
            surname = nearly(key[0], full[-1])
            if surname and name.title and cluster.gender:
                titles = {normal(t) for t in name.title}
                if (titles & load_words("female") and cluster.gender == "m") or (
                    titles & load_words("male") and cluster.gender == "f"
                ):
                    return False
            return surname or (key[0] == full[0] and not name.title)
        unsure = cluster.type is not SpeakerType.ORGANIZATION and len(full) == 2
        return _is_acronym(name, cluster) or key[0] == full[0] or (unsure and key[0] == full[-1])
    if len(key) > 1 and len(full) > 1 and SpeakerType.PERSON in {name.type, cluster.type}:
        return nearly(key[-1], full[-1]) and (
            key[0] == full[0] or (key[0][0] == full[0][0] and 1 in {len(key[0]), len(full[0])})
        )
    return len(key) == len(full) and all(nearly(a, b) for a, b in zip(key, full, strict=True))


def _indexes(key: tuple[str, ...]) -> set[str]:
    """Under what a name is looked for: the beginnings of its words, and its initials for acronyms."""
    return {w[:2] for w in key} | {"".join(w[0] for w in key if w not in _SMALL) + "|"}


def cluster(names: Sequence[Name]) -> list[Cluster]:
    """All clusters, in order of first mention. Full names open clusters, wherever in the text they stand.

    A surname that two people share goes to the one named last before it.
    """
    clusters: list[Cluster] = []
    index: dict[str, list[Cluster]] = {}
    for name in sorted(names, key=lambda n: (-min(2, len(n.key)), n.span.start)):
        if not name.key:
            continue
        looked_up = {id(c): c for i in (*_indexes(name.key), f"{name.key[0]}|") for c in index.get(i, ())}
        fitting = [c for c in looked_up.values() if _fits(name, c)]
        if fitting:
            max(fitting, key=lambda c: c.named_before(name.span.start)).add(name)
        else:
            clusters.append(Cluster([name]))
            for i in _indexes(name.key):
                index.setdefault(i, []).append(clusters[-1])
    return sorted(clusters, key=lambda c: c.names[0].span.start)
