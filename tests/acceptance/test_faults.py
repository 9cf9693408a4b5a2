"""Fault injection: failure modes and what clients observe."""

import gzip
import itertools
import os
import signal
import socket
import threading
import time
from collections import Counter
from pathlib import Path

import grpc
import pytest
from acceptance.conftest import Saw, check_sound
from acceptance.served import Served, outcomes, serving, slope, until
from grpc_health.v1 import health_pb2
from support.calls import Watch, raw
from support.engine import DEADLY, POISON
from support.processes import command_of, templates_of
from support.serving import PATIENCE, reason_of, status_of, wait_for

from sayso_server.workers.session import dealt

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
SETTINGS = b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"
PING = b"\x00\x00\x08\x06\x00\x00\x00\x00\x00" + b"flooding"
STORM = 100  # fewer than the calls that one connection may have at a time: the rest would be UNAVAILABLE
SOAK_DOCUMENTS = int(os.environ.get("TEST_SOAK_DOCUMENTS", "6000"))
ONE = Counter(OK=1)


def connection(served: Served) -> socket.socket:
    host, port = served.address.split(":")
    return socket.create_connection((host, int(port)), timeout=PATIENCE)


def test_kill_9_of_a_worker_with_requests_in_flight(served: Served, tmp_path: Path, saw: Saw) -> None:
    gate = tmp_path / "gate"
    calls = [served.hold(gate), *(served.later(f"text {number}") for number in range(20))]
    [worker] = served.workers()
    os.kill(worker, signal.SIGKILL)
    gate.touch()
    seen = outcomes(calls)
    assert seen == {"OK": 21}
    assert served.metric("sayso_worker_deaths_total") == 1
    saw(21, seen, "the worker was replaced, what it was reading was read again")


def test_kill_9_of_one_of_two_workers_at_one_document(tmp_path: Path, saw: Saw) -> None:
    seen = kill_at_one_document(tmp_path / "owner", 0) + kill_at_one_document(tmp_path / "helper", 1)
    assert seen == {"OK": 2}
    saw(2, seen, "the one that had it, the one that helped: what the dead one was reading was read again")


def kill_at_one_document(folder: Path, hand: int) -> Counter[str]:
    """Kill the worker that has one of the two parts of a document, while both are read."""
    folder.mkdir()
    gates = [folder / "first", folder / "second"]
    parts = ["word " * 59 for _ in range(4)]
    for gate, paragraphs in zip(gates, dealt([59] * 4, range(4), 2), strict=True):
        parts[paragraphs[0]] += f"WAIT {gate}"
    with serving("--workers", "2") as served:
        assert outcomes([served.later("both are idle then")]) == ONE
        call = served.later("\n\n".join(parts))
        for gate in gates:
            wait_for(gate.with_suffix(".entered"))
        at_work = [int(gate.with_suffix(".entered").read_text()) for gate in gates]
        assert sorted(at_work) == served.workers(), "they do not read it at the same time"
        os.kill(at_work[hand], signal.SIGKILL)
        for gate in gates:
            gate.touch()
        seen = outcomes([call])
        check_sound(served)
        assert served.metric("sayso_worker_deaths_total") == 1
    return seen


def test_kill_9_of_an_idle_worker(served: Served, saw: Saw) -> None:
    [worker] = served.workers()
    os.kill(worker, signal.SIGKILL)
    seen = outcomes([served.later(f"text {number}") for number in range(20)])
    assert seen == {"OK": 20}
    saw(20, seen, "the worker was replaced")


def test_a_document_that_kills_its_worker(served: Served, saw: Saw) -> None:
    calls = [served.later(DEADLY), *(served.later(f"text {number}") for number in range(20))]
    seen = outcomes(calls)
    assert seen == {"INTERNAL": 1, "OK": 20}
    seen += outcomes([served.later(DEADLY) for _ in range(20)])
    assert seen == {"INTERNAL": 21, "OK": 20}
    assert served.metric("sayso_worker_deaths_total") == 2
    saw(41, seen, "EXTRACTION_FAILED for the one, also when it is sent 20 times again; two workers died in all")


