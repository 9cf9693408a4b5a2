"""Loading, health, reflection, draining, and the process around it."""

import os
import resource
import signal
import socket
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2
from support.calls import Watch, check
from support.processes import workers_of
from support.serving import (
    PATIENCE,
    Running,
    free_port,
    reason_of,
    run,
    running,
    server_process,
    start_process,
    status_of,
    wait_for,
)
from support.slow import WINDOW, SlowReader

from sayso.v1 import quotes_pb2 as pb
from sayso.v1 import quotes_pb2_grpc as pb_grpc
from sayso_server.service.settings import Limits, Settings

SERVICE = "sayso.v1.QuoteService"
SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


def health(served: Running, service: str) -> int:
    return int(check(served.channel, service).status)


def reason_now(served: Running) -> str:
    with pytest.raises(grpc.RpcError) as raised:
        served.stub.ExtractQuotes(pb.ExtractQuotesRequest(document=pb.Document(text="x")))
    assert raised.value.code() is grpc.StatusCode.UNAVAILABLE
    return reason_of(status_of(raised.value))


def test_before_the_model_is_loaded_and_after() -> None:
    with running(warm=False) as served:
        watch = Watch(served.channel, SERVICE)
        assert next(watch).status == NOT_SERVING
        assert health(served, "") == SERVING
        info = served.stub.GetServerInfo(pb.GetServerInfoRequest())
        assert (info.ready, info.HasField("model")) == (False, False)
        assert reason_now(served) == "NOT_READY"

        run(served.server.warm_up())

        assert next(watch).status == SERVING
        watch.cancel()
        info = served.stub.GetServerInfo(pb.GetServerInfoRequest())
        assert (info.ready, info.model.digest) == (True, "0123abcd")
        assert served.stub.ExtractQuotes(pb.ExtractQuotesRequest(document=pb.Document(text="x"))).HasField("result")


def test_server_info_publishes_versions_and_limits(served: Running) -> None:
    info = served.stub.GetServerInfo(pb.GetServerInfoRequest())
    assert list(info.language_codes) == ["en"]
    assert (info.limits.max_document_chars, info.limits.max_batch_documents) == (200_000, 64)
    assert (info.limits.max_message_bytes, info.limits.max_duration.seconds) == (8 * 1024 * 1024, 300)
    assert (info.limits.max_stream_documents, info.limits.max_known_speakers) == (16, 2_000)
    assert info.component_versions["grpcio"] == grpc.__version__
    assert set(info.component_versions) == {"python", "grpcio", "stanza", "torch"}


def test_a_server_knows_the_speakers_of_its_file(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("id,name,aliases\nQ1,Mara Voss,Mara\n", "utf-8")
    request = pb.ExtractQuotesRequest(document=pb.Document(text="“Yes,” said Mara."))
    with server_process("--speakers", str(file)) as (_, address), grpc.insecure_channel(address) as channel:
        [speaker] = pb_grpc.QuoteServiceStub(channel).ExtractQuotes(request).result.speakers
    assert (speaker.external_id, speaker.display_name) == ("Q1", "Mara Voss")


def test_reflection_lists_the_service(served: Running) -> None:
    call = served.channel.stream_stream(
        "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
        reflection_pb2.ServerReflectionRequest.SerializeToString,
        reflection_pb2.ServerReflectionResponse.FromString,
    )
    [answer] = call(iter([reflection_pb2.ServerReflectionRequest(list_services="")]))
    names = {service.name for service in answer.list_services_response.service}
    assert names == {SERVICE, "grpc.health.v1.Health", "grpc.reflection.v1alpha.ServerReflection"}


def test_draining_finishes_what_is_in_flight_and_takes_nothing_new(served: Running) -> None:
    served.engine.gate.clear()
    in_flight = served.stub.ExtractQuotes.future(pb.ExtractQuotesRequest(document=pb.Document(text="in flight")))
    assert served.engine.entered.wait(PATIENCE)
    watch = Watch(served.channel, SERVICE)
    assert next(watch).status == SERVING

    drained = threading.Thread(target=lambda: run(served.server.drain()))
    drained.start()
    assert next(watch).status == NOT_SERVING
    assert reason_now(served) == "DRAINING"
    assert drained.is_alive()

    served.engine.gate.set()
    assert in_flight.result(PATIENCE).result.stats.word_count == 2
    drained.join(PATIENCE)  # the open Watch does not hold it up
    assert not drained.is_alive()


LARGE = pb.ExtractQuotesRequest(document=pb.Document(text="“Yes,” said Mara. " * 2_000)).SerializeToString()
"""A request whose response is larger than the default limit."""
EXTRACT = "/sayso.v1.QuoteService/ExtractQuotes"


def test_draining_waits_for_the_last_byte_of_an_answer(served: Running) -> None:
    with SlowReader(served.port, EXTRACT, LARGE) as reader, ThreadPoolExecutor() as pool:
        reader.read_window()
        drained = pool.submit(run, served.server.drain())
        with pytest.raises(TimeoutError):
            drained.result(1)
        reader.read_on()
        assert drained.result(PATIENCE) == 0
    assert reader.is_whole
    assert reader.read > 2 * WINDOW


def test_an_answer_of_a_stream_counts_until_its_last_byte_too(served: Running) -> None:
    request = pb.StreamExtractQuotesRequest(document=pb.ExtractQuotesRequest.FromString(LARGE).document)
    method = "/sayso.v1.QuoteService/StreamExtractQuotes"
    with SlowReader(served.port, method, request.SerializeToString()) as reader, ThreadPoolExecutor() as pool:
        reader.read_window()
        drained = pool.submit(run, served.server.drain())
        with pytest.raises(TimeoutError):
            drained.result(1)
        reader.read_on()
        assert drained.result(PATIENCE) == 0
    assert reader.read > 2 * WINDOW


def test_an_answer_that_is_cut_is_told_by_the_exit_status() -> None:
    with server_process("--drain-duration", "1") as (process, address):
        with SlowReader(int(address.split(":")[1]), EXTRACT, LARGE) as reader:
            reader.read_window()
            process.send_signal(signal.SIGTERM)
            _, log = process.communicate(timeout=PATIENCE)
        assert process.returncode == 1
    assert "stopping with 1 requests unfinished" in log


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="limits of another process can be set on Linux only")
def test_a_server_without_descriptors_says_so_and_recovers() -> None:
    with server_process("--log-format", "json") as (process, address), grpc.insecure_channel(address) as channel:
        watch = Watch(channel, SERVICE)
        assert next(watch).status == SERVING
        limits = resource.prlimit(process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (3, limits[1]))
        [worker] = workers_of(process.pid)
        os.kill(worker, signal.SIGKILL)
        assert next(watch).status == NOT_SERVING
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, limits)
        assert next(watch).status == SERVING
        request = pb.ExtractQuotesRequest(document=pb.Document(text="again"))
        assert pb_grpc.QuoteServiceStub(channel).ExtractQuotes(request).result.stats.word_count == 1


