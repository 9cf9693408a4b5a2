"""JSON and the page over HTTP: the same answers, errors, tokens, TLS and limits as over gRPC."""

import json
import logging
import re
import shutil
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import grpc
import pytest
from google.protobuf import json_format
from support.certificates import Authority, credentials, make_authority
from support.engine import POISON, SECRET
from support.http import EXTRACT, all_of, ask, connected, extract
from support.serving import PATIENCE, Running, run, running, server_process

from sayso.v1 import quotes_pb2 as pb
from sayso.v1 import quotes_pb2_grpc as pb_grpc
from sayso_server.service.http.offer import http_front
from sayso_server.service.settings import Http, Limits, Security, SettingError, Settings
from sayso_server.service.telemetry.logs import JsonFormatter
from sayso_server.service.telemetry.metrics import Metrics

if TYPE_CHECKING:
    from sayso_server.service.http.front import HttpFront

pytest.importorskip("uvicorn", reason="needs the extra http")

BATCH, INFO = "/sayso.v1.QuoteService/BatchExtractQuotes", "/sayso.v1.QuoteService/GetServerInfo"
DOCS = Path(__file__).parent.parent.parent / "docs/http.md"
TEXT = "“Yes,” said Mara."
SETTINGS = Settings(http=Http(http_port=0))


def front_of(served: Running) -> "HttpFront":
    from sayso_server.service.http.front import HttpFront

    assert isinstance(served.server.http, HttpFront)
    return served.server.http


def port_of(served: Running) -> int:
    return front_of(served).port


def until(holds: Callable[[], bool]) -> None:
    """Wait for something that comes by itself."""
    give_up = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < give_up, "it never came"
        time.sleep(0.01)


@pytest.fixture(scope="module")
def served() -> Iterator[Running]:
    with running(settings=SETTINGS) as server:
        yield server


@pytest.fixture
def port(served: Running) -> int:
    return port_of(served)


def test_the_answer_is_that_of_grpc(served: Running, port: int) -> None:
    request = pb.ExtractQuotesRequest(
        document=pb.Document(text=f"😀 {TEXT}", document_id="a"),
        options=pb.ExtractOptions(view=pb.RESULT_VIEW_FULL, offset_encoding=pb.OFFSET_ENCODING_UTF16),
    )
    over_grpc = served.stub.ExtractQuotes(request)
    answered = ask(port, "POST", EXTRACT, json_format.MessageToJson(request).encode())
    assert (answered.status, answered.headers["content-type"]) == (200, "application/json")
    over_http = json_format.Parse(answered.body, pb.ExtractQuotesResponse())
    for answer in (over_grpc, over_http):
        answer.result.ClearField("stats")  # durations differ
    assert over_http == over_grpc
    binary = ask(port, "POST", EXTRACT, request.SerializeToString(), {"content-type": "application/proto"})
    assert pb.ExtractQuotesResponse.FromString(binary.body).result.statements == over_grpc.result.statements


def test_json_holds_empty_lists_too(port: int) -> None:
    assert extract(port, "Nothing.").json["result"]["statements"] == []


def test_a_batch_in_which_one_document_fails(port: int) -> None:
    documents = [{"text": TEXT}, {"text": POISON}, {"text": TEXT, "languageCode": "fr"}]
    outcomes = ask(port, "POST", BATCH, {"documents": documents}).json["outcomes"]
    assert [sorted(one) for one in outcomes] == [["result"], ["error"], ["error"]]
    assert [one["error"]["details"][0]["reason"] for one in outcomes[1:]] == [
        "EXTRACTION_FAILED",
        "UNSUPPORTED_LANGUAGE",
    ]


