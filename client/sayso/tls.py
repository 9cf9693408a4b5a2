"""Encrypted connections."""

from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import grpc


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """TLS settings; all paths are of PEM files.

    `ca` holds the certificates to trust, by default those that come with gRPC. `certificate` and `key` identify the
    client to a server that requires it (mTLS). `server_name` is the name in the server's certificate, if it differs
    from the address.
    """

    ca: str | PathLike[str] | None = None
    certificate: str | PathLike[str] | None = None
    key: str | PathLike[str] | None = None
    server_name: str = ""

    def __post_init__(self) -> None:
        if bool(self.certificate) != bool(self.key):
            raise ValueError("a client certificate needs its key and vice versa: give both or none")

    def credentials(self) -> "grpc.ChannelCredentials":
        """The credentials of a channel. Raises OSError if a file cannot be read."""
        import grpc

        return grpc.ssl_channel_credentials(
            root_certificates=_read(self.ca), private_key=_read(self.key), certificate_chain=_read(self.certificate)
        )


def _read(path: str | PathLike[str] | None) -> bytes | None:
    return Path(path).read_bytes() if path else None
