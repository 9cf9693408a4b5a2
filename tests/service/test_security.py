"""TLS, client certificates, tokens; and that no text of a document leaks."""

import contextlib
import json
import logging
import shutil
import socket
import subprocess
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from prometheus_client import generate_latest
from support.calls import check, raw
from support.certificates import Authority, credentials, make_authority
from support.engine import DEADLY, POISON, SECRET
from support.serving import PATIENCE, Running, reason_of, run, running, server_process, status_of

from sayso.v1 import quotes_pb2 as pb
from sayso.v1 import quotes_pb2_grpc as pb_grpc
from sayso_server.service.settings import Limits, Security, SettingError, Settings
from sayso_server.service.telemetry.logs import JsonFormatter
from sayso_server.service.telemetry.metrics import Metrics
from sayso_server.service.telemetry.metrics_port import MetricsPort
from sayso_server.service.tls import CertificateFiles

REQUEST = pb.ExtractQuotesRequest(document=pb.Document(text="“Yes,” said Mara."))


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("stranger"))


def code_of(served: Running, metadata: tuple[tuple[str, str], ...] = ()) -> grpc.StatusCode:
    with pytest.raises(grpc.RpcError) as raised:
        served.stub.ExtractQuotes(REQUEST, metadata=metadata)
    return raised.value.code()


def test_tls(authority: Authority) -> None:
    settings = Settings(security=Security(tls_cert=str(authority.cert), tls_key=str(authority.key)))
    with running(settings=settings, credentials=credentials(authority)) as served:
        assert served.stub.ExtractQuotes(REQUEST).result.statements
        with grpc.insecure_channel(served.address) as plain, pytest.raises(grpc.RpcError) as raised:
            pb_grpc.QuoteServiceStub(plain).ExtractQuotes(REQUEST)
        assert raised.value.code() is grpc.StatusCode.UNAVAILABLE


def test_clients_without_the_right_certificate_are_not_heard(authority: Authority, stranger: Authority) -> None:
    security = Security(tls_cert=str(authority.cert), tls_key=str(authority.key), tls_client_ca=str(authority.ca))
    with running(settings=Settings(security=security), credentials=credentials(authority, authority)) as served:
        assert served.stub.ExtractQuotes(REQUEST).result.statements
        for wrong in (credentials(authority), credentials(authority, stranger)):
            with grpc.secure_channel(served.address, wrong) as channel, pytest.raises(grpc.RpcError) as raised:
                pb_grpc.QuoteServiceStub(channel).ExtractQuotes(REQUEST)
            assert raised.value.code() is grpc.StatusCode.UNAVAILABLE


def answers(served: Running, trusted: Authority, own: Authority | None = None) -> bool:
    """Whether a new connection that trusts `trusted` is answered."""
    with grpc.secure_channel(served.address, credentials(trusted, own)) as channel:
        call = pb_grpc.QuoteServiceStub(channel).ExtractQuotes.future(REQUEST)
        error = call.exception(PATIENCE)
    assert error is None or call.code() is grpc.StatusCode.UNAVAILABLE
    return error is None


