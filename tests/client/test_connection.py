"""The connection: encryption, tokens, retries."""

import shutil
import subprocess
from pathlib import Path

import grpc
import pytest
from support.bare import Gatekeeper, listening
from support.serving import PATIENCE

import sayso


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of localhost that signs itself, and its key."""
    if not shutil.which("openssl"):
        pytest.skip("needs openssl")
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = folder / "cert.pem", folder / "key.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
    names = ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*command.split(), *names], check=True, capture_output=True, timeout=PATIENCE)
    return certificate, key


def test_tls_both_ways(certificate: tuple[Path, Path]) -> None:
    public, key = certificate
    pair = [(key.read_bytes(), public.read_bytes())]
    strict = grpc.ssl_server_credentials(pair, public.read_bytes(), require_client_auth=True)
    with listening(Gatekeeper(), strict) as address:
        with sayso.Client(address, tls=sayso.Tls(ca=public, certificate=public, key=key)) as client:
            assert client.info().version == "9"
        anonymous = sayso.Client(address, tls=sayso.Tls(ca=public))
        with anonymous as client, pytest.raises(sayso.ServerUnavailable):
            client.info(timeout=PATIENCE)


def test_a_certificate_of_another_name(certificate: tuple[Path, Path]) -> None:
    public, key = certificate
    with listening(Gatekeeper(), grpc.ssl_server_credentials([(key.read_bytes(), public.read_bytes())])) as address:
        number = address.replace("localhost", "127.0.0.1")
        with sayso.Client(number, tls=sayso.Tls(ca=public, server_name="localhost")) as client:
            assert client.info().ready
        with sayso.Client(number, tls=sayso.Tls(ca=public)) as client, pytest.raises(sayso.ServerUnavailable) as raised:
            client.info()
        assert str(raised.value) == (
            f"the certificate of {number} is for another name; connect by that name, or give it: Tls(server_name=...)"
        )


def test_what_is_wrong_with_a_connection_has_a_sentence_of_its_own(certificate: tuple[Path, Path]) -> None:
    public, key = certificate
    with listening(Gatekeeper(), grpc.ssl_server_credentials([(key.read_bytes(), public.read_bytes())])) as address:
        assert _refusal(address, None) == (
            f"{address} closes the connection; perhaps it speaks TLS: Tls(...), --tls, or --tls-ca FILE"
        )
        assert _refusal(address, sayso.Tls()) == (
            f"the certificate of {address} is signed by an unknown authority;"
            " trust that authority: Tls(ca=...), --tls-ca FILE"
        )
    pair = [(key.read_bytes(), public.read_bytes())]
    strict = grpc.ssl_server_credentials(pair, public.read_bytes(), require_client_auth=True)
    with listening(Gatekeeper(), strict) as address:
        assert _refusal(address, sayso.Tls(ca=public)) == (
            f"{address} closes the connection;"
            " perhaps it asks for a certificate: Tls(certificate=..., key=...), --tls-cert"
        )
    assert _refusal("nowhere.invalid:50051", None) == "there is no host nowhere.invalid; check the name"


def _refusal(address: str, tls: sayso.Tls | None) -> str:
    with sayso.Client(address, tls=tls) as client, pytest.raises(sayso.ServerUnavailable) as raised:
        client.info(timeout=PATIENCE)
    return str(raised.value)


def test_a_token() -> None:
    with listening(Gatekeeper(token="secret")) as address:
        with sayso.Client(address, token="secret") as client:
            assert client.info().ready
        with sayso.Client(address) as client, pytest.raises(sayso.AccessDenied, match="a token is needed; give its"):
            client.info()


def test_calls_that_find_no_server_are_tried_again() -> None:
    servicer = Gatekeeper(failures=3)
    with listening(servicer) as address, sayso.Client(address) as client:
        assert client.info().ready
    assert servicer.calls == 4