def test_server_info_by_post_and_by_get(port: int) -> None:
    posted, got = ask(port, "POST", INFO, {}), ask(port, "GET", f"{INFO}?encoding=json&message=%7B%7D&connect=v1")
    assert posted.json == got.json
    assert posted.json["ready"] is True
    binary = ask(port, "GET", f"{INFO}?encoding=proto&base64=1&message=")
    assert pb.GetServerInfoResponse.FromString(binary.body).ready
    assert ask(port, "GET", f"{INFO}?message=%7B%22x%22").status == 400


def test_texts_do_not_go_into_addresses(port: int) -> None:
    refused = ask(port, "GET", f"{EXTRACT}?encoding=json&message=%7B%7D")
    assert (refused.status, refused.json["code"]) == (405, "unimplemented")


@pytest.mark.parametrize(
    ("body", "status", "code", "reason", "told"),
    [
        ({}, 400, "invalid_argument", "MISSING_DOCUMENT", "the request has no document"),
        (
            {"document": {"text": "x", "languageCode": "fr"}},
            400,
            "invalid_argument",
            "UNSUPPORTED_LANGUAGE",
            'the language "fr" is not supported; supported: en',
        ),
        (
            {"document": {"text": "x"}, "options": {"minConfidence": 2}},
            400,
            "invalid_argument",
            "INVALID_OPTION",
            "min_confidence is 2.0, not between 0 and 1",
        ),
        ({"document": {"text": POISON}}, 500, "internal", "EXTRACTION_FAILED", "this document could not be read"),
    ],
)
def test_errors_are_those_of_grpc(port: int, body: object, status: int, code: str, reason: str, told: str) -> None:
    answered = ask(port, "POST", EXTRACT, body)
    assert (answered.status, answered.json["code"], answered.reason) == (status, code, reason)
    assert answered.json["message"] == told


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"{", "it is not JSON, at line 1 column 2"),
        (b"\xff", "it is not UTF-8"),
        (b'{"documnt": {}}', "the request has no field documnt; it has document, options"),
        (
            b'{"document": {"a b": 1}}',
            "document has no field of this name; it has text, languageCode, documentId, title, publishedAt, labels",
        ),
        (b'{"document": {"text": 5}}', "document.text has the wrong type"),
        (b'{"document": {}, "document": {}}', "it is not JSON, or a name occurs twice"),
        (
            b'{"options": {"view": "full"}}',
            "options.view has the wrong type: RESULT_VIEW_UNSPECIFIED, RESULT_VIEW_BASIC, RESULT_VIEW_FULL",
        ),
        (b'{"document": {"text": "\\ud800"}}', "document.text has half of a surrogate pair, which is not a character"),
        (b"[" * 5000, "it is not JSON, or a name occurs twice"),
        (b'{"options": {"kinds": [' + b"1," * 30_000 + b"1]}}", "it has more than 20,000 names and values"),
        (f'{{"document": {{"{SECRET}": ["{SECRET}"]}}}}'.encode(), None),
    ],
)
def test_json_that_does_not_decode(port: int, body: bytes, why: str | None) -> None:
    answered = ask(port, "POST", EXTRACT, body)
    assert (answered.status, answered.reason) == (400, "MALFORMED_MESSAGE")
    if why:
        assert answered.json["message"] == f"the JSON of the request cannot be decoded: {why}"


def test_a_value_at_fault_is_not_repeated(port: int) -> None:
    answered = ask(port, "POST", EXTRACT, {"document": {"text": "x", "publishedAt": SECRET}})
    assert (answered.status, SECRET in answered.body.decode()) == (400, False)


def test_clients_of_connect_may_be_newer_than_the_server(port: int) -> None:
    body = {"document": {"text": TEXT, "tomorrow": 1}}
    assert ask(port, "POST", EXTRACT, body).status == 400
    assert ask(port, "POST", EXTRACT, body, {"connect-protocol-version": "1"}).status == 200


