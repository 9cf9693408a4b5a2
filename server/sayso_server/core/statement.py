"""The results of extraction: frozen values, with offsets in Unicode code points of the caller's text."""

from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Protocol, Self


class Kind(StrEnum):
    """Whether the content is in quotation marks, at the statement's own level."""

    DIRECT = "direct"
    INDIRECT = "indirect"
    MIXED = "mixed"


class CueClass(StrEnum):
    """The kind of act that a cue reports; the names are those of `sayso.v1.CueClass`."""

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


REPORTED_SPEECH = frozenset(
    {CueClass.SAY, CueClass.WRITE, CueClass.ASK, CueClass.ORDER, CueClass.PROMISE, CueClass.JUDGE, CueClass.SHOW}
)
"""The cue classes returned by default."""


class Polarity(StrEnum):
    """Whether the act of saying is asserted, denied or uncertain."""

    AFFIRMED = "affirmed"
    NEGATED = "negated"
    HEDGED = "hedged"


class SpeakerType(StrEnum):
    """The type of a speaker."""

    UNKNOWN = "unknown"
    PERSON = "person"
    ORGANIZATION = "organization"
    GROUP = "group"
    DOCUMENT = "document"


class WarningCode(StrEnum):
    """Problems with a text; the names are those of `sayso.v1.WarningCode`."""

    UNCLOSED_QUOTATION_MARK = "unclosed_quotation_mark"
    SURPLUS_QUOTATION_MARK = "surplus_quotation_mark"
    TEXT_NOT_ENGLISH = "text_not_english"
    EMPTY_TEXT = "empty_text"
    TEXT_DAMAGED = "text_damaged"


class Ranged(Protocol):
    """Anything with a position in the text: a span, a word."""

    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range [start, end) of the document, in code points."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"not a span: [{self.start}, {self.end})")

    def __len__(self) -> int:
        return self.end - self.start

    def of(self, text: str) -> str:
        """The slice of `text`."""
        return text[self.start : self.end]

    def covers(self, other: Ranged) -> bool:
        """Whether `other` is within this span."""
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: Ranged) -> bool:
        """Whether the two share a character."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Cue:
    """The words that report a statement. `lemma` includes the particle or preposition: point out, according to."""

    spans: tuple[Span, ...]
    lemma: str
    cue_class: CueClass


@dataclass(frozen=True, slots=True)
class Statement:
    """One attributed statement. The fields are those of `sayso.v1.Statement`, which documents them."""

    statement_id: str
    kind: Kind
    content: tuple[Span, ...]
    cue: Cue | None
    source: Span | None
    rule: str
    confidence: float
    speaker_id: str | None = None
    speaker_confidence: float = 0.0
    speaker_rule: str = ""
    alternatives: tuple[tuple[str, float], ...] = ()
    """Other possible speakers: identifiers with confidences, the best first."""
    addressees: tuple[Span, ...] = ()
    polarity: Polarity = Polarity.AFFIRMED
    paragraph_index: int = 0
    parent_id: str | None = None
    continued_id: str | None = None
    medium: tuple[Span, ...] = ()
    time: tuple[Span, ...] = ()
    sentence: Span | None = None
    evidence: tuple[tuple[str, float], ...] = ()
    """Features with their contributions to the confidence."""
    speaker_evidence: tuple[tuple[str, float], ...] = ()
    """Features with their contributions to the choice of the speaker or, for a name, to whether it is a person's."""
    said_on: date | None = None


@dataclass(frozen=True, slots=True)
class KnownSpeaker:
    """A speaker that the caller knows. The fields are those of `sayso.v1.KnownSpeaker`, which documents them."""

    external_id: str
    name: str
    aliases: tuple[str, ...] = ()
    type: SpeakerType = SpeakerType.UNKNOWN
    role: str = ""
    valid_from: date | None = None
    valid_to: date | None = None

    def is_valid(self, day: date) -> bool:
        """Whether to look for this speaker in a text of that day."""
        return (self.valid_from or day) <= day <= (self.valid_to or day)


@dataclass(frozen=True, slots=True)
class Speaker:
    """A person, group, organization or document that makes statements. The fields are those of `sayso.v1.Speaker`."""

    speaker_id: str
    display_name: str
    type: SpeakerType
    mentions: tuple[Span, ...]
    role: str = ""
    affiliation_id: str | None = None
    issuer_id: str | None = None
    external_id: str = ""
    candidates: tuple[KnownSpeaker, ...] = ()
    """The known speakers that match it equally well, if there are several."""


@dataclass(frozen=True, slots=True)
class TextWarning:
    """A problem with the text that did not stop extraction. `message` contains no text of the document."""

    code: WarningCode
    message: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds spent on one document. The parse time of a batch is divided in proportion to length."""

    parse: float = 0.0
    extract: float = 0.0


@dataclass(frozen=True, slots=True)
class Extraction:
    """The statements of one document. `text` is the caller's own text; all spans index it."""

    text: str
    statements: tuple[Statement, ...] = ()
    speakers: tuple[Speaker, ...] = ()
    warnings: tuple[TextWarning, ...] = ()
    words: int = 0
    sentences: int = 0
    timing: Timing = field(default_factory=Timing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What to return. Empty `kinds` means all; `cue_classes` defaults to reported speech.

    `published_on` is the day of the text; `on` sets it.
    """

    kinds: frozenset[Kind] = frozenset()
    cue_classes: frozenset[CueClass] = REPORTED_SPEECH
    min_confidence: float = 0.0
    min_speaker_confidence: float = 0.0
    known_speakers: tuple[KnownSpeaker, ...] = ()
    published_on: date | None = None

    def on(self, day: date | None) -> Self:
        """The options for a text of that day, with only the known speakers that are valid then."""
        if day is None:
            return self
        known = tuple(known for known in self.known_speakers if known.is_valid(day))
        return replace(self, known_speakers=known, published_on=day)
