"""An engine without a model: it reads statements of the form `“...,” said Name`."""

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from sayso_server.core.statement import (
    Cue,
    CueClass,
    Extraction,
    Kind,
    Options,
    Span,
    Speaker,
    SpeakerType,
    Statement,
    TextWarning,
    Timing,
    WarningCode,
)

SECRET = "classified"
POISON = "poison"
"""A text that holds this word cannot be read."""

_STATEMENT = re.compile(r"(“[^”]*”) (said) (\w+)")


@dataclass(frozen=True)
class FakeModel:
    name: str = "fake"
    version: str = "7"
    digest: str = "0123abcd"


@dataclass
class FakeEngine:
    """Records what it read. `gate` holds it up until it is set; `entered` tells that it is held up."""

    model: FakeModel = field(default_factory=FakeModel)
    read: list[str] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)
    options: list[Options] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)
    entered: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    def extract_many(self, texts: Sequence[str], options: Options) -> list[Extraction]:
        self.entered.set()
        assert self.gate.wait(60), "a test forgot to open the gate"
        for text in texts:
            if POISON in text:
                raise ValueError(f"cannot read {text}")
        self.read.extend(texts)
        self.batches.append(len(texts))
        self.options.append(options)
        return [extraction(text) for text in texts]


def extraction(text: str) -> Extraction:
    """The statements of the one form that the fake knows."""
    statements, speakers = [], {}
    for number, found in enumerate(_STATEMENT.finditer(text), start=1):
        source = Span(*found.span(3))
        name = found.group(3)
        speaker_id = speakers.setdefault(name, Speaker(f"p{len(speakers) + 1}", name, SpeakerType.PERSON, (source,)))
        statements.append(
            Statement(
                f"s{number}",
                Kind.DIRECT,
                (Span(*found.span(1)),),
                Cue((Span(*found.span(2)),), "say", CueClass.SAY),
                source,
                rule="fake",
                confidence=0.75,
                speaker_id=speaker_id.speaker_id,
                speaker_confidence=0.5,
                sentence=Span(*found.span()),
                evidence=(("weak", -0.1), ("strong", 2.0)),
            )
        )
    warnings = () if text else (TextWarning(WarningCode.EMPTY_TEXT, "the document has no text"),)
    words = len(text.split())
    return Extraction(text, tuple(statements), tuple(speakers.values()), warnings, words, 1, Timing(0.25, 0.125))
