"""The server to call, and how: address, token, channel options."""

import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sayso._envelope import Envelope, Metadata, Pairs, always
from sayso.tls import Tls

DEFAULT_SERVER = "localhost:50051"

_MAX_RESPONSE_BYTES = 64 * 1024 * 1024

_SERVICE_CONFIG = {
    "loadBalancingConfig": [{"round_robin": {}}],
    "methodConfig": [
        {
            # `_policy` retries the other methods: it can tell a server that is loading its models from no server.
            "name": [{"service": "sayso.v1.QuoteService", "method": "StreamExtractQuotes"}],
            "retryPolicy": {
                "maxAttempts": 4,
                "initialBackoff": "0.1s",
                "maxBackoff": "2s",
                "backoffMultiplier": 3,
                # Not RESOURCE_EXHAUSTED: a message over the limit has that status too, and a retry does not help.
                "retryableStatusCodes": ["UNAVAILABLE"],
            },
        }
    ],
}

_SCHEME = re.compile(r"(dns|ipv4|ipv6|unix|unix-abstract|vsock|xds):", re.IGNORECASE)
"""Address schemes that gRPC resolves itself."""


@dataclass(frozen=True, slots=True)
class Target:
    """The server to call, and how."""

    server: str
    tls: Tls | None = None
    token: str | None = None
    metadata: Pairs = ()
    interceptors: tuple[Any, ...] = ()
    options: tuple[tuple[str, str | int], ...] = ()

    @property
    def channel_options(self) -> tuple[tuple[str, str | int], ...]:
        """Retries, load balancing, limits; the caller's options override them."""
        options: dict[str, str | int] = {
            "grpc.service_config": json.dumps(_SERVICE_CONFIG),
            "grpc.max_receive_message_length": _MAX_RESPONSE_BYTES,
            "grpc.initial_reconnect_backoff_ms": 250,
            "grpc.max_reconnect_backoff_ms": 2_000,  # gRPC's default of two minutes exceeds most timeouts
        }
        if self.tls and self.tls.server_name:
            options["grpc.ssl_target_name_override"] = self.tls.server_name
        return tuple((options | dict(self.options)).items())

    def sent(self, envelope: Envelope) -> Pairs:
        """The metadata of a call: the token, the client's metadata and the call's own."""
        named = any(key == "authorization" for key, _ in self.metadata)
        token = (("authorization", f"Bearer {self.token}"),) if self.token and not named else ()
        return envelope.sent((*token, *self.metadata))


def target(
    server: str | None,
    tls: Tls | None = None,
    token: str | None = None,
    *,
    metadata: Metadata | None = None,
    interceptors: Iterable[Any] = (),
    options: Mapping[str, str | int] | None = None,
) -> Target:
    """The given server, or SAYSO_SERVER, or localhost; the given token, or SAYSO_TOKEN.

    Raises ValueError for an invalid address, and TypeError.
    """
    _require_types(server, tls, token, options)
    environment: Mapping[str, str] = os.environ
    address = server or environment.get("SAYSO_SERVER") or DEFAULT_SERVER
    return Target(
        checked(address),
        tls,
        token or environment.get("SAYSO_TOKEN"),
        always(metadata),
        tuple(interceptors),
        tuple((options or {}).items()),
    )


def _require_types(server: Any, tls: Any, token: Any, options: Any) -> None:
    for name, value, kind in (("server", server, str), ("tls", tls, Tls), ("token", token, str)):
        if value is not None and not isinstance(value, kind):
            raise TypeError(f"{name} must be a {kind.__name__}, not a {type(value).__name__}")
    if options is not None and not isinstance(options, Mapping):
        raise TypeError(f"options must be a mapping of gRPC channel options, not a {type(options).__name__}")
    for name, value in (options or {}).items():
        if not isinstance(name, str) or not isinstance(value, str | int):
            raise TypeError(f"options must be str or int: {name!r} is of type {type(value).__name__}")


def checked(address: str) -> str:
    """A valid server address: host:port, or a gRPC name such as dns:///host:port. Raises ValueError."""
    if _SCHEME.match(address):
        return address
    host, colon, port = address.rpartition(":")
    if not (host and colon and port.isdecimal() and 0 < int(port) < 65536) or "/" in address:
        raise ValueError(f'invalid server address "{address}": expected HOST:PORT, such as {DEFAULT_SERVER}')
    return address
