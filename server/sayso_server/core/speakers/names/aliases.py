"""Names that belong together: surname after full name, acronym after organization, one letter wrong."""

import bisect
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from sayso_server.core.lexicon import load_words
from sayso_server.core.speakers.names.mentions import Name
from sayso_server.core.speakers.names.spelling import ABBREVIATED, nearly, normal, short_for
from sayso_server.core.statement import SpeakerType

_SAMPLE = 40
"""How many names of a cluster are looked at for what it is: news repeats, it does not change its mind."""
_SMALL = frozenset({"of", "the", "and", "for"})
_STATES = (
    frozenset({"us", "usa", "united states", "united states of america"}),
    frozenset({"uk", "united kingdom"}),
)
"""Names of one state."""


@dataclass(eq=False)
class Cluster:
    """One of everybody and everything that the text names, with all its names in text order. Complete once built.

    `pronouns` is the gender that the pronouns around it tell; `roles` are the words beside its names. What follows from
    them is worked out when it is asked for, and again after a change.
    """

    names: list[Name] = field(default_factory=list)
    pronouns: str = ""
    roles: tuple[str, ...] = ()

    def add(self, name: Name) -> None:
        """One more name."""
        i = bisect.bisect(self.names, name.span.start, key=lambda n: n.span.start)
        self.names.insert(i, name)
        if i < _SAMPLE:
            self._forget()

    def learn(self, *, pronouns: str = "", roles: tuple[str, ...] = ()) -> None:
        """What the text around the names tells."""
        self.pronouns = pronouns or self.pronouns
        self.roles = roles or self.roles
        self._forget()

    def _forget(self) -> None:
        for derived in _DERIVED:
            self.__dict__.pop(derived, None)

    def named_before(self, offset: int) -> int:
        """Where it was last named before `offset`; -1 if never."""
        i = bisect.bisect_left(self.names, offset, key=lambda n: n.span.start)
        return self.names[i - 1].span.start if i else -1

    def title_at(self, offset: int) -> tuple[str, ...]:
        """The capitalised title before the name that begins at `offset`."""
        i = bisect.bisect_left(self.names, offset, key=lambda n: n.span.start)
        return self.names[i].title if i < len(self.names) and self.names[i].span.start == offset else ()

    @cached_property
    def keys(self) -> frozenset[tuple[str, ...]]:
        """The names for comparison."""
        return frozenset(n.key for n in self.names[:_SAMPLE])

    @cached_property
    def nicknames(self) -> frozenset[str]:
        """What stands in marks inside a name."""
        return frozenset(n.nickname for n in self.names[:_SAMPLE] if n.nickname)

    @cached_property
    def key(self) -> tuple[str, ...]:
        """The longest name."""
        return max((n.key for n in self.names[:_SAMPLE]), key=len)

    @property
    def display(self) -> str:
        """The longest name as written; of equally long ones the most frequent, rather not in capitals."""
        names = self.names[:_SAMPLE]
        counts = Counter(n.display for n in names)
        longest = len(self.key)
        return max(
            (n.display for n in names if len(n.key) == longest),
            key=lambda d: (len(d) < 5 or not d.isupper(), counts[d]),
        )

    @cached_property
    def is_person(self) -> bool:
        """What the names and the words beside them say, taken together; where there are full names, only these."""
        known = self.names[:_SAMPLE]
        full = [n for n in known if len(n.key) > 1]
        return sum(n.person for n in full or known) > 0

    @cached_property
    def is_place(self) -> bool:
        """Whether a tagger calls most of the names places."""
        known = self.names[:_SAMPLE]
        return 2 * sum(n.label == "LOC" for n in known) > len(known)

    @property
    def type(self) -> SpeakerType:
        """A person or an organization: other things are named, but do not speak."""
        return SpeakerType.PERSON if self.is_person else SpeakerType.ORGANIZATION

    @property
    def role(self) -> str:
        """The longest of the roles that stand beside a name."""
        return max(self.roles, key=len, default="")

    @cached_property
    def words(self) -> frozenset[str]:
        """All words of titles and roles, for descriptions (the Israeli leader)."""
        words = {normal(w) for n in self.names[:_SAMPLE] for w in n.title}
        words |= {normal(w) for role in self.roles for w in role.replace("-", " ").split()}
        return frozenset(ABBREVIATED.get(w, w) for w in words)

    @property
    def age(self) -> str:
        """The age beside a name, in years; empty where none stands."""
        return next((n.age for n in self.names[:_SAMPLE] if n.age), "")

    @cached_property
    def gender(self) -> str:
        """ "f", "m" or "" where title, given name and pronouns do not tell."""
        words = self.words
        female, male = words & load_words("female"), words & load_words("male")
        if not female and not male and len(self.key) > 1:
            female = load_words("female_names") & {self.key[0]}
            male = load_words("male_names") & {self.key[0]}
        if bool(female) == bool(male):
            return self.pronouns
        return "f" if female else "m"