def test_what_is_no_call(port: int) -> None:
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "application/grpc"):
        refused = ask(port, "POST", EXTRACT, b"{}", {"content-type": content_type})
        assert (refused.status, refused.headers["accept-post"]) == (415, "application/json, application/proto")
    assert ask(port, "POST", "/sayso.v1.QuoteService/StreamExtractQuotes", {}).json["code"] == "unimplemented"
    assert ask(port, "POST", "/sayso.v1.QuoteService/Nothing", {}).status == 404
    assert ask(port, "PUT", "/", b"").status == 405
    assert ask(port, "POST", INFO, {}, {"host": "["}).status == 200
    assert ask(port, "POST", EXTRACT, b"{}", {"content-encoding": "gzip"}).status == 501
    with connected(port) as connection:
        connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")  # HTTP/2
        assert all_of(connection).startswith(b"HTTP/1.1 404 ")
    with connected(port) as connection:
        connection.sendall(b"\x16\x03\x01 this is TLS\r\n\r\n")
        assert all_of(connection).startswith(b"HTTP/1.1 400 ")


def test_pages_of_other_sites_may_not_call(port: int) -> None:
    for site in ("cross-site", "same-site"):
        refused = extract(port, headers={"sec-fetch-site": site})
        assert (refused.status, refused.headers["connection"]) == (403, "close")
    assert extract(port, headers={"sec-fetch-site": "same-origin"}).status == 200


def test_request_ids_come_back(port: int) -> None:
    assert extract(port, headers={"x-request-id": "mine-1"}).headers["x-request-id"] == "mine-1"
    assert len(extract(port, headers={"x-request-id": "no good"}).headers["x-request-id"]) == 32
    refused = ask(port, "POST", EXTRACT, {}, {"x-request-id": "mine-2"})
    assert (refused.status, refused.headers["x-request-id"]) == (400, "mine-2")


def test_every_answer_forbids_what_it_does_not_need(port: int) -> None:
    for path in ("/", "/docs", "/livez", "/openapi.json", "/nowhere"):
        headers = ask(port, "GET", path).headers
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "no-referrer")
        assert headers["cache-control"] == "no-store"


def test_a_text_to_a_page(port: int) -> None:
    answered = ask(port, "POST", "/report", f"\ufeff<b>{TEXT}</b>".encode(), {"content-type": "text/plain"})
    assert (answered.status, answered.headers["content-type"]) == (200, "text/html; charset=utf-8")
    html = answered.body.decode()
    assert "<b>“" not in html
    assert 'data-s="d0-s1"' in html
    assert "<dt>found by</dt><dd>fake</dd>" in html
    titled = ask(port, "POST", "/report", {"document": {"text": TEXT, "title": "A title"}})
    assert ">A title</h2>" in titled.body.decode()
    hostile = ask(port, "POST", "/report", {"document": {"text": TEXT, "title": "</title><script>1</script>"}})
    assert hostile.body.count(b"<script>") == 1  # the page's own
    assert ask(port, "POST", "/report", b"\xff", {"content-type": "text/plain"}).reason == "MALFORMED_MESSAGE"
    assert ask(port, "POST", "/report", {"document": {"text": POISON}}).reason == "EXTRACTION_FAILED"
    assert ask(port, "POST", "/report", b"x", {"content-type": "text/html"}).status == 415


def test_the_documentation(port: int) -> None:
    described = ask(port, "GET", "/openapi.json").json
    assert set(described["paths"]) == {EXTRACT, BATCH, INFO}
    html = ask(port, "GET", "/docs").body.decode()
    for name in described["components"]["schemas"]:
        assert f'id="{name}"' in html
    references = set(json.dumps(described).split('"#/components/schemas/')[1:])
    assert {one.split('"')[0] for one in references} <= set(described["components"]["schemas"])


def test_health_and_metrics(served: Running, port: int) -> None:
    assert (ask(port, "GET", "/livez").status, ask(port, "GET", "/readyz").status) == (200, 200)
    before = served.server.metrics.registry.get_sample_value("sayso_documents_total") or 0
    extract(port)
    ask(port, "POST", EXTRACT, {})
    page = ask(port, "GET", "/metrics").body.decode()
    assert f"sayso_documents_total {before + 1}" in page
    assert 'grpc_code="INVALID_ARGUMENT",grpc_method="ExtractQuotes"' in page


