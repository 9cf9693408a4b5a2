"""An engine without a model: it reads statements of the form `“...,” said Name`."""

import os
import re
import signal
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from sayso_server.core.document import Document
from sayso_server.core.model import Model
from sayso_server.core.statement import (
    Cue,
    CueClass,
    Extraction,
    Kind,
    KnownSpeaker,
    Options,
    Span,
    Speaker,
    SpeakerType,
    Statement,
    TextWarning,
    Timing,
    WarningCode,
)
from sayso_server.core.tree import Tree

SECRET = "classified"
POISON = "poison"
"""A text that holds this word cannot be read."""
DEADLY = "deadly"
"""A text with this word kills the process that reads it, if that is a separate process."""

SLOWLY = "slowly"
"""A text with this word takes a while, if a separate process reads it."""
_SECONDS_OF_SLOWLY = 0.05

_WAIT = re.compile(r"WAIT (\S+)")  # until that file exists

_STATEMENT = re.compile(r"(“[^”]*”) (said) (\w+)")


MODEL = Model("fake", "7", "0123abcd")


@dataclass
class FakeEngine:
    """Records the texts it read. It waits until `gate` is set; `entered` is set while it waits."""

    model: Model = MODEL
    read: list[str] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)
    parsed: list[list[str]] = field(default_factory=list)
    options: list[Options] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)
    entered: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    def parse(self, paragraphs: Sequence[str]) -> list[list[Tree]]:
        self._read(paragraphs)
        self.parsed.append(list(paragraphs))
        return [[] for _ in paragraphs]

    def finish(self, document: Document, options: Options, parse_seconds: float) -> Extraction:
        self.read.append(document.text)
        self.options.append(options)
        return extraction(document.text, options.known_speakers)

    def _read(self, texts: Sequence[str]) -> None:
        self.entered.set()
        assert self.gate.wait(60), "a test forgot to open the gate"
        for text in texts:
            if POISON in text:
                raise ValueError(f"cannot read {text}")
        self.batches.append(len(texts))


class DeadlyEngine(FakeEngine):
    """For a separate process: some texts kill it, some make it wait. It keeps none: the soak measures memory."""

    def finish(self, document: Document, options: Options, parse_seconds: float) -> Extraction:
        return extraction(document.text, options.known_speakers)

    def parse(self, paragraphs: Sequence[str]) -> list[list[Tree]]:
        self._read(paragraphs)
        return [[] for _ in paragraphs]

    def _read(self, texts: Sequence[str]) -> None:
        for text in texts:
            if found := _WAIT.search(text):
                _wait_for(Path(found.group(1)))
            if SLOWLY in text:
                time.sleep(_SECONDS_OF_SLOWLY)
            if DEADLY in text:
                os.kill(os.getpid(), signal.SIGKILL)
            if POISON in text:
                raise ValueError(f"cannot read {text}")


def _wait_for(gate: Path) -> None:
    """Until it exists; meanwhile another file names the process that waits."""
    waiting = gate.with_suffix(f".{os.getpid()}")
    waiting.write_text(str(os.getpid()))
    waiting.rename(gate.with_suffix(".entered"))
    while not gate.exists():
        time.sleep(0.01)


def load_deadly() -> DeadlyEngine:
    """The engine that a worker process loads."""
    return DeadlyEngine()


def load_telling() -> FakeEngine:
    """A loader that fails with a description of the worker process's environment."""
    names = ("OMP_NUM_THREADS", "OMP_WAIT_POLICY")
    raise RuntimeError(f"{[os.environ.get(name) for name in names]}, torch imported: {'torch' in sys.modules}")


def load_nothing() -> FakeEngine:
    """The loader of a worker process without a model."""
    raise RuntimeError("nowhere: no model there")


def extraction(text: str, known: Sequence[KnownSpeaker] = ()) -> Extraction:
    """The statements of the one form that the fake knows; a known speaker must be named as the caller does."""
    statements: list[Statement] = []
    speakers: dict[str, Speaker] = {}
    for number, found in enumerate(_STATEMENT.finditer(text), start=1):
        source = Span(*found.span(3))
        name = found.group(3)
        speaker_id = speakers.setdefault(name, _speaker(f"p{len(speakers) + 1}", name, source, known))
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


def _speaker(speaker_id: str, name: str, source: Span, known: Sequence[KnownSpeaker]) -> Speaker:
    fitting = tuple(one for one in known if name in (one.name, *one.aliases))
    speaker = Speaker(speaker_id, name, SpeakerType.PERSON, (source,))
    if len(fitting) == 1:
        return replace(speaker, display_name=fitting[0].name, external_id=fitting[0].external_id)
    return replace(speaker, candidates=fitting)
