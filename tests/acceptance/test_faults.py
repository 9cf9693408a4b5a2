"""Faults: what breaks, and what the callers see of it."""

import gzip
import os
import signal
import socket
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import grpc
import pytest
from acceptance.conftest import Served, serving
from grpc_health.v1 import health_pb2, health_pb2_grpc
from support.engine import DEADLY
from support.serving import PATIENCE, reason_of, status_of, wait_for

from sayso.v1 import quotes_pb2 as pb

Saw = Callable[[str], None]
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
SETTINGS = b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"
PING = b"\x00\x00\x08\x06\x00\x00\x00\x00\x00" + b"flooding"
STORM = 100  # fewer than the calls that one connection may have at a time: the rest would be UNAVAILABLE
SOAK_SECONDS = float(os.environ.get("SAYSO_SOAK_SECONDS", "20"))


def workers_of(pid: int) -> list[int]:
    """The worker processes of a server."""
    children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    spawned = [*children, *(int(c) for t in Path(f"/proc/{pid}/task").iterdir() for c in _children(t))]
    return sorted({child for child in spawned if b"spawn_main" in _command(child)})


def _children(task: Path) -> list[str]:
    try:
        return (task / "children").read_text().split()
    except OSError:
        return []


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def memory_of(pid: int) -> int:
    """Resident KiB of a process and its workers."""
    total = 0
    for one in (pid, *workers_of(pid)):
        [line] = [line for line in Path(f"/proc/{one}/status").read_text().splitlines() if line.startswith("VmRSS")]
        total += int(line.split()[1])
    return total


def outcomes(calls: Iterable["grpc.Future[pb.ExtractQuotesResponse]"]) -> Counter[str]:
    """How many calls ended how."""
    seen: Counter[str] = Counter()
    for call in calls:
        try:
            call.result(PATIENCE)
            seen["OK"] += 1
        except grpc.FutureCancelledError:
            seen["CANCELLED"] += 1
        except grpc.RpcError as error:
            seen[error.code().name] += 1
    return seen


def metric(served: Served, name: str) -> float:
    with urllib.request.urlopen(f"http://127.0.0.1:{served.metrics_port}/metrics", timeout=PATIENCE) as response:
        lines = response.read().decode().splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith(name + " "))


def until(condition: Callable[[], bool]) -> None:
    give_up = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < give_up, "it never came about"
        time.sleep(0.02)


def hold(served: Served, gate: Path) -> "grpc.Future[pb.ExtractQuotesResponse]":
    """A request that the worker is at until `gate` exists."""
    call = served.later(f"WAIT {gate}")
    wait_for(gate.with_suffix(".entered"))
    return call


def test_kill_9_of_a_worker_with_requests_in_flight(served: Served, tmp_path: Path, saw: Saw) -> None:
    gate = tmp_path / "gate"
    calls = [hold(served, gate), *(served.later(f"text {number}") for number in range(20))]
    [worker] = workers_of(served.pid)
    os.kill(worker, signal.SIGKILL)
    gate.touch()
    seen = outcomes(calls)
    assert seen == {"OK": 21}
    assert metric(served, "sayso_worker_deaths_total") == 1
    saw(f"{dict(seen)}; the worker was replaced")


def test_a_document_that_kills_its_worker(served: Served, saw: Saw) -> None:
    calls = [served.later(DEADLY), *(served.later(f"text {number}") for number in range(20))]
    seen = outcomes(calls)
    assert seen == {"INTERNAL": 1, "OK": 20}
    saw(f"{dict(seen)}; EXTRACTION_FAILED for the one")


def test_kill_9_of_the_server_with_requests_in_flight(tmp_path: Path, saw: Saw) -> None:
    with serving() as served:
        calls = [hold(served, tmp_path / "gate"), *(served.later("text") for _ in range(5))]
        [worker] = workers_of(served.pid)
        os.kill(served.pid, signal.SIGKILL)
        seen = outcomes(calls)
        (tmp_path / "gate").touch()
        until(lambda: not _command(worker))
    assert seen == {"UNAVAILABLE": 6}
    saw(f"{dict(seen)}; the worker ended by itself")


def test_sigterm_under_load_with_a_watch_open(tmp_path: Path, saw: Saw) -> None:
    with serving() as served:
        gate = tmp_path / "gate"
        request = health_pb2.HealthCheckRequest(service="sayso.v1.QuoteService")
        watch = health_pb2_grpc.HealthStub(served.channel).Watch(request)
        assert next(watch).status == health_pb2.HealthCheckResponse.SERVING
        calls = [hold(served, gate), *(served.later(f"text {number}") for number in range(20))]
        until(lambda: metric(served, "sayso_queue_documents") == 21)
        os.kill(served.pid, signal.SIGTERM)
        assert next(watch).status == health_pb2.HealthCheckResponse.NOT_SERVING
        with pytest.raises(grpc.RpcError) as raised:
            served.read("late")
        assert reason_of(status_of(raised.value)) == "DRAINING"
        gate.touch()
        seen = outcomes(calls)
    assert seen == {"OK": 21}
    saw(f"{dict(seen)}; a late one UNAVAILABLE (DRAINING)")


