"""Who speaks how often."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from sayso.cli.reading import Reading
from sayso.models import Kind, Statement

COLUMNS = ("speaker", "type", "role", "statements", "direct", "indirect", "mixed", "words", "documents", "external_id")
HEADINGS = ("speaker", "type", "all", "direct", "indirect", "mixed", "words", "texts")
"""COLUMNS, for people: short, because a terminal is narrow; the role stands behind the name."""


@dataclass(slots=True)
class Tally:
    """What one speaker said."""

    name: str
    type: str
    external_id: str = ""
    role: str = ""
    kinds: Counter[Kind] = field(default_factory=Counter)
    words: int = 0
    documents: set[int] = field(default_factory=set)

    def add(self, statement: Statement, document: int) -> None:
        self.kinds[statement.kind] += 1
        self.words += sum(len(span.text.split()) for span in statement.content)
        self.documents.add(document)
        if statement.speaker and not self.role:
            self.role = statement.speaker.role

    def row(self) -> dict[str, str | int]:
        """The numbers, under the names of COLUMNS."""
        numbers = (self.kinds[Kind.DIRECT], self.kinds[Kind.INDIRECT], self.kinds[Kind.MIXED])
        values = (self.name, self.type, self.role, self.kinds.total(), *numbers, self.words, len(self.documents))
        return dict(zip(COLUMNS, (*values, self.external_id), strict=True))

    def cells(self) -> list[str]:
        """The same for people, under HEADINGS."""
        name, kind, role, *numbers, _ = self.row().values()
        return [f"{name}, {role}" if role else str(name), *map(str, [kind, *numbers])]


def tallies(readings: Iterable[Reading]) -> list[Tally]:
    """The speakers of all documents, who speaks most first. Known speakers are told apart by their external ids;

    others of one name and type count as one.
    """
    found: dict[tuple[str, ...], Tally] = {}
    for document, reading in enumerate(readings):
        for statement in reading.result.statements:
            name = statement.speaker_name or "?"
            kind = str(statement.speaker.type) if statement.speaker else "unresolved"
            known = statement.speaker.external_id if statement.speaker else ""
            key = (known,) if known else (name, kind)
            found.setdefault(key, Tally(name, kind, known)).add(statement, document)
    return sorted(found.values(), key=lambda tally: (-tally.kinds.total(), -tally.words))
