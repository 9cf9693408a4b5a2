"""Results, and the description of a server."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from sayso._values.enums import WarningCode
from sayso._values.inputs import Document
from sayso._values.statements import Span, Speaker, Statement


@dataclass(frozen=True, slots=True)
class TextWarning:
    """A problem in the text that did not stop the extraction."""

    code: WarningCode
    message: str
    span: Span | None


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model."""

    name: str
    version: str
    digest: str


@dataclass(frozen=True, slots=True)
class Stats:
    """Size of a document, and how long it took to process."""

    words: int
    sentences: int
    queue_duration: timedelta
    parse_duration: timedelta
    extract_duration: timedelta


@dataclass(frozen=True, slots=True, repr=False)
class ResultFields:
    """The statements and speakers of one document. Statements are in text order; `labels` are the document's.

    `request_id` identifies the call in the server's log. `document` is the document that was read; None for a result
    made from JSON.
    """

    document_id: str
    statements: tuple[Statement, ...]
    speakers: tuple[Speaker, ...]
    warnings: tuple[TextWarning, ...]
    language: str
    model: ModelInfo
    stats: Stats
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    request_id: str = field(default="", compare=False)
    document: Document | None = field(default=None, compare=False)

    def speaker(self, speaker_id: str) -> Speaker:
        """The speaker with this identifier. Raises KeyError."""
        for speaker in self.speakers:
            if speaker.speaker_id == speaker_id:
                return speaker
        raise KeyError(speaker_id)

    def said_by(self, name: str) -> tuple[Statement, ...]:
        """The statements of speakers whose name and role, or mention, contain all words of `name`, in any case.

        Spokespeople and documents of a matching organization are included: `said_by("White House")` finds its readouts
        too; `said_by("president")` finds Helena Marsh, President.
        """
        return tuple(statement for statement in self.statements if self._is_by(statement, _words(name)))

    def _is_by(self, statement: Statement, words: frozenset[str]) -> bool:
        speaker = statement.speaker
        if speaker is None:
            return words <= _words(statement.speaker_name)
        behind = {speaker.affiliation_id, speaker.issuer_id}
        names = [f"{speaker.role} {speaker.name}", *(one.name for one in self.speakers if one.speaker_id in behind)]
        names += [statement.source.text] if statement.source else []
        return any(words <= _words(name) for name in names)

    def __repr__(self) -> str:
        name = f"{self.document_id!r}, " if self.document_id else ""
        return f"Result({name}{len(self.statements)} statements, {len(self.speakers)} speakers)"


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on requests."""

    max_document_chars: int
    max_batch_documents: int
    max_message_bytes: int
    max_duration: timedelta
    max_stream_documents: int
    max_known_speakers: int


@dataclass(frozen=True, slots=True)
class ServerInfo:
    """The description of a server. `model` is None while the model is loading."""

    version: str
    ready: bool
    model: ModelInfo | None
    languages: tuple[str, ...]
    limits: Limits
    components: dict[str, str] = field(hash=False)


def _words(name: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", name.casefold()))
