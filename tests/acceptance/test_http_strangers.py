"""Third-party HTTP clients against a server process: Connect, curl, fetch, a proxy, a browser."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from acceptance.test_strangers import BUF, MODULES, ROOT, TEXT, proxy, run, tool
from support.browser import CHROMIUM, browsing
from support.certificates import Authority, make_authority
from support.serving import PATIENCE, free_port, server_process, start_process

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


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def tokens(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tokens") / "tokens"
    path.write_text("newsroom a-token\n")
    path.chmod(0o600)
    return path


def test_node_fetch(tokens: Path) -> None:
    node, port = tool("node"), free_port()
    script = Path(__file__).with_name("strangers") / "fetch.mjs"
    with server_process("--http-port", str(port), "--token-file", str(tokens), "--log-level", "error"):
        seen = json.loads(run(node, script, f"http://127.0.0.1:{port}", "a-token", TEXT))
    assert seen == {
        "sliced": "“Yes,”",
        "text": "“Yes,”",
        "id": "fetch-1",
        "bad": [400, "invalid_argument", "UNSUPPORTED_LANGUAGE"],
        "stranger": [401, "unauthenticated"],
        "batch": ["result", "error", "result"],
        "many": 50,
    }


def test_curl_with_tls_and_a_token(authority: Authority, tokens: Path) -> None:
    curl, port = tool("curl"), free_port()
    tls = ("--tls-cert", str(authority.cert), "--tls-key", str(authority.key))
    command = start_process(
        "serve", "--port", "0", "--workers", "1", "--http-port", str(port), "--token-file", str(tokens), *tls
    )
    url = f"https://127.0.0.1:{port}"
    try:
        wait = ("--retry", "60", "--retry-delay", "1", "--retry-all-errors", "--silent", "--fail")
        assert run(curl, *wait, "--cacert", authority.ca, f"{url}/readyz") == "ok\n"
        ask = ("--silent", "--cacert", authority.ca, "--json", json.dumps({"document": {"text": TEXT}}))
        denied = run(curl, *ask, "--write-out", "\n%{http_code}", f"{url}/{METHOD}")
        assert denied.endswith("\n401")
        answer = json.loads(run(curl, *ask, "--header", "authorization: Bearer a-token", f"{url}/{METHOD}"))
        assert answer["result"]["statements"][0]["contentSpans"][0]["text"] == "“Yes,”"
    finally:
        command.terminate()
        command.communicate(timeout=PATIENCE)


def test_curl_has_a_page_made_of_a_file(address: str, tmp_path: Path) -> None:
    (tmp_path / "article.txt").write_text(TEXT, "utf-8")
    file, kind = f"@{tmp_path}/article.txt", "content-type: text/plain"
    page = run(tool("curl"), "--silent", "--fail", "--header", kind, "--data-binary", file, f"{address}/report")
    assert page.startswith("<!doctype html>")
    assert "“Yes,”" in page


def test_behind_nginx_with_a_prefix(address: str, tmp_path: Path) -> None:
    nginx, port = tool("nginx"), free_port()
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    folders = "".join(f"{kind}_temp_path {tmp_path}/{kind};" for kind in kinds)
    (tmp_path / "nginx.conf").write_text(
        f"daemon off; pid {tmp_path}/pid; error_log stderr; events {{}} http {{ access_log off; {folders}"
        f" server {{ listen 127.0.0.1:{port}; location /quotes/ {{ proxy_pass {address}/; }} }} }}"
    )
    url, curl = f"http://127.0.0.1:{port}/quotes", tool("curl")
    with proxy(nginx, "-p", tmp_path, "-c", tmp_path / "nginx.conf", "-e", "stderr"):
        ready = run(curl, "--silent", "--retry", "20", "--retry-connrefused", "--retry-delay", "1", f"{url}/readyz")
        data = json.dumps({"document": {"text": TEXT}})
        answer = json.loads(run(curl, "--silent", "--fail", "--json", data, f"{url}/{METHOD}"))
        page = run(curl, "--silent", "--fail", f"{url}/")
    assert ready == "ok\n"
    assert answer["result"]["statements"]
    assert "/report" not in re.findall(r"(?:action|href|src)=\"([^\"]*)\"", page)  # addresses are relative


@pytest.mark.skipif(not CHROMIUM, reason="chromium is missing: apt-get install chromium")
def test_a_browser(address: str, tmp_path: Path) -> None:
    with browsing(tmp_path / "profile") as page:
        page.open(f"{address}/")
        page.run(f"asking.elements.text.value = {json.dumps(TEXT)}; count()")
        page.click("#ask button[type=submit]")
        shown = "new Promise(done => setInterval(() => document.querySelector('.text') && done(marked.length), 20))"
        assert page.run(shown)
        marks = page.run("[...document.querySelectorAll('mark')].map(mark => mark.textContent)")
        assert marks == ["“Yes,”"]
        fetched = page.run(
            f"fetch('{METHOD}', {{method: 'POST', headers: {{'content-type': 'application/json'}},"
            f" body: JSON.stringify({{document: {{text: {json.dumps(TEXT)}}}}})}}).then(answer => answer.json())"
        )
        assert fetched["result"]["statements"][0]["source"]["text"] == "Mara"
