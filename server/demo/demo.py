"""`make demo`: starts a server, sends it an article, shows who said what, stops the server."""

import os
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

ARTICLE = Path(__file__).with_name("article.txt")
COMMANDS = Path(sys.executable).parent
PATIENCE = 180.0  # seconds for the model to load


def main() -> int:
    """Run the demonstration; the exit status is that of `sayso extract`."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the server is stopped too
    with tempfile.TemporaryFile("w+") as log, _server(log) as (process, address):
        if not _serving(process, address):
            log.seek(0)
            _say(f"the server did not start; its log:\n{log.read()}")
            return 1
        extract = [_here(COMMANDS / "sayso"), "extract", _here(ARTICLE)]
        table = [*extract, "--table"]
        _say(f"$ {shlex.join(table)}")
        status = subprocess.run(table, check=False, env=os.environ | _width() | {"SAYSO_SERVER": address}).returncode
    _say(f"next, a page of it: {shlex.join(extract)} -o page.html")
    return status


def _here(path: Path) -> str:
    """A path as one types it."""
    return os.path.relpath(path)


@contextmanager
def _server(log: IO[str]) -> Iterator[tuple["subprocess.Popen[bytes]", str]]:
    """A local server on a free port, and its address; always stopped at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    serve = [_here(COMMANDS / "sayso-server"), "serve", "--port", str(port)]
    _say(f"$ {shlex.join(serve)}")
    process = subprocess.Popen(serve, stdout=log, stderr=log)
    try:
        yield process, f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()
        _say("the server has stopped")


def _serving(process: "subprocess.Popen[bytes]", address: str) -> bool:
    """Wait until the extraction service is serving; returns whether it is."""
    started = time.monotonic()
    request = health_pb2.HealthCheckRequest(service="sayso.v1.QuoteService")
    with grpc.insecure_channel(address) as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        while process.poll() is None and time.monotonic() - started < PATIENCE:
            try:
                if stub.Check(request, wait_for_ready=True, timeout=1).status == health_pb2.HealthCheckResponse.SERVING:
                    _say(f"the server is ready, after {time.monotonic() - started:.0f} s")
                    return True
            except grpc.RpcError:
                pass  # not listening yet
            time.sleep(0.2)
    return False


def _width() -> dict[str, str]:
    """A fixed width if the output is not a terminal."""
    return {} if sys.stdout.isatty() else {"COLUMNS": "110"}


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