def test_a_renewed_certificate_is_taken_into_use_without_a_restart(
    authority: Authority, stranger: Authority, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    shutil.copy(authority.cert, cert)
    shutil.copy(authority.key, key)
    settings = Settings(security=Security(tls_cert=str(cert), tls_key=str(key)))
    with (
        caplog.at_level(logging.INFO, "sayso_server"),
        running(settings=settings, credentials=credentials(authority)) as served,
    ):
        old = served.stub.ExtractQuotes
        assert old(REQUEST).result.statements
        shutil.copy(stranger.cert, cert)  # the key is still the old one
        assert (answers(served, authority), answers(served, stranger)) == (True, False)
        assert caplog.text.count("keeping the current certificate") == 1
        shutil.copy(stranger.key, key)
        assert (answers(served, stranger), answers(served, authority)) == (True, False)
        assert f"reloaded certificate {cert}" in caplog.text
        assert old(REQUEST).result.statements  # a connection made before goes on
        cert.unlink()
        assert answers(served, stranger)


def test_renewed_authorities_of_clients_are_taken_into_use(
    authority: Authority, stranger: Authority, tmp_path: Path
) -> None:
    client_ca = tmp_path / "ca.pem"
    shutil.copy(authority.ca, client_ca)
    security = Security(tls_cert=str(authority.cert), tls_key=str(authority.key), tls_client_ca=str(client_ca))
    with running(settings=Settings(security=security), credentials=credentials(authority, authority)) as served:
        assert (answers(served, authority, authority), answers(served, authority, stranger)) == (True, False)
        client_ca.write_bytes(stranger.ca.read_bytes())
        assert (answers(served, authority, stranger), answers(served, authority, authority)) == (True, False)
        assert not answers(served, authority)


def test_a_key_with_a_password_is_refused_and_not_asked_for(authority: Authority, tmp_path: Path) -> None:
    locked = tmp_path / "locked.pem"
    command = ["openssl", "ec", "-in", str(authority.key), "-out", str(locked), "-aes256", "-passout", "pass:secret"]
    subprocess.run(command, capture_output=True, check=True, timeout=PATIENCE)
    with pytest.raises(SettingError, match="is protected by a password"):
        CertificateFiles(str(authority.cert), str(locked), None).credentials()


def with_tokens(tmp_path: Path, *, open_health: bool) -> Settings:
    (tmp_path / "tokens").write_text("first-token\n\nsecond-token\n", "ascii")
    return Settings(security=Security(token_file=str(tmp_path / "tokens"), open_health=open_health))


def test_a_token_is_asked_for(tmp_path: Path) -> None:
    with running(settings=with_tokens(tmp_path, open_health=True)) as served:
        for value in ("Bearer first-token", "bearer second-token"):
            assert served.stub.ExtractQuotes(REQUEST, metadata=(("authorization", value),)).HasField("result")
        for value in ("Bearer first-toke", "Bearer ", "Basic first-token", "first-token", ""):
            assert code_of(served, metadata=(("authorization", value),)) is grpc.StatusCode.UNAUTHENTICATED
        twice = (("authorization", "Bearer first-token"), ("authorization", "Bearer wrong"))
        assert code_of(served, metadata=twice) is grpc.StatusCode.UNAUTHENTICATED
        with pytest.raises(grpc.RpcError) as raised:
            served.stub.GetServerInfo(pb.GetServerInfoRequest())
        assert reason_of(status_of(raised.value)) == "UNAUTHENTICATED"
        with pytest.raises(grpc.RpcError) as raised:
            next(served.stub.StreamExtractQuotes(iter([])))
        assert raised.value.code() is grpc.StatusCode.UNAUTHENTICATED
        assert check(served.channel).status


def test_health_can_be_closed_too(tmp_path: Path) -> None:
    with running(settings=with_tokens(tmp_path, open_health=False)) as served:
        with pytest.raises(grpc.RpcError) as raised:
            check(served.channel)
        assert raised.value.code() is grpc.StatusCode.UNAUTHENTICATED


def test_no_text_in_logs_metrics_or_errors(caplog: pytest.LogCaptureFixture) -> None:
    texts = [f"“{SECRET},” said Mara.", f"{POISON} {SECRET}", SECRET * 200]
    seen = []
    with caplog.at_level(logging.DEBUG), running(limits=Limits(max_document_chars=1000)) as served:
        for text in texts:
            try:
                served.stub.ExtractQuotes(pb.ExtractQuotesRequest(document=pb.Document(text=text, title=SECRET)))
            except grpc.RpcError as error:
                seen.append(str(status_of(error)))
        garbage = raw(served.channel, "/sayso.v1.QuoteService/ExtractQuotes")
        with pytest.raises(grpc.RpcError) as raised:
            garbage(b"\x0a\x0c" + SECRET.encode() + b"\xff\xff")
        seen += [str(raised.value.details()), generate_latest(served.server.metrics.registry).decode()]
    seen += [JsonFormatter().format(record) for record in caplog.records]
    assert len(seen) > 6
    assert all(SECRET not in one for one in seen)


def test_no_text_in_the_log_of_a_server_whose_worker_dies() -> None:
    with server_process("--log-level", "debug", "--log-format", "json") as (process, address):
        with grpc.insecure_channel(address) as channel, pytest.raises(grpc.RpcError) as raised:
            pb_grpc.QuoteServiceStub(channel).ExtractQuotes(
                pb.ExtractQuotesRequest(document=pb.Document(text=f"{DEADLY} {SECRET}")),
                metadata=(("x-request-id", "request-7"),),
            )
        assert raised.value.code() is grpc.StatusCode.INTERNAL
        process.terminate()
        _, log = process.communicate(timeout=PATIENCE)
    assert SECRET not in log + str(status_of(raised.value))
    lines = [json.loads(line) for line in log.splitlines()]
    [call] = [line for line in lines if line["message"] == "ExtractQuotes"]
    assert (call["request_id"], call["code"]) == ("request-7", "INTERNAL")
    [refusal] = [line for line in lines if "is rejected" in line["message"]]
    assert refusal["of_request"] == "request-7"


@contextlib.contextmanager
def metrics_port(metrics: Metrics) -> Iterator[int]:
    offered = MetricsPort(metrics.page)
    try:
        yield run(offered.start("127.0.0.1", 0))
    finally:
        run(offered.close())


def test_clients_of_the_metrics_port_that_send_nothing_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sayso_server.service.telemetry.metrics_port.TIME_LIMIT", 0.2)
    threads = threading.active_count()
    with metrics_port(Metrics()) as port, contextlib.ExitStack() as stack:
        half = [stack.enter_context(socket.create_connection(("127.0.0.1", port), PATIENCE)) for _ in range(100)]
        for one in half:
            with contextlib.suppress(ConnectionError):
                one.sendall(b"GET /metrics HTTP/1.1\r\n")
        assert threading.active_count() == threads
        assert [ended(one) for one in half] == [True] * 100
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE) as response:
            assert b"sayso_queue_words" in response.read()


