"""Corrections by hand: OUTPUT/merges.csv and OUTPUT/splits.csv, which every run applies.

    merges.csv   person_id,into                 two people are the same; the second id is kept
    splits.csv   document_id,speaker_id,into    a speaker of a document is another person: `into`, or a new one

Other columns, such as one for the reason, are ignored. Merged ids stay valid: the table of profiles keeps the id before
corrections as `automatic_id`.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sayso_server.corpus.errors import InputError
from sayso_server.corpus.people.profiles import Speaker
from sayso_server.corpus.store import Store

MERGES, SPLITS = "merges.csv", "splits.csv"


@dataclass(frozen=True, slots=True)
class Merge:
    """One line of merges.csv. `place` is its file and line."""

    person_id: str
    into: str
    place: str


@dataclass(frozen=True, slots=True)
class Split:
    """One line of splits.csv; `into` is empty for a new person."""

    speaker: Speaker
    into: str
    place: str


@dataclass(frozen=True, slots=True)
class ByHand:
    """All corrections."""

    merges: tuple[Merge, ...] = ()
    splits: tuple[Split, ...] = ()

    @property
    def apart(self) -> frozenset[Speaker]:
        """The speakers that are split off."""
        return frozenset(split.speaker for split in self.splits)


@dataclass(frozen=True, slots=True)
class Described:
    """What a correction must not mix: the type of a person, and the known speaker that it is, if any."""

    type: str
    external_id: str = ""


def read(store: Store) -> ByHand:
    """The corrections in an output; none where it has no such files. Raises InputError, with the line."""
    merges = tuple(
        Merge(row["person_id"], row["into"], place)
        for place, row in _rows(store, MERGES, ("person_id", "into"), ("person_id", "into"))
    )
    splits = tuple(
        Split((row["document_id"], row["speaker_id"]), row["into"], place)
        for place, row in _rows(store, SPLITS, ("document_id", "speaker_id", "into"), ("document_id", "speaker_id"))
    )
    _refuse_repeated((split.place, split.speaker) for split in splits)
    return ByHand(merges, splits)


def merged_ids(merges: Iterable[Merge], people: Mapping[str, Described]) -> dict[str, str]:
    """The id that each merged person has in the end. `people` are all that there are, by their automatic ids.

    Raises InputError: of a person that is not there, of people who cannot be one, of a circle.
    """
    into: dict[str, Merge] = {}
    for merge in merges:
        for person in (merge.person_id, merge.into):
            if person not in people:
                raise InputError(f"{merge.place}: there is no person {person!r}")
        if merge.person_id in into:
            raise InputError(f"{merge.place}: {merge.person_id!r} has been merged in {into[merge.person_id].place}")
        into[merge.person_id] = merge
    known = {person: described.external_id for person, described in people.items() if described.external_id}
    out: dict[str, str] = {}
    for person, merge in into.items():
        final = _final(person, into)
        if people[person].type != people[final].type:
            raise InputError(f"{merge.place}: {people[person].type} and {people[final].type} are not one")
        one, other = known.get(person, ""), known.setdefault(final, known.get(person, ""))
        if one and other and one != other:
            raise InputError(f"{merge.place}: these are the known speakers {one!r} and {other!r}")
        out[person] = final
    return out


def _final(person: str, into: Mapping[str, Merge]) -> str:
    passed = {person}
    while merge := into.get(person):
        person = merge.into
        if person in passed:
            raise InputError(f"{merge.place}: a circle: {person!r} is merged into itself")
        passed.add(person)
    return person


def _rows(
    store: Store, name: str, columns: tuple[str, ...], needed: tuple[str, ...]
) -> Iterator[tuple[str, dict[str, str]]]:
    """The rows of a file with their places; blank lines are left out."""
    shown = store.shown(name)
    try:
        text = (store.read(name) or b"").decode("utf-8-sig")
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        if not text:
            return
        reader.fieldnames = names = [(column or "").strip() for column in reader.fieldnames or ()]
        if missing := next((column for column in needed if column not in names), ""):
            raise InputError(f"{shown}:1: has no column {missing!r}")
        for row in reader:
            place = f"{shown}:{reader.line_num}"
            if None in row:
                raise InputError(f"{place}: has more values than columns")
            values = {column: (row.get(column) or "").strip() for column in columns}
            if empty := next((column for column in needed if not values[column]), ""):
                raise InputError(f"{place}: {empty!r} is empty")
            yield place, values
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{shown}: is not CSV in UTF-8 ({error})") from None


def _refuse_repeated(places: Iterable[tuple[str, Speaker]]) -> None:
    before: dict[Speaker, str] = {}
    for place, speaker in places:
        if speaker in before:
            raise InputError(f"{place}: the same speaker as in {before[speaker]}")
        before[speaker] = place
