"""Profiles: the facts about a speaker with one name and job title.

    statements of a part -> Records (a speaker of one document) -> Profiles (indistinguishable records)

A full name with the same job title is one profile across all documents. An ambiguous name (Kirby, J. Kirby, NSC) is a
profile per document. So the memory of the job grows with the number of names, not of statements.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sayso_server.core.lexicon import load_words
from sayso_server.core.speakers.names.spelling import normal, plain_letters, unabbreviated
from sayso_server.core.statement import SpeakerType
from sayso_server.corpus.people.names import (
    DOCUMENT,
    NAMED_TYPES,
    PERSON,
    Key,
    countries_in,
    is_full,
    is_of_any_state,
    key_of,
    own_countries,
)

COLUMNS = (
    "document_id",
    "speaker",
    "speaker_id",
    "speaker_type",
    "speaker_role",
    "speaker_external_id",
    "speaker_candidates",
    "speaker_affiliation",
    "speaker_issuer",
    "source",
    "sentence",
    "published_at",
)
"""The columns of the statements that the job reads."""

Speaker = tuple[str, str]
"""A document_id, and a speaker_id within it."""

_MOST_CONTEXT = 60
"""The maximum number of context words of a profile: the most frequent ones."""
_CAPITALISED = re.compile(r"\b[A-Z][A-Za-z]{3,}\b")
_WORD = re.compile(r"[\w.]+(?:['’-]\w+)*")


@dataclass(slots=True)
class Profile:
    """Speakers with the same type, name and job title. `key` is the same in every run over the same documents."""

    key: str
    type: SpeakerType
    name: Key
    external_id: str = ""
    candidates: frozenset[str] = frozenset()
    """The candidates, if the document does not say which known speaker it is."""
    is_apart: bool = False
    """Whether it was split off by hand; then it is not linked to any other."""
    roles: Counter[str] = field(default_factory=Counter)
    names: Counter[str] = field(default_factory=Counter)
    organizations: Counter[str] = field(default_factory=Counter)
    genders: Counter[str] = field(default_factory=Counter)
    context: Counter[str] = field(default_factory=Counter)
    where: Counter[str] = field(default_factory=Counter)
    """The country that a document mentions most."""
    others: set[Key] = field(default_factory=set)
    """Names of other speakers with the same last word, in the same documents."""
    first: date | None = None
    last: date | None = None
    documents: int = 0
    statements: int = 0

    @property
    def is_full(self) -> bool:
        return bool(self.external_id) or is_full(self.name, self.type)

    @property
    def role(self) -> frozenset[str]:
        """The words of its job titles."""
        return frozenset(word for role in self.roles for word in role_words(role))

    @property
    def countries(self) -> frozenset[str]:
        """The countries named by its job titles, or by the name of an organization.

        For an organization that any state may have, the countries of its documents.
        """
        if self.type is PERSON:
            return countries_in(tuple(sorted(self.role)))
        own = own_countries(self.name)
        return own or frozenset(self.where if is_of_any_state(self.name) else ())

    @property
    def gender(self) -> str:
        """The gender from pronouns, titles and nouns; empty if unknown or contradictory."""
        return next(iter(self.genders)) if len(self.genders) == 1 else ""

    def add(self, other: "Profile") -> None:
        """Add the facts of the same profile from another part of the corpus."""
        for name in ("roles", "names", "organizations", "genders", "context", "where"):
            getattr(self, name).update(getattr(other, name))
        if len(self.context) > 2 * _MOST_CONTEXT:
            self.context = Counter(dict(self.context.most_common(_MOST_CONTEXT)))
        self.others |= other.others
        self.first = min(filter(None, (self.first, other.first)), default=None)
        self.last = max(filter(None, (self.last, other.last)), default=None)
        self.documents += other.documents
        self.statements += other.statements


def speakers_of(rows: Iterable[dict[str, Any]], apart: frozenset[Speaker] = frozenset()) -> dict[Speaker, Profile]:
    """A profile of each named speaker, from the statements of whole documents.

    Speakers in `apart` were split off by hand and get separate profiles.
    """
    documents: dict[str, dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        if row["speaker_id"] and row["speaker"]:
            documents[row["document_id"]][row["speaker_id"]].append(row)
    found: dict[Speaker, Profile] = {}
    for document, speakers in documents.items():
        own = {
            speaker: profile
            for speaker, said in speakers.items()
            if (profile := _profile((document, speaker), said, (document, speaker) in apart))
        }
        _note_others(own.values())
        _note_country(own.values(), speakers.values())
        found |= {(document, speaker): profile for speaker, profile in own.items()}
    return found


def merge_into(profiles: dict[str, Profile], more: Iterable[Profile]) -> None:
    """Merge profiles into those with the same keys."""
    for profile in more:
        if profile.key in profiles:
            profiles[profile.key].add(profile)
        else:
            profiles[profile.key] = profile


def _profile(speaker: Speaker, said: Sequence[dict[str, Any]], is_apart: bool) -> Profile | None:
    first = said[0]
    if first["speaker_type"] not in NAMED_TYPES:
        return None
    speaker_type = SpeakerType(first["speaker_type"])
    name = key_of(first["speaker"], speaker_type)
    external_id = first["speaker_external_id"] or ""
    if not (name or external_id):
        return None
    role = first["speaker_role"] or ""
    day = _day(first["published_at"])
    profile = Profile(
        key=_key(speaker, speaker_type, name, external_id, first, is_apart),
        type=speaker_type,
        name=name or (external_id,),
        external_id=external_id,
        candidates=frozenset((first["speaker_candidates"] or "").split("; ")) - {""},
        is_apart=is_apart,
        roles=Counter([role] if role else []),
        names=Counter([first["speaker"]]),
        organizations=Counter(filter(None, [first["speaker_affiliation"], first["speaker_issuer"]])),
        genders=Counter(_genders(role, [row["source"] or "" for row in said])),
        first=day,
        last=day,
        documents=1,
        statements=len(said),
    )
    profile.context = _context(profile, [row["sentence"] or "" for row in said])
    return profile


def _key(
    speaker: Speaker, speaker_type: SpeakerType, name: Key, external_id: str, first: dict[str, Any], is_apart: bool
) -> str:
    own = ["speaker", *speaker] if is_apart or not (external_id or is_full(name, speaker_type)) else []
    if external_id:
        said = ["known", external_id]
    elif speaker_type is DOCUMENT:
        said = [" ".join(name), "by", (first["speaker_issuer"] or "").lower()]
    elif speaker_type is PERSON:
        said = [" ".join(name), "as", " ".join(sorted(role_words(first["speaker_role"] or "")))]
    else:
        said = [" ".join(name)]
    said += ["of", first["speaker_candidates"]] if first["speaker_candidates"] else []
    return "\t".join([speaker_type, *said, *own])


@lru_cache(maxsize=100_000)
def role_words(role: str) -> frozenset[str]:
    """The significant words of a job title: senator, texas for Senator (R-Texas)."""
    words = (unabbreviated(normal(plain_letters(word))) for word in _WORD.findall(role.replace("-", " ")))
    return frozenset(word for word in words if word not in load_words("stop_words", "name_prepositions", "epithets"))


def _genders(role: str, sources: Iterable[str]) -> Iterator[str]:
    """Genders from pronouns (she), titles (Mr. Kirby) and job titles (congresswoman)."""
    words = {word for source in sources for word in _first_word(source)} | set(role.lower().split())
    if words & load_words("female"):
        yield "f"
    if words & load_words("male"):
        yield "m"


def _first_word(source: str) -> list[str]:
    """The first word of a source, such as She, or Mr. in Mr. Kirby; none for "her lawyer"."""
    words = [normal(word) for word in source.split()]
    return words[:1] if len(words) == 1 or words[:1] != ["her"] else []


def _context(profile: Profile, sentences: Iterable[str]) -> Counter[str]:
    """The capitalised words around the statements, without those in the name and the job title."""
    own = {*profile.name, *profile.role}
    words = {word.lower() for sentence in sentences for word in _CAPITALISED.findall(sentence)}
    return Counter(sorted(words - own)[:_MOST_CONTEXT])


def _note_others(profiles: Iterable[Profile]) -> None:
    """Record other people in the document with the same surname: they must not be merged."""
    by_last: dict[tuple[SpeakerType, str], list[Profile]] = defaultdict(list)
    for profile in profiles:
        by_last[profile.type, profile.name[-1]].append(profile)
    for together in by_last.values():
        for profile in together:
            profile.others |= {other.name for other in together if other is not profile}


def _note_country(profiles: Iterable[Profile], said: Iterable[Sequence[dict[str, Any]]]) -> None:
    """Record the country that the document mentions most; none in case of a tie."""
    rows = [row for own in said for row in own]
    texts = {row["sentence"] or "" for row in rows} | {row["speaker_role"] or "" for row in rows}
    words = (tuple(normal(word) for word in _WORD.findall(text) if word[0].isupper()) for text in texts)
    counts = Counter(country for own in words for country in countries_in(own))
    (most, count), (_, second) = (*counts.most_common(2), ("", 0), ("", 0))[:2]
    for profile in profiles if count > second else ():
        profile.where[most] += 1


def _day(value: datetime | str | None) -> date | None:
    """The day of a row: from a Parquet timestamp, or from ISO 8601 text in JSON lines."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return value.date() if value else None