def test_a_document_that_cannot_be_read(served: Served, saw: Saw) -> None:
    calls = [served.later(POISON), *(served.later(f"text {number}") for number in range(20))]
    seen = outcomes(calls)
    assert seen == {"INTERNAL": 1, "OK": 20}
    saw(21, seen, "EXTRACTION_FAILED for the one; no worker died")
    assert served.metric("sayso_worker_deaths_total") == 0


def test_kill_9_of_the_server_with_requests_in_flight(tmp_path: Path, saw: Saw) -> None:
    with serving() as served:
        calls = [served.hold(tmp_path / "gate"), *(served.later("text") for _ in range(5))]
        [worker] = served.workers()
        os.kill(served.pid, signal.SIGKILL)
        seen = outcomes(calls)
        (tmp_path / "gate").touch()
        until(lambda: not command_of(worker))
    assert seen == {"UNAVAILABLE": 6}
    saw(6, seen, "the worker ended by itself; clients try UNAVAILABLE again elsewhere")


def test_kill_9_of_the_process_that_workers_are_forked_from(tmp_path: Path, saw: Saw) -> None:
    gate = tmp_path / "gate"
    with serving("--workers", "2") as served:
        calls = [served.hold(gate), *(served.later(f"text {number}") for number in range(20))]
        [template], workers = templates_of(served.pid), served.workers()
        os.kill(template, signal.SIGKILL)
        until(lambda: not any(map(command_of, workers)))
        gate.touch()
        seen = outcomes(calls)
        until(lambda: served.metric("sayso_worker_restarts_total") == 2)
    assert seen == {"OK": 21}
    saw(21, seen, "its workers ended with it; it and they were replaced, what they were reading was read again")


def test_sigterm_under_load_with_a_watch_open(tmp_path: Path, saw: Saw) -> None:
    with serving() as served:
        gate = tmp_path / "gate"
        watch = Watch(served.channel, "sayso.v1.QuoteService")
        assert next(watch).status == health_pb2.HealthCheckResponse.SERVING
        calls = [served.hold(gate), *(served.later(f"text {number}") for number in range(20))]
        until(lambda: served.metric("sayso_queue_documents") == 21)
        os.kill(served.pid, signal.SIGTERM)
        assert next(watch).status == health_pb2.HealthCheckResponse.NOT_SERVING
        with pytest.raises(grpc.RpcError) as raised:
            served.read("late")
        assert reason_of(status_of(raised.value)) == "DRAINING"
        gate.touch()
        seen = outcomes(calls)
    assert seen == {"OK": 21}
    saw(22, seen + Counter(UNAVAILABLE=1), "UNAVAILABLE (DRAINING) for the one that came after the signal")


def test_a_storm_of_deadlines(served: Served, tmp_path: Path, saw: Saw) -> None:
    gate = tmp_path / "gate"
    held = served.hold(gate)
    seen = outcomes([served.later(f"text {number}", timeout=0.2) for number in range(STORM)])
    assert seen == {"DEADLINE_EXCEEDED": STORM}
    until(lambda: served.metric("sayso_queue_documents") == 1)
    gate.touch()
    seen += outcomes([held, served.later("next")])
    assert seen["OK"] == 2
    assert served.metric("sayso_documents_total") == 2
    saw(STORM + 2, seen, "none of the late ones was read; the one before and the next were")


def test_a_storm_of_cancellations(served: Served, tmp_path: Path, saw: Saw) -> None:
    gate = tmp_path / "gate"
    held = served.hold(gate)
    calls = [served.later(f"text {number}") for number in range(STORM)]
    until(lambda: served.metric("sayso_queue_documents") > 1)
    for call in calls:
        call.cancel()
    seen = outcomes(calls)
    until(lambda: served.metric("sayso_queue_documents") == 1)
    gate.touch()
    seen += outcomes([held, served.later("next")])
    assert seen == {"CANCELLED": STORM, "OK": 2}
    saw(STORM + 2, seen, "the queue made room at once")


def test_a_full_queue(tmp_path: Path, saw: Saw) -> None:
    with serving("--max-queued-words", "50") as served:
        gate = tmp_path / "gate"
        held = served.hold(gate)
        room = int(50 - served.metric("sayso_queue_words")) // 4
        assert room > 0
        calls = [served.later("one two three four") for _ in range(100)]
        until(lambda: served.metric("sayso_overloaded_total") == 100 - room)
        assert served.health() == "SERVING"
        assert served.metric("sayso_queue_documents") == 1 + room
        gate.touch()
        seen = outcomes([held, *calls])
        check_sound(served)
    assert seen == {"OK": 1 + room, "RESOURCE_EXHAUSTED": 100 - room}
    saw(101, seen, "refused at once, while the others waited; all that was accepted was read; health SERVING")


