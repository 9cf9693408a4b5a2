"""TLS from files, checked before gRPC sees them: gRPC would report errors late and not to the operator.

The files are checked for changes whenever a client connects, so certificates can be renewed without a restart. If they
do not match, as while a new certificate and its key are being written, the previous ones stay in use.
"""

import logging
import ssl
import threading
from collections.abc import Callable
from pathlib import Path

import grpc

from sayso_server.service.files import Reload, State, state_of
from sayso_server.service.settings import Security, SettingError, warn_if_open

log = logging.getLogger(__name__)


class CertificateFiles:
    """The files of a certificate, its key and the client authorities. Called from gRPC's own threads.

    `on_reload` is called with whether a change could be used.
    """

    def __init__(
        self, cert: str, key: str, client_ca: str | None, *, on_reload: Callable[[bool], object] = lambda good: None
    ) -> None:
        self._cert = cert
        self._key = key
        self._client_ca = client_ca
        self._on_reload = on_reload
        self._seen: State | None = None
        self._fresh: grpc.ServerCertificateConfiguration | None = None
        self._lock = threading.Lock()

    def read(self) -> grpc.ServerCertificateConfiguration:
        """The current contents of the files. Raises SettingError if they are invalid."""
        self._seen = self._state()
        warn_if_open(self._key)
        _check_pair(self._cert, self._key)
        authorities = _authorities(self._client_ca) if self._client_ca else None
        pair = (Path(self._key).read_bytes(), Path(self._cert).read_bytes())
        return grpc.ssl_server_certificate_configuration([pair], authorities)

    def credentials(self) -> grpc.ServerCredentials:
        """gRPC server credentials that follow changes of the files. Raises SettingError."""
        return grpc.dynamic_ssl_server_credentials(
            self.read(),
            self.renewed,  # type: ignore[arg-type]  # None means no change, despite the stub
            require_client_authentication=self._client_ca is not None,
        )

    def renewed(self) -> grpc.ServerCertificateConfiguration | None:
        """The contents of the files, if they are new and valid; each change is returned once."""
        with self._lock:
            self._look()
            fresh, self._fresh = self._fresh, None
        return fresh

    def reload(self) -> Reload:
        """Check the files now; the next client to connect gets the new certificate."""
        with self._lock:
            return self._look()

    def _look(self) -> Reload:
        before = self._state()
        if before == self._seen:
            return Reload.UNCHANGED
        try:
            configuration = self.read()
        except (SettingError, OSError) as error:
            log.error("keeping the current certificate: %s", error)
            self._on_reload(False)
            return Reload.REFUSED
        if before != self._state():
            self._seen = None  # being written: check again at the next connection
            return Reload.UNCHANGED
        log.info("reloaded certificate %s", self._cert)
        self._fresh = configuration
        self._on_reload(True)
        return Reload.RENEWED

    def _state(self) -> State:
        return state_of(path for path in (self._cert, self._key, self._client_ca) if path)


def certificate_files(
    security: Security, *, on_reload: Callable[[bool], object] = lambda good: None
) -> CertificateFiles | None:
    """The files of the settings, None without TLS."""
    if not (security.tls_cert and security.tls_key):
        return None
    return CertificateFiles(security.tls_cert, security.tls_key, security.tls_client_ca, on_reload=on_reload)


def _check_pair(cert: str, key: str) -> None:
    def no_password() -> str:
        raise SettingError(f"--tls-key {key} is protected by a password; use a key without one")

    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(cert, key, no_password)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        names = f"--tls-cert {cert} and --tls-key {key}"
        raise SettingError(f"{names} cannot be used: {_why(error)}") from error


def _authorities(path: str) -> bytes:
    try:
        ssl.create_default_context(cafile=path)
        return Path(path).read_bytes()
    except (OSError, ValueError) as error:
        raise SettingError(f"--tls-client-ca {path} contains no certificates: {_why(error)}") from error


def _why(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
