"""Third-party clients and proxies. Those that are not installed are skipped, with a hint how to get them."""

import asyncio
import contextlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from acceptance.served import Served, serving
from support.calls import trailers_of
from support.serving import PATIENCE, free_port

from sayso.v1 import quotes_pb2 as pb
from sayso.v1 import quotes_pb2_grpc as pb_grpc

ROOT = Path(__file__).parent.parent.parent
MODULES = Path(os.environ.get("TEST_NODE_MODULES", ROOT / "build/acceptance/node_modules"))
BUF = Path(os.environ.get("TEST_BUF", ROOT / "build/buf/node_modules/.bin/buf"))
TEXT = "😀 “Yes,” said Mara."


def tool(name: str) -> str:
    """The path of a Debian program, or a skip."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if not found:
        pytest.skip(f"{name} is missing: apt-get install {name}")
    return found


def run(*command: str | Path, **variables: str) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
        env=os.environ | variables,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_grpc_js(served: Served) -> None:
    node = tool("node")
    if not (MODULES / "@grpc/grpc-js").exists() or not (MODULES / "@grpc/proto-loader").exists():
        pytest.skip("grpc-js is missing: npm install --prefix build/acceptance @grpc/grpc-js @grpc/proto-loader")
    script = Path(__file__).with_name("strangers") / "client.js"
    seen = json.loads(run(node, script, served.address, ROOT / "protos", TEXT, NODE_PATH=str(MODULES)))
    assert seen == {"sliced": "“Yes,”", "text": "“Yes,”", "code": 3, "ids": ["a", "b", "c"]}


def test_buf_curl_by_reflection(served: Served) -> None:
    if not BUF.exists():
        pytest.skip("buf is missing: make lint-buf fetches it")
    data = json.dumps({"document": {"text": TEXT}, "options": {"offsetEncoding": "OFFSET_ENCODING_UTF8"}})
    url = f"http://{served.address}/sayso.v1.QuoteService/ExtractQuotes"
    answer = json.loads(run(BUF, "curl", "--protocol", "grpc", "--http2-prior-knowledge", "--data", data, url))
    [span] = answer["result"]["statements"][0]["contentSpans"]
    assert TEXT.encode()[span["start"] : span["end"]].decode() == span["text"] == "“Yes,”"


def test_grpclib(served: Served) -> None:
    client = pytest.importorskip("grpclib.client", reason="grpclib is missing: pip install grpclib")
    host, port = served.address.split(":")

    async def call() -> tuple[str, str]:
        async with client.Channel(host, int(port)) as channel:
            method = client.UnaryUnaryMethod(
                channel,
                "/sayso.v1.QuoteService/ExtractQuotes",
                pb.ExtractQuotesRequest,
                pb.ExtractQuotesResponse,
            )
            good = await method(pb.ExtractQuotesRequest(document=pb.Document(text=TEXT)))
            try:
                await method(pb.ExtractQuotesRequest())
            except client.GRPCError as error:
                return good.result.statements[0].content_spans[0].text, error.status.name
        return "", ""

    assert asyncio.run(call()) == ("“Yes,”", "INVALID_ARGUMENT")


@contextlib.contextmanager
def proxy(*command: str | Path) -> Iterator[None]:
    """A proxy in the foreground; stopped after the test."""
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        yield
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE)


def check_through(port: int) -> None:
    """Unary calls, errors with their details, and a stream, through a proxy."""
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        grpc.channel_ready_future(channel).result(PATIENCE)
        stub = pb_grpc.QuoteServiceStub(channel)
        request = pb.ExtractQuotesRequest(document=pb.Document(text=TEXT))
        assert stub.ExtractQuotes(request, timeout=PATIENCE).result.statements
        with pytest.raises(grpc.RpcError) as raised:
            stub.ExtractQuotes(pb.ExtractQuotesRequest(), timeout=PATIENCE)
        assert raised.value.code() is grpc.StatusCode.INVALID_ARGUMENT
        assert "grpc-status-details-bin" in trailers_of(raised.value)
        requests = [
            pb.StreamExtractQuotesRequest(correlation_id=str(number), document=request.document) for number in range(50)
        ]
        answers = {answer.correlation_id for answer in stub.StreamExtractQuotes(iter(requests), timeout=PATIENCE)}
        assert len(answers) == 50


def test_behind_nginx(served: Served, tmp_path: Path) -> None:
    nginx, port = tool("nginx"), free_port()
    folders = "".join(
        f"{kind}_temp_path {tmp_path}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (tmp_path / "nginx.conf").write_text(
        f"""
        daemon off; pid {tmp_path}/pid; error_log stderr;
        events {{}}
        http {{
          access_log off; {folders}
          server {{
            listen 127.0.0.1:{port} http2;
            location / {{ grpc_pass grpc://{served.address}; }}
          }}
        }}
        """
    )
    with proxy(nginx, "-p", tmp_path, "-c", tmp_path / "nginx.conf", "-e", "stderr"):
        check_through(port)


def test_behind_haproxy(tmp_path: Path) -> None:
    haproxy, port = tool("haproxy"), free_port()
    with serving() as first, serving() as second:
        (tmp_path / "haproxy.cfg").write_text(
            f"""
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend grpc
  bind 127.0.0.1:{port} proto h2
  default_backend replicas
backend replicas
  balance roundrobin
  server first {first.address} proto h2
  server second {second.address} proto h2
"""
        )
        with proxy(haproxy, "-f", tmp_path / "haproxy.cfg"):
            check_through(port)
