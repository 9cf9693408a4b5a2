"""Calls the health service of a server on this machine, using that server's settings."""

import contextlib
import os
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from sayso_server.service.probe_errors import told
from sayso_server.service.settings import Security, SettingError, Settings
from sayso_server.service.tokens import plain_token

os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # errors are reported in one line

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

SERVICE = "sayso.v1.QuoteService"
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "[::]": "::1", "": "127.0.0.1"}
"""The addresses that mean every interface, with the address to call."""


class Caller(NamedTuple):
    """The credentials of the probe."""

    token: str | None = None
    cert: str | None = None
    key: str | None = None


class Answer(NamedTuple):
    """Whether the check succeeded, and a message."""

    is_well: bool
    said: str


def ask(settings: Settings, caller: Caller, *, service: bool, timeout: float) -> Answer:
    """The health of the service or of the process. Raises SettingError if the settings do not give an address."""
    if not settings.port:
        raise SettingError("--port 0 is a free port that only the server knows")
    host = _EVERYWHERE.get(settings.host, settings.host).strip("[]")
    token = caller.token or _token(settings.security)
    encrypted = bool(settings.security.tls_cert and settings.security.tls_key)
    try:
        with _channel(settings.security, caller, (host, settings.port), timeout) as channel:
            request = health_pb2.HealthCheckRequest(service=SERVICE if service else "")
            metadata = (("authorization", f"Bearer {token}"),) if token else ()
            stub: Any = health_pb2_grpc.HealthStub(channel)
            status = stub.Check(request, timeout=timeout, metadata=metadata).status
    except ssl.SSLCertVerificationError as error:  # a live process need not have a valid certificate
        return Answer(not service, f"invalid certificate: {error.verify_message}")
    except (OSError, grpc.RpcError) as error:
        return Answer(False, told(f"{host}:{settings.port}", error, encrypted=encrypted))
    name = health_pb2.HealthCheckResponse.ServingStatus.Name(status)
    return Answer(status == health_pb2.HealthCheckResponse.SERVING, name.lower().replace("_", " "))


def _token(security: Security) -> str | None:
    if security.open_health or not security.token_file:
        return None
    if token := plain_token(security.token_file):
        return token
    raise SettingError("--token-file holds digests only, and health is not open: give the probe a --token")


def _channel(security: Security, caller: Caller, address: tuple[str, int], timeout: float) -> grpc.Channel:
    """A channel to the server. Raises OSError."""
    host, port = address
    target, options = f"[{host}]:{port}" if ":" in host else f"{host}:{port}", [("grpc.enable_http_proxy", 0)]
    if not (security.tls_cert and security.tls_key):
        return grpc.insecure_channel(target, options)
    asked = security.tls_client_ca or caller.cert
    own = (caller.cert or security.tls_cert, caller.key or security.tls_key) if asked else None
    if own:
        _check(own)
    shown, name = _certificate(own, address, timeout)
    pair = (Path(own[1]).read_bytes(), Path(own[0]).read_bytes()) if own else (None, None)
    credentials = grpc.ssl_channel_credentials(shown.encode(), *pair)
    return grpc.secure_channel(target, credentials, [*options, ("grpc.ssl_target_name_override", name)])


def _check(own: tuple[str, str]) -> None:
    """Raises SettingError where a certificate and its key cannot be used."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(*own)
    except ssl.SSLError as error:
        raise SettingError(f"{own[0]} and {own[1]} are not a certificate and its key in PEM") from error
    except OSError as error:
        raise SettingError(f"{' or '.join(own)}: {error.strerror}") from error


def _certificate(own: tuple[str, str] | None, address: tuple[str, int], timeout: float) -> tuple[str, str]:
    """The certificate of the server, and one of its names. Raises OSError.

    It is trusted, regardless of its issuer: this is the server's own machine, and the file may already hold a newer
    one. Its names are the ones that clients use, and this machine need not know them. Python returns names only for
    verified certificates, hence the second connection.
    """
    unchecked = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
    with _connection(unchecked, own, address, timeout) as connection:
        shown = ssl.DER_cert_to_PEM_cert(connection.getpeercert(binary_form=True) or b"")
    checked = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    checked.check_hostname = False
    checked.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    checked.load_verify_locations(cadata=shown)
    with _connection(checked, own, address, timeout) as connection:
        found: dict[str, Any] = connection.getpeercert() or {}
    names = [name for kind, name in found.get("subjectAltName", ()) if kind in ("DNS", "IP Address")]
    names += [name for part in found.get("subject", ()) for kind, name in part if kind == "commonName"]
    return shown, next((name.replace("*", "any") for name in names), address[0])


@contextlib.contextmanager
def _connection(
    context: ssl.SSLContext, own: tuple[str, str] | None, address: tuple[str, int], timeout: float
) -> Iterator[ssl.SSLSocket]:
    context.set_alpn_protocols(["h2"])
    if own:
        context.load_cert_chain(*own)
    with socket.create_connection(address, timeout) as plain, context.wrap_socket(plain) as encrypted:
        yield encrypted
