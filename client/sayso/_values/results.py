"""Results, and what a server says of itself."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from sayso._values.enums import WarningCode
from sayso._values.inputs import Document
from sayso._values.statements import Span, Speaker, Statement


@dataclass(frozen=True, slots=True)
class TextWarning:
    """Something odd in the text that did not stop the work."""

    code: WarningCode
    message: str
    span: Span | None


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """The model that read the text."""

    name: str
    version: str
    digest: str


@dataclass(frozen=True, slots=True)
class Stats:
    """What it took."""

    words: int
    sentences: int
    queue_duration: timedelta
    parse_duration: timedelta
    extract_duration: timedelta


@dataclass(frozen=True, slots=True, repr=False)
class ResultFields:
    """What one document says. Statements are in the order of the text; `labels` are those of the document.

    `request_id` is that of the call: the server's log knows it by that. `document` is the one that was read; None for a
    result that was made from JSON.
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
        """The speaker of that identifier. Raises KeyError."""
        for speaker in self.speakers:
            if speaker.speaker_id == speaker_id:
                return speaker
        raise KeyError(speaker_id)

    def said_by(self, name: str) -> tuple[Statement, ...]:
        """The statements of everyone with all words of `name` (in any case) in name and role, or mentioned by them.

        Spokesmen and documents of an organization of that name are included: `said_by("White House")` finds its
        readouts too; `said_by("president")` finds Helena Marsh, President.
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
    """What a request may ask for."""

    max_document_chars: int
    max_batch_documents: int
    max_message_bytes: int
    max_duration: timedelta
    max_stream_documents: int
    max_known_speakers: int


@dataclass(frozen=True, slots=True)
class ServerInfo:
    """What a server is. `model` is None while it loads."""

    version: str
    ready: bool
    model: ModelInfo | None
    languages: tuple[str, ...]
    limits: Limits
    components: dict[str, str] = field(hash=False)


def _words(name: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", name.casefold()))