_DERIVED = tuple(name for name, value in vars(Cluster).items() if isinstance(value, cached_property))


@dataclass(frozen=True)
class Sorted:
    """The clusters of a text, by which sieve each name came to its own, and whose a shared surname may be as well."""

    clusters: tuple[Cluster, ...]
    sieves: dict[int, str]
    """By the offset of the name."""
    rivals: dict[int, tuple[Cluster, ...]]
    """By the offset of the name; only where there are any."""


def _title_agrees(name: Name, cluster: Cluster) -> bool:
    """Mrs Pell is not Owen Pell."""
    if not name.title:
        return True
    gender, titles = cluster.gender, {normal(t) for t in name.title}
    return not ((titles & load_words("female") and gender == "m") or (titles & load_words("male") and gender == "f"))


def _same_name(name: Name, cluster: Cluster) -> bool:
    """Halina Moss, Halina Moss."""
    return name.key in cluster.keys and _title_agrees(name, cluster)


def _short_form(name: Name, cluster: Cluster) -> bool:
    """Bill Pell and William Pell, H. Moss and Halina Moss, Ann Mary Orr and Ann Orr."""
    key, full = name.key, cluster.key
    both = len(full) > 1 and cluster.is_person
    return both and key[-1] == full[-1] and (short_for(key[0], full[0]) or _is_nicknamed(name, cluster))


def _is_nicknamed(name: Name, cluster: Cluster) -> bool:
    return name.key[0] in cluster.nicknames


def _surname(name: Name, cluster: Cluster) -> bool:
    """Moss, Ms. Moss and Halina Moss; Van Dyke and Ellis Van Dyke."""
    key, full = name.key, cluster.key
    shorter = len(key) < len(full) and full[-len(key) :] == key
    return shorter and cluster.is_person and _title_agrees(name, cluster)


def _inner_surname(name: Name, cluster: Cluster) -> bool:
    """Rosselló and Ricardo Rosselló Nevares."""
    key, full = name.key, cluster.key
    is_inner = len(full) > 2 and key[0] in full[1:-1] and len(key[0]) > 2
    return is_inner and cluster.is_person and _title_agrees(name, cluster)


def _initials(name: Name, cluster: Cluster) -> bool:
    """NG: before what Natasha Gownaris says."""
    if not cluster.is_person or len(cluster.key) == 1:
        return False
    return name.display.lower() == "".join(w[0] for w in cluster.key)


def _given_name(name: Name, cluster: Cluster) -> bool:
    """Odalys and Odalys Penn."""
    key, full = name.key, cluster.key
    is_given = len(full) > 1 and (key[0] == full[0] or _is_nicknamed(name, cluster))
    if not (is_given and cluster.is_person):
        return False
    return {ABBREVIATED.get(t, t) for w in name.title if (t := normal(w))} <= cluster.words


def _initials_of(key: tuple[str, ...]) -> set[str]:
    """SCG, also without "and", and without Company."""
    large = [w for w in key if w not in _SMALL]
    short = [w for w in large if w not in load_words("company_words")]
    return {"".join(w[0] for w in words) for words in (key, large, short)} - {""}


def _acronym(name: Name, cluster: Cluster) -> bool:
    """SCG and Save the Common Green."""
    if cluster.is_person:
        return False
    word = re.sub(r"[.&]", "", name.display)
    return len(word) > 1 and word.lower() in _initials_of(cluster.key)


def _same_state(name: Name, cluster: Cluster) -> bool:
    """US, U.S. and United States."""
    return _of_state(name.key) is _of_state(cluster.key)


def _of_state(key: tuple[str, ...]) -> frozenset[str] | None:
    """All names of the state that has this one."""
    written = " ".join(key).replace(".", "")
    return next((names for names in _STATES if written in names), None)