def test_before_the_model_is_loaded() -> None:
    with running(settings=SETTINGS, warm=False) as served:
        port = port_of(served)
        assert (ask(port, "GET", "/livez").status, ask(port, "GET", "/readyz").status) == (200, 503)
        refused = extract(port)
        assert (refused.status, refused.json["code"], refused.reason) == (503, "unavailable", "NOT_READY")
        assert refused.headers["retry-after"] == "1"
        assert ask(port, "POST", INFO, {}).json["ready"] is False
        run(served.server.warm_up())
        assert (ask(port, "GET", "/readyz").status, extract(port).status) == (200, 200)


def test_limits() -> None:
    limits = Limits(max_document_chars=20, max_batch_documents=1, max_message_bytes=1000)
    with running(settings=replace(SETTINGS, limits=limits)) as served:
        port = port_of(served)
        assert extract(port, "x" * 21).reason == "TEXT_TOO_LONG"
        assert ask(port, "POST", BATCH, {"documents": [{}, {}]}).reason == "TOO_MANY_DOCUMENTS"
        too_large = extract(port, "x" * 1000)
        assert (too_large.status, too_large.json["code"], "details" in too_large.json) == (
            413,
            "resource_exhausted",
            False,
        )
        with connected(port) as connection:  # told to be too large: nothing of it is awaited
            connection.sendall(f"POST {EXTRACT} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n".encode())
            connection.sendall(b"content-length: 1001\r\nexpect: 100-continue\r\n\r\n")
            assert all_of(connection).startswith(b"HTTP/1.1 413 ")
        with connected(port) as connection:  # not told
            connection.sendall(f"POST {EXTRACT} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n".encode())
            connection.sendall(b"transfer-encoding: chunked\r\n\r\n" + b"3e9\r\n" + b"x" * 1001 + b"\r\n")
            assert all_of(connection).startswith(b"HTTP/1.1 413 ")


def test_deadlines(served: Running, port: int) -> None:
    served.engine.gate.clear()
    try:
        late = extract(port, headers={"connect-timeout-ms": "50"})
    finally:
        served.engine.gate.set()
    assert (late.status, late.json["code"], late.reason) == (504, "deadline_exceeded", "DEADLINE_EXCEEDED")
    assert extract(port, headers={"connect-timeout-ms": "soon"}).reason == "INVALID_OPTION"


def test_the_full_queue_refuses_at_once() -> None:
    with (
        running(settings=replace(SETTINGS, limits=Limits(max_queued_words=1))) as served,
        ThreadPoolExecutor(1) as pool,
    ):
        port = port_of(served)
        served.engine.gate.clear()
        first = pool.submit(extract, port, "one two three")
        assert served.engine.entered.wait(PATIENCE)
        refused = extract(port)
        served.engine.gate.set()
        assert (refused.status, refused.json["code"], refused.reason) == (429, "resource_exhausted", "OVERLOADED")
        assert int(refused.headers["retry-after"]) >= 1
        assert first.result(PATIENCE).status == 200


def test_the_work_ends_when_the_client_has_gone(served: Running, port: int) -> None:
    served.engine.gate.clear()
    served.engine.entered.clear()
    body = json.dumps({"document": {"text": "gone"}}).encode()
    with connected(port) as connection:
        connection.sendall(f"POST {EXTRACT} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n".encode())
        connection.sendall(f"content-length: {len(body)}\r\n\r\n".encode() + body)
        assert served.engine.entered.wait(PATIENCE)
    value = served.server.metrics.registry.get_sample_value
    until(lambda: not value("sayso_queue_documents"))
    served.engine.gate.set()


