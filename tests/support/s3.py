"""A local S3 server: moto, in a separate environment, since it needs other versions of libraries."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.serving import PATIENCE

_BUILT = Path(__file__).parent.parent.parent / "build/s3/bin/moto_server"


def program() -> str | None:
    """The server, if installed by `make build/s3/.installed`."""
    return os.environ.get("TEST_S3_SERVER") or (str(_BUILT) if _BUILT.exists() else shutil.which("moto_server"))


@contextmanager
def running(server: str) -> Iterator[dict[str, str]]:
    """The environment variables for users of the server."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [server, "-H", "127.0.0.1", "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(port, process)
        yield {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
    finally:
        process.kill()
        process.wait()


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            assert process.poll() is None, "the S3 server has ended"
            time.sleep(0.05)
    raise TimeoutError("the S3 server does not listen")
