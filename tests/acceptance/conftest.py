"""Acceptance: a real server process, strangers' clients, faults. `make acceptance` runs it; the fast suite does not."""

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from support.serving import free_port, server_process

from sayso.v1 import quotes_pb2 as pb
from sayso.v1 import quotes_pb2_grpc as pb_grpc

collect_ignore_glob = [] if os.environ.get("SAYSO_ACCEPTANCE") else ["test_*.py"]

_seen: list[tuple[str, str]] = []


@dataclass(frozen=True)
class Served:
    """A server process, and a channel to it."""

    pid: int
    address: str
    channel: grpc.Channel
    metrics_port: int

    @property
    def stub(self) -> pb_grpc.QuoteServiceStub:
        return pb_grpc.QuoteServiceStub(self.channel)

    def read(self, text: str, **call: object) -> pb.Result:
        request = pb.ExtractQuotesRequest(document=pb.Document(text=text))
        return self.stub.ExtractQuotes(request, **call).result  # type: ignore[arg-type]

    def later(self, text: str, **call: object) -> "grpc.Future[pb.ExtractQuotesResponse]":
        request = pb.ExtractQuotesRequest(document=pb.Document(text=text))
        return self.stub.ExtractQuotes.future(request, **call)  # type: ignore[arg-type,return-value]

    def health(self, service: str = "sayso.v1.QuoteService") -> str:
        answer = health_pb2_grpc.HealthStub(self.channel).Check(health_pb2.HealthCheckRequest(service=service))
        return health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status)


@contextlib.contextmanager
def serving(*arguments: str) -> Iterator[Served]:
    """A server process around the fake engine; its log is kept short, since nobody reads it while it runs."""
    metrics_port = free_port()
    options = ("--log-level", "error", "--metrics-port", str(metrics_port), *arguments)
    with server_process(*options) as (process, address), grpc.insecure_channel(address) as channel:
        yield Served(process.pid, address, channel, metrics_port)


@pytest.fixture
def served() -> Iterator[Served]:
    """A server process with the default settings."""
    with serving() as server:
        yield server


@pytest.fixture
def saw(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Notes what the callers saw of a fault, for the table at the end."""
    name = request.node.name.removeprefix("test_").replace("_", " ")
    return lambda what: _seen.append((name, what))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The table of faults."""
    if _seen:
        terminalreporter.section("what the callers saw")
        width = max(len(name) for name, _ in _seen)
        for name, what in _seen:
            terminalreporter.write_line(f"{name:{width}}  {what}")