def test_tokens(tmp_path: Path) -> None:
    tokens = tmp_path / "tokens"
    tokens.write_text("first\nsecond\n")
    with running(settings=replace(SETTINGS, security=Security(token_file=str(tokens)))) as served:
        port = port_of(served)
        for headers in ({}, {"authorization": "Bearer third"}, {"authorization": "Basic first"}):
            refused = extract(port, headers=headers)
            assert (refused.status, refused.reason) == (401, "UNAUTHENTICATED")
            assert refused.headers["www-authenticate"] == "Bearer"
            assert ask(port, "GET", "/metrics", headers=headers).status == 401
            assert ask(port, "POST", "/report", {"document": {"text": TEXT}}, headers).status == 401
        assert extract(port, headers={"authorization": "Bearer second"}).status == 200
        assert ask(port, "GET", "/metrics", headers={"authorization": "bearer first"}).status == 200
        assert (ask(port, "GET", "/").status, ask(port, "GET", "/livez").status) == (200, 200)
        with connected(port) as connection:  # nothing is read of those who may not call
            connection.sendall(f"POST {EXTRACT} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n".encode())
            connection.sendall(b"content-length: 1000\r\n\r\n")
            assert all_of(connection).startswith(b"HTTP/1.1 401 ")
    closed = Security(token_file=str(tokens), open_health=False)
    with running(settings=replace(SETTINGS, security=closed)) as served:
        assert ask(port_of(served), "GET", "/livez").status == 401


def test_nothing_of_a_document_is_logged(served: Running, port: int, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        extract(port, f"{SECRET} {POISON}")
        ask(port, "POST", "/report", f"“{SECRET},” said Mara.".encode(), {"content-type": "text/plain"})
        ask(port, "POST", EXTRACT, {"document": {SECRET: 1}})
        ask(port, "GET", f"/nowhere?{SECRET}")
    lines = [JsonFormatter().format(record) for record in caplog.records]
    assert [line for line in lines if SECRET in line] == []
    assert sum('"method": "/sayso.v1.QuoteService/ExtractQuotes"' in line for line in lines) == 3


def examples(kind: str, port: int) -> list[str]:
    """The examples of the documentation in one language, for the server of the test."""
    found = re.findall(rf"```{kind}\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)
    return [one.replace("localhost:8080", f"127.0.0.1:{port}").replace("said Mara Olin", "said Mara") for one in found]


def output(*command: str, text: str = "") -> str:
    done = subprocess.run(command, capture_output=True, input=text, text=True, check=False, timeout=PATIENCE)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_the_documented_example_for_python(port: int) -> None:
    [example] = examples("python", port)
    assert output(sys.executable, "-c", example) == "Mara ['“It failed,”']\n"


@pytest.mark.skipif(not shutil.which("node"), reason="needs node")
def test_the_documented_example_for_javascript(port: int) -> None:
    [example] = examples("js", port)
    call = 'extract("😀 “No,” said Olin.").then(found => console.log(found[0].contentSpans[0].start));'
    assert output("node", "-e", f"{example}\n{call}") == "3\n"


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("jq")), reason="needs curl and jq")
def test_the_documented_examples_for_curl(port: int, tmp_path: Path) -> None:
    (tmp_path / "article.txt").write_text("“It failed,” said Mara. “No,” said Olin.", "utf-8")
    text = DOCS.read_text("utf-8").split("## By hand")[1].split("In a browser")[0]
    [block] = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    commands = block.split("\n\n")
    assert len(commands) == 4
    answers = []
    for command in commands:
        local = command.replace("localhost:8080", f"127.0.0.1:{port}").replace("curl ", "curl --silent ")
        answers.append(output("bash", "-c", f"cd {tmp_path} && {local}"))
    statements = [len(json.loads(answer)["result"]["statements"]) for answer in answers[:2]]
    assert statements == [1, 2]
    assert (tmp_path / "page.html").read_text("utf-8").count("data-n=") == 2
    assert json.loads(answers[3])["ready"] is True


