"""Every setting of the server, as one frozen value."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a request may ask for, and how much the server takes on. `GetServerInfo` publishes the first four."""

    max_document_chars: int = 200_000
    """Code points of one document."""
    max_batch_documents: int = 64
    """Documents of one BatchExtractQuotes."""
    max_message_bytes: int = 8 * 1024 * 1024
    """Bytes of one request message."""
    max_duration: float = 300.0
    """Seconds that a request may take, whatever its deadline."""
    max_queued_chars: int = 2_000_000
    """Code points accepted and not yet read. One request is always accepted by an empty queue."""
    max_batch_chars: int = 50_000
    """Code points given to the engine at once, where several documents wait."""
    max_stream_documents: int = 16
    """Documents of one stream in flight; the next is read when one is answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How to serve. `port` 0 takes a free one; durations are seconds."""

    host: str = "127.0.0.1"
    port: int = 50051
    limits: Limits = field(default_factory=Limits)
    reflection: bool = True
    drain_duration: float = 30.0
    """How long requests in flight may take after SIGTERM."""
    stop_grace: float = 0.5
    """How long streams that nobody ends (a health Watch) may hold up the end."""
