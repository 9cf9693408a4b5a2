"""What the client takes and returns: frozen values. Offsets are Unicode code points, as Python counts them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self, TypedDict

if TYPE_CHECKING:
    import pandas as pd


class Kind(StrEnum):
    """How the words of a statement stand in the text. UNKNOWN: a kind that this client is too old to know."""

    DIRECT = "direct"
    INDIRECT = "indirect"
    MIXED = "mixed"
    UNKNOWN = "unknown"


class CueClass(StrEnum):
    """What kind of act a cue reports."""

    SAY = "say"
    WRITE = "write"
    ASK = "ask"
    ORDER = "order"
    PROMISE = "promise"
    JUDGE = "judge"
    SHOW = "show"
    THINK = "think"
    WANT = "want"
    FEEL = "feel"
    DECREE = "decree"
    OTHER = "other"
    UNKNOWN = "unknown"


class Polarity(StrEnum):
    """Whether the act of saying is asserted, denied or uncertain."""

    AFFIRMED = "affirmed"
    NEGATED = "negated"
    HEDGED = "hedged"
    UNKNOWN = "unknown"


class SpeakerType(StrEnum):
    """What a speaker is."""

    PERSON = "person"
    ORGANIZATION = "organization"
    GROUP = "group"
    DOCUMENT = "document"
    UNKNOWN = "unknown"


class WarningCode(StrEnum):
    """What was odd in a text. SENTENCE_TOO_LONG is reserved: no server returns it yet."""

    UNCLOSED_QUOTATION_MARK = "unclosed_quotation_mark"
    SURPLUS_QUOTATION_MARK = "surplus_quotation_mark"
    TEXT_NOT_ENGLISH = "text_not_english"
    EMPTY_TEXT = "empty_text"
    SENTENCE_TOO_LONG = "sentence_too_long"
    TEXT_DAMAGED = "text_damaged"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Document:
    """A text to read. `language` is BCP 47; empty means English.

    `published_at` is context: its day says which known speakers are looked for, and on which day a statement "on
    Friday" was said (`Statement.said_on`). Without a time zone it is taken for UTC. `title` is the headline, where it
    is not part of the text; reports show it, and this version does not read it. `labels` are key-values of the caller,
    at most 64 of 8,192 bytes in all, which come back as `Result.labels`.
    """

    text: str
    document_id: str = ""
    language: str = ""
    title: str = ""
    published_at: datetime | None = None
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class KnownSpeaker:
    """A person, an organization or a group that the caller knows.

    Where a text names it, its speaker has this id and name. `aliases` are other names under which a text may know it;
    `type` is PERSON, ORGANIZATION or GROUP, or such a name; UNKNOWN leaves it to the text. It is looked for in
    documents published from `valid_from` to `valid_to`, and in all that do not say when they were published. See also
    `read_known_speakers`.
    """

    external_id: str
    name: str
    aliases: Sequence[str] = ()
    type: SpeakerType | str = SpeakerType.UNKNOWN
    role: str = ""
    valid_from: date | None = None
    valid_to: date | None = None


class OptionKeywords(TypedDict, total=False):
    """The keywords of `extract`, `extract_many` and `stream` that say what to return; see `Options`."""

    kinds: str | Iterable[str]
    cue_classes: str | Iterable[str]
    min_confidence: float
    min_speaker_confidence: float | None
    explain: bool
    max_alternatives: int
    known_speakers: Iterable[KnownSpeaker]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What to return.

    `kinds` and `cue_classes` take members of Kind and CueClass or their names ("direct"). Without `kinds` all kinds are
    returned; without `cue_classes` reported speech and documents that state something. Statements with less than
    `min_confidence` (0 to 1) are left out; statements are linked to a speaker only with at least
    `min_speaker_confidence` (0 to 1; None leaves it to the server). `explain` asks for `Statement.explanation`, with at
    most `max_alternatives` other speakers. Speakers among `known_speakers` are returned with their `external_id`.
    """

    kinds: str | Iterable[str] = ()
    cue_classes: str | Iterable[str] = ()
    min_confidence: float = 0.0
    min_speaker_confidence: float | None = None
    explain: bool = False
    max_alternatives: int = 3
    known_speakers: Iterable[KnownSpeaker] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range [start, end) of the caller's text, and what stands there: `text[span.slice] == span.text`."""

    start: int
    end: int
    text: str

    @property
    def slice(self) -> slice:
        """The range, to index the text with."""
        return slice(self.start, self.end)

    def __repr__(self) -> str:
        return f"Span({self.start}:{self.end}, {self.text!r})"

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True, repr=False)
class Cue:
    """The words that report a statement. `lemma` is the dictionary form: say, point out, according to."""

    spans: tuple[Span, ...]
    lemma: str
    cue_class: CueClass

    @property
    def text(self) -> str:
        """The words as they stand in the text."""
        return " ".join(span.text for span in self.spans)

    def __repr__(self) -> str:
        return f"Cue({self.text!r}, {self.cue_class})"

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class SpeakerCandidate:
    """A known speaker who may be meant."""

    external_id: str
    name: str

    def __str__(self) -> str:
        return f"{self.name} ({self.external_id})"