def ended(connection: socket.socket) -> bool:
    """Whether the other side ends a connection without an answer."""
    with contextlib.suppress(ConnectionError):
        return connection.recv(1) == b""
    return True


def test_the_metrics_port_has_a_limit_of_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sayso_server.service.telemetry.metrics_port.MOST", 2)
    with metrics_port(Metrics()) as port, contextlib.ExitStack() as stack:
        held = [stack.enter_context(socket.create_connection(("127.0.0.1", port), PATIENCE)) for _ in range(2)]
        for one in held:
            one.sendall(b"G")
        with stack.enter_context(socket.create_connection(("127.0.0.1", port), PATIENCE)) as third:
            assert ended(third)
        held[0].sendall(b"ET /metrics HTTP/1.1\r\n\r\n")
        assert held[0].recv(15) == b"HTTP/1.1 200 OK"
        held[1].sendall(b"ARBLE /metrics HTTP/1.1\r\n\r\n")
        assert held[1].recv(12) == b"HTTP/1.1 405"


@pytest.mark.parametrize(("mode", "is_warned"), [(0o644, True), (0o666, True), (0o640, False), (0o600, False)])
def test_secrets_that_every_user_may_read_are_warned_of(
    authority: Authority, tmp_path: Path, caplog: pytest.LogCaptureFixture, mode: int, is_warned: bool
) -> None:
    tokens, key = tmp_path / "tokens", tmp_path / "key.pem"
    tokens.write_text("token\n")
    key.write_bytes(authority.key.read_bytes())
    for secret in (tokens, key):
        secret.chmod(mode)
    security = Security(tls_cert=str(authority.cert), tls_key=str(key), token_file=str(tokens))
    with running(settings=Settings(security=security), credentials=credentials(authority)):
        pass
    warned = [path for path in (tokens, key) if f"{path} holds a secret, and every user may read it" in caplog.text]
    assert warned == [tokens, key] * is_warned


def test_metrics_over_http_and_the_request_id(served: Running) -> None:
    _, call = served.stub.ExtractQuotes.with_call(REQUEST, metadata=(("x-request-id", "not acceptable"),))
    assert len(dict(call.trailing_metadata())["x-request-id"]) == 32
    with (
        metrics_port(served.server.metrics) as port,
        urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE) as response,
    ):
        text = response.read().decode()
    labels = 'grpc_code="OK",grpc_method="ExtractQuotes",grpc_service="sayso.v1.QuoteService",grpc_type="unary"'
    assert f"grpc_server_handled_total{{{labels}}} 1.0" in text
    assert "sayso_documents_total 1.0" in text
    assert "sayso_queue_words 0.0" in text
    assert "sayso_workers 1.0" in text
    assert 'sayso_stage_seconds_sum{stage="parse"} 0.25' in text
