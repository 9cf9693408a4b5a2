"""Names that belong together: surname after full name, acronym after organization, one letter wrong."""

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


@dataclass
class Cluster:
    """Everybody and everything that the text names, each with its names. Built once per document, then only read."""

    names: list[Name] = field(default_factory=list)

    @property
    def key(self) -> tuple[str, ...]:
        """The longest name."""
        return max((n.key for n in self.names), key=len)

    @property
    def display(self) -> str:
        """The longest name as written; of equally long ones the most frequent."""
        counts = Counter(n.display for n in self.names)
        longest = len(self.key)
        return max((n.display for n in self.names if len(n.key) == longest), key=lambda d: counts[d])

    @property
    def type(self) -> SpeakerType:
        """Person if any name says so, else what most names say."""
        kinds = Counter(n.type for n in self.names if n.type is not SpeakerType.UNKNOWN)
        if kinds[SpeakerType.PERSON] and (
            len(self.key) > 1 or kinds[SpeakerType.PERSON] >= kinds[SpeakerType.ORGANIZATION]
        ):
            return SpeakerType.PERSON
        return kinds.most_common(1)[0][0] if kinds else SpeakerType.ORGANIZATION

    @property
    def role(self) -> str:
        """The longest role that stands beside a name."""
        return max((n.role for n in self.names), key=len, default="")

    @property
    def words(self) -> frozenset[str]:
        """All words of titles and roles, for descriptions (the Israeli leader)."""
        words = (normal(w) for n in self.names for w in (*n.title, *n.role.split()))
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
    initials = "".join(w[0] for w in long.key if w not in {"of", "the", "and", "for"})
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


def cluster(names: Sequence[Name]) -> list[Cluster]:
    """All clusters, in order of first mention. Full names open clusters, wherever in the text they stand.

    A surname that two people share goes to the one named last before it.
    """
    clusters: list[Cluster] = []
    for name in sorted(names, key=lambda n: (-min(2, len(n.key)), n.span.start)):
        if not name.key:
            continue
        fitting = [c for c in clusters if _fits(name, c)]
        if fitting:
            before = [c for c in fitting if c.names[0].span.start < name.span.start]
            nearest = max(
                before,
                key=lambda c: max(n.span.start for n in c.names if n.span.start < name.span.start),
                default=fitting[0],
            )
            nearest.names.append(name)
        else:
            clusters.append(Cluster([name]))
    for c in clusters:
        c.names.sort(key=lambda n: n.span.start)
    return sorted(clusters, key=lambda c: c.names[0].span.start)