@dataclass(frozen=True, slots=True, repr=False)
class Speaker:
    """Somebody, or a document, that makes statements.

    `affiliation_id` is the organization for which a spokesman speaks, `issuer_id` that behind a document: see
    `Result.speaker`. A known speaker has its `external_id`; where several fit equally, it is empty, and they are the
    `candidates`.
    """

    speaker_id: str
    name: str
    type: SpeakerType
    role: str
    affiliation_id: str | None
    issuer_id: str | None
    mentions: tuple[Span, ...]
    external_id: str = ""
    candidates: tuple[SpeakerCandidate, ...] = ()

    def __repr__(self) -> str:
        return f"Speaker({self.name!r}, {self.type})"

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Evidence:
    """One feature that speaks for (positive weight) or against a statement, or a speaker."""

    name: str
    weight: float


@dataclass(frozen=True, slots=True)
class SpeakerAlternative:
    """Another speaker that was considered; see `Result.speaker`."""

    speaker_id: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a statement was found, and how it was linked to its speaker."""

    rule: str
    speaker_rule: str
    sentence: Span | None
    evidence: tuple[Evidence, ...]
    alternatives: tuple[SpeakerAlternative, ...]
    speaker_evidence: tuple[Evidence, ...] = ()
    """Of a name whether it is a person's ("person: title"); empty where the rule leaves no choice of speakers."""


@dataclass(frozen=True, slots=True, repr=False)
class Statement:
    """One attributed statement.

    `source` is the mention beside the cue ("he"), `speaker` whoever is behind it; None where the text has none or
    none could be found. `said_on` is the day on which it was said, where `time` tells it ("on Friday"; see
    `Document.published_at`).
    """

    statement_id: str
    kind: Kind
    content: tuple[Span, ...]
    cue: Cue | None
    source: Span | None
    speaker: Speaker | None
    addressees: tuple[Span, ...]
    polarity: Polarity
    confidence: float
    speaker_confidence: float
    paragraph_index: int
    parent_id: str | None
    continued_id: str | None
    medium: tuple[Span, ...]
    time: tuple[Span, ...]
    explanation: Explanation | None
    said_on: date | None = None

    @property
    def text(self) -> str:
        """What was said; an interrupted statement is joined by spaces."""
        return " ".join(span.text for span in self.content)

    @property
    def speaker_name(self) -> str:
        """Who said it: the speaker's name, else the mention as it stands in the text, else nothing."""
        if self.speaker:
            return self.speaker.name
        return " ".join(self.source.text.split()) if self.source else ""

    def __repr__(self) -> str:
        who = repr(self.speaker.name) if self.speaker else "?"
        return f"Statement({self.statement_id}, {self.kind}, {who} {self.cue or '-'}: {self.text!r})"


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
class Result:
    """What one document says. Statements are in the order of the text; `labels` are those of the document."""

    document_id: str
    statements: tuple[Statement, ...]
    speakers: tuple[Speaker, ...]
    warnings: tuple[TextWarning, ...]
    language: str
    model: ModelInfo
    stats: Stats
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)

    def speaker(self, speaker_id: str) -> Speaker:
        """The speaker of that identifier. Raises KeyError."""
        for speaker in self.speakers:
            if speaker.speaker_id == speaker_id:
                return speaker
        raise KeyError(speaker_id)

    def said_by(self, name: str) -> tuple[Statement, ...]:
        """The statements of whoever has all words of `name` (in any case) in name and role, or is mentioned by them.

        Spokesmen and documents of an organization of that name are included: `said_by("White House")` finds its
        readouts too; `said_by("president")` finds Helena Marsh, President.
        """
        return tuple(statement for statement in self.statements if self._is_by(statement, _words(name)))

    def rows(self) -> list[dict[str, Any]]:
        """One flat row per statement, for tables; see `sayso.rows.COLUMNS`."""
        from sayso.rows import rows

        return rows(self)

    def to_dict(self) -> dict[str, Any]:
        """The result in the JSON mapping of the contract (sayso.v1.Result), as every other sayso program writes it."""
        from sayso._messages import result_dict

        return result_dict(self)

    def to_json(self, *, indent: int | None = None) -> str:
        """`to_dict` as JSON, on one line unless an `indent` is given."""
        from sayso._json import dumps

        return dumps(self.to_dict(), indent=indent)

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """A result from what `to_json` wrote, or from a line of `sayso extract --jsonl` or `sayso-server extract`.

        Raises ValueError where it is no sayso.v1.Result.
        """
        from sayso._convert import result_of_json

        return result_of_json(cls, text)

    def to_dataframe(self) -> "pd.DataFrame":
        """`rows` as a pandas DataFrame. Raises ImportError without the extra `dataframe`."""
        from sayso.rows import to_dataframe

        return to_dataframe([self])

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
