"""`sayso doctor`, against servers that are well and servers that are not."""

import json
import socket
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from support.certificates import Authority, credentials, make_authority, make_expired, openssl
from support.cli import sayso
from support.serving import Running, running

from sayso.cli.app import app
from sayso.cli.doctor.finding import Check
from sayso.cli.doctor.network import places_of
from sayso_server.service.settings import Security, Settings
from sayso_server.version import VERSION

CHECKS = [str(check) for check in Check]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("stranger"))


def found(result: Result) -> dict[str, Any]:
    """The findings, by check; all of them are there, in order, and none after a failure was tried."""
    findings = json.loads(result.stdout)
    assert [finding["check"] for finding in findings] == CHECKS
    statuses = [finding["status"] for finding in findings]
    if "failed" in statuses:
        assert set(statuses[statuses.index("failed") + 1 :]) <= {"skipped"}
    return {finding["check"]: finding for finding in findings}


def doctor(served: Running | str | None, *arguments: str) -> tuple[int, dict[str, Any]]:
    """Exit status and findings; of a server, of an address, or without either."""
    if isinstance(served, str):
        result = CliRunner().invoke(app, ["doctor", "--json", "--server", served, *arguments])
    else:
        result = sayso(served, "doctor", "--json", *arguments)
    return result.exit_code, found(result)


def failure(served: Running | str | None, *arguments: str) -> tuple[int, str, str, str]:
    """Exit status, and check, message and advice of the one that failed."""
    status, findings = doctor(served, *arguments)
    [failed] = [finding for finding in findings.values() if finding["status"] == "failed"]
    assert failed["advice"]
    return status, failed["check"], failed["message"], failed["advice"]


def test_a_server_that_is_well(served: Running) -> None:
    result = sayso(served, "doctor")
    lines = [line.split(maxsplit=2) for line in result.stdout.splitlines()]
    assert result.exit_code == 0
    assert [line[:2] for line in lines] == [["ok", check] for check in CHECKS]
    told = {check: message for _, check, message in lines}
    assert told["dns"] == "127.0.0.1"
    assert told["tls"] == "not encrypted, as asked"
    assert told["health"] == "serving"
    assert told["token"] == "not required"
    assert told["version"] == f"server {VERSION}, client {VERSION}, model fake 7"
    assert told["reading"].startswith("one sentence, said by Mara, in ")


def test_nobody_listens_and_there_is_no_such_host() -> None:
    status, check, message, advice = failure(None)
    assert (status, check) == (3, "tcp")
    assert message.endswith("connection refused")
    assert advice.startswith("start one with: sayso-server serve")
    status, check, message, advice = failure("nowhere.invalid:50051")
    assert (status, check) == (3, "dns")
    assert message.startswith("there is no host nowhere.invalid")


def test_a_failure_for_people() -> None:
    lines = sayso(None, "doctor").stdout.splitlines()
    assert lines[2].startswith("failed  tcp ")
    assert lines[3].strip().startswith("→ start one with")
    assert lines[4] == "skipped tls      not checked, because tcp failed"


def test_models_that_load() -> None:
    with running(warm=False) as loading:
        status, check, message, advice = failure(loading)
    assert (status, check) == (3, "health")
    assert "the models are loading" in message
    assert advice == "wait for it: sayso health --wait"


def test_tokens(tmp_path: Path) -> None:
    (tmp_path / "tokens").write_text("newsroom a-token\n")
    with running(settings=Settings(security=Security(token_file=str(tmp_path / "tokens")))) as served:
        assert failure(served)[:3] == (1, "token", "the server requires a token")
        assert failure(served, "--token", "wrong")[:3] == (1, "token", "the server does not know this token")
        status, findings = doctor(served, "--token", "a-token")
    assert (status, findings["token"]["message"]) == (0, "accepted")


def test_a_token_that_nobody_asks_for(served: Running) -> None:
    assert doctor(served, "--token", "x")[1]["token"]["message"] == "not required by the server"


