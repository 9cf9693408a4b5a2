"""The programs in examples/: each prints who said what, waits for an overloaded server, and names an invalid field."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import threading
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from support.serving import PATIENCE

import sayso
from sayso.testing import Answer, FakeServer, Said, result

ROOT = Path(__file__).parents[2]
EXAMPLES, PROTOS = ROOT / "examples", ROOT / "protos"
MODULES = Path(os.environ.get("TEST_NODE_MODULES", ROOT / "build/acceptance/node_modules"))
SLOW = 5 * PATIENCE
"""Seconds that a compiler may take."""

ARTICLE = EXAMPLES / "article.txt"
OLIN = Said("Mara Olin", "“We found rust in places where nobody had looked for forty years,”", cue="told")
SHE = Said("Mara Olin", "the bridge was in no danger of falling", cue="added", source="She", kind=sayso.Kind.INDIRECT)
NOBODY = Said("", "the repairs will cost two million crowns", kind=sayso.Kind.INDIRECT)
NOT_ENGLISH = sayso.InvalidDocument(
    'the language "fr" is not supported; supported: en', reason="UNSUPPORTED_LANGUAGE", field="document.language_code"
)
PRINTED = f"""\
{OLIN.speaker}: {OLIN.words}
{SHE.speaker}: {SHE.words}
?: {NOBODY.words}
no statements
UNSUPPORTED_LANGUAGE in document.language_code: the language "fr" is not supported; supported: en
"""

JARS = Path("/usr/share/java")
NEEDED = [
    *(f"grpc-{name}" for name in ("api", "context", "core", "netty", "protobuf", "protobuf-lite", "stub")),
    *(f"netty-{name}" for name in ("buffer", "codec", "codec-http", "codec-http2", "common", "handler", "resolver")),
    *(f"opencensus-{name}" for name in ("api", "contrib-grpc-metrics")),
    *("error_prone_annotations", "geronimo-annotation-1.3-spec"),
    *("guava", "netty-transport", "perfmark-api", "protobuf"),
]
GO_PATH = Path("/usr/share/gocode")
GO_PACKAGE = "Msayso/v1/quotes.proto=example.com/sayso/gen/sayso/v1;sayso"


def answer(document: sayso.Document) -> Answer:
    if document.language == "fr":
        return NOT_ENGLISH
    said = [OLIN, SHE, NOBODY] if document.text == ARTICLE.read_text("utf-8") else []
    return result(document.text, *said)


def tools(*names: str) -> None:
    """Skip a test if a program is missing."""
    for name in names:
        if not shutil.which(name):
            pytest.skip(f"{name} is missing")


def run(
    *command: str | Path,
    timeout: float = PATIENCE,
    folder: Path | None = None,
    variables: Mapping[str, str] | None = None,
) -> str:
    """The output of a command, which must succeed."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env={**os.environ, **(variables or {})},
        capture_output=True,
        encoding="utf-8",
        timeout=timeout,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def check(*command: str | Path, **variables: str) -> None:
    """Run an example against a server that is overloaded at first; that has all its calls."""
    with FakeServer(answer) as server:
        server.fail_next(sayso.Overloaded("full", retry_after=0.1))
        assert run(*command, ARTICLE, server.address, variables=variables) == PRINTED
        article = ARTICLE.read_text("utf-8")
        expected = [article, article, "The weather was fine on Tuesday.", "“Non”, a dit Mara Olin."]
        assert [document.text for document in server.documents] == expected
        ends_quietly(*command, ARTICLE, server.address, variables=variables)


def ends_quietly(*command: str | Path, variables: Mapping[str, str] | None = None) -> None:
    """As with `| head`, whose end of the pipe is closed before all is written."""
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "wb") as closed:
        done = subprocess.run(
            [str(part) for part in command],
            env={**os.environ, **(variables or {})},
            stdout=closed,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            timeout=PATIENCE,
            check=False,
        )
    assert done.stderr == ""


def test_python() -> None:
    check(sys.executable, EXAMPLES / "python/client.py")


@pytest.mark.skipif(not importlib.util.find_spec("grpc_tools"), reason="grpcio-tools is missing")
def test_python_without_the_client(tmp_path: Path) -> None:
    shutil.copy(EXAMPLES / "python/stubs.py", tmp_path)
    generate = ["-m", "grpc_tools.protoc", f"-I{PROTOS}", f"--python_out={tmp_path}", f"--grpc_python_out={tmp_path}"]
    run(sys.executable, *generate, PROTOS / "sayso/v1/quotes.proto")
    (tmp_path / "sayso/__init__.py").touch()  # or the client, which is installed here, would come first
    check(sys.executable, tmp_path / "stubs.py", PYTHONPATH=str(tmp_path))


def test_node() -> None:
    tools("node")
    if not (MODULES / "@grpc/grpc-js").exists():
        pytest.skip("grpc-js is missing: make acceptance fetches it")
    check("node", EXAMPLES / "node/main.js", NODE_PATH=str(MODULES))


