"""Finds out from gRPC's messages why no server answers, and what to do about it."""

import os
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from sayso._target import Target
from sayso.errors import ServerUnavailable

_PROXY_VARIABLES = ("grpc_proxy", "https_proxy", "http_proxy")
_EXEMPTING_VARIABLES = ("no_grpc_proxy", "no_proxy")
"""The environment variables that gRPC uses, in this order; only lower-case names."""

_CLOSED = ("socket closed", "connection reset", "end of tcp stream", "broken pipe")
_SPEAKS_TLS = "speaks TLS: Tls(...), --tls, or --tls-ca FILE"
_CAUSES = (
    (
        ("domain name not found", "dns resolution failed", "errors resolving", "name or service not known"),
        "there is no host {host}",
        "check the name",
    ),
    (("certificate has expired",), "the certificate of {server} has expired", "it must be renewed on the server"),
    (
        ("certificate_verify_failed",),
        "the certificate of {server} is signed by an unknown authority",
        "trust that authority: Tls(ca=...), --tls-ca FILE",
    ),
    (
        ("hostname verification",),
        "the certificate of {server} is for another name",
        "connect by that name, or give it: Tls(server_name=...)",
    ),
    (("wrong_version_number",), "{server} does not speak TLS", "connect without: no Tls(...), no --tls, no --tls-ca"),
    (("handshake",), "no secure connection to {server}", "check the TLS settings of client and server"),
    (("http/1", "http1"), "{server} speaks HTTP/1, not gRPC", "is that the port of another service?"),
)
"""For each cause: parts of gRPC's messages, in lower case; what happened; what to do about it."""


def unreachable(details: str, target: Target) -> ServerUnavailable:
    """The error of a call that no server answered; `details` is gRPC's message."""
    server, host, said = target.server, _host(target.server), details.lower()
    if proxy := proxy_of(server):
        message = f"no server answers at {server} through the proxy {proxy}"
        return ServerUnavailable(message, advice=f"to bypass the proxy, set no_proxy={host}")
    for words, message, advice in _CAUSES:
        if any(word in said for word in words):
            return ServerUnavailable(message.format(server=server, host=host), advice=advice)
    if any(words in said for words in _CLOSED):
        wants = "asks for a certificate: Tls(certificate=..., key=...), --tls-cert" if target.tls else _SPEAKS_TLS
        return ServerUnavailable(f"{server} closes the connection", advice=f"perhaps it {wants}")
    return ServerUnavailable(f"no server answers at {server}")


def _host(server: str) -> str:
    """The host of an address: localhost for localhost:50051 and for dns:///localhost:50051."""
    return server.rsplit("/", 1)[-1].rpartition(":")[0].strip("[]") or server


def proxy_of(server: str) -> str | None:
    """The proxy that gRPC uses, without its password; gRPC uses it for loopback addresses too."""
    if not re.match(r"dns:|[^:/]+:\d+$|\[", server):
        return None
    value, exempt = _first_set(_PROXY_VARIABLES), _first_set(_EXEMPTING_VARIABLES)
    host = _host(server)
    if not value or any(host.endswith(name.strip()) for name in exempt.split(",") if name.strip()):
        return None
    return urlsplit(value if "://" in value else f"http://{value}").netloc.rpartition("@")[2]


def _first_set(variables: Iterable[str]) -> str:
    return next((value for name in variables if (value := os.environ.get(name))), "")
