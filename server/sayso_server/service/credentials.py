"""TLS from files, checked before gRPC sees them: it would only say later, and not to the operator, what is wrong."""

import ssl
from pathlib import Path

import grpc

from sayso_server.service.settings import Security, SettingError


def server_credentials(security: Security) -> grpc.ServerCredentials | None:
    """The credentials of the server, None without TLS. Raises SettingError."""
    if not (security.tls_cert and security.tls_key):
        return None
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(security.tls_cert, security.tls_key)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        names = f"--tls-cert {security.tls_cert} and --tls-key {security.tls_key}"
        raise SettingError(f"{names} are no pair of certificate and key: {_why(error)}") from error
    pair = (Path(security.tls_key).read_bytes(), Path(security.tls_cert).read_bytes())
    authorities = _authorities(security.tls_client_ca) if security.tls_client_ca else None
    return grpc.ssl_server_credentials([pair], authorities, require_client_auth=authorities is not None)


def _authorities(path: str) -> bytes:
    try:
        ssl.create_default_context(cafile=path)
        return Path(path).read_bytes()
    except (OSError, ValueError) as error:
        raise SettingError(f"--tls-client-ca {path} holds no certificates: {_why(error)}") from error


def _why(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
