"""Who speaks on the page: one key and one colour per name, over all its documents."""

from collections.abc import Iterable

from sayso.models import Result, Statement

UNRESOLVED = "unresolved"
_COLOURS = 12


class People:
    """The speakers of some results, in the order in which they speak; those without a name are one."""

    def __init__(self, results: Iterable[Result]) -> None:
        self.names = list(dict.fromkeys(name_of(one) for result in results for one in result.statements))
        self._numbers = {name: number for number, name in enumerate(self.names)}

    def key(self, name: str) -> str:
        """An identifier that is safe in markup."""
        return f"p{self._numbers[name]}"

    def classes(self, statement: Statement) -> str:
        """The classes of everything that shows a statement: its kind, and its speaker's colour."""
        number = self._numbers[name_of(statement)]
        return f"{statement.kind} {f'c{number % _COLOURS}' if statement.speaker else 'nobody'}"


def name_of(statement: Statement) -> str:
    """The name of the speaker, or that nobody knows it."""
    return statement.speaker.name if statement.speaker else UNRESOLVED
