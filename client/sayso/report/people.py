"""The speakers on the page: one key, one number and one colour per name, across all documents."""

from collections.abc import Iterable

from sayso.models import Result, Statement

UNRESOLVED = "unresolved"
WEAK = 0.6
"""Statements below this confidence are shown as weak."""

_COLOURS = 24
"""The colour classes in page.css: twelve hues, each dark and light. Speakers with the same colour differ in number."""


class People:
    """The speakers of some results, in the order in which they speak; all unnamed speakers count as one."""

    def __init__(self, results: Iterable[Result]) -> None:
        self.names = list(dict.fromkeys(name_of(one) for result in results for one in result.statements))
        self._numbers = {name: number for number, name in enumerate(self.names)}

    def key(self, name: str) -> str:
        """An identifier that is safe in markup."""
        return f"p{self._numbers[name]}"

    def number(self, statement: Statement) -> str:
        """The speaker's number, "?" without a speaker."""
        return str(self._numbers[name_of(statement)] + 1) if statement.speaker else "?"

    def classes(self, statement: Statement) -> str:
        """The CSS classes of a statement's elements: its kind, its speaker's colour, and whether it is weak."""
        number = self._numbers[name_of(statement)]
        colour = f"c{number % _COLOURS}" if statement.speaker else "nobody"
        return f"{statement.kind} {colour}{' weak' if statement.confidence < WEAK else ''}"


def name_of(statement: Statement) -> str:
    """The name of the speaker, or "unknown speaker"."""
    return statement.speaker.name if statement.speaker else UNRESOLVED
