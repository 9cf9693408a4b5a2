"""TLS from files, checked before gRPC sees them: it would only say later, and not to the operator, what is wrong.

The files are looked at again whenever a client connects: certificates are renewed without a restart. What does not fit
together, as between the writing of a certificate and of its key, is not taken; the last that did serves on.
"""

import logging
import ssl
import threading
from pathlib import Path

import grpc

from sayso_server.service.settings import Security, SettingError, warn_if_open

log = logging.getLogger(__name__)

State = tuple[tuple[int, int, int], ...]
"""Of each file: when it was written, its inode and its size."""


def server_credentials(security: Security) -> grpc.ServerCredentials | None:
    """The credentials of the server, None without TLS. Raises SettingError."""
    if not (security.tls_cert and security.tls_key):
        return None
    files = CertificateFiles(security.tls_cert, security.tls_key, security.tls_client_ca)
    return grpc.dynamic_ssl_server_credentials(
        files.read(),
        files.renewed,  # type: ignore[arg-type]  # None is no change, whatever the stub says
        require_client_authentication=security.tls_client_ca is not None,
    )


class CertificateFiles:
    """The files of a certificate, its key and the authorities of clients. gRPC asks from threads of its own."""

    def __init__(self, cert: str, key: str, client_ca: str | None) -> None:
        self._cert = cert
        self._key = key
        self._client_ca = client_ca
        self._seen: State | None = None
        self._lock = threading.Lock()

    def read(self) -> grpc.ServerCertificateConfiguration:
        """What the files hold now. Raises SettingError where that cannot be used."""
        self._seen = self._state()
        warn_if_open(self._key)
        _check_pair(self._cert, self._key)
        authorities = _authorities(self._client_ca) if self._client_ca else None
        pair = (Path(self._key).read_bytes(), Path(self._cert).read_bytes())
        return grpc.ssl_server_certificate_configuration([pair], authorities)

    def renewed(self) -> grpc.ServerCertificateConfiguration | None:
        """What the files hold, if that is new and can be used."""
        with self._lock:
            try:
                before = self._state()
                if before == self._seen:
                    return None
                configuration = self.read()
                if before != self._state():
                    return None  # written at this moment: the next to connect looks again
            except (SettingError, OSError) as error:
                log.error("the certificate in use is kept: %s", error)
                return None
        log.info("%s is taken into use", self._cert)
        return configuration

    def _state(self) -> State:
        paths = [path for path in (self._cert, self._key, self._client_ca) if path]
        return tuple(_state_of(Path(path)) for path in paths)


def _state_of(path: Path) -> tuple[int, int, int]:
    try:
        found = path.stat()
    except OSError:
        return (0, 0, 0)  # reading it will say why
    return (found.st_mtime_ns, found.st_ino, found.st_size)


def _check_pair(cert: str, key: str) -> None:
    def no_password() -> str:
        raise SettingError(f"--tls-key {key} is protected by a password; give the server one that is not")

    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(cert, key, no_password)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        names = f"--tls-cert {cert} and --tls-key {key}"
        raise SettingError(f"{names} are no pair of certificate and key: {_why(error)}") from error


def _authorities(path: str) -> bytes:
    try:
        ssl.create_default_context(cafile=path)
        return Path(path).read_bytes()
    except (OSError, ValueError) as error:
        raise SettingError(f"--tls-client-ca {path} holds no certificates: {_why(error)}") from error


def _why(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
