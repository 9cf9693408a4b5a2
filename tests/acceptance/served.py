"""A server process as its callers, and as the operator, see it."""

import contextlib
import os
import statistics
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import grpc
from grpc_health.v1 import health_pb2
from support.calls import check
from support.processes import read, templates_of, workers_of
from support.serving import FAKE, PATIENCE, free_port, server_process, wait_for

from sayso.v1 import quotes_pb2 as pb
from sayso.v1 import quotes_pb2_grpc as pb_grpc


def code_of(error: grpc.RpcError) -> str:
    """The code of a failed call."""
    return str(error.code().name)


@dataclass(frozen=True)
class Pending:
    """A call on its way."""

    document_id: str
    words: int
    future: "grpc.Future[pb.ExtractQuotesResponse]"

    def cancel(self) -> None:
        self.future.cancel()

    def ending(self) -> str:
        """The status: OK or a code. The response must be for this document."""
        try:
            result = self.future.result(PATIENCE).result
        except grpc.FutureCancelledError:
            return "CANCELLED"
        except grpc.RpcError as error:
            return code_of(error)
        assert (result.document_id, result.stats.word_count) == (self.document_id, self.words)
        return "OK"


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

    def later(self, text: str, **call: object) -> Pending:
        """Read a text whose words are those between its spaces."""
        name = os.urandom(8).hex()
        request = pb.ExtractQuotesRequest(document=pb.Document(text=text, document_id=name))
        future = self.stub.ExtractQuotes.future(request, **call)  # type: ignore[arg-type]
        return Pending(name, len(text.split()), future)

    def hold(self, gate: Path) -> Pending:
        """A request that the worker is at until `gate` exists."""
        call = self.later(f"WAIT {gate}")
        wait_for(gate.with_suffix(".entered"))
        return call

    def health(self, service: str = "sayso.v1.QuoteService") -> str:
        return health_pb2.HealthCheckResponse.ServingStatus.Name(check(self.channel, service).status)

    def metric(self, name: str) -> float:
        """The value of a metric without labels."""
        url = f"http://127.0.0.1:{self.metrics_port}/metrics"
        with urllib.request.urlopen(url, timeout=PATIENCE) as response:
            lines = response.read().decode().splitlines()
        return next(float(line.split()[1]) for line in lines if line.startswith(name + " "))

    def workers(self) -> list[int]:
        """The worker processes."""
        return workers_of(self.pid)

    def memory(self) -> int:
        """Resident KiB of the server, its workers and the process that they are forked from."""
        return sum(_resident(pid) for pid in (self.pid, *templates_of(self.pid), *self.workers()))


def _resident(pid: int) -> int:
    [line] = [line for line in read(pid, "status").splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1])


@contextlib.contextmanager
def serving(*arguments: str, module: str = FAKE) -> Iterator[Served]:
    """A server process; its log is kept short, since nothing reads it while it runs."""
    metrics_port = free_port()
    options = ("--log-level", "error", "--metrics-port", str(metrics_port), *arguments)
    with (
        server_process(*options, module=module) as (process, address),
        grpc.insecure_channel(address) as channel,
    ):
        yield Served(process.pid, address, channel, metrics_port)


def outcomes(calls: Iterable[Pending]) -> Counter[str]:
    """How many calls ended how; every one ends."""
    return Counter(call.ending() for call in calls)


def until(condition: Callable[[], bool]) -> None:
    """Wait until something is so."""
    give_up = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < give_up, "it never came about"
        time.sleep(0.02)


def slope(samples: Sequence[tuple[float, float]]) -> float:
    """The least-squares slope of (x, y)."""
    return statistics.linear_regression(*zip(*samples, strict=True)).slope
