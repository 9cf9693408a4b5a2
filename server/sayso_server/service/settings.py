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
    """A field with its help, and what its value may be."""
    return field(default=default, metadata={"help": text, "at_least": at_least, "choices": choices})


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a request may ask for, and how much the server takes on. `GetServerInfo` publishes the former."""

    max_document_chars: int = setting(200_000, "Characters (code points) of one document.", at_least=1)
    max_batch_documents: int = setting(64, "Documents of one BatchExtractQuotes.", at_least=1)
    max_message_bytes: int = setting(8 * 1024 * 1024, "Bytes of one request message.", at_least=1)
    max_duration: float = setting(
        300.0, "Seconds that a request may take, even if its deadline allows more.", at_least=1
    )
    max_queued_words: int = setting(
        100_000,
        "Size of the queue, in words; requests beyond it are refused. An empty queue takes any one request.",
        at_least=1,
    )
    max_queued_bytes: int = setting(
        64 * 1024 * 1024, "Size of the queue, in bytes of requests; requests beyond it are refused.", at_least=1
    )
    max_response_bytes: int = setting(
        64 * 1024 * 1024,
        "Bytes of one answer; a result that is larger becomes an error that says its size.",
        at_least=1,
    )
    max_batch_words: int = setting(
        1_000,
        "Words that a worker reads at a time; the most that a short request waits for after a long one. With a GPU the "
        "default is 4000.",
        at_least=1,
    )
    max_stream_documents: int = setting(
        16, "Documents of one stream in progress; the next is taken when one is answered.", at_least=1
    )
    refusal_duration: float = setting(
        3600.0, "How long to reject a document that crashed two workers, in seconds.", at_least=0
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Connections:
    """How connections are kept. Durations are seconds, 0 means for ever."""

    keepalive_time: float = setting(60.0, "Seconds without traffic after which the server pings a client.", at_least=0)
    keepalive_timeout: float = setting(20.0, "Seconds in which the client must answer the ping.", at_least=0)
    min_ping_interval: float = setting(
        10.0, "Least seconds between pings of a client; one that pings more often is disconnected.", at_least=0
    )
    max_connection_idle: float = setting(
        300.0, "Seconds without a call after which a connection is closed.", at_least=0
    )
    max_connection_age: float = setting(
        1800.0,
        "Seconds after which a connection is closed, calls or not; clients connect again and find new replicas.",
        at_least=0,
    )
    max_connection_age_grace: float = setting(300.0, "Seconds that calls in progress may take then.", at_least=0)
    max_connections: int = setting(1024, "Connections at a time; the server closes others at once.", at_least=1)
    max_connection_streams: int = setting(128, "Calls of one connection at a time.", at_least=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Http:
    """The page and JSON over HTTP, on the address of --host. Durations are seconds."""

    http_port: int | None = setting(
        None,
        "Port of the page and of JSON over HTTP; without it there are none. Needs the extra sayso-server[http].",
        at_least=0,
    )
    http_max_connections: int = setting(256, "HTTP connections at a time; others get 503 at once.", at_least=1)
    http_head_timeout: float = setting(10.0, "Seconds in which a client must send the head of a request.", at_least=1)
    http_body_timeout: float = setting(30.0, "Seconds in which a client must send the body.", at_least=1)
    http_write_timeout: float = setting(
        30.0, "Seconds without progress after which a client that does not read its answer is disconnected.", at_least=1
    )
    http_keep_alive: int = setting(15, "Seconds for which a connection is kept for the next request.", at_least=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Security:
    """Who may call, and how the wire is protected. Paths are of PEM files."""

    tls_cert: str | None = setting(None, "Certificate chain of the server; turns TLS on, together with --tls-key.")
    tls_key: str | None = setting(None, "Private key of the certificate.")
    tls_client_ca: str | None = setting(None, "Clients must show a certificate of these authorities (mTLS).")
    token_file: str | None = setting(
        None, "File of bearer tokens, a name and a token per line; callers must send one of the tokens."
    )
    open_health: bool = setting(True, "Answer the health service without a token.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How to serve."""

    host: str = setting("127.0.0.1", "Address to listen on; 0.0.0.0 for every interface.")
    port: int = setting(50051, "Port to listen on; 0 takes a free one.", at_least=0)
    workers: int | None = setting(
        None,
        "Processes that read texts, each with the models in its own memory; without it, one per core, at most 4.",
        at_least=1,
    )
    drain_duration: float = setting(30.0, "Seconds that requests in progress may take after SIGTERM.", at_least=0)
    stop_grace: float = setting(0.5, "Seconds that open streams (a health Watch) may delay the end.", at_least=0)
    reflection: bool = setting(True, "Offer gRPC server reflection.")
    metrics_host: str = setting("127.0.0.1", "Address of the Prometheus endpoint.")
    metrics_port: int | None = setting(
        None, "Port of the Prometheus endpoint, /metrics; without it there is none.", at_least=0
    )
    tracing: bool = setting(
        False, "Send OpenTelemetry traces, as the OTEL_* variables say; needs the extra sayso-server[tracing]."
    )
    limits: Limits = field(default_factory=Limits)
    connections: Connections = field(default_factory=Connections)
    http: Http = field(default_factory=Http)
    security: Security = field(default_factory=Security)


GROUPS: dict[str, type] = {"limits": Limits, "connections": Connections, "http": Http, "security": Security}
"""The groups inside Settings, by field."""


class SettingError(Exception):
    """A setting that cannot be. The message is one line."""


def settings_of(values: dict[str, Any]) -> Settings:
    """Settings from one value per name, whatever group it belongs to. Raises SettingError."""
    groups = {name: kind(**_of(kind, values)) for name, kind in GROUPS.items()}
    settings = Settings(**{name: values[name] for name in values if name in _names(Settings)}, **groups)
    _check(settings)
    return settings


def warn_if_open(path: str) -> None:
    """Warn of a file with a secret that every user of this machine may read. One that is missing is no matter here."""
    with contextlib.suppress(OSError):
        mode = Path(path).stat().st_mode
        if os.name == "posix" and mode & stat.S_IROTH:
            log.warning("%s holds a secret, and every user may read it (mode %o)", path, stat.S_IMODE(mode))


MOST_WORKERS = 4
"""Workers that are started unasked: each has the models in its own memory."""


GPU_BATCH_WORDS = 4_000
"""What a GPU is given costs some milliseconds, however little it is: with as many words as these it no longer counts.

With more, fewer workers would share what waits, and most of the time of a text is Python's."""


def default_batch_words(device: str) -> int:
    """Words that a worker reads at a time."""
    return Limits().max_batch_words if device == "cpu" else GPU_BATCH_WORDS


def default_workers() -> int:
    """One worker per core, which reads more than one worker with a thread per core does: `make load` measures it."""
    return min(_cores(), MOST_WORKERS)


def default_threads(workers: int) -> int:
    """Threads per worker: the cores that this process may use, shared out."""
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
        raise SettingError("--tls-cert and --tls-key belong together: one of them is missing")
    if security.tls_client_ca and not security.tls_cert:
        raise SettingError("--tls-client-ca needs --tls-cert and --tls-key")
