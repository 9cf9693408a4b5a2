"""Checks the encryption of the connection, and finds problems with the certificate."""

import contextlib
import importlib.resources
import os
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sayso.cli.connection import Connection, is_loopback
from sayso.cli.doctor.finding import Check, Finding, Status
from sayso.cli.doctor.network import Place
from sayso.tls import Tls

_SOON = 14
"""Warn this many days before a certificate expires."""
_SPEAKS_TLS = "the server uses TLS, the client does not"
_EXPIRED, _WRONG_NAMES = {9, 10}, {62, 64}
"""OpenSSL error codes for certificates: not valid yet, or expired; not for this name or address."""
_ASKED = ("certificate_required", "certificate required", "alert handshake failure", "unknown ca", "bad certificate")


def encrypted(connection: Connection, place: Place, patience: float) -> Finding:
    """Whether client and server agree on TLS."""
    tls = connection.tls
    if tls is None:
        return _plain(connection, place, patience)
    name = tls.server_name or place[0]
    try:
        with _handshake(_context(tls), place, name, patience) as secure:
            found, version = secure.getpeercert() or {}, str(secure.version())
            if not secure.recv(1):  # gRPC rejects clients this way, after the handshake
                return _refused(tls)
            return _good(found, version)
    except ssl.SSLCertVerificationError as error:
        return _distrusted(error, tls, place, name, patience)
    except ssl.SSLError as error:
        return _failed(error, tls)
    except TimeoutError:
        return Finding(Check.TLS, Status.FAILED, "the handshake takes too long", "is that the port of another service?")
    except OSError as error:
        message = f"{error.filename}: {error.strerror}" if error.filename else "the server closes the connection"
        return Finding(
            Check.TLS, Status.FAILED, message, "" if error.filename else "connect without --tls and --tls-ca"
        )


def _plain(connection: Connection, place: Place, patience: float) -> Finding:
    unchecked = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
    with contextlib.suppress(OSError), _handshake(unchecked, place, place[0], patience):  # an SSLError is an OSError
        return Finding(Check.TLS, Status.FAILED, _SPEAKS_TLS, "add --tls, or --tls-ca FILE for a private authority")
    if connection.token and not is_loopback(connection.address):
        message = "not encrypted, and the token is sent in clear text"
        return Finding(Check.TLS, Status.WARNING, message, "give the server --tls-cert and --tls-key, the client --tls")
    return Finding(Check.TLS, Status.OK, "not encrypted, as asked")


def _good(certificate: dict[str, Any], version: str) -> Finding:
    days = _days_left(certificate)
    issuer = _field(certificate.get("issuer", ()), "commonName") or _field(
        certificate.get("issuer", ()), "organizationName"
    )
    until = datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate["notAfter"]), UTC).date()
    told = f"{version}; for {', '.join(_names(certificate))}; signed by {issuer}; valid until {until} ({days} days)"
    if days < _SOON:
        return Finding(Check.TLS, Status.WARNING, told, "renew the certificate on the server; no restart is needed")
    return Finding(Check.TLS, Status.OK, told)


def _distrusted(error: ssl.SSLCertVerificationError, tls: Tls, place: Place, name: str, patience: float) -> Finding:
    if error.verify_code in _EXPIRED:
        return Finding(Check.TLS, Status.FAILED, error.verify_message, "renew the certificate on the server")
    if error.verify_code in _WRONG_NAMES:
        context = _context(tls)
        context.check_hostname = False
        names = list[str]()
        with contextlib.suppress(OSError), _handshake(context, place, name, patience) as secure:
            names = _names(secure.getpeercert() or {})
        advice = f"connect by that name, or give it with --tls-name{f' {names[0]}' if names else ''}"
        return Finding(Check.TLS, Status.FAILED, f"the certificate is for {', '.join(names)}, not for {name}", advice)
    trusted = f"--tls-ca {tls.ca} has not signed it" if tls.ca else "no public authority has signed it"
    message = f"no trusted authority has signed the certificate ({error.verify_message}): {trusted}"
    return Finding(Check.TLS, Status.FAILED, message, "trust the authority that did: --tls-ca FILE")


def _failed(error: ssl.SSLError, tls: Tls) -> Finding:
    said = str(error).lower()
    if "wrong version number" in said or "wrong_version_number" in said or "http request" in said:
        return Finding(Check.TLS, Status.FAILED, "the server does not speak TLS", "leave --tls and --tls-ca out")
    if any(words in said for words in _ASKED):
        message = (
            "the server does not accept the certificate" if tls.certificate else "the server asks for a certificate"
        )
        return Finding(Check.TLS, Status.FAILED, message, "give one of its authorities: --tls-cert FILE --tls-key FILE")
    return Finding(Check.TLS, Status.FAILED, f"no agreement: {error.reason or error}", "check the TLS settings of both")


def _refused(tls: Tls) -> Finding:
    message = "the server does not accept the certificate" if tls.certificate else "the server asks for a certificate"
    return Finding(Check.TLS, Status.FAILED, message, "give one of its authorities: --tls-cert FILE --tls-key FILE")


@contextlib.contextmanager
def _handshake(context: ssl.SSLContext, place: Place, name: str, patience: float) -> Iterator[ssl.SSLSocket]:
    context.set_alpn_protocols(["h2"])
    with socket.create_connection(place, patience) as plain, context.wrap_socket(plain, server_hostname=name) as secure:
        yield secure


def _context(tls: Tls) -> ssl.SSLContext:
    """The TLS context that gRPC would use: its own authorities unless others are given. Raises OSError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    named = tls.ca or os.environ.get("GRPC_DEFAULT_SSL_ROOTS_FILE_PATH")
    bundled = importlib.resources.files("grpc").joinpath("_cython/_credentials/roots.pem")
    if named:
        context.load_verify_locations(named)
    elif bundled.is_file():
        context.load_verify_locations(cadata=bundled.read_text("ascii"))
    else:
        context.load_default_certs()
    if tls.certificate and tls.key:
        context.load_cert_chain(tls.certificate, tls.key)
    return context


def _names(certificate: dict[str, Any]) -> list[str]:
    names = [value for kind, value in certificate.get("subjectAltName", ()) if kind in ("DNS", "IP Address")]
    return names or [_field(certificate.get("subject", ()), "commonName") or "nobody"]


def _field(of: Any, name: str) -> str:
    return next((str(value) for part in of for key, value in part if key == name), "")


def _days_left(certificate: dict[str, Any]) -> int:
    left = ssl.cert_time_to_seconds(certificate["notAfter"]) - datetime.now(UTC).timestamp()
    return int(left // 86_400)
