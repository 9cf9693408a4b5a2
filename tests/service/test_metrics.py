"""Metrics of calls, texts and the server, and the metrics port."""

import http.client
import inspect
import logging

import grpc
import pytest
from support.engine import MODEL, POISON
from support.serving import PATIENCE, Running, run, running

from sayso.v1 import quotes_pb2 as pb
from sayso_server.service import errors
from sayso_server.service.settings import Limits
from sayso_server.service.telemetry.metrics import ANONYMOUS, MOST_CALLERS, OTHERS, Metrics
from sayso_server.service.telemetry.metrics_port import MetricsPort
from sayso_server.version import VERSION

CALL = {"grpc_type": "unary", "grpc_service": "sayso.v1.QuoteService", "grpc_method": "ExtractQuotes"}


def value(metrics: Metrics, name: str, **labels: str) -> float:
    found = metrics.registry.get_sample_value(name, labels)
    assert found is not None, f"there is no {name} {labels}"
    return found


def request(text: str) -> pb.ExtractQuotesRequest:
    return pb.ExtractQuotesRequest(document=pb.Document(text=text))


def test_series_are_there_before_anything_happens() -> None:
    metrics = Metrics()
    metrics.configured(Limits(max_queued_words=7, max_queued_bytes=8), workers=3)
    assert value(metrics, "grpc_server_started_total", **CALL) == 0
    assert value(metrics, "grpc_server_handled_total", **CALL, grpc_code="OK") == 0
    assert value(metrics, "sayso_failures_total", reason="OVERLOADED") == 0
    assert value(metrics, "sayso_warnings_total", code="TEXT_DAMAGED") == 0
    assert (value(metrics, "sayso_queue_limit_words"), value(metrics, "sayso_queue_limit_bytes")) == (7, 8)
    assert (value(metrics, "sayso_workers_configured"), value(metrics, "sayso_workers")) == (3, 0)
    assert value(metrics, "process_resident_memory_bytes") > 0
    assert value(metrics, "process_open_fds") > 0


def test_names_follow_the_conventions_of_prometheus() -> None:
    for family in Metrics().registry.collect():
        assert family.documentation
        for sample in family.samples:
            assert family.type != "counter" or sample.name.endswith(("_total", "_created"))
            assert sample.name.startswith(("sayso_", "grpc_server_", "process_", "python_")), sample.name
            assert not sample.name.endswith(("_ms", "_milliseconds", "_minutes", "_count_total"))


def test_every_reason_of_a_refusal_has_its_series() -> None:
    source = inspect.getsource(errors)
    for reason in errors.REASONS:
        assert source.count(f'"{reason}"') > 1, f"{reason} is no reason of any error"
    raised = {
        getattr(errors, name)(*[1] * len(inspect.signature(getattr(errors, name)).parameters)).reason
        for name in ("draining", "internal", "deadline_exceeded", "extraction_failed", "worker_lost", "not_ready")
    }
    assert raised < set(errors.REASONS)


def test_a_server_says_what_it_is_and_whether_it_takes_requests() -> None:
    with running(warm=False) as served:
        metrics = served.server.metrics
        assert value(metrics, "sayso_ready") == 0
        run(served.server.warm_up())
        assert value(metrics, "sayso_ready") == 1
        labels = {
            "version": VERSION,
            "model": MODEL.name,
            "model_version": MODEL.version,
            "model_digest": MODEL.digest,
            "number_format": MODEL.number_format,
        }
        assert value(metrics, "sayso_build_info", **labels) == 1
        run(served.server.drain())
        assert value(metrics, "sayso_ready") == 0


def test_a_document_that_was_read_is_counted_with_its_wait(served: Running) -> None:
    metrics = served.server.metrics
    served.stub.ExtractQuotes(request("“Yes,” said Mara."))
    assert value(metrics, "grpc_server_started_total", **CALL) == 1
    assert value(metrics, "sayso_queue_wait_seconds_count") == 1
    assert value(metrics, "sayso_caller_words_total", caller=ANONYMOUS) == value(metrics, "sayso_words_total") > 0
    assert value(metrics, "sayso_caller_calls_total", caller=ANONYMOUS, grpc_code="OK") == 1