def test_go(tmp_path: Path) -> None:
    tools("go", "protoc", "protoc-gen-go", "protoc-gen-go-grpc")
    for package in ("google.golang.org/grpc", "google.golang.org/protobuf", "google.golang.org/genproto"):
        if not (GO_PATH / "src" / package).exists():
            pytest.skip(f"Debian's {package} is missing")
    module = tmp_path / "src/example.com/sayso"
    generated = module / "gen"
    generated.mkdir(parents=True)
    for source in (EXAMPLES / "go").glob("*.go"):
        shutil.copy(source, module)
    plugins = [
        option
        for name in ("go", "go-grpc")
        for option in (f"--{name}_out={generated}", f"--{name}_opt=paths=source_relative", f"--{name}_opt={GO_PACKAGE}")
    ]
    run("protoc", f"-I{PROTOS}", *plugins, "sayso/v1/quotes.proto")
    cache = ROOT / "build/examples/go"
    settings = {"GO111MODULE": "off", "GOFLAGS": "", "GOPATH": f"{tmp_path}:{GO_PATH}", "GOCACHE": str(cache)}
    build: list[str | Path] = ["go", "build", "-tags", "oldgrpc", "-o", tmp_path / "example", "."]
    run(*build, timeout=SLOW, folder=module, variables=settings)
    check(tmp_path / "example")


def test_go_is_formatted() -> None:
    tools("gofmt")
    assert run("gofmt", "-l", EXAMPLES / "go") == ""


def test_java(tmp_path: Path) -> None:
    tools("java", "javac", "protoc", "grpc_java_plugin")
    missing = [name for name in NEEDED if not (JARS / f"{name}.jar").exists()]
    if missing:
        pytest.skip(f"Debian's jars are missing: {', '.join(missing)}")
    plugin = f"--plugin=protoc-gen-grpc-java={shutil.which('grpc_java_plugin')}"
    protos = [str(path.relative_to(PROTOS)) for path in sorted(PROTOS.rglob("*.proto"))]
    run("protoc", f"-I{PROTOS}", plugin, f"--java_out={tmp_path}", f"--grpc-java_out={tmp_path}", *protos)
    path = os.pathsep.join([*(str(JARS / f"{name}.jar") for name in NEEDED), str(tmp_path / "classes")])
    sources = [*tmp_path.rglob("*.java"), EXAMPLES / "java/src/main/java/Main.java"]
    run("javac", "-encoding", "UTF-8", "-nowarn", "-cp", path, "-d", tmp_path / "classes", *sources, timeout=SLOW)
    utf8 = ["-Dfile.encoding=UTF-8", "-Dstdout.encoding=UTF-8", "-Dsun.stdout.encoding=UTF-8"]
    check("java", *utf8, "-cp", path, "Main")


def test_the_project_of_java_is_well_formed() -> None:
    root = ET.parse(EXAMPLES / "java/pom.xml").getroot()
    names = {"m": "http://maven.apache.org/POM/4.0.0"}
    assert root.findtext("m:properties/m:exec.mainClass", namespaces=names) == "Main"
    protos = root.findtext(".//m:protoSourceRoot", "", names).replace("${project.basedir}", str(EXAMPLES / "java"))
    assert Path(protos).resolve() == PROTOS


def test_curl() -> None:
    tools("curl", "jq", "sh")
    with over_http() as (url, texts):
        assert run("sh", EXAMPLES / "curl/extract.sh", ARTICLE, url) == PRINTED
        article = ARTICLE.read_text("utf-8")
        assert texts == [article, article, "The weather was fine on Tuesday.", "“Non”, a dit Mara Olin."]
        ends_quietly("sh", EXAMPLES / "curl/extract.sh", ARTICLE, url)


@contextmanager
def over_http() -> Iterator[tuple[str, list[str]]]:
    """A server that answers as sayso's does over HTTP, and is overloaded at first; the texts that came."""
    texts: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            document = json.loads(self.rfile.read(length))["document"]
            texts.append(document["text"])
            if len(texts) == 1:
                self._send(429, {"code": "resource_exhausted", "message": "full", "details": []}, ("Retry-After", "1"))
                return
            found = answer(sayso.Document(document["text"], language=document["languageCode"]))
            if isinstance(found, sayso.SaysoError):
                violation = {"field": NOT_ENGLISH.field, "description": found.message}
                details = [{"debug": {"reason": found.reason}}, {"debug": {"fieldViolations": [violation]}}]
                self._send(400, {"code": "invalid_argument", "message": found.message, "details": details})
            else:
                self._send(200, {"result": found.to_dict()})

        def _send(self, status: int, body: dict[str, Any], *headers: tuple[str, str]) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            for name, value in (*headers, ("content-type", "application/json"), ("content-length", str(len(data)))):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", texts
        finally:
            server.shutdown()
            thread.join()
