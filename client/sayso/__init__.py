"""Who said what in English news: the client of the sayso service.

>>> import sayso
>>> with sayso.Client("localhost:50051") as client:
...     result = client.extract("“The plan failed,” Mara Olin told reporters.")
>>> result.statements[0].speaker
Speaker('Mara Olin', person)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sayso.errors import (
    AccessDenied,
    ExtractionFailed,
    InvalidDocument,
    LocalEngineUnavailable,
    Overloaded,
    RequestTimeout,
    RequestTooLarge,
    SaysoError,
    ServerError,
    ServerUnavailable,
)
from sayso.known import read_known_speakers
from sayso.models import (
    Cue,
    CueClass,
    Document,
    Evidence,
    Explanation,
    Kind,
    KnownSpeaker,
    Limits,
    ModelInfo,
    OptionKeywords,
    Options,
    Polarity,
    Result,
    ServerInfo,
    Span,
    Speaker,
    SpeakerAlternative,
    SpeakerCandidate,
    SpeakerType,
    Statement,
    Stats,
    TextWarning,
    WarningCode,
)
from sayso.rows import to_dataframe
from sayso.tls import Tls

if TYPE_CHECKING:
    from sayso.aio import AsyncClient
    from sayso.client import Client

__all__ = [
    "AccessDenied",
    "AsyncClient",
    "Client",
    "Cue",
    "CueClass",
    "Document",
    "Evidence",
    "Explanation",
    "ExtractionFailed",
    "InvalidDocument",
    "Kind",
    "KnownSpeaker",
    "Limits",
    "LocalEngineUnavailable",
    "ModelInfo",
    "OptionKeywords",
    "Options",
    "Overloaded",
    "Polarity",
    "RequestTimeout",
    "RequestTooLarge",
    "Result",
    "SaysoError",
    "ServerError",
    "ServerInfo",
    "ServerUnavailable",
    "Span",
    "Speaker",
    "SpeakerAlternative",
    "SpeakerCandidate",
    "SpeakerType",
    "Statement",
    "Stats",
    "TextWarning",
    "Tls",
    "WarningCode",
    "read_known_speakers",
    "to_dataframe",
]

_LAZY = {"Client": "sayso.client", "AsyncClient": "sayso.aio"}  # these import grpc, which takes a while


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("sayso")
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'sayso' has no attribute {name!r}")
