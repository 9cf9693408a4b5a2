"""The server that the code blocks of the documentation talk to: real models, gRPC and HTTP."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from support.serving import REAL, free_port, server_process


@dataclass(frozen=True)
class PageServer:
    """Addresses of a running server."""

    grpc: str
    http: str

    def instead(self, text: str) -> str:
        """A text with these addresses in place of the documented ones."""
        return text.replace("localhost:50051", self.grpc).replace("localhost:8080", self.http)


@contextlib.contextmanager
def page_server() -> Iterator[PageServer]:
    """A server with the bundled models on free ports, stopped at the end."""
    port = str(free_port())
    with server_process("--http-port", port, "--log-level", "error", module=REAL) as (_, address):
        yield PageServer(address, f"127.0.0.1:{port}")
