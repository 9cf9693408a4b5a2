"""Results for tests, made from a text and its statements."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sayso.models import (
    Cue,
    CueClass,
    Kind,
    ModelInfo,
    Polarity,
    Result,
    Span,
    Speaker,
    SpeakerType,
    Statement,
    Stats,
    TextWarning,
)

MODEL = ModelInfo("fake", "0", "")


@dataclass(frozen=True, slots=True)
class Said:
    """A statement of a canned result. `words`, `cue` and `source` are parts of the text and are looked up in it.

    `speaker` is a name, empty for no speaker; `source` is the mention next to the cue, by default the name, if the text
    has it. If a part occurs several times, its first occurrence is used.
    """

    speaker: str
    words: str
    cue: str = ""
    kind: Kind = Kind.DIRECT
    cue_class: CueClass = CueClass.SAY
    source: str = ""
    type: SpeakerType = SpeakerType.PERSON
    role: str = ""
    polarity: Polarity = Polarity.AFFIRMED
    confidence: float = 1.0
    speaker_confidence: float = 1.0


def result(
    text: str,
    *said: Said,
    document_id: str = "",
    warnings: tuple[TextWarning, ...] = (),
    labels: Mapping[str, str] | None = None,
) -> Result:
    """The result of a text: its statements, in this order, and their speakers. Raises ValueError for missing parts."""
    speakers: dict[str, Speaker] = {}
    statements = tuple(_statement(text, number, one, speakers) for number, one in enumerate(said, 1))
    none = timedelta()
    stats = Stats(len(text.split()), 1, none, none, none)
    return Result(document_id, statements, tuple(speakers.values()), warnings, "en", MODEL, stats, dict(labels or {}))


def _statement(text: str, number: int, said: Said, speakers: dict[str, Speaker]) -> Statement:
    mention = said.source or (said.speaker if said.speaker in text else "")
    source = _span(text, mention) if mention else None
    return Statement(
        statement_id=f"s{number}",
        kind=Kind(said.kind),
        content=(_span(text, said.words),),
        cue=Cue((_span(text, said.cue),), said.cue, CueClass(said.cue_class)) if said.cue else None,
        source=source,
        speaker=_speaker(said, source, speakers) if said.speaker else None,
        addressees=(),
        polarity=Polarity(said.polarity),
        confidence=said.confidence,
        speaker_confidence=said.speaker_confidence if said.speaker else 0.0,
        paragraph_index=text[: text.index(said.words)].count("\n\n"),
        parent_id=None,
        continued_id=None,
        medium=(),
        time=(),
        explanation=None,
    )


def _speaker(said: Said, source: Span | None, speakers: dict[str, Speaker]) -> Speaker:
    """The speaker of that name, the same for all its statements."""
    if said.speaker not in speakers:
        mentions = (source,) if source else ()
        number = f"p{len(speakers) + 1}"
        kind = SpeakerType(said.type)
        speakers[said.speaker] = Speaker(number, said.speaker, kind, said.role, None, None, mentions)
    return speakers[said.speaker]


def _span(text: str, part: str) -> Span:
    start = text.find(part)
    if not part or start < 0:
        raise ValueError(f"the text does not have {part!r}")
    return Span(start, start + len(part), part)
