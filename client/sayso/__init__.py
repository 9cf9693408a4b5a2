"""Who said what in English news: the client of the sayso service.

>>> import sayso
>>> with sayso.Client("localhost:50051") as client:
...     result = client.extract("“The plan failed,” Mara Olin told reporters.")
>>> result.statements[0].speaker
Speaker('Mara Olin', person)
"""

from importlib import import_module

TYPE_CHECKING = False  # instead of importing typing, which is slow
if TYPE_CHECKING:
    from typing import Any

    from sayso.aio import AsyncClient
    from sayso.checking import Check, CheckedQuotation, Difference, DifferenceKind, SourcePlace, Verdict, check
    from sayso.client import Client
    from sayso.errors import (
        AccessDenied,
        ClientClosed,
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
    from sayso.health import Health
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

__all__ = [
    "AccessDenied",
    "AsyncClient",
    "Check",
    "CheckedQuotation",
    "Client",
    "ClientClosed",
    "Cue",
    "CueClass",
    "Difference",
    "DifferenceKind",
    "Document",
    "Evidence",
    "Explanation",
    "ExtractionFailed",
    "Health",
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
    "SourcePlace",
    "Span",
    "Speaker",
    "SpeakerAlternative",
    "SpeakerCandidate",
    "SpeakerType",
    "Statement",
    "Stats",
    "TextWarning",
    "Tls",
    "Verdict",
    "WarningCode",
    "check",
    "read_known_speakers",
    "to_dataframe",
]

_MODULES = ("models", "errors", "tls", "rows", "known", "health", "checking", "client", "aio")
"""The public names by module, fastest imports first. Imports are lazy so that the command line starts quickly: the
clients import grpc, which is slow."""


def __getattr__(name: str) -> "Any":
    if name == "__version__":
        from importlib.metadata import version

        return version("sayso")
    if name in __all__:
        for module in _MODULES:
            home = import_module(f"sayso.{module}")
            if name in vars(home):
                globals()[name] = vars(home)[name]
                return globals()[name]
    if name in _MODULES:
        return import_module(f"sayso.{name}")
    raise AttributeError(f"module 'sayso' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
