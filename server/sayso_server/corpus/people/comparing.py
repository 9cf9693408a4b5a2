"""The pairwise model: is a speaker of one document the same as a speaker of another?

A Fellegi-Sunter model: each comparison of two profiles gives a feature, each feature has a weight, and the weights add
up to the log odds (base e) that the two are the same. A weight is log(m / u), where m and u are the frequencies of the
feature among matching and non-matching pairs; weights.json has both, with the pairs they were counted on (see
sayso_tools.training.people). The weight of a name is computed instead: the rarer it is in the corpus, the larger.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from math import exp, log

from sayso_server.core.lexicon import load_table, load_words
from sayso_server.core.scoring import Evidence, Scorer, scorer_of
from sayso_server.core.speakers.names.spelling import countries
from sayso_server.corpus.people.names import (
    ORGANIZATION,
    PERSON,
    Commonness,
    Key,
    commonness,
    is_of_any_state,
    likeness,
)
from sayso_server.corpus.people.profiles import Profile

_RARE = 0.02
"""A context word counts as shared only if at most this share of profiles has it."""
_YEARS = (20, 10, 2, 0)
_SHARED_WORDS = (4, 2, 1)
_SEEN_BEFORE = 50.0
"""The weight of the prior share below, in job titles, against the counts of the corpus."""
_RARE_JOB = 1 / 50
"""The prior share of a job title that is not in the corpus."""
_DAYS_OF_A_YEAR = 365.25


@cache
def scorer() -> Scorer:
    """The weights."""
    text = resources.files(__package__).joinpath("weights.json").read_text("utf-8")
    return scorer_of(json.loads(text), "weights.json")


@dataclass(frozen=True, slots=True)
class Corpus:
    """Statistics of all profiles for comparisons: how common names and words are."""

    names: Commonness
    jobs: Counter[str]
    """The number of profiles of people with a word of a job title, or a kind of job."""
    titled: int
    """The number of profiles of people with a job title."""
    frequent: frozenset[str]

    def rarity(self, jobs: Iterable[str]) -> float:
        """The weight of the rarest of these words, as log odds (base e)."""
        least = min((self.jobs[job] for job in jobs), default=self.titled)
        return -log((max(0, least - 1) + _SEEN_BEFORE * _RARE_JOB) / (self.titled + _SEEN_BEFORE))


@dataclass(frozen=True, slots=True)
class Likeness:
    """The log odds (base e) that two profiles are the same, and the contribution of each feature."""

    margin: float
    evidence: Evidence


def corpus_of(profiles: Iterable[Profile]) -> Corpus:
    """The statistics of these profiles."""
    profiles = list(profiles)
    people = [profile for profile in profiles if profile.type is PERSON]
    seen = Counter(word for profile in profiles for word in profile.context)
    most = max(2, _RARE * len(profiles))
    titles = [words for profile in people if (words := _jobs(profile.role))]
    return Corpus(
        names=commonness(profile.name for profile in people),
        jobs=Counter(word for words in titles for word in words),
        titled=len(titles),
        frequent=frozenset(word for word, count in seen.items() if count > most),
    )


def may_be_same(one: Profile, other: Profile) -> bool:
    """Whether nothing rules it out: different types or known speakers, incompatible names, or the same document."""
    if one.type is not other.type or one.is_apart or other.is_apart or not _known_agree(one, other):
        return False
    if one.name in other.others or other.name in one.others:
        return False
    return bool(likeness(one.name, other.name, one.type)) or bool(
        one.external_id and one.external_id == other.external_id
    )


def _known_agree(one: Profile, other: Profile) -> bool:
    """Whether the known speakers that they are, or may be, do not conflict."""
    mine, theirs = ({p.external_id} if p.external_id else p.candidates for p in (one, other))
    return not mine or not theirs or bool(mine & theirs)


def compare(one: Profile, other: Profile, corpus: Corpus) -> Likeness | None:
    """The likeness of two profiles; None if they cannot be the same."""
    if not may_be_same(one, other):
        return None
    scored = scorer().weigh(dict(features(one, other, corpus)))
    return Likeness(scored.margin, scored.evidence)


def cohesion(profile: Profile, corpus: Corpus) -> float:
    """The probability that two documents of a profile are by the same person, from name and job title alone."""
    if profile.type is not PERSON or profile.external_id:
        return 1.0
    own = {"person name: same name": 1.0, "name: rarity": corpus.names.rarity(profile.name)}
    return probability(scorer().weigh(own | dict(_job_title(profile, profile, corpus))).margin)


def probability(margin: float) -> float:
    """The probability for log odds."""
    return 1 / (1 + exp(-max(-50.0, min(50.0, margin))))


def features(one: Profile, other: Profile, corpus: Corpus) -> Iterator[tuple[str, float]]:
    """The features of a pair, with their values. The first words of a feature name what it compares."""
    if one.external_id and one.external_id == other.external_id:
        yield "known speaker: same", 1.0
        return
    alike = likeness(one.name, other.name, one.type)
    if alike == "same name" and one.type is ORGANIZATION and is_of_any_state(one.name):
        alike = "same name, of any state"
    yield f"{one.type} name: {alike}", 1.0
    if one.type is PERSON:
        rarity = corpus.names.rarity if one.is_full == other.is_full else corpus.names.rarity_among_unseen
        yield "name: rarity", rarity(_shared(one, other, alike))
        yield from _job_title(one, other, corpus)
        yield from ((name, 1.0) for name in (_gender(one, other),) if name)
    yield from ((name, 1.0) for name in _around(one, other) if name)
    yield from _context(one, other, corpus)


def _shared(one: Profile, other: Profile, alike: str) -> Key:
    """The common part of two names: J, Kirby for John Kirby and J. Kirby; Kirby if one has only that."""
    return min(one.name, other.name, key=len if alike == "surname" else lambda name: len(name[0]))


def _around(one: Profile, other: Profile) -> Iterator[str]:
    yield _both("country", one.countries, other.countries)
    yield _both(
        "organization", frozenset(map(str.lower, one.organizations)), frozenset(map(str.lower, other.organizations))
    )
    yield _years(one, other)


def _job_title(one: Profile, other: Profile, corpus: Corpus) -> Iterator[tuple[str, float]]:
    mine, theirs = one.role, other.role
    if not mine or not theirs:
        return
    is_abroad = one.countries and other.countries and not one.countries & other.countries
    shared = _jobs(mine) & _jobs(theirs) if not is_abroad else frozenset()
    is_same_kind = any(word.startswith(_KIND) or word in load_words("roles") for word in shared)
    if mine == theirs or is_same_kind:
        yield "job title: same" if mine == theirs else "job title: same kind", 1.0
        yield "job: rarity", corpus.rarity(shared)
    else:
        yield "job title: shared word" if shared else "job title: other", 1.0


_KIND = "kind: "


@cache
def _kinds_of_jobs() -> dict[str, str]:
    table = load_table("alike_jobs")
    return {word: kind for kind, words in table.items() for word in (kind, *words)}


@lru_cache(maxsize=100_000)
def _jobs(role: frozenset[str]) -> frozenset[str]:
    """The words of a job title without countries, and its kinds: a senator and a congressman are lawmakers."""
    kinds = (f"{_KIND}{kind}" for word in role if (kind := _kinds_of_jobs().get(word)))
    return role - countries().keys() | frozenset(kinds)


def _gender(one: Profile, other: Profile) -> str:
    if not (one.gender and other.gender):
        return ""
    return "gender: same" if one.gender == other.gender else "gender: other"


def _both(what: str, mine: frozenset[str], theirs: frozenset[str]) -> str:
    if not mine or not theirs:
        return ""
    return f"{what}: same" if mine & theirs else f"{what}: other"


def _years(one: Profile, other: Profile) -> str:
    """The years between the last document of the earlier profile and the first of the later one."""
    if not (one.first and one.last and other.first and other.last):
        return ""
    days = max((other.first - one.last).days, (one.first - other.last).days, 0)
    return next(f"years apart: {years} or more" for years in _YEARS if days >= years * _DAYS_OF_A_YEAR)


def _context(one: Profile, other: Profile, corpus: Corpus) -> Iterator[tuple[str, float]]:
    """The number of shared context words, averaged over pairs of documents of the two profiles."""
    words = one.context.keys() & other.context.keys() - corpus.frequent
    shared = sum(one.context[word] * other.context[word] for word in words) / (one.documents * other.documents)
    if shared < 1:
        yield "shared words around: 0 or more", 1 - shared
    if shared:
        yield (
            f"shared words around: {next(count for count in _SHARED_WORDS if shared >= count or count == 1)} or more",
            min(1, shared),
        )
