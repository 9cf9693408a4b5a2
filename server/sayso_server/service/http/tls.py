"""TLS for the HTTP port, with the same files as gRPC, reloaded in the same way."""

import logging
import ssl

from sayso_server.service.settings import Security
from sayso_server.service.tls import certificate_files

log = logging.getLogger(__name__)


def server_context(security: Security) -> ssl.SSLContext | None:
    """The SSL context of the HTTP port, None without TLS. Raises SettingError.

    The files are checked for changes whenever a client connects; see `credentials`.
    """
    files = certificate_files(security)
    if not files:
        return None
    files.read()
    current = _context(security)

    def renew(connection: ssl.SSLObject, server_name: str | None, first: ssl.SSLContext) -> None:
        nonlocal current
        if files.renewed():
            try:
                current = _context(security)
            except (OSError, ValueError) as error:  # being written at the moment
                log.error("keeping the current certificate: %s", type(error).__name__)
        connection.context = current

    current.sni_callback = renew
    return current


def _context(security: Security) -> ssl.SSLContext:
    assert security.tls_cert
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(security.tls_cert, security.tls_key)
    context.set_alpn_protocols(["http/1.1"])
    if security.tls_client_ca:
        context.load_verify_locations(security.tls_client_ca)
        context.verify_mode = ssl.CERT_REQUIRED
    return context
