"""OpenTelemetry traces: their contents, and that calls do not wait for them."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from support.calls import check, raw
from support.engine import POISON, SECRET
from support.serving import PATIENCE, Running, run, running, server_process

from sayso.v1 import quotes_pb2 as pb
from sayso.v1 import quotes_pb2_grpc as pb_grpc
from sayso_server.service.settings import Limits, SettingError, Settings
from sayso_server.service.telemetry.tracing import traces_of

MISSING = "the extra is missing: pip install './server[tracing]'"
TRACE, CALLER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
METADATA = (("traceparent", f"00-{TRACE}-{CALLER}-01"), ("x-request-id", "request-7"))
SETTINGS = Settings(tracing=True)


def request(text: str) -> pb.ExtractQuotesRequest:
    return pb.ExtractQuotesRequest(document=pb.Document(text=text))


class Traced:
    """A provider whose finished spans stay in memory."""

    def __init__(self) -> None:
        pytest.importorskip("opentelemetry.sdk.trace", reason=MISSING)
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import SimpleSpanProcessor
        from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

        from sayso_server.service.telemetry.otel import OpenTelemetryTraces

        self._exporter = InMemorySpanExporter()
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.traces = OpenTelemetryTraces(provider)

    def spans(self, *, calls: int) -> list[Any]:
        """All spans, once this many calls have ended: a rejected caller may return before its span is recorded."""
        give_up = time.monotonic() + PATIENCE
        while True:
            spans = list(self._exporter.get_finished_spans())
            if sum(span.name.startswith("sayso.v1.") for span in spans) == calls:
                return spans
            assert time.monotonic() < give_up, [span.name for span in spans]
            time.sleep(0.01)


@pytest.fixture
def traced() -> Traced:
    return Traced()


@contextlib.contextmanager
def served_with(traced: Traced, limits: Limits | None = None) -> Iterator[Running]:
    with running(traces=traced.traces, limits=limits) as served:
        yield served


def below(spans: Sequence[Any], parent: Any) -> list[Any]:
    return [span for span in spans if span.parent and span.parent.span_id == parent.context.span_id]


def named(spans: Sequence[Any], name: str) -> Any:
    [found] = [span for span in spans if span.name == name]
    return found


def test_a_call_its_document_and_its_stages_are_in_the_trace_of_the_caller(traced: Traced) -> None:
    with served_with(traced) as served:
        served.stub.ExtractQuotes(request("“Yes,” said Mara."), metadata=METADATA)
        spans = traced.spans(calls=1)
    assert {f"{span.context.trace_id:032x}" for span in spans} == {TRACE}
    call = named(spans, "sayso.v1.QuoteService/ExtractQuotes")
    assert (f"{call.parent.span_id:016x}", call.parent.is_remote, call.kind.name) == (CALLER, True, "SERVER")
    assert dict(call.attributes) == {
        "rpc.system.name": "grpc",
        "rpc.method": "sayso.v1.QuoteService/ExtractQuotes",
        "rpc.response.status_code": "OK",
        "sayso.request_id": "request-7",
    }
    [document] = below(spans, call)
    assert document.name == "document"
    assert dict(document.attributes) == {"sayso.words": 3, "sayso.statements": 1}
    assert [span.name for span in below(spans, document)] == ["queue", "parse", "extract"]
    queue, parse, extract = below(spans, document)
    assert (parse.end_time - parse.start_time, extract.end_time - extract.start_time) == (250_000_000, 125_000_000)
    assert (queue.start_time, queue.end_time) == (document.start_time, parse.start_time)
    assert extract.end_time == document.end_time
    assert call.start_time <= document.start_time


def test_a_call_without_a_trace_begins_one(traced: Traced) -> None:
    with served_with(traced) as served:
        served.stub.GetServerInfo(pb.GetServerInfoRequest(), metadata=(("traceparent", "00-garbage"),))
        [call] = traced.spans(calls=1)
    assert call.parent is None
    assert len(call.attributes["sayso.request_id"]) == 32


def test_every_document_of_a_batch_and_of_a_stream_has_its_own(traced: Traced) -> None:
    texts = ["one two", POISON, "“Yes,” said Mara."]
    with served_with(traced) as served:
        served.stub.BatchExtractQuotes(pb.BatchExtractQuotesRequest(documents=[pb.Document(text=t) for t in texts]))
        requests = [pb.StreamExtractQuotesRequest(document=pb.Document(text=text)) for text in texts]
        assert len(list(served.stub.StreamExtractQuotes(iter(requests)))) == 3
        spans = traced.spans(calls=2)
    for name in ("BatchExtractQuotes", "StreamExtractQuotes"):
        call = named(spans, f"sayso.v1.QuoteService/{name}")
        assert (call.attributes["rpc.response.status_code"], call.status.status_code.name) == ("OK", "UNSET")
        documents = below(spans, call)
        outcomes = sorted(((dict(one.attributes), one.status.status_code.name) for one in documents), key=str)
        assert outcomes == [
            ({"error.type": "EXTRACTION_FAILED"}, "ERROR"),
            ({"sayso.words": 2, "sayso.statements": 0}, "UNSET"),
            ({"sayso.words": 3, "sayso.statements": 1}, "UNSET"),
        ]


def test_a_refusal_is_no_error_of_the_server_but_a_failure_is(traced: Traced) -> None:
    with served_with(traced, Limits(max_document_chars=10)) as served:
        check(served.channel)
        for text in ("much too long", POISON):
            with pytest.raises(grpc.RpcError):
                served.stub.ExtractQuotes(request(text))
        calls = [span for span in traced.spans(calls=2) if span.kind.name == "SERVER"]
    assert sorted((call.attributes["rpc.response.status_code"], call.status.status_code.name) for call in calls) == [
        ("INTERNAL", "ERROR"),
        ("INVALID_ARGUMENT", "UNSET"),
    ]


def test_no_text_in_spans(traced: Traced) -> None:
    texts = [f"“{SECRET},” said Mara.", f"{POISON} {SECRET}", SECRET * 200]
    with served_with(traced, Limits(max_document_chars=1000)) as served:
        for text in texts:
            document = pb.Document(text=text, title=SECRET, document_id=SECRET)
            with contextlib.suppress(grpc.RpcError):
                served.stub.ExtractQuotes(pb.ExtractQuotesRequest(document=document))
            [_] = served.stub.BatchExtractQuotes(pb.BatchExtractQuotesRequest(documents=[document])).outcomes
            stream = pb.StreamExtractQuotesRequest(document=document, correlation_id=SECRET)
            [_] = served.stub.StreamExtractQuotes(iter([stream]))
        garbage = raw(served.channel, "/sayso.v1.QuoteService/ExtractQuotes")
        with pytest.raises(grpc.RpcError):
            garbage(b"\x0a\x0c" + SECRET.encode() + b"\xff\xff")
        spans = traced.spans(calls=10)
    assert len(spans) > 20
    assert all(SECRET not in span.to_json() for span in spans)


def test_the_message_of_an_exception_is_not_in_its_span(traced: Traced) -> None:
    with pytest.raises(ValueError, match=SECRET), traced.traces.call("/sayso.v1.QuoteService/ExtractQuotes", ()):
        raise ValueError(f"cannot read {SECRET}")
    [span] = traced.spans(calls=1)
    assert SECRET not in span.to_json()


def test_nobody_waits_for_a_collector_that_does_not_answer() -> None:
    pytest.importorskip("opentelemetry.sdk.trace", reason=MISSING)
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

    from sayso_server.service.telemetry.otel import OpenTelemetryTraces

    asked, answer, given_up = threading.Event(), threading.Event(), threading.Event()

    class Stuck(SpanExporter):
        def export(self, spans: Sequence[Any]) -> SpanExportResult:
            asked.set()
            answer.wait(PATIENCE)
            given_up.set()
            raise ConnectionError("no collector")

    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(Stuck(), max_queue_size=8, max_export_batch_size=1))
    try:
        with running(traces=OpenTelemetryTraces(provider)) as served:
            for _ in range(20):  # far more spans than the buffer holds
                assert served.stub.ExtractQuotes(request("“Yes,” said Mara.")).result.statements
            assert asked.wait(PATIENCE)
            hurry(served)  # or the end would take the five seconds that spans are given
        assert not given_up.is_set()
    finally:
        answer.set()


def hurry(served: Running) -> None:
    async def hurried() -> None:
        served.server.hurry()

    run(hurried())


def test_closing_waits_so_long_and_no_longer() -> None:
    pytest.importorskip("opentelemetry.sdk.trace", reason=MISSING)
    from opentelemetry.sdk.trace import SpanProcessor, TracerProvider

    from sayso_server.service.telemetry.otel import OpenTelemetryTraces

    let_go, ended = threading.Event(), threading.Event()

    class Slow(SpanProcessor):
        def shutdown(self) -> None:
            let_go.wait(PATIENCE)
            ended.set()

    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(Slow())

    async def close() -> None:
        await OpenTelemetryTraces(provider).close(at_most=0.01, hurried=asyncio.Event())

    asyncio.run(close())
    assert not ended.is_set()
    let_go.set()


class Collector:
    """An OTLP collector; `spans` has the received spans, `names` the service names."""

    def __init__(self) -> None:
        self.spans: list[str] = []
        self.names: set[str] = set()

    def Export(self, request: Any, context: object) -> Any:  # noqa: N802  # the contract's name
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

        for sent in request.resource_spans:
            self.names |= {one.value.string_value for one in sent.resource.attributes if one.key == "service.name"}
            self.spans += [span.name for scope in sent.scope_spans for span in scope.spans]
        return ExportTraceServiceResponse()


@contextlib.contextmanager
def collecting() -> Iterator[tuple[Collector, str]]:
    """A collector, and its address."""
    services = pytest.importorskip("opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc", reason=MISSING)
    collector = Collector()
    server = grpc.server(ThreadPoolExecutor(max_workers=1))
    services.add_TraceServiceServicer_to_server(collector, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield collector, f"http://127.0.0.1:{port}"
    finally:
        server.stop(None).wait(PATIENCE)


@pytest.mark.parametrize(
    ("variables", "name"), [({}, "sayso-server"), ({"OTEL_RESOURCE_ATTRIBUTES": "service.name=quotes"}, "quotes")]
)
def test_the_last_spans_are_sent_before_the_process_ends(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], name: str
) -> None:
    with collecting() as (collector, address):
        never = str(PATIENCE * 1000)
        told = {"OTEL_EXPORTER_OTLP_ENDPOINT": address, "OTEL_BSP_SCHEDULE_DELAY": never, "SAYSO_TRACING": "true"}
        for variable, value in (told | variables).items():
            monkeypatch.setenv(variable, value)
        with server_process() as (process, at), grpc.insecure_channel(at) as channel:
            pb_grpc.QuoteServiceStub(channel).ExtractQuotes(request("“Yes,” said Mara."))
            assert collector.spans == []
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE) == 0
    assert sorted(collector.spans) == ["document", "extract", "parse", "queue", "sayso.v1.QuoteService/ExtractQuotes"]
    assert collector.names == {name}


@pytest.mark.parametrize(
    ("variable", "value", "complaint"),
    [
        ("OTEL_TRACES_EXPORTER", "pigeon", "--tracing: no exporter pigeon is installed"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "smoke", "--tracing: OTEL_EXPORTER_OTLP_PROTOCOL is smoke, not one of grpc"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "soon", "--tracing: could not convert string to float: 'soon'"),
    ],
)
def test_a_variable_that_cannot_be_is_refused(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, complaint: str
) -> None:
    pytest.importorskip("opentelemetry.sdk.trace", reason=MISSING)
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingError, match=complaint):
        traces_of(SETTINGS)


def test_traces_may_go_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("opentelemetry.sdk.trace", reason=MISSING)
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "none")
    with running(traces=traces_of(SETTINGS)) as served:
        assert served.stub.ExtractQuotes(request("“Yes,” said Mara.")).result.statements


def test_without_the_extra_the_server_refuses_to_trace() -> None:
    code = "import sys; sys.modules['opentelemetry'] = None; from sayso_server.main import main; main()"
    command = [sys.executable, "-c", code, "serve", "--port", "0", "--tracing"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE, env=os.environ)
    assert (done.returncode, done.stdout) == (2, "")
    install = "pip install './server[tracing]' in a checkout of sayso"
    assert done.stderr == f"Error: --tracing needs the extra tracing: {install}\n"


def test_without_tracing_nothing_of_it_is_imported() -> None:
    code = "import sys; sys.modules['opentelemetry'] = None; import sayso_server.service.server"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=PATIENCE)