def test_failures_are_counted_by_their_reason(served: Running) -> None:
    metrics = served.server.metrics
    for text in ("x" * 200_001, POISON):
        with pytest.raises(grpc.RpcError):
            served.stub.ExtractQuotes(request(text))
    batch = pb.BatchExtractQuotesRequest(documents=[pb.Document(text=POISON), pb.Document(text="Fine.")])
    served.stub.BatchExtractQuotes(batch)
    refused = pb.StreamExtractQuotesRequest(correlation_id="a", document=pb.Document(text="x" * 200_001))
    assert len(list(served.stub.StreamExtractQuotes(iter([refused])))) == 1
    run(served.server.drain())  # a call that is refused is counted after its answer
    assert value(metrics, "sayso_failures_total", reason="TEXT_TOO_LONG") == 2
    assert value(metrics, "sayso_failures_total", reason="EXTRACTION_FAILED") == 2
    assert value(metrics, "sayso_failures_total", reason="OVERLOADED") == 0


def test_warnings_are_counted_by_their_code(served: Running) -> None:
    result = served.stub.ExtractQuotes(request("")).result
    codes = [pb.WarningCode.Name(warning.code).removeprefix("WARNING_CODE_") for warning in result.warnings]
    counted = {
        sample.labels["code"]
        for family in served.server.metrics.registry.collect()
        for sample in family.samples
        if sample.name == "sayso_warnings_total" and sample.value
    }
    assert counted == set(codes)


def test_a_line_of_the_log_says_what_the_call_was(served: Running, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "sayso_server"):
        served.stub.ExtractQuotes(request("“Yes,” said Mara."))
        with pytest.raises(grpc.RpcError):
            served.stub.ExtractQuotes(request("x" * 200_001))
        run(served.server.drain())
    read, refused = (record.__dict__ for record in caplog.records if record.getMessage() == "ExtractQuotes")
    assert (read["documents"], read["code"]) == (1, "OK")
    assert read["words"] > 0
    assert read["queued"] >= 0
    assert read["peer"].startswith("ipv4:127.0.0.1:")
    assert (refused["reason"], refused["code"], "words" in refused) == ("TEXT_TOO_LONG", "INVALID_ARGUMENT", False)


def test_callers_have_a_bounded_number_of_labels() -> None:
    metrics = Metrics()
    for number in range(MOST_CALLERS + 20):
        metrics.called(f"caller-{number}", "OK")
        metrics.read_for(f"caller-{number}", 10)
    assert value(metrics, "sayso_caller_calls_total", caller="caller-0", grpc_code="OK") == 1
    assert value(metrics, "sayso_caller_calls_total", caller=OTHERS, grpc_code="OK") == 20
    assert value(metrics, "sayso_caller_words_total", caller=OTHERS) == 200
    metrics.called("caller-5", "OK")
    assert value(metrics, "sayso_caller_calls_total", caller="caller-5", grpc_code="OK") == 2


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/metrics", 200),
        ("GET", "/metrics?name[]=sayso_ready", 200),
        ("HEAD", "/metrics", 200),
        ("POST", "/metrics", 405),
        ("DELETE", "/metrics", 405),
        ("GET", "/", 404),
        ("GET", "/healthz", 404),
        ("GET", "/metrics/", 404),
        ("POST", "/nothing", 404),
    ],
)
def test_the_metrics_port_answers_for_metrics_only(method: str, path: str, status: int) -> None:
    offered = MetricsPort(Metrics().page)
    connection = http.client.HTTPConnection("127.0.0.1", run(offered.start("127.0.0.1", 0)), timeout=PATIENCE)
    try:
        connection.request(method, path)
        response = connection.getresponse()
        body = response.read()
    finally:
        connection.close()
        run(offered.close())
    assert response.status == status
    assert (b"sayso_ready" in body) == (status == 200 and method == "GET")
    assert (response.getheader("allow") == "GET, HEAD") == (status == 405)
    assert int(response.getheader("content-length") or 0) > 0 or status == 405
