"""`sayso-server probe`, against servers with and without TLS and tokens."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support.certificates import Authority, credentials, make_authority, make_expired, openssl
from support.serving import PATIENCE, free_port, run, running

from sayso_server.main import COMMANDS, main
from sayso_server.service.settings import Http, Security, Settings


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority"))


def probe(port: int, *arguments: str, **variables: str) -> Result:
    return CliRunner().invoke(main, ["probe", "--port", str(port), *arguments], env=variables)


def test_ready_and_alive_before_the_models_are_loaded_and_after() -> None:
    with running(warm=False) as served:
        loading, alive = probe(served.port), probe(served.port, "--live")
        assert (loading.exit_code, loading.output) == (1, "not serving\n")
        assert (alive.exit_code, alive.output) == (0, "serving\n")
        run(served.server.warm_up())
        assert probe(served.port, "--ready", SAYSO_HOST="0.0.0.0").exit_code == 0
        run(served.server.drain())
        assert probe(served.port).exit_code == 1


def test_no_server() -> None:
    for arguments in ((), ("--live",)):
        found = probe(free_port(), *arguments)
        assert found.exit_code == 1
        assert found.output.startswith("no server listens at 127.0.0.1:")


@pytest.fixture
def tls(authority: Authority) -> tuple[str, ...]:
    return ("--tls-cert", str(authority.cert), "--tls-key", str(authority.key))


def test_a_server_without_tls_is_told_from_one_with_it(authority: Authority, tls: tuple[str, ...]) -> None:
    with running() as plain:
        found = probe(plain.port, *tls)
        assert (found.exit_code, found.output.split(": ")[0]) == (1, f"127.0.0.1:{plain.port} does not speak TLS")
        assert "leave out --tls-cert and --tls-key" in found.output
    security = Security(tls_cert=str(authority.cert), tls_key=str(authority.key), tls_client_ca=str(authority.ca))
    with running(settings=Settings(security=security), credentials=credentials(authority, authority)) as encrypted:
        told = f"127.0.0.1:{encrypted.port} closes the connection: perhaps it"
        assert probe(encrypted.port).output == f"{told} speaks TLS: give the probe --tls-cert and --tls-key\n"
        assert probe(encrypted.port, *tls).output.startswith(f"{told} asks for another certificate")
        own = ("--client-cert", str(authority.cert), "--client-key", str(authority.key))
        assert probe(encrypted.port, *tls, *own).output == "serving\n"


def test_another_port_of_a_server_is_told(authority: Authority, tls: tuple[str, ...]) -> None:
    pytest.importorskip("uvicorn", reason="needs the extra http")
    for security, arguments in (
        (Security(), ()),
        (Security(tls_cert=str(authority.cert), tls_key=str(authority.key)), tls),
    ):
        settings = Settings(http=Http(http_port=0), security=security)
        with running(settings=settings, credentials=credentials(authority) if arguments else None) as served:
            port = served.server.http.port  # type: ignore[union-attr]
            found = probe(port, *arguments)
            assert (found.exit_code, found.output.split(": ")[0]) == (1, f"127.0.0.1:{port} does not speak gRPC")


def test_a_port_where_nobody_answers_is_told(tls: tuple[str, ...]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        for arguments in ((), tls):
            found = probe(port, "--timeout", "0.2", *arguments)
            told = f"no answer from 127.0.0.1:{port} in time: allow more with --timeout\n"
            assert (found.exit_code, found.output) == (1, told)


def test_a_certificate_that_cannot_be_shown_is_a_setting(authority: Authority, tls: tuple[str, ...]) -> None:
    for cert, told in (("no-such.pem", "No such file or directory"), (str(authority.ca), "are not a certificate and")):
        found = probe(1, *tls, "--client-cert", cert, "--client-key", str(authority.key))
        assert found.exit_code == 2
        assert told in found.stderr


def test_settings_that_do_not_say_whom_to_ask() -> None:
    found = probe(0)
    assert (found.exit_code, found.stderr) == (2, "Error: --port 0 is a free port that only the server knows\n")
    assert probe(1, "--tls-cert", "cert.pem").exit_code == 2


def variables(security: Security) -> dict[str, str]:
    """The environment of the server."""
    names = ("tls_cert", "tls_key", "tls_client_ca", "token_file")
    given = {f"SAYSO_{name.upper()}": getattr(security, name) or "" for name in names}
    return {name: value for name, value in given.items() if value} | {
        "SAYSO_OPEN_HEALTH": str(security.open_health).lower()
    }


def test_tls_and_mtls_and_tokens_by_the_variables_of_the_server(authority: Authority, tmp_path: Path) -> None:
    tokens = tmp_path / "tokens"
    tokens.write_text(f"hidden sha256:{'0' * 64}\nkubelet the-token\n", "ascii")
    security = Security(
        tls_cert=str(authority.cert),
        tls_key=str(authority.key),
        tls_client_ca=str(authority.ca),
        token_file=str(tokens),
        open_health=False,
    )
    with running(settings=Settings(security=security), credentials=credentials(authority, authority)) as served:
        found = probe(served.port, **variables(security))
        assert (found.exit_code, found.output) == (0, "serving\n")
        refused = probe(served.port, "--token", "wrong", **variables(security))
        assert (refused.exit_code, refused.output.split(": ")[0]) == (
            1,
            f"127.0.0.1:{served.port} does not accept the token",
        )
        assert probe(served.port).exit_code == 1  # without TLS
        tokens.write_text(f"hidden sha256:{'0' * 64}\n", "ascii")
        refused = probe(served.port, **variables(security))
        assert refused.exit_code == 2
        assert "holds digests only" in refused.stderr


def test_a_certificate_for_another_name_of_an_unknown_authority(tmp_path: Path) -> None:
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    made = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-days", "2", "-subj", "/CN=sayso"]
    openssl(*made, "-x509", "-addext", "subjectAltName=DNS:*.news.example", "-keyout", str(key), "-out", str(cert))
    security = Security(tls_cert=str(cert), tls_key=str(key))
    with running(settings=Settings(security=security)) as served:
        assert probe(served.port, **variables(security)).exit_code == 0
        cert.write_bytes(make_authority(tmp_path / "next").cert.read_bytes())  # written before its key
        assert probe(served.port, **variables(security)).exit_code == 0


def test_who_has_an_expired_certificate_is_alive_and_not_ready(tmp_path: Path) -> None:
    cert, key = make_expired(tmp_path)
    security = Security(tls_cert=str(cert), tls_key=str(key))
    with running(settings=Settings(security=security)) as served:
        ready, alive = (probe(served.port, what, **variables(security)) for what in ("--ready", "--live"))
    assert (ready.exit_code, alive.exit_code) == (1, 0)
    assert ready.output == alive.output == "invalid certificate: certificate has expired\n"


def test_a_probe_imports_neither_models_nor_other_commands() -> None:
    program = (
        "import sys\nfrom sayso_server.main import main\n"
        f"try: main(['probe', '--port', '{free_port()}'])\nexcept SystemExit: pass\n"
        "heavy = ('torch', 'stanza', 'numpy', 'prometheus_client', 'sayso_server.core', 'sayso_server.parsing')\n"
        "print([name for name in sys.modules if name.startswith(heavy)])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=PATIENCE)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_help_of_the_server_has_every_command_with_its_summary() -> None:
    shown = " ".join(CliRunner().invoke(main, ["--help"]).output.split())
    for name, summary in COMMANDS.items():
        assert f"{name} {summary}" in shown
        assert main.get_command(None, name).name == name  # type: ignore[arg-type,union-attr]
    assert CliRunner().invoke(main, ["prob"]).exit_code == 2