def slow(**http: float) -> Settings:
    return replace(SETTINGS, http=Http(http_port=0, **http))  # type: ignore[arg-type]


def test_those_who_send_slowly_are_left() -> None:
    with running(settings=slow(http_head_timeout=0.2, http_body_timeout=0.2)) as served:
        port = port_of(served)
        for beginning in (b"", b"GET / HT", b"GET /livez HTTP/1.1\r\nhost: x\r\n\r\nGET /li"):
            with connected(port) as connection:
                connection.sendall(beginning)
                assert all_of(connection).endswith(
                    b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                )
        with connected(port) as connection:
            connection.sendall(f"POST {EXTRACT} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n".encode())
            connection.sendall(b"content-length: 10\r\n\r\n{")
            assert all_of(connection).startswith(b"HTTP/1.1 408 ")


def test_those_who_do_not_read_are_left() -> None:
    with running(settings=slow(http_write_timeout=0.2, http_keep_alive=1)) as served:
        port = port_of(served)
        with connected(port) as connection:
            connection.sendall(b"GET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n" * 1000)
            until(lambda: front_of(served).connections == 0)
        assert ask(port, "GET", "/livez").status == 200


def test_connections_are_bounded() -> None:
    with running(settings=slow(http_max_connections=2)) as served:
        port = port_of(served)
        with connected(port) as first, connected(port) as second:
            for connection in (first, second):
                connection.sendall(b"GET /livez HTTP/1.1\r\nhost: x\r\n\r\n")
                assert connection.recv(100).startswith(b"HTTP/1.1 200 ")
            with connected(port) as third:
                assert all_of(third).startswith(b"HTTP/1.1 503 ")
        until(lambda: ask(port, "GET", "/livez").status == 200)


def test_bytes_of_bodies_are_bounded() -> None:
    limits = Limits(max_message_bytes=1000)
    with running(settings=replace(SETTINGS, limits=limits)) as served:
        port = port_of(served)
        head = f"POST {EXTRACT} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n"
        waiting = [connected(port) for _ in range(8)]
        for connection in waiting:
            connection.sendall(head.encode() + b" " * 999)
        until(lambda: extract(port).status == 429)  # the bytes are on their way
        refused = extract(port)
        assert (refused.reason, refused.headers["retry-after"]) == ("OVERLOADED", "1")
        for connection in waiting:
            connection.close()
        until(lambda: extract(port).status == 200)


def test_draining_answers_what_is_in_flight() -> None:
    with running(settings=SETTINGS) as served, ThreadPoolExecutor(2) as pool:
        port = port_of(served)
        served.engine.gate.clear()
        in_flight = pool.submit(ask, port, "POST", "/report", {"document": {"text": TEXT}})
        assert served.engine.entered.wait(PATIENCE)
        draining = pool.submit(run, served.server.drain())
        until(lambda: ask(port, "GET", "/readyz").status == 503)
        refused = extract(port)
        assert (refused.status, refused.reason) == (503, "DRAINING")
        served.engine.gate.set()
        answered = in_flight.result(PATIENCE)
        assert (answered.status, b"data-s" in answered.body) == (200, True)
        assert draining.result(PATIENCE) == 0
        with pytest.raises(ConnectionRefusedError):
            connected(port)


def test_draining_does_not_wait_for_those_who_send_slowly() -> None:
    settings = slow(http_body_timeout=1000, http_head_timeout=1000)
    with running(settings=settings) as served:
        port = port_of(served)
        with connected(port) as idle, connected(port) as sending:
            idle.sendall(b"GET / HT")
            sending.sendall(f"POST {EXTRACT} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n".encode())
            sending.sendall(b"content-length: 10\r\n\r\n{")
            until(lambda: front_of(served).reading == 1)
            assert run(served.server.drain()) == 0  # in less than the drain may take, after which `run` gives up


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    nobody = cast("pb_grpc.QuoteServiceServicer", None)
    monkeypatch.delitem(sys.modules, "sayso_server.service.http.front", raising=False)
    monkeypatch.setitem(sys.modules, "uvicorn.config", None)
    with pytest.raises(SettingError, match=r"--http-port needs the extra http: pip install starlette uvicorn h11"):
        http_front(SETTINGS, nobody, (), Metrics())
    assert http_front(Settings(), nobody, (), Metrics()) is None


