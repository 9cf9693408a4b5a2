"""Every setting of the server, as frozen values.

A field carries its help and its bounds, so that the flags, the environment variables, `--print-config` and the tables
of docs/operations.md all come from here. The flag of `max_batch_words` is `--max-batch-words`, its variable
SAYSO_MAX_BATCH_WORDS.
"""

import contextlib
import logging
import os
import stat
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)


def setting(default: Any, text: str, *, at_least: float | None = None, choices: tuple[str, ...] = ()) -> Any:
    """A field with its help text and allowed values."""
    return field(default=default, metadata={"help": text, "at_least": at_least, "choices": choices})


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits on requests and on the load of the server. `GetServerInfo` publishes the limits on requests."""

    max_document_chars: int = setting(200_000, "Maximum length of a document, in characters (code points).", at_least=1)
    max_batch_documents: int = setting(64, "Maximum number of documents in one BatchExtractQuotes.", at_least=1)
    max_message_bytes: int = setting(8 * 1024 * 1024, "Maximum size of a request message, in bytes.", at_least=1)
    max_duration: float = setting(
        300.0, "Maximum duration of a request in seconds, even if its deadline allows more.", at_least=1
    )
    max_queued_words: int = setting(
        100_000,
        "Size of the queue, in words; requests beyond it are rejected. An empty queue accepts any single request.",
        at_least=1,
    )
    max_queued_bytes: int = setting(
        64 * 1024 * 1024, "Size of the queue, in bytes of requests; requests beyond it are rejected.", at_least=1
    )
    max_response_bytes: int = setting(
        64 * 1024 * 1024,
        "Maximum size of a response, in bytes; a larger result becomes an error that gives its size.",
        at_least=1,
    )
    max_batch_words: int = setting(
        1_000,
        "Maximum words that a worker reads per batch; a short request waits for at most one batch of a long one. On a "
        "GPU the default is 4000.",
        at_least=1,
    )
    max_stream_documents: int = setting(
        16, "Maximum documents in flight per stream; the next is accepted when one has been answered.", at_least=1
    )
    refusal_duration: float = setting(
        3600.0, "How long to reject a document that crashed two workers, in seconds.", at_least=0
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Connections:
    """Connection settings. Durations are in seconds; 0 means no limit."""

    keepalive_time: float = setting(60.0, "Seconds without traffic after which the server pings a client.", at_least=0)
    keepalive_timeout: float = setting(20.0, "Seconds within which the client must answer the ping.", at_least=0)
    min_ping_interval: float = setting(
        10.0, "Minimum seconds between pings of a client; clients that ping more often are disconnected.", at_least=0
    )
    max_connection_idle: float = setting(
        300.0, "Seconds without a call after which an idle connection is closed.", at_least=0
    )
    max_connection_age: float = setting(
        1800.0,
        "Seconds after which any connection is closed; clients reconnect and find new replicas.",
        at_least=0,
    )
    max_connection_age_grace: float = setting(
        300.0, "Seconds to let calls in progress finish when an old connection is closed.", at_least=0
    )
    max_connections: int = setting(1024, "Maximum number of connections; the server closes others at once.", at_least=1)
    max_connection_streams: int = setting(128, "Maximum number of concurrent calls per connection.", at_least=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Http:
    """The page and JSON over HTTP, on the address of --host. Durations are seconds."""

    http_port: int | None = setting(
        None,
        "Port of the page and of JSON over HTTP; disabled by default. Needs the extra sayso-server[http].",
        at_least=0,
    )
    http_max_connections: int = setting(256, "Maximum number of HTTP connections; others get 503 at once.", at_least=1)
    http_head_timeout: float = setting(
        10.0, "Seconds within which a client must send the head of a request.", at_least=1
    )
    http_body_timeout: float = setting(30.0, "Seconds within which a client must send the body.", at_least=1)
    http_write_timeout: float = setting(
        30.0, "Seconds after which a client that stops reading its response is disconnected.", at_least=1
    )
    http_keep_alive: int = setting(15, "Seconds to keep an idle connection open for the next request.", at_least=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Security:
    """Authentication and encryption. Certificates and keys are PEM files."""

    tls_cert: str | None = setting(None, "Certificate chain of the server; turns TLS on, together with --tls-key.")
    tls_key: str | None = setting(None, "Private key of the certificate.")
    tls_client_ca: str | None = setting(None, "Authorities whose certificates clients must present (mTLS).")
    token_file: str | None = setting(
        None, "File of bearer tokens, a name and a token per line; callers must send one of them."
    )
    open_health: bool = setting(True, "Answer the health service without a token.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings of a server."""

    host: str = setting("127.0.0.1", "Address to listen on; 0.0.0.0 for every interface.")
    port: int = setting(50051, "Port to listen on; 0 chooses a free port.", at_least=0)
    workers: int | None = setting(
        None,
        "Worker processes, each with its own copy of the models. Default: one per core, at most 4.",
        at_least=1,
    )
    drain_duration: float = setting(30.0, "Seconds to let requests in progress finish after SIGTERM.", at_least=0)
    stop_grace: float = setting(
        0.5, "Seconds that open streams (such as a health Watch) may delay the shutdown.", at_least=0
    )
    reflection: bool = setting(True, "Offer gRPC server reflection.")
    metrics_host: str = setting("127.0.0.1", "Address of the Prometheus endpoint.")
    metrics_port: int | None = setting(
        None, "Port of the Prometheus endpoint, /metrics; disabled by default.", at_least=0
    )
    tracing: bool = setting(
        False, "Send OpenTelemetry traces, configured by the OTEL_* variables; needs the extra sayso-server[tracing]."
    )
    limits: Limits = field(default_factory=Limits)
    connections: Connections = field(default_factory=Connections)
    http: Http = field(default_factory=Http)
    security: Security = field(default_factory=Security)