def test_garbage_bytes_and_connections_that_end_at_once(served: Served, saw: Saw) -> None:
    for data in (b"\x00" * 1000, b"GET / HTTP/1.1\r\n\r\n", PREFACE + b"\xff" * 500, b"\x16\x03\x01\x02\x00", b""):
        with connection(served) as garbage:
            garbage.sendall(data)
    seen = outcomes([served.later("text")])
    assert seen == ONE
    saw(1, seen, "on another connection")


def test_bytes_that_are_no_message(served: Served, saw: Saw) -> None:
    call = raw(served.channel, "/sayso.v1.QuoteService/ExtractQuotes")
    seen: Counter[str] = Counter()
    for data in (b"\xff\xff\xff\xff", b"\x0a\x04\x0a\x02\xc3\x28", os.urandom(1000) + b"\xff"):
        with pytest.raises(grpc.RpcError) as raised:
            call(data)
        seen[raised.value.code().name] += 1
        assert reason_of(status_of(raised.value)) == "MALFORMED_MESSAGE"
    saw(3, seen, "MALFORMED_MESSAGE")


def test_a_message_over_the_limit_and_a_gzip_bomb(served: Served, saw: Saw) -> None:
    before = served.memory()
    calls = [
        served.later("x" * (9 * 1024 * 1024)),
        served.later("x" * (64 * 1024 * 1024), compression=grpc.Compression.Gzip),
    ]
    seen = outcomes(calls)
    assert seen == {"RESOURCE_EXHAUSTED": 2}
    grown = (served.memory() - before) // 1024
    assert grown < 64
    bomb = len(gzip.compress(b"x" * (64 * 1024 * 1024), 1)) // 1024
    saw(2, seen, f"{bomb} KiB that unfold to 64 MiB cost the server {grown} MiB")


def test_a_flood_of_pings(served: Served, saw: Saw) -> None:
    with connection(served) as flood:
        flood.sendall(PREFACE + SETTINGS)
        try:
            for _ in range(2000):
                flood.sendall(PING)
            while flood.recv(65536):
                pass  # until the server closes it
        except (BrokenPipeError, ConnectionResetError):
            pass
        seen = outcomes([served.later("text")])
    assert seen == ONE
    saw(1, seen, "the flooding connection is closed, another is answered")


def test_200_idle_connections(saw: Saw) -> None:
    with serving("--max-connection-idle", "2") as served:
        idle = [connection(served) for _ in range(200)]
        for one in idle:
            one.sendall(PREFACE + SETTINGS)
        seen = outcomes([served.later("text")])
        for one in idle:
            while one.recv(65536):
                pass  # until the server closes it
            one.close()
        seen += outcomes([served.later("text")])
        check_sound(served)
    assert seen == {"OK": 2}
    saw(2, seen, "during and afterwards; each of the 200 was closed after its idle time")


def test_soak(served: Served, saw: Saw) -> None:
    text = "“Yes,” said Mara. " + "word " * 800
    seen: Counter[str] = Counter()
    numbers = itertools.count()

    def caller() -> None:
        while next(numbers) < SOAK_DOCUMENTS:
            seen.update(outcomes([served.later(text)]))

    callers = [threading.Thread(target=caller) for _ in range(4)]
    for thread in callers:
        thread.start()
    samples = [(0, 0.0)]
    while any(thread.is_alive() for thread in callers):
        if seen.total() >= samples[-1][0] + SOAK_DOCUMENTS / 100:
            samples.append((seen.total(), served.memory()))
        time.sleep(0.01)
    behind = [
        sample for sample in samples if sample[0] > SOAK_DOCUMENTS / 2
    ]  # it grows at first, by what is kept of code
    kept = slope(behind)
    assert seen == {"OK": SOAK_DOCUMENTS}
    assert kept < len(text) / 1024 / 2, "half of every document stays in memory"
    saw(SOAK_DOCUMENTS, seen, f"memory: {kept * 1000:+.0f} KiB per 1,000 documents of {len(text) / 1024:.0f} KiB each")