def test_an_address_that_is_taken(served: Running, port: int) -> None:
    from sayso_server.service.server import AddressError

    with (
        pytest.raises(AddressError, match=f"cannot listen on 127.0.0.1:{port}"),
        running(settings=replace(SETTINGS, http=Http(http_port=port))),
    ):
        pass


def test_messages_and_pages_are_made_beside_the_event_loop(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    from sayso_server.service.http import app, connect

    threads: list[str] = []

    def noting(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            threads.append(threading.current_thread().name)
            return function(*arguments, **named)

        return call

    for module, name in ((connect, "encoded"), (connect, "decoded"), (app, "message_page")):
        monkeypatch.setattr(module, name, noting(getattr(module, name)))
    extract(port)
    ask(port, "POST", "/report", {"document": {"text": TEXT}})
    assert len(threads) == 3
    assert "event loop" not in threads


def test_the_command(tmp_path: Path) -> None:
    with server_process("--http-port", "0", "--log-format", "json") as (process, _):
        assert process.stderr
        while "a page and JSON on " not in (line := process.stderr.readline()):
            assert line
        address = json.loads(line)["message"].split()[-1]
        port = int(address.rsplit(":", 1)[1])
        assert ask(port, "GET", "/livez").body == b"ok\n"
        until(lambda: ask(port, "GET", "/readyz").status == 200)
        assert extract(port).json["result"]["model"]["name"] == "fake"


def with_tls(authority: Authority, *, tls_client_ca: str | None = None) -> Settings:
    files = Security(tls_cert=str(authority.cert), tls_key=str(authority.key), tls_client_ca=tls_client_ca)
    return replace(SETTINGS, security=files)


def trusting(trusted: Authority, own: Authority | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(trusted.ca))
    if own:
        context.load_cert_chain(str(own.cert), str(own.key))
    return context


def over_tls(served: Running, context: ssl.SSLContext) -> bool:
    """Whether a new connection is answered."""
    try:
        return extract(port_of(served), context=context).status == 200
    except (ssl.SSLError, ConnectionError):
        return False


def test_tls_and_its_renewal(tmp_path: Path) -> None:
    one, other = make_authority(tmp_path / "one"), make_authority(tmp_path / "other")
    used = Authority(one.ca, tmp_path / "cert.pem", tmp_path / "key.pem")
    shutil.copy(one.cert, used.cert)
    shutil.copy(one.key, used.key)
    with running(settings=with_tls(used), credentials=grpc.ssl_channel_credentials(one.ca.read_bytes())) as served:
        with connected(port_of(served)) as plain:
            plain.sendall(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
            assert not all_of(plain).startswith(b"HTTP")
        assert (over_tls(served, trusting(one)), over_tls(served, trusting(other))) == (True, False)
        shutil.copy(other.cert, used.cert)  # the key is still the old one
        assert (over_tls(served, trusting(one)), over_tls(served, trusting(other))) == (True, False)
        shutil.copy(other.key, used.key)
        assert (over_tls(served, trusting(other)), over_tls(served, trusting(one))) == (True, False)


def test_client_certificates(tmp_path: Path) -> None:
    one, other = make_authority(tmp_path / "one"), make_authority(tmp_path / "other")
    with running(settings=with_tls(one, tls_client_ca=str(one.ca)), credentials=credentials(one, one)) as served:
        assert over_tls(served, trusting(one, one))
        assert not over_tls(served, trusting(one))
        assert not over_tls(served, trusting(one, other))
