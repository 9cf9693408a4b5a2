"""Certificate authorities for tests, made by openssl."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import grpc

from support.serving import PATIENCE


@dataclass(frozen=True)
class Authority:
    """A certificate authority, and one certificate for 127.0.0.1 that it signed."""

    ca: Path
    cert: Path
    key: Path


def make_authority(folder: Path) -> Authority:
    folder.mkdir(exist_ok=True)
    made = Authority(folder / "ca.pem", folder / "cert.pem", folder / "key.pem")
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-days", "2"]
    alternative = ["-addext", "subjectAltName=IP:127.0.0.1"]
    openssl(*key, "-x509", "-keyout", str(folder / "ca.key"), "-out", str(made.ca), "-subj", "/CN=authority")
    signed = ["-CA", str(made.ca), "-CAkey", str(folder / "ca.key"), "-subj", "/CN=server", *alternative]
    openssl(*key, "-x509", *signed, "-keyout", str(made.key), "-out", str(made.cert))
    return made


def make_expired(folder: Path) -> tuple[Path, Path]:
    """A certificate that was valid until yesterday, and its key."""
    request, cert, key = folder / "request.pem", folder / "expired.pem", folder / "expired.key"
    made = ["-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-subj", "/CN=sayso"]
    openssl(*made, "-keyout", str(key), "-out", str(request))
    signed = ["-req", "-in", str(request), "-signkey", str(key), "-days", "-1", "-out", str(cert)]
    openssl(*signed, command="x509")
    return cert, key


def openssl(*arguments: str, command: str = "req") -> None:
    done = subprocess.run(
        ["openssl", command, *arguments], capture_output=True, text=True, check=False, timeout=PATIENCE
    )
    assert done.returncode == 0, done.stderr


def credentials(trusted: Authority, own: Authority | None = None) -> grpc.ChannelCredentials:
    pair = (own.key.read_bytes(), own.cert.read_bytes()) if own else (None, None)
    return grpc.ssl_channel_credentials(trusted.ca.read_bytes(), *pair)
