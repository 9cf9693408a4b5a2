"""Tokens with names, and their renewal while the server runs."""

import hashlib
import logging
import os
import signal
import time
from pathlib import Path

import grpc
import pytest
from support.certificates import Authority, make_authority
from support.serving import PATIENCE, run, running, server_process

from sayso.v1 import quotes_pb2 as pb
from sayso.v1 import quotes_pb2_grpc as pb_grpc
from sayso_server.service.files import Reload
from sayso_server.service.settings import Security, SettingError, Settings
from sayso_server.service.tls import CertificateFiles
from sayso_server.service.tokens import TokenFile, plain_token, read_tokens

TOKEN = "a-secret-token"
REQUEST = pb.ExtractQuotesRequest(document=pb.Document(text="“Yes,” said Mara."))


class Clock:
    """A time that only the test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def written(path: Path, text: str) -> Path:
    """A file that was replaced, as a mounted secret is."""
    new = path.with_suffix(".new")
    new.write_text(text, "ascii")
    new.chmod(0o600)
    return new.replace(path)


def test_lines_are_names_and_tokens(tmp_path: Path) -> None:
    digest = hashlib.sha256(b"hidden").hexdigest()
    text = f"# callers\nnewsroom  {TOKEN}\n\narchive sha256:{digest}\nnewsroom its-successor\nplain\n"
    tokens = TokenFile(str(written(tmp_path / "tokens", text)))
    found = {token: tokens.caller(token) for token in (TOKEN, "hidden", "its-successor", "plain")}
    assert found == {TOKEN: "newsroom", "hidden": "archive", "its-successor": "newsroom", "plain": "unnamed"}
    for unknown in ("", "a-secret-toke", "newsroom", f"sha256:{digest}", digest, "#", "\udc80"):
        assert tokens.caller(unknown) is None


def test_a_file_of_a_windows_editor(tmp_path: Path) -> None:
    path = tmp_path / "tokens"
    path.write_bytes(b"\xef\xbb\xbfnewsroom " + TOKEN.encode() + b"\r\n")
    path.chmod(0o600)
    assert TokenFile(str(path)).caller(TOKEN) == "newsroom"
    assert plain_token(str(path)) == TOKEN


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "no tokens found"),
        ("# nothing\n", "no tokens found"),
        (f"news room {TOKEN}\n", "line 1: expected a name and a token"),
        (f"ok fine\nnäme {TOKEN}\n", "tokens must be ASCII"),
        (f"ok fine\n/name {TOKEN}\n", "line 2: a name has at most 64 letters"),
        (f"{'n' * 65} {TOKEN}\n", "line 1: a name has at most 64 letters"),
        (f"one {TOKEN}\ntwo {TOKEN}\n", "line 2: one has the same token"),
    ],
)
def test_a_bad_file_is_refused_without_a_token_in_the_message(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "tokens"
    path.write_text(text, "utf-8")
    with pytest.raises(SettingError) as raised:
        read_tokens(str(path))
    assert complaint in str(raised.value)
    assert TOKEN not in str(raised.value)


def test_a_changed_file_is_taken_into_use_by_the_next_call(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path, clock, told = written(tmp_path / "tokens", "old one\n"), Clock(), list[bool]()
    tokens = TokenFile(str(path), on_reload=told.append, clock=clock)
    written(path, "new two\n")
    assert (tokens.caller("one"), tokens.caller("two")) == ("old", None)  # the file is not looked at for every call
    clock.now += 1
    with caplog.at_level(logging.INFO, "sayso_server"):
        assert (tokens.caller("one"), tokens.caller("two")) == (None, "new")
    assert "1 added (new), 1 removed (old)" in caplog.text
    assert "two" not in caplog.text
    assert told == [True]


def test_a_bad_change_is_told_once_and_the_tokens_in_use_are_kept(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path, told = written(tmp_path / "tokens", f"newsroom {TOKEN}\n"), list[bool]()
    tokens = TokenFile(str(path), on_reload=told.append)
    written(path, "this is not a file of tokens\n")
    assert [tokens.reload(), tokens.reload()] == [Reload.REFUSED, Reload.UNCHANGED]
    assert caplog.text.count("keeping the current tokens") == 1
    path.unlink()
    assert tokens.reload() is Reload.REFUSED
    assert tokens.caller(TOKEN) == "newsroom"
    written(path, f"archive {TOKEN}\n")
    assert tokens.reload() is Reload.RENEWED
    assert (tokens.caller(TOKEN), told) == ("archive", [False, False, True])


def test_the_name_and_never_the_token_is_seen(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = written(tmp_path / "tokens", f"newsroom {TOKEN}\n")
    settings = Settings(security=Security(token_file=str(path)))
    with caplog.at_level(logging.DEBUG), running(settings=settings) as served:
        served.stub.ExtractQuotes(REQUEST, metadata=(("authorization", f"Bearer {TOKEN}"),))
        with pytest.raises(grpc.RpcError):
            served.stub.ExtractQuotes(REQUEST, metadata=(("authorization", "Bearer another"),))
        run(served.server.drain())  # a call that is refused is counted after its answer
        page = served.server.metrics.page()[0].decode()
    assert 'sayso_caller_calls_total{caller="newsroom",grpc_code="OK"} 1.0' in page
    assert 'sayso_caller_calls_total{caller="anonymous",grpc_code="UNAUTHENTICATED"} 1.0' in page
    assert 'sayso_failures_total{reason="UNAUTHENTICATED"} 1.0' in page
    assert [record.__dict__.get("caller") for record in caplog.records if record.getMessage() == "ExtractQuotes"] == [
        "newsroom",
        None,
    ]
    assert TOKEN not in page + caplog.text + str([record.__dict__ for record in caplog.records])


def test_a_certificate_that_was_read_on_demand_is_still_new_to_the_next_client(tmp_path: Path) -> None:
    first, second = make_authority(tmp_path / "first"), make_authority(tmp_path / "second")
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    told: list[bool] = []

    def copy(authority: Authority) -> None:
        cert.write_bytes(authority.cert.read_bytes())
        key.write_bytes(authority.key.read_bytes())
        key.chmod(0o600)

    copy(first)
    files = CertificateFiles(str(cert), str(key), None, on_reload=told.append)
    files.read()
    assert (files.reload(), files.renewed()) == (Reload.UNCHANGED, None)
    copy(second)
    assert files.reload() is Reload.RENEWED
    assert files.renewed() is not None
    assert files.renewed() is None
    cert.write_bytes(first.cert.read_bytes())
    assert (files.reload(), files.renewed(), told) == (Reload.REFUSED, None, [True, False])


def test_sighup_has_a_server_read_its_files_again(tmp_path: Path) -> None:
    tokens = written(tmp_path / "tokens", "old one\n")
    metadata = {name: (("authorization", f"Bearer {name}"),) for name in ("one", "two")}
    with server_process("--token-file", str(tokens), "--log-format", "text") as (process, address):
        assert process.stderr
        with grpc.insecure_channel(address) as channel:
            stub = pb_grpc.QuoteServiceStub(channel)
            assert stub.GetServerInfo(pb.GetServerInfoRequest(), metadata=metadata["one"]).ready
            written(tokens, "new two\n")
            os.kill(process.pid, signal.SIGHUP)
            lines = until(process.stderr, "reloaded:")
            assert "1 added (new), 1 removed (old)" in lines
            assert "reloaded: tokens renewed" in lines
            assert stub.ExtractQuotes(REQUEST, metadata=metadata["two"]).HasField("result")  # its workers live on
            with pytest.raises(grpc.RpcError):
                stub.ExtractQuotes(REQUEST, metadata=metadata["one"])
            os.kill(process.pid, signal.SIGHUP)
            assert "reloaded: tokens unchanged" in until(process.stderr, "reloaded:")
            written(tokens, "\n")
            os.kill(process.pid, signal.SIGHUP)
            assert "reloaded: tokens kept, because the new ones cannot be used" in until(process.stderr, "reloaded:")
            assert stub.ExtractQuotes(REQUEST, metadata=metadata["two"]).HasField("result")


def until(stream: "object", words: str) -> str:
    """The log up to the line with these words."""
    lines, give_up = "", time.monotonic() + PATIENCE
    while words not in lines:
        assert time.monotonic() < give_up
        lines += stream.readline()  # type: ignore[attr-defined]
    return lines
