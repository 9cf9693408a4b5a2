"""The tables `people` and `profiles`, and the two columns of the statements; see docs/people.md."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from sayso import columns
from sayso_server.core.scoring import Evidence
from sayso_server.corpus.errors import InputError
from sayso_server.corpus.parts import Form
from sayso_server.corpus.people.clustering import Member
from sayso_server.corpus.people.profiles import COLUMNS, Profile, Speaker, speakers_of
from sayso_server.corpus.rows import PERSON_COLUMNS, STATEMENTS, Row
from sayso_server.lines import json_line

PEOPLE: dict[str, str] = {column.name: column.type for column in columns.PEOPLE}
"""Columns of the people, and their types."""

PROFILES: dict[str, str] = {column.name: column.type for column in columns.PROFILES}
"""Columns of the profiles, and their types."""

_MOST_LISTED = 20
"""The maximum number of names, job titles and organizations listed for a person: the most frequent ones."""


class Identity(NamedTuple):
    """The person of a profile: the final id, the id before corrections by hand, and the confidence."""

    person_id: str
    automatic_id: str
    member: Member


def profile_row(identity: Identity) -> Row:
    """The row of a profile."""
    person_id, automatic_id, member = identity
    profile = member.profile
    return {
        "profile": profile.key,
        "person_id": person_id,
        "automatic_id": automatic_id,
        "type": str(profile.type),
        "name": _foremost(profile.names),
        "job_title": _foremost(profile.roles),
        "external_id": profile.external_id or None,
        "first_published_at": _moment(profile.first),
        "last_published_at": _moment(profile.last),
        "documents": profile.documents,
        "statements": profile.statements,
        "confidence": round(member.confidence, 4),
        "evidence": _told(member.evidence),
    }


def person_row(person_id: str, identities: Sequence[Identity]) -> Row:
    """The row of a person, from all its profiles."""
    profiles = [identity.member.profile for identity in identities]
    names, roles, organizations = (_counted(profiles, kind) for kind in ("names", "roles", "organizations"))
    full = [profile for profile in profiles if profile.is_full] or profiles
    name = _foremost(_counted([p for p in full if p.external_id] or full, "names"))
    documents = sum(profile.documents for profile in profiles)
    sure = sum(identity.member.confidence * identity.member.profile.documents for identity in identities)
    return {
        "person_id": person_id,
        "type": str(profiles[0].type),
        "name": name,
        "other_names": _listed(other for other in _by_count(names) if other != name),
        "job_titles": _listed(_by_count(roles)),
        "organizations": _listed(_by_count(organizations)),
        "external_id": next((profile.external_id for profile in profiles if profile.external_id), None),
        "first_published_at": _moment(min((p.first for p in profiles if p.first), default=None)),
        "last_published_at": _moment(max((p.last for p in profiles if p.last), default=None)),
        "documents": documents,
        "statements": sum(profile.statements for profile in profiles),
        "confidence": round(sure / documents, 4),
        "merged_ids": _listed(sorted({identity.automatic_id for identity in identities} - {person_id})),
    }


def rows_of(content: bytes, names: Sequence[str], form: Form) -> list[Row]:
    """Some columns of a finished part. Raises InputError if it is damaged."""
    if form == "parquet":
        from sayso_server.corpus import arrow

        return arrow.rows_of(content, names)
    try:
        return [{name: row.get(name) for name in names} for row in map(json.loads, content.splitlines())]
    except (ValueError, AttributeError):
        raise InputError("is not readable as JSON lines") from None


def with_people(
    content: bytes, form: Form, people: Mapping[str, tuple[str, float]], apart: frozenset[Speaker]
) -> bytes | None:
    """A part of the statements with the person and confidence of each; None if it already has them.

    `people` has both for the key of every profile.
    """
    rows = rows_of(content, (*COLUMNS, *PERSON_COLUMNS), form)
    speakers = speakers_of(rows, apart)
    found = [
        people[speakers[speaker].key]
        if (speaker := (row["document_id"], row["speaker_id"])) in speakers
        else (None, None)
        for row in rows
    ]
    if found == [tuple(row[name] for name in PERSON_COLUMNS) for row in rows]:
        return None
    return _with_columns(content, form, dict(zip(PERSON_COLUMNS, zip(*found, strict=True), strict=True)))


def _with_columns(content: bytes, form: Form, added: Mapping[str, Sequence[Any]]) -> bytes:
    if form == "parquet":
        from sayso_server.corpus import arrow

        return arrow.with_columns(content, {name: (STATEMENTS[name], values) for name, values in added.items()})
    lines = []
    for at, line in enumerate(content.splitlines()):
        row = json.loads(line) | {name: values[at] for name, values in added.items()}
        lines.append(json_line(row).encode() + b"\n")
    return b"".join(lines)


def _counted(profiles: Iterable[Profile], kind: str) -> Counter[str]:
    total: Counter[str] = Counter()
    for profile in profiles:
        total.update(getattr(profile, kind))
    return total


def _by_count(counter: Counter[str]) -> list[str]:
    """The values, most frequent first, then longest first."""
    return sorted(counter, key=lambda name: (-counter[name], -len(name), name))


def _foremost(counter: Counter[str]) -> str | None:
    return next(iter(_by_count(counter)), None)


def _listed(values: Iterable[str]) -> str | None:
    return columns.BETWEEN.join(list(values)[:_MOST_LISTED]) or None


def _told(evidence: Evidence) -> str | None:
    """The features with their contributions, strongest first."""
    ordered = sorted(evidence, key=lambda named: -abs(named[1]))
    return "; ".join(f"{name} {added:+.1f}" for name, added in ordered) or None


def _moment(day: date | None) -> datetime | None:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None
