"""The interface of traces. It does not need OpenTelemetry, which is an optional extra."""

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from typing import Protocol

from sayso_server.service.answer import Answer
from sayso_server.service.settings import SettingError, Settings

Metadata = Iterable[tuple[str, str | bytes]]
Ended = Callable[[str], None]
"""A callback for the gRPC code that a call ended with."""


class Traces(Protocol):
    """Records calls and their documents. It never records text of a document."""

    def call(self, method: str, metadata: Metadata) -> contextlib.AbstractContextManager[Ended]:
        """A context manager for a call; the caller's trace, if any, is in the metadata."""

    def document(self, answer: Answer, arrived: int) -> None:
        """Record a document of the current call that arrived at `arrived`, in nanoseconds since 1970."""

    async def close(self, *, at_most: float, hurried: asyncio.Event) -> None:
        """Export the remaining spans, for `at_most` seconds or until `hurried` is set."""


class NoTraces:
    """Records nothing."""

    def call(self, method: str, metadata: Metadata) -> contextlib.AbstractContextManager[Ended]:
        """See Traces."""
        return contextlib.nullcontext(lambda code: None)

    def document(self, answer: Answer, arrived: int) -> None:
        """See Traces."""

    async def close(self, *, at_most: float, hurried: asyncio.Event) -> None:
        """See Traces."""


NO_TRACES = NoTraces()


def traces_of(settings: Settings) -> Traces:
    """The traces for the settings. Raises SettingError."""
    if not settings.tracing:
        return NO_TRACES
    try:
        from sayso_server.service.telemetry.otel import from_environment
    except ModuleNotFoundError as error:
        if error.name and error.name.split(".")[0] == "opentelemetry":
            raise SettingError(
                "--tracing needs the extra tracing: pip install './server[tracing]' in a checkout of sayso"
            ) from error
        raise
    except (ValueError, TypeError, RuntimeError) as error:  # OpenTelemetry reads OTEL_PROPAGATORS when it is imported
        raise SettingError(f"--tracing: {' '.join(str(error).split())}") from error
    return from_environment()