def test_a_stream_answers_every_document_under_its_correlation_id(served: Running) -> None:
    requests = [
        pb.StreamExtractQuotesRequest(correlation_id=str(number), document=pb.Document(text="word " * number))
        for number in range(1, 41)
    ]
    requests.append(pb.StreamExtractQuotesRequest(correlation_id="bad"))
    answers = {answer.correlation_id: answer.outcome for answer in served.stub.StreamExtractQuotes(iter(requests))}
    assert reason_of(answers.pop("bad").error) == "MISSING_DOCUMENT"
    assert {name: outcome.result.stats.word_count for name, outcome in answers.items()} == {
        str(number): number for number in range(1, 41)
    }


def test_a_stream_has_a_bounded_number_of_documents_in_flight() -> None:
    requests = (
        pb.StreamExtractQuotesRequest(correlation_id=str(number), document=pb.Document(text="word"))
        for number in range(40)
    )
    with running(limits=Limits(max_stream_documents=3)) as served:
        served.engine.gate.clear()
        answers = served.stub.StreamExtractQuotes(requests)
        assert served.engine.entered.wait(PATIENCE)
        served.engine.gate.set()
        assert sum(1 for _ in answers) == 40
        assert max(served.engine.batches) <= 3


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_the_process_stops_on_a_signal(name: signal.Signals) -> None:
    with server_process() as (process, _):
        process.send_signal(name)
        _, log = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert "stopped" in log
    assert "Traceback" not in log


def test_a_second_signal_does_not_wait(tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    with server_process() as (process, address), grpc.insecure_channel(address) as channel:
        stub = pb_grpc.QuoteServiceStub(channel)
        held = stub.ExtractQuotes.future(pb.ExtractQuotesRequest(document=pb.Document(text=f"WAIT {gate}")))
        wait_for(gate.with_suffix(".entered"))
        watch = Watch(channel, SERVICE)
        assert next(watch).status == SERVING
        process.send_signal(signal.SIGTERM)
        assert next(watch).status == NOT_SERVING
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=PATIENCE)
        assert held.exception(PATIENCE) is not None
    assert process.returncode == 1
    assert "stopping with 1 requests unfinished" in log
    assert "Traceback" not in log


def test_the_process_stops_while_its_model_loads() -> None:
    port = free_port()
    process = start_process("serve", "--port", str(port), "--model", "endless")
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        assert check(channel, timeout=PATIENCE, wait_for_ready=True).status == SERVING
    process.terminate()
    status, log = outcome_of(process)
    assert status == 0
    assert "Traceback" not in log


def outcome_of(process: "subprocess.Popen[str]") -> tuple[int, str]:
    output, log = process.communicate(timeout=PATIENCE)
    assert output == ""
    return process.returncode, log


def test_a_taken_port_is_refused_in_one_line(served: Running) -> None:
    status, log = outcome_of(start_process("serve", "--port", str(served.port), "--log-format", "text"))
    assert status == 2
    [line] = [line for line in log.splitlines() if line]
    assert line == f"Error: cannot listen on {served.address}: it is in use, or not an address of this machine"


def test_an_ipv6_address_needs_no_brackets() -> None:
    with socket.socket(socket.AF_INET6) as probe:
        try:
            probe.bind(("::1", 0))
        except OSError:
            pytest.skip("this machine has no IPv6")
    with running(settings=Settings(host="::1")) as served, grpc.insecure_channel(f"[::1]:{served.port}") as channel:
        assert pb_grpc.QuoteServiceStub(channel).GetServerInfo(pb.GetServerInfoRequest()).ready


def test_a_model_that_is_not_there_is_refused_in_one_line() -> None:
    status, log = outcome_of(start_process("serve", "--port", "0", "--model", "nowhere", "--log-level", "warning"))
    assert (status, log) == (2, "Error: nowhere: no model there\n")
