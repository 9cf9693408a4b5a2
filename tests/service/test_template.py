"""The process that workers are forked from: its end, and signals that reach every process of a server."""

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import grpc
import pytest
from support.processes import command_of, descendants_of, templates_of, workers_of
from support.serving import PATIENCE, server_process, wait_for

from sayso.v1 import quotes_pb2 as pb
from sayso.v1 import quotes_pb2_grpc as pb_grpc

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux only")


def until(condition: Callable[[], bool]) -> None:
    give_up = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < give_up, "it never came about"
        time.sleep(0.02)


def held(channel: grpc.Channel, gate: Path) -> "grpc.Future[pb.ExtractQuotesResponse]":
    """A request that a worker is at until `gate` exists."""
    request = pb.ExtractQuotesRequest(document=pb.Document(text=f"WAIT {gate}"))
    call = pb_grpc.QuoteServiceStub(channel).ExtractQuotes.future(request)
    wait_for(gate.with_suffix(".entered"))
    return call


def test_kill_9_of_the_template_loses_nothing(tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    with server_process("--workers", "2") as (server, address), grpc.insecure_channel(address) as channel:
        call = held(channel, gate)
        [template], workers = templates_of(server.pid), workers_of(server.pid)
        os.kill(template, signal.SIGKILL)
        until(lambda: not any(map(command_of, workers)))
        gate.touch()
        assert call.result(PATIENCE).result.stats.word_count == 2
        until(lambda: len(workers_of(server.pid)) == 2)
        assert len(workers) == 2
        assert not set(workers) & set(workers_of(server.pid))
        [successor] = templates_of(server.pid)
        assert successor != template


def test_a_signal_to_every_process_cuts_nothing(tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    with server_process() as (server, address), grpc.insecure_channel(address) as channel:
        call = held(channel, gate)
        processes = descendants_of(server.pid)
        assert {*templates_of(server.pid), *workers_of(server.pid)} < set(processes)
        for name in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
            for process in processes:
                os.kill(process, name)
        server.send_signal(signal.SIGTERM)
        gate.touch()
        assert call.result(PATIENCE).result.stats.word_count == 2
        _, log = server.communicate(timeout=PATIENCE)
        assert (server.returncode, "died" in log) == (0, False)
        until(lambda: not any(map(command_of, processes)))


def test_kill_9_of_the_server_ends_all_its_processes(tmp_path: Path) -> None:
    with server_process() as (server, address), grpc.insecure_channel(address) as channel:
        gate = tmp_path / "gate"
        held(channel, gate)
        processes = descendants_of(server.pid)
        server.kill()
        gate.touch()
        until(lambda: not any(map(command_of, processes)))
