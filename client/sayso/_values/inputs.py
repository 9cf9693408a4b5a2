"""Input values: documents, known speakers, options."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypedDict

from sayso._values.enums import SpeakerType


@dataclass(frozen=True, slots=True)
class Document:
    """A text to read. `language` is BCP 47; empty means English.

    `published_at` is context: its day decides which known speakers are valid, and on which day a statement made "on
    Friday" was said (`Statement.said_on`). Without a time zone it is taken as UTC. `title` is the headline, if it is
    not part of the text; reports show it, but this version extracts nothing from it. `labels` are the caller's
    key-value pairs, at most 64 with 8,192 bytes in total, which are returned as `Result.labels`.
    """

    text: str
    document_id: str = ""
    language: str = ""
    title: str = ""
    published_at: datetime | None = None
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class KnownSpeaker:
    """A person, an organization or a group known to the caller.

    If a text names it, its speaker has this id and name. `aliases` are other names that a text may use; `type` is
    PERSON, ORGANIZATION or GROUP, or one of these names as a string; UNKNOWN takes the type from the text. It is
    looked for in documents published from `valid_from` to `valid_to`, and in all documents without a publication date.
    See also `read_known_speakers`.
    """

    external_id: str
    name: str
    aliases: Sequence[str] = ()
    type: SpeakerType | str = SpeakerType.UNKNOWN
    role: str = ""
    valid_from: date | None = None
    valid_to: date | None = None


class OptionKeywords(TypedDict, total=False):
    """The keywords of `extract`, `extract_many` and `stream` that select what to return; see `Options`."""

    kinds: str | Iterable[str]
    cue_classes: str | Iterable[str]
    min_confidence: float
    min_speaker_confidence: float | None
    explain: bool
    max_alternatives: int
    known_speakers: Iterable[KnownSpeaker]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Which statements to return, and in how much detail.

    `kinds` and `cue_classes` take members of Kind and CueClass or their names ("direct"). Without `kinds` all kinds are
    returned; without `cue_classes` reported speech and documents that state something. Statements below
    `min_confidence` (0 to 1) are left out; statements are linked to a speaker only with at least
    `min_speaker_confidence` (0 to 1; None means the server's default). `explain` adds `Statement.explanation`, with at
    most `max_alternatives` other speakers. Speakers among `known_speakers` are returned with their `external_id`.
    """

    kinds: str | Iterable[str] = ()
    cue_classes: str | Iterable[str] = ()
    min_confidence: float = 0.0
    min_speaker_confidence: float | None = None
    explain: bool = False
    max_alternatives: int = 3
    known_speakers: Iterable[KnownSpeaker] = ()
