"""Counts how often each speaker speaks."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sayso.cli.reading import Reading
from sayso.models import Kind, SpeakerType, Statement

COLUMNS = (
    *("speaker", "type", "role", "statements", "direct", "indirect", "mixed", "words", "documents"),
    *("external_id", "also_called"),
)
HEADINGS = ("speaker", "type", "all", "direct", "indirect", "mixed", "words", "texts")
"""Short forms of COLUMNS, because terminals are narrow; the role follows the name."""
NARROW_HEADINGS = ("speaker", "all", "texts")
"""The headings for narrow terminals."""

_Key = tuple[str, str]
"""External id and name of a speaker; one of them is empty."""
_UNRESOLVED = "?"
"""The name of speakers without a name."""
_NAMELESS = {SpeakerType.UNKNOWN, SpeakerType.PERSON}
"""The types of speakers that may have a surname only."""


@dataclass(slots=True)
class Tally:
    """The counts of one speaker. `names` counts the names used for the speaker; `types` the types."""

    external_id: str = ""
    names: Counter[str] = field(default_factory=Counter)
    types: Counter[str] = field(default_factory=Counter)
    role: str = ""
    kinds: Counter[Kind] = field(default_factory=Counter)
    words: int = 0
    documents: set[int] = field(default_factory=set)

    @property
    def name(self) -> str:
        """The longest name, with first name and rank."""
        return max(self.names, key=lambda name: (len(name.split()), self.names[name], name), default=_UNRESOLVED)

    def add(self, statement: Statement, document: int) -> None:
        """Count a statement."""
        self.kinds[statement.kind] += 1
        self.words += sum(len(span.text.split()) for span in statement.content)
        self.documents.add(document)
        if speaker := statement.speaker:
            self.names[speaker.name] += 1
            self.types[str(speaker.type)] += 1
            self.role = self.role or speaker.role

    def merge(self, other: "Tally") -> None:
        """Add the counts of another tally of the same speaker."""
        self.names += other.names
        self.types += other.types
        self.role = self.role or other.role
        self.kinds += other.kinds
        self.words += other.words
        self.documents |= other.documents

    def row(self) -> dict[str, str | int]:
        """The counts, with the keys COLUMNS."""
        kind = self.types.most_common(1)[0][0] if self.types else "unresolved"
        numbers = (self.kinds[Kind.DIRECT], self.kinds[Kind.INDIRECT], self.kinds[Kind.MIXED])
        aliases = "; ".join(sorted(name for name in self.names if name != self.name))
        counts = (self.kinds.total(), *numbers, self.words, len(self.documents))
        values = (self.name, kind, self.role, *counts, self.external_id, aliases)
        return dict(zip(COLUMNS, values, strict=True))

    def cells(self, *, narrow: bool) -> list[str]:
        """The cells for HEADINGS or NARROW_HEADINGS."""
        row = self.row()
        name = f"{row['speaker']}, {row['role']}" if row["role"] else str(row["speaker"])
        names = ("statements", "documents") if narrow else ("type", *COLUMNS[3:9])
        return [name, *(str(row[column]) for column in names)]


def tallies(readings: Iterable[Reading]) -> list[Tally]:
    """The speakers of all documents, the most frequent first.

    Known speakers are distinguished by their external ids. Other speakers with the same name count as one, whatever
    their type. A person with only a surname is merged with the only full name that has it. All unnamed speakers count
    as one.
    """
    found: dict[_Key, Tally] = {}
    for document, reading in enumerate(readings):
        for statement in reading.result.statements:
            speaker = statement.speaker
            key = (speaker.external_id, "" if speaker.external_id else speaker.name.casefold()) if speaker else ("", "")
            found.setdefault(key, Tally(key[0])).add(statement, document)
    for short, full in _full_names(found).items():
        found[full].merge(found.pop(short))
    return sorted(found.values(), key=lambda tally: (-tally.kinds.total(), -tally.words))


def _full_names(found: Mapping[_Key, Tally]) -> dict[_Key, _Key]:
    """The speakers with only a surname, each with the one full name that ends in it; without external ids."""
    bearers: dict[str, list[_Key]] = {}
    for key, tally in found.items():
        if len(key[1].split()) > 1 and tally.types[SpeakerType.PERSON]:
            bearers.setdefault(key[1].split()[-1], []).append(key)
    alone = [key for key, tally in found.items() if len(key[1].split()) == 1 and not tally.types.keys() - _NAMELESS]
    return {key: bearers[key[1]][0] for key in alone if len(bearers.get(key[1], ())) == 1}
