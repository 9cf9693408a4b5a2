"""Traces, where they are asked for. Nothing here needs OpenTelemetry, which is an extra of the distribution."""

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from typing import Protocol

from sayso_server.service.answer import Answer
from sayso_server.service.settings import SettingError, Settings

Metadata = Iterable[tuple[str, str | bytes]]
Ended = Callable[[str], None]
"""Takes the gRPC code that a call ended with."""


class Traces(Protocol):
    """Takes note of calls and of the documents in them. Nothing of a document's text goes in."""

    def call(self, method: str, metadata: Metadata) -> contextlib.AbstractContextManager[Ended]:
        """Around a call; its caller's trace, where it has one, is in the metadata."""

    def document(self, answer: Answer, arrived: int) -> None:
        """A document of the current call, which came at `arrived`, in nanoseconds since 1970."""

    async def close(self, *, at_most: float, hurried: asyncio.Event) -> None:
        """Hand over what is not handed over yet, `at_most` seconds or until `hurried` is set."""


class NoTraces:
    """Takes note of nothing."""

    def call(self, method: str, metadata: Metadata) -> contextlib.AbstractContextManager[Ended]:
        """See Traces."""
        return contextlib.nullcontext(lambda code: None)

    def document(self, answer: Answer, arrived: int) -> None:
        """See Traces."""

    async def close(self, *, at_most: float, hurried: asyncio.Event) -> None:
        """See Traces."""


NO_TRACES = NoTraces()


def traces_of(settings: Settings) -> Traces:
    """What the settings ask for. Raises SettingError."""
    if not settings.tracing:
        return NO_TRACES
    try:
        from sayso_server.service.telemetry.otel import from_environment
    except ModuleNotFoundError as error:
        if error.name and error.name.split(".")[0] == "opentelemetry":
            raise SettingError(
                "--tracing needs OpenTelemetry: pip install opentelemetry-sdk opentelemetry-exporter-otlp-proto-grpc"
            ) from error
        raise
    except (ValueError, TypeError, RuntimeError) as error:  # OpenTelemetry reads OTEL_PROPAGATORS when it is imported
        raise SettingError(f"--tracing: {' '.join(str(error).split())}") from error
    return from_environment()
