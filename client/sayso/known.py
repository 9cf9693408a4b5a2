"""Known speakers: validation, and reading from CSV.

The server validates its requests with the same rules, so each rule is written once.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from os import PathLike
from typing import NamedTuple

from sayso._values.enums import SpeakerType
from sayso._values.inputs import KnownSpeaker
from sayso.errors import InvalidDocument

MAX_KNOWN_SPEAKERS = 2_000
MAX_ALIASES = 50
MAX_NAMES = 10_000
"""The total of names and aliases."""
MAX_BYTES = 200
"""The maximum length of an id, a name, an alias or a role in UTF-8."""

TYPES = (SpeakerType.PERSON, SpeakerType.ORGANIZATION, SpeakerType.GROUP)
"""The allowed types of a known speaker; UNKNOWN takes the type from the text."""

_FIELDS = {
    "id": "external_id",
    "name": "name",
    "aliases": "aliases",
    "type": "type",
    "role": "role",
    "from": "valid_from",
    "to": "valid_to",
}
"""The columns of a file, with the field for each."""
_NEEDED = ("id", "name")
_COLUMNS = {name: column for column, name in _FIELDS.items()}


class Fault(NamedTuple):
    """A problem with a field of a speaker; without a number, a problem with all speakers together."""

    number: int | None
    field: str
    problem: str


def fault_of(speakers: Sequence[KnownSpeaker], place: Callable[[int], str]) -> Fault | None:
    """The first problem with the known speakers; `place` returns a readable name for the speaker at an index."""
    if len(speakers) > MAX_KNOWN_SPEAKERS:
        return Fault(None, "", f"there are {len(speakers):,} known speakers; the limit is {MAX_KNOWN_SPEAKERS:,}")
    names = sum(1 + len(speaker.aliases) for speaker in speakers)
    if names > MAX_NAMES:
        return Fault(None, "", f"there are {names:,} names and aliases; the limit is {MAX_NAMES:,}")
    seen: dict[str, int] = {}
    for index, speaker in enumerate(speakers):
        for field, problem in _problems(speaker):
            return Fault(index, field, problem)
        first = seen.setdefault(speaker.external_id, index)
        if first != index:
            return Fault(index, "external_id", f'"{speaker.external_id}" is also the id of {place(first)}')
    return None


def checked(speakers: Iterable[KnownSpeaker]) -> tuple[KnownSpeaker, ...]:
    """The known speakers, if they are valid in a request. Raises InvalidDocument with the field of the request."""
    known = tuple(speakers)
    if fault := fault_of(known, lambda index: f"known_speakers[{index}]"):
        place = "known_speakers" if fault.number is None else f"known_speakers[{fault.number}].{fault.field}"
        raise _invalid(f"{place}: {fault.problem}", place)
    return known


def read_known_speakers(path: "str | PathLike[str]") -> tuple[KnownSpeaker, ...]:
    """Read known speakers from a CSV file in UTF-8.

    The header has `id` and `name`, and may have `aliases` (separated by "|"), `type` (person, organization, group),
    `role`, `from` and `to` (2024-07-31). Raises InvalidDocument with line and column, and OSError.
    """
    lines: list[int] = []
    speakers: list[KnownSpeaker] = []
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            for line, row in _rows(file, str(path)):
                speakers.append(_speaker(row, f"{path}, line {line}"))
                lines.append(line)
    except UnicodeDecodeError as error:
        raise _invalid(f"{path}: not UTF-8: invalid byte 0x{error.object[error.start]:02x}") from None
    except csv.Error as error:
        raise _invalid(f"{path}: not CSV: {error}") from None
    if fault := fault_of(speakers, lambda index: f"line {lines[index]}"):
        if fault.number is None:
            raise _invalid(f"{path}: {fault.problem}")
        field, bracket, number = fault.field.partition("[")
        column = _COLUMNS[field] + bracket + number
        raise _invalid(f'{path}, line {lines[fault.number]}, column "{column}": {fault.problem}')
    return tuple(speakers)


def _rows(file: Iterable[str], path: str) -> Iterator[tuple[int, dict[str, str]]]:
    """The non-blank rows as dictionaries, each with the number of its last line."""
    reader = csv.reader(file, strict=True)
    header = [name.strip().lower() for name in next(reader, [])]
    for name in _NEEDED:
        if name not in header:
            raise _invalid(f'{path}, line 1: there is no column "{name}"; the header is {",".join(_FIELDS)}')
    for name in header:
        if name not in _FIELDS or header.count(name) > 1:
            what = "appears twice" if name in _FIELDS else f"is not one of {', '.join(_FIELDS)}"
            raise _invalid(f'{path}, line 1: the column "{name}" {what}')
    for cells in reader:
        values = [cell.strip() for cell in cells]
        if len(values) > len(header):
            raise _invalid(
                f"{path}, line {reader.line_num}: there are {len(values)} cells for {len(header)} columns; "
                "a name with a comma must be in quotation marks"
            )
        if any(values):
            yield reader.line_num, dict(zip(header, values, strict=False))


def _speaker(row: dict[str, str], place: str) -> KnownSpeaker:
    """The speaker of a row; missing cells are empty."""
    return KnownSpeaker(
        external_id=row["id"],
        name=row.get("name", ""),
        aliases=tuple(alias for cell in row.get("aliases", "").split("|") if (alias := cell.strip())),
        type=row.get("type", "").lower() or SpeakerType.UNKNOWN,
        role=row.get("role", ""),
        valid_from=_day(row, "from", place),
        valid_to=_day(row, "to", place),
    )


def _day(row: dict[str, str], column: str, place: str) -> date | None:
    try:
        return day_of(row.get(column, ""))
    except ValueError as error:
        raise _invalid(f'{place}, column "{column}": {error}') from None


def day_of(text: str) -> date | None:
    """A day from ISO 8601 text; None for an empty text. Raises ValueError with the problem."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise ValueError(f'"{text[:MAX_BYTES]}" is not a day such as 2024-07-31') from None