def _company(name: Name, cluster: Cluster) -> bool:
    """Harrowmere and Harrowmere Foods; the League and the Rural League."""
    key, full = name.key, cluster.key
    if cluster.is_person or not len(key) < len(full):
        return False
    if full[0] in load_words("thing_openings") and full[-len(key) :] == key:
        return True  # Helena and Hurricane Helena
    rest = set(full[len(key) :])
    if full[: len(key)] == key:
        return rest <= load_words("company_words") | {"&"} or full[len(key)] == "of"
    return full[-len(key) :] == key and key[-1] in load_words("organizations", "thing_words")


def _misspelt(name: Name, cluster: Cluster) -> bool:
    """Solburg and Anneke Solberg."""
    key, full = name.key, cluster.key
    if len(key) == 1 < len(full):
        return (
            cluster.is_person
            and nearly(key[0], full[-1], least=5)
            and _title_agrees(name, cluster)
            and not name.is_place
        )
    if len(key) != len(full) or not all(nearly(a, b) for a, b in zip(key, full, strict=True)):
        return False
    return cluster.is_person or len(key) > 1


class Sieve(NamedTuple):
    """Whether a name belongs to a cluster. `asks` is what the name alone has to be, so that few clusters are asked."""

    fits: Callable[[Name, Cluster], bool]
    asks: Callable[[Name], bool] = lambda name: True

    @property
    def rule(self) -> str:
        """What a link by it is called: same name."""
        return self.fits.__name__.strip("_").replace("_", " ")


SIEVES: tuple[Sieve, ...] = (
    Sieve(_same_name),
    Sieve(_short_form, lambda name: len(name.key) > 1),
    Sieve(_surname, lambda name: not name.is_place),
    Sieve(_inner_surname, lambda name: len(name.key) == 1 and not name.is_place),
    Sieve(_given_name, lambda name: len(name.key) == 1 and not name.is_place),
    Sieve(_initials, lambda name: name.is_label),
    Sieve(_acronym, lambda name: len(name.key) == 1 and name.display.isupper()),
    Sieve(_same_state, lambda name: _of_state(name.key) is not None),
    Sieve(_company, lambda name: not name.is_place and not name.title),
    Sieve(_misspelt),
)
"""From precise to loose: a name goes to the clusters of the first sieve that has any."""


def _indexes(key: tuple[str, ...]) -> set[str]:
    """Under what a name is looked for: the beginnings of its words, and its initials for acronyms."""
    return {w[:2] for w in key} | {f"{initials}|" for initials in _initials_of(key)}


def _fitting(name: Name, options: Sequence[Cluster]) -> tuple[str, list[Cluster]]:
    for sieve in SIEVES:
        fitting = [c for c in options if sieve.fits(name, c)] if sieve.asks(name) else []
        if fitting:
            return sieve.rule, fitting
    return "", []


def _looked_up(name: Name, index: dict[str, list[Cluster]]) -> Iterator[Cluster]:
    seen: set[int] = set()
    for i in (*_indexes(name.key), re.sub(r"[.&]", "", name.key[0]) + "|", name.nickname[:2]):
        for found in index.get(i, ()):
            if id(found) not in seen:
                seen.add(id(found))
                yield found


def cluster(names: Sequence[Name]) -> Sorted:
    """All clusters, in order of first mention. Full names open clusters, wherever in the text they stand.

    A surname that two people share goes to the one named last before it.
    """
    clusters: list[Cluster] = []
    sieves: dict[int, str] = {}
    rivals: dict[int, tuple[Cluster, ...]] = {}
    index: dict[str, list[Cluster]] = {}
    for name in sorted(names, key=lambda n: (-min(2, len(n.key)), n.span.start)):
        if not name.key:
            continue
        sieve, fitting = _fitting(name, list(_looked_up(name, index)))
        if fitting:
            fitting.sort(key=lambda c: c.named_before(name.span.start), reverse=True)
            fitting[0].add(name)
            sieves[name.span.start] = sieve
            if len(fitting) > 1:
                rivals[name.span.start] = tuple(fitting[1:])
        else:
            clusters.append(Cluster([name]))
            for i in {*_indexes(name.key), name.nickname[:2]}:
                index.setdefault(i, []).append(clusters[-1])
            sieves[name.span.start] = "full name" if len(name.key) > 1 else "name"
    ordered = sorted(clusters, key=lambda c: c.names[0].span.start)
    return Sorted(tuple(ordered), sieves, rivals)