def test_a_storm_of_deadlines(served: Served, tmp_path: Path, saw: Saw) -> None:
    gate = tmp_path / "gate"
    held = hold(served, gate)
    seen = outcomes([served.later(f"text {number}", timeout=0.2) for number in range(STORM)])
    assert seen == {"DEADLINE_EXCEEDED": STORM}
    until(lambda: metric(served, "sayso_queue_documents") == 1)
    gate.touch()
    assert outcomes([held]) == {"OK": 1}
    assert served.read("next").stats.word_count == 1
    assert metric(served, "sayso_documents_total") == 2
    saw(f"{dict(seen)}; none of them was read, the next request was")


def test_a_storm_of_cancellations(served: Served, tmp_path: Path, saw: Saw) -> None:
    gate = tmp_path / "gate"
    held = hold(served, gate)
    calls = [served.later(f"text {number}") for number in range(STORM)]
    until(lambda: metric(served, "sayso_queue_documents") > 1)
    for call in calls:
        call.cancel()
    seen = outcomes(calls)
    until(lambda: metric(served, "sayso_queue_documents") == 1)
    gate.touch()
    assert outcomes([held]) == {"OK": 1}
    assert served.read("next").stats.word_count == 1
    assert seen == {"CANCELLED": STORM}
    saw(f"{dict(seen)}; the queue was empty at once")


def test_a_full_queue(tmp_path: Path, saw: Saw) -> None:
    with serving("--max-queued-words", "50") as served:
        gate = tmp_path / "gate"
        held = hold(served, gate)
        calls = [served.later("one two three four") for _ in range(100)]
        until(lambda: metric(served, "sayso_overloaded_total") > 80)
        assert served.health() == "SERVING"
        gate.touch()
        seen = outcomes([held, *calls])
    assert seen["OK"] + seen["RESOURCE_EXHAUSTED"] == 101
    assert seen["OK"] >= 10
    saw(f"{dict(seen)}; health SERVING throughout")


def test_garbage_bytes_and_connections_that_end_at_once(served: Served, saw: Saw) -> None:
    host, port = served.address.split(":")
    for data in (b"\x00" * 1000, b"GET / HTTP/1.1\r\n\r\n", PREFACE + b"\xff" * 500, b"\x16\x03\x01\x02\x00", b""):
        with socket.create_connection((host, int(port)), timeout=PATIENCE) as connection:
            connection.sendall(data)
    assert served.read("text").stats.word_count == 1
    saw("the next request is answered")


def test_a_message_over_the_limit_and_a_gzip_bomb(served: Served, saw: Saw) -> None:
    with pytest.raises(grpc.RpcError) as raised:
        served.read("x" * (9 * 1024 * 1024))
    assert raised.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    before = memory_of(served.pid)
    with pytest.raises(grpc.RpcError) as raised:
        served.read("x" * (64 * 1024 * 1024), compression=grpc.Compression.Gzip)
    assert raised.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    grown = (memory_of(served.pid) - before) // 1024
    assert served.read("text").stats.word_count == 1
    bomb = len(gzip.compress(b"x" * (64 * 1024 * 1024), 1)) // 1024
    saw(f"RESOURCE_EXHAUSTED for both; {bomb} KiB that unfold to 64 MiB cost the server {grown} MiB")


def test_a_flood_of_pings(served: Served, saw: Saw) -> None:
    host, port = served.address.split(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as flood:
        flood.sendall(PREFACE + SETTINGS)
        answer = b""
        try:
            for _ in range(2000):
                flood.sendall(PING)
            while chunk := flood.recv(65536):
                answer += chunk
        except (BrokenPipeError, ConnectionResetError):
            pass
        assert served.read("text").stats.word_count == 1
    saw("the flooding connection is closed, others are answered")


def test_200_idle_connections(saw: Saw) -> None:
    with serving("--max-connection-idle", "2") as served:
        host, port = served.address.split(":")
        idle = [socket.create_connection((host, int(port)), timeout=PATIENCE) for _ in range(200)]
        for connection in idle:
            connection.sendall(PREFACE + SETTINGS)
        assert served.read("text").stats.word_count == 1
        for connection in idle:
            while connection.recv(65536):
                pass  # until the server closes it
            connection.close()
        assert served.read("text").stats.word_count == 1
    saw("answered beside them; each is closed after its idle time")


def test_soak(served: Served, saw: Saw) -> None:
    stop = time.monotonic() + SOAK_SECONDS
    done: Counter[str] = Counter()

    def caller() -> None:
        while time.monotonic() < stop:
            served.read("“Yes,” said Mara. " * 50)
            done["OK"] += 1

    served.read("warm up")
    callers = [threading.Thread(target=caller) for _ in range(4)]
    for thread in callers:
        thread.start()
    time.sleep(SOAK_SECONDS / 2)
    middle, middle_done = memory_of(served.pid), done["OK"]
    for thread in callers:
        thread.join()
    grown, requests = memory_of(served.pid) - middle, done["OK"] - middle_done
    assert requests
    saw(f"{done['OK']} requests; {grown} KiB more after the last {requests} of them")