def test_another_version(served: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sayso.cli.doctor.service.version_of", lambda name: "99.0.0")
    status, findings = doctor(served)
    assert (status, findings["version"]["status"]) == (0, "warning")
    assert findings["version"]["advice"].endswith("update the server")
    monkeypatch.setattr("sayso.cli.doctor.service.version_of", lambda name: "0.0.1")
    assert doctor(served)[1]["version"]["advice"].endswith("update the client")


def test_nothing_is_read(served: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sayso.cli.doctor.service.SENTENCE", "Nobody spoke.")
    assert failure(served)[:3] == (1, "reading", "no speaker was found in Nobody spoke.")


def test_tls_that_is_well_says_names_authority_and_end(authority: Authority, stranger: Authority) -> None:
    security = Security(tls_cert=str(authority.cert), tls_key=str(authority.key), tls_client_ca=str(authority.ca))
    own = ("--tls-cert", str(authority.cert), "--tls-key", str(authority.key))
    with running(settings=Settings(security=security), credentials=credentials(authority, authority)) as served:
        status, findings = doctor(served, "--tls-ca", str(authority.ca), *own)
        assert failure(served, "--tls-ca", str(authority.ca))[:3] == (3, "tls", "the server asks for a certificate")
        others = ("--tls-cert", str(stranger.cert), "--tls-key", str(stranger.key))
        refused = failure(served, "--tls-ca", str(authority.ca), *others)
        assert refused[:3] == (3, "tls", "the server does not accept the certificate")
    assert status == 0
    assert findings["tls"]["message"].startswith("TLSv1.3; for 127.0.0.1; signed by authority; valid until ")
    assert findings["tls"]["status"] == "warning"  # it ends tomorrow
    assert findings["tls"]["advice"].startswith("renew the certificate")
    assert findings["reading"]["status"] == "ok"


def test_what_is_wrong_with_tls(authority: Authority, stranger: Authority, served: Running, tmp_path: Path) -> None:
    ca = ("--tls-ca", str(authority.ca))
    security = Security(tls_cert=str(authority.cert), tls_key=str(authority.key))
    with running(settings=Settings(security=security), credentials=credentials(authority)) as encrypted:
        seen = [
            failure(encrypted),
            failure(encrypted, "--tls"),
            failure(encrypted, "--tls-ca", str(stranger.ca)),
            failure(encrypted, *ca, "--tls-name", "other.example"),
        ]
    seen.append(failure(served, *ca))
    assert {(status, check) for status, check, _, _ in seen} == {(3, "tls")}
    messages, advice = [message for _, _, message, _ in seen], [way for _, _, _, way in seen]
    assert messages[0] == "the server uses TLS, the client does not"
    assert "no public authority has signed it" in messages[1]
    assert f"--tls-ca {stranger.ca} has not signed it" in messages[2]
    assert messages[3] == "the certificate is for 127.0.0.1, not for other.example"
    assert messages[4] == "the server does not speak TLS"
    assert advice[0].startswith("add --tls")
    assert advice[3] == "connect by that name, or give it with --tls-name 127.0.0.1"


def test_an_expired_certificate(tmp_path: Path) -> None:
    cert, key = make_expired(tmp_path)
    with running(settings=Settings(security=Security(tls_cert=str(cert), tls_key=str(key)))) as served:
        assert failure(served, "--tls-ca", str(cert), "--tls-name", "sayso")[:3] == (
            3,
            "tls",
            "certificate has expired",
        )


def test_a_long_certificate_by_another_name_is_no_warning(tmp_path: Path) -> None:
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    made = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-days", "300", "-subj", "/CN=news"]
    openssl(*made, "-x509", "-addext", "subjectAltName=DNS:news.example", "-keyout", str(key), "-out", str(cert))
    with running(settings=Settings(security=Security(tls_cert=str(cert), tls_key=str(key)))) as served:
        status, findings = doctor(served, "--tls-ca", str(cert), "--tls-name", "news.example")
    assert (status, findings["tls"]["status"]) == (0, "ok")


def test_a_port_that_never_speaks_tls() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        status, check, message, _ = failure(address, "--tls", "--timeout", "0.2")
    assert (status, check, message) == (3, "tls", "the handshake takes too long")


def test_a_proxy_in_between_is_told(served: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("grpc_proxy", "http://user:secret@127.0.0.1:9")
    result = sayso(served, "doctor", "--json", "--timeout", "2")
    findings = found(result)
    assert findings["address"]["status"] == "warning"
    assert "through the proxy 127.0.0.1:9" in findings["address"]["message"]
    assert "secret" not in result.stdout
    assert [findings[check]["status"] for check in ("dns", "tcp", "tls", "health")] == [*["skipped"] * 3, "failed"]


@pytest.mark.parametrize(
    ("address", "places"),
    [
        ("localhost:50051", [("localhost", 50051)]),
        ("[::1]:50051", [("::1", 50051)]),
        ("dns:///news.example:443", [("news.example", 443)]),
        ("dns://10.0.0.1/news.example:443", [("news.example", 443)]),
        ("dns:news.example:443", [("news.example", 443)]),
        ("ipv4:10.0.0.1:1,10.0.0.2:2", [("10.0.0.1", 1), ("10.0.0.2", 2)]),
        ("ipv6:[::1]:1", [("::1", 1)]),
        ("dns:///news.example", None),
        ("unix:/run/sayso", None),
        ("xds:///news", None),
    ],
)
def test_hosts_and_ports_of_addresses(address: str, places: list[tuple[str, int]] | None) -> None:
    assert places_of(address) == places