GROUPS: dict[str, type] = {"limits": Limits, "connections": Connections, "http": Http, "security": Security}
"""The groups inside Settings, by field."""


class SettingError(Exception):
    """An invalid setting. The message is one line."""


def settings_of(values: dict[str, Any]) -> Settings:
    """Settings from one value per name, across all groups. Raises SettingError."""
    groups = {name: kind(**_of(kind, values)) for name, kind in GROUPS.items()}
    settings = Settings(**{name: values[name] for name in values if name in _names(Settings)}, **groups)
    _check(settings)
    return settings


def warn_if_open(path: str) -> None:
    """Warn about a secret file that every user of this machine may read. Missing files are ignored."""
    with contextlib.suppress(OSError):
        mode = Path(path).stat().st_mode
        if os.name == "posix" and mode & stat.S_IROTH:
            log.warning("%s holds a secret, and every user may read it (mode %o)", path, stat.S_IMODE(mode))


MOST_WORKERS = 4
"""Maximum default number of workers: each has its own copy of the models in memory."""


GPU_BATCH_WORDS = 4_000
"""Words per batch on a GPU. A batch costs a few milliseconds whatever its size, which no longer matters with this many
words. Larger batches would leave fewer for the other workers, and most of the time of a text is spent on the CPU."""


def default_batch_words(device: str) -> int:
    """Maximum words per batch, by default."""
    return Limits().max_batch_words if device == "cpu" else GPU_BATCH_WORDS


def default_workers() -> int:
    """One worker per core, which is faster than one worker with a thread per core, as measured by `make load`."""
    return min(_cores(), MOST_WORKERS)


def default_threads(workers: int) -> int:
    """Threads per worker: the cores available to this process, divided among the workers."""
    return max(1, _cores() // workers)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _names(kind: type) -> set[str]:
    return {one.name for one in fields(kind)}


def _of(kind: type, values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name in _names(kind)}


def _check(settings: Settings) -> None:
    security = settings.security
    if bool(security.tls_cert) != bool(security.tls_key):
        raise SettingError("--tls-cert and --tls-key must be given together: one of them is missing")
    if security.tls_client_ca and not security.tls_cert:
        raise SettingError("--tls-client-ca needs --tls-cert and --tls-key")
