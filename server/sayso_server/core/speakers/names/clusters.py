"""Clusters of the names of one person or thing: Halina Moss, Ms. Moss, Moss."""

import bisect
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property

from sayso_server.core.lexicon import load_words
from sayso_server.core.speakers.names.mentions import NameMention
from sayso_server.core.speakers.names.spelling import normal, unabbreviated
from sayso_server.core.statement import KnownSpeaker, SpeakerType

SAMPLE = 40
"""Number of names in a cluster, from the first on, that decide what it is: news repeats itself."""
_SHORTEST_SHOUT = 5
"""Minimum number of letters in a name in capitals that may be shouting; a shorter one may be an acronym."""


@dataclass(frozen=True, eq=False)
class NameCluster:
    """A person or thing named in the text, with all its names in text order.

    `pronouns` is the gender, "f" or "m", of the pronouns around the names; empty if they do not show one. `job_titles`
    are those around the names. `known` is the known speaker that it is; `candidates` are those that fit equally well.
    """

    mentions: tuple[NameMention, ...]
    pronouns: str = ""
    job_titles: tuple[str, ...] = ()
    known: KnownSpeaker | None = None
    candidates: tuple[KnownSpeaker, ...] = ()

    def named_before(self, offset: int) -> int:
        """The offset of the last name before `offset`; -1 if there is none."""
        i = bisect.bisect_left(self.mentions, offset, key=_start)
        return self.mentions[i - 1].span.start if i else -1

    @property
    def sample(self) -> tuple[NameMention, ...]:
        """The names that decide what it is."""
        return self.mentions[:SAMPLE]

    @property
    def called(self) -> tuple[NameMention, ...]:
        """The names that the text uses: without the real name of an artist."""
        return tuple(n for n in self.sample if not n.is_byname) or self.sample

    @cached_property
    def keys(self) -> frozenset[tuple[str, ...]]:
        """The names for comparison."""
        return frozenset(n.key for n in self.sample)

    @cached_property
    def nicknames(self) -> frozenset[str]:
        """The nicknames: Bins in Ed “Bins” Rowe."""
        return frozenset(n.nickname for n in self.sample if n.nickname)

    @cached_property
    def key(self) -> tuple[str, ...]:
        """The longest name."""
        return max((n.key for n in self.called), key=len)

    @cached_property
    def display(self) -> str:
        """The longest name as written; of equally long ones the most frequent, preferably not in capitals."""
        counts = Counter(n.display for n in self.called)
        longest = len(self.key)
        return max(
            (n.display for n in self.called if len(n.key) == longest),
            key=lambda d: (len(d) < _SHORTEST_SHOUT or not d.isupper(), counts[d]),
        )

    @cached_property
    def is_person(self) -> bool:
        """Whether it is a person: as the caller says, else by the evidence of its full names, or else of all."""
        if self.known and self.known.type is not SpeakerType.UNKNOWN:
            return self.known.type is SpeakerType.PERSON
        full = [n for n in self.sample if len(n.key) > 1]
        return sum(n.person for n in full or self.sample) > 0

    @cached_property
    def is_place(self) -> bool:
        """Whether the tagger takes most of the names for places."""
        return 2 * sum(n.label == "LOC" for n in self.sample) > len(self.sample)

    @property
    def type(self) -> SpeakerType:
        """The type that the caller gives, else person or organization: nothing else that is named speaks."""
        if self.known and self.known.type is not SpeakerType.UNKNOWN:
            return self.known.type
        return SpeakerType.PERSON if self.is_person else SpeakerType.ORGANIZATION

    @property
    def job_title(self) -> str:
        """The longest of the job titles."""
        return max(self.job_titles, key=len, default="")

    @property
    def offices(self) -> tuple[str, ...]:
        """The job titles, and the role of a known speaker."""
        return (*self.job_titles, self.known.role) if self.known and self.known.role else self.job_titles

    @cached_property
    def words(self) -> frozenset[str]:
        """All words of titles and offices, for descriptions (the Israeli leader)."""
        words = {normal(w) for n in self.sample for w in n.title}
        words |= {normal(w) for title in self.offices for w in title.replace("-", " ").split()}
        return frozenset(map(unabbreviated, words))

    @cached_property
    def age(self) -> str:
        """The age given with a name, in years; empty if none is given."""
        return next((n.age for n in self.sample if n.age), "")

    @cached_property
    def gender(self) -> str:
        """ "f", "m", or "" if title, given name and pronouns do not show it."""
        words = self.words
        female, male = words & load_words("female"), words & load_words("male")
        if not female and not male and len(self.key) > 1:
            female = load_words("female_names") & {self.key[0]}
            male = load_words("male_names") & {self.key[0]}
        if bool(female) == bool(male):
            return self.pronouns
        return "f" if female else "m"


@dataclass(eq=False)
class ClusterBuilder:
    """A cluster under construction. Names can be added in any order."""

    mentions: list[NameMention] = field(default_factory=list)
    _seen: NameCluster | None = None

    def add(self, mention: NameMention) -> None:
        """Adds a name."""
        i = bisect.bisect(self.mentions, mention.span.start, key=_start)
        self.mentions.insert(i, mention)
        if i < SAMPLE:
            self._seen = None

    @property
    def so_far(self) -> NameCluster:
        """The cluster by the names that are known now, or by a sample of them."""
        if self._seen is None:
            self._seen = NameCluster(tuple(self.mentions[:SAMPLE]))
        return self._seen

    def named_before(self, offset: int) -> int:
        """The offset of the last name before `offset`; -1 if there is none."""
        i = bisect.bisect_left(self.mentions, offset, key=_start)
        return self.mentions[i - 1].span.start if i else -1

    def built(self, pronouns: str, plain: str) -> NameCluster:
        """The complete cluster, with the job titles of the text `plain`."""
        titles = (n.job_title.of(plain) for n in self.mentions[:SAMPLE] if n.job_title)
        return NameCluster(tuple(self.mentions), pronouns, tuple(" ".join(t.split()) for t in titles))


def _start(mention: NameMention) -> int:
    return mention.span.start
