"""Reads documents for the commands `extract` and `speakers`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sayso.cli.connection import Connection, exit_status
from sayso.cli.inputs import Inputs
from sayso.cli.inputs.given import Given, Unreadable
from sayso.cli.progress import Progress, progress
from sayso.cli.statuses import FAILED
from sayso.cli.warning_lines import warning_lines
from sayso.cli.words import one_line
from sayso.models import OptionKeywords, Result

_MOST_NAMES = 10
"""The maximum number of speakers to list if none matches the requested name."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A document and its result."""

    document: Given
    result: Result
    kept: Mapping[str, Any]
    """The requested fields of the document."""


class Reader:
    """Reads documents. Errors are printed on standard error, and `status` is the exit status at the end."""

    def __init__(
        self,
        inputs: Inputs,
        connection: Connection,
        options: OptionKeywords,
        *,
        speakers: tuple[str, ...] = (),
        language: str = "",
    ) -> None:
        self._inputs = inputs
        self._connection = connection
        self._options = options
        self._speakers = speakers
        self._language = language
        self._progress = Progress()
        self._ids: set[str] = set()
        self._repeated: list[str] = []
        self._found: set[str] = set()
        self._heard: dict[str, None] = {}
        self.count = 0
        """The number of documents read."""
        self.status = 0

    @property
    def several(self) -> bool:
        """Whether there may be more than one document."""
        return self._inputs.several

    def readings(self, *, on_terminal: bool = False) -> Iterator[Reading]:
        """The documents that could be read, in order; `on_terminal` if each is written to the terminal at once."""
        with self._connection.client() as client, progress(self._inputs.count, client.server) as self._progress:
            documents = self._documents()
            for document, outcome in client.extract_many(documents, language=self._language, **self._options):
                assert isinstance(document, Given)
                self._progress.advance(document.document_id)
                if isinstance(outcome, Result):
                    self.count += 1
                    self._warn(outcome, document.text)
                    if on_terminal:
                        self._progress.pause()
                    yield Reading(document, self._selected(outcome), self._kept(document))
                    if on_terminal:
                        self._progress.resume()
                else:
                    self._fail(document.document_id, self._connection.describe(outcome), exit_status(outcome))
            self._tell_repeated()
        self._tell_unheard()

    def _documents(self) -> Iterator[Given]:
        for one in self._inputs.read():
            if isinstance(one, Unreadable):
                self._fail(one.name, one.reason, FAILED)
                self._progress.advance(one.name)
            else:
                self._progress.begin(one.document_id)
                if one.document_id in self._ids:
                    self._repeated.append(one.document_id)
                self._ids.add(one.document_id)
                yield one

    def _kept(self, document: Given) -> Mapping[str, Any]:
        return {name: document.fields.get(name) for name in self._inputs.wishes.keep}

    def _selected(self, result: Result) -> Result:
        """The result with only the statements of the requested speakers."""
        if not self._speakers:
            return result
        self._heard |= dict.fromkeys(statement.speaker_name for statement in result.statements if statement.speaker)
        wanted: set[str] = set()
        for name in self._speakers:
            if own := {one.statement_id for one in result.said_by(name)}:
                self._found.add(name)
                wanted |= own
        kept = tuple(statement for statement in result.statements if statement.statement_id in wanted)
        return replace(result, statements=kept)

    def _warn(self, result: Result, text: str) -> None:
        for line in warning_lines(result, text):
            self._progress.tell(f"warning: {line}")

    def _fail(self, name: str, reason: str, status: int) -> None:
        self.status = max(self.status, status)
        self._progress.tell(f"Error: {self._named(name, reason)}")

    def _tell_repeated(self) -> None:
        if self._repeated:
            count, first = len(self._repeated), self._repeated[0] or "standard input"
            told = f"1 document has the id of an earlier one: {first}"
            if count > 1:
                told = f"{count:,} documents have the id of an earlier one, first {first}"
            self._progress.tell(f"warning: {told}")

    def _tell_unheard(self) -> None:
        for name in self._speakers:
            if name not in self._found and self.count:
                self.status = max(self.status, FAILED)
                self._progress.tell(f'Error: no speaker matches "{one_line(name)}"; {_listed([*self._heard])}')

    def _named(self, name: str, message: str) -> str:
        return f"{name}: {message}" if name else message


def _listed(names: Sequence[str]) -> str:
    if not names:
        return "there are no speakers"
    more = f" and {len(names) - _MOST_NAMES:,} more" if len(names) > _MOST_NAMES else ""
    return f"the speakers are: {', '.join(one_line(name) for name in names[:_MOST_NAMES])}{more}"