def _problems(speaker: KnownSpeaker) -> Iterator[tuple[str, str]]:
    """The invalid fields, each with its problem."""
    yield from _problems_of_text("external_id", speaker.external_id)
    yield from _problems_of_text("name", speaker.name, is_name=True)
    if isinstance(speaker.aliases, str):
        yield "aliases", "is one string, not several"
    if len(speaker.aliases) > MAX_ALIASES:
        yield "aliases", f"there are {len(speaker.aliases)} aliases; the limit is {MAX_ALIASES}"
    for number, alias in enumerate(speaker.aliases):
        yield from _problems_of_text(f"aliases[{number}]", alias, is_name=True)
    if speaker.type not in (*TYPES, SpeakerType.UNKNOWN):
        yield "type", f'there is no type "{speaker.type[:MAX_BYTES]}"; there are: {", ".join(TYPES)}'
    if speaker.role:
        yield from _problems_of_text("role", speaker.role)
    if speaker.valid_from and speaker.valid_to and speaker.valid_from > speaker.valid_to:
        yield "valid_from", f"{speaker.valid_from} is after {speaker.valid_to}, the last day"


def _problems_of_text(field: str, value: str, *, is_name: bool = False) -> Iterator[tuple[str, str]]:
    size = len(value.encode(errors="surrogatepass"))
    if not value.strip():
        yield field, "is empty"
    elif size > MAX_BYTES:
        yield field, f"has {size:,} bytes; the limit is {MAX_BYTES}"
    elif any("\ud800" <= character <= "\udfff" for character in value):
        yield field, "has half of a surrogate pair, which is not a character"
    elif is_name and not any(map(str.isalnum, value)):
        yield field, "has no letter"


def _invalid(message: str, place: str = "known_speakers") -> InvalidDocument:
    return InvalidDocument(message, reason="INVALID_OPTION", field=f"options.{place}")
