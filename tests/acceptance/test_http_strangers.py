"""Clients of the Connect protocol that nobody here wrote, curl among them, against a server process."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from acceptance.test_strangers import BUF, MODULES, ROOT, TEXT, run, tool
from support.serving import free_port, server_process

pytest.importorskip("uvicorn", reason="needs the extra http")

METHOD = "sayso.v1.QuoteService/ExtractQuotes"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    port = free_port()
    with server_process("--http-port", str(port)):
        yield f"http://127.0.0.1:{port}"


def test_connect_for_typescript(address: str, tmp_path: Path) -> None:
    node = tool("node")
    if not (MODULES / "@connectrpc/connect-node").exists():
        pytest.skip("connect-node is missing: npm install --prefix build/acceptance @connectrpc/connect-node")
    descriptors = tmp_path / "contract.pb"
    protoc = [sys.executable, "-m", "grpc_tools.protoc", "--proto_path", str(ROOT / "protos"), "--include_imports"]
    files = ("sayso/v1/quotes.proto", "google/rpc/error_details.proto")
    subprocess.run([*protoc, f"--descriptor_set_out={descriptors}", *files], check=True)
    script = Path(__file__).with_name("strangers") / "connect.mjs"
    seen = json.loads(run(node, script, address, descriptors, TEXT, NODE_PATH=str(MODULES)))
    expected = {
        "sliced": "“Yes,”",
        "text": "“Yes,”",
        "code": "InvalidArgument",
        "reason": "UNSUPPORTED_LANGUAGE",
        "ready": True,
    }
    assert seen == {"json": expected, "binary": expected}


def test_buf_curl_by_connect(address: str) -> None:
    if not BUF.exists():
        pytest.skip("buf is missing: make lint-buf fetches it")
    data = json.dumps({"document": {"text": TEXT}})
    answer = json.loads(run(BUF, "curl", "--schema", ROOT / "protos", "--data", data, f"{address}/{METHOD}"))
    assert answer["result"]["statements"][0]["contentSpans"][0]["text"] == "“Yes,”"


def test_curl(address: str) -> None:
    curl = tool("curl")
    data = json.dumps({"document": {"text": TEXT}})
    answer = run(curl, "--silent", "--fail", "-H", "content-type: application/json", "-d", data, f"{address}/{METHOD}")
    assert json.loads(answer)["result"]["statements"][0]["source"]["text"] == "Mara"
