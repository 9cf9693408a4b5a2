"""Statements and speakers. Offsets are Unicode code points, as Python counts them."""

from dataclasses import dataclass
from datetime import date

from sayso._values.enums import CueClass, Kind, Polarity, SpeakerType


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range [start, end) of the caller's text, and its text: `text[span.slice] == span.text`."""

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
        """The words as they are in the text."""
        return " ".join(span.text for span in self.spans)

    def __repr__(self) -> str:
        return f"Cue({self.text!r}, {self.cue_class})"

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class SpeakerCandidate:
    """A known speaker that may be the one in the text."""

    external_id: str
    name: str

    def __str__(self) -> str:
        return f"{self.name} ({self.external_id})"


@dataclass(frozen=True, slots=True, repr=False)
class Speaker:
    """A person, an organization, a group or a document that makes statements.

    `affiliation_id` is the organization for which a spokesperson speaks, `issuer_id` the one that issued a document;
    look them up with `Result.speaker`. A known speaker has an `external_id`. If several match equally well, it is
    empty, and `candidates` lists them.
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
    """One feature for (positive weight) or against a statement or a speaker."""

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
    """For a name, whether it is a person's ("person: title"). Empty if the rule leaves no choice of speakers."""


@dataclass(frozen=True, slots=True, repr=False)
class Statement:
    """One attributed statement.

    `source` is the mention next to the cue ("he"), `speaker` the speaker that it refers to; each is None if there is
    none. `said_on` is the day on which it was said, if `time` gives one ("on Friday"; see `Document.published_at`).
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
        """The content; the parts of an interrupted statement are joined by spaces."""
        return " ".join(span.text for span in self.content)

    @property
    def speaker_name(self) -> str:
        """The speaker's name, otherwise the mention as it is in the text, otherwise an empty string."""
        if self.speaker:
            return self.speaker.name
        return " ".join(self.source.text.split()) if self.source else ""

    def __repr__(self) -> str:
        who = repr(self.speaker.name) if self.speaker else "?"
        return f"Statement({self.statement_id}, {self.kind}, {who} {self.cue or '-'}: {self.text!r})"
