"""OpenTelemetry traces; the only module that imports OpenTelemetry.

The spans are nested: the call; each of its documents; the document's time in the queue, its parse, its extraction. They
are exported by a separate thread from a bounded buffer: if the collector is slow or down, spans are lost, but never
requests. The interceptor of opentelemetry-instrumentation-grpc is not used: it records exception messages, which may
quote a document, and it does not support handlers that write to their stream.
"""

import asyncio
import contextlib
import os
import threading
from collections.abc import Iterator
from importlib.metadata import entry_points

from opentelemetry import propagate
from opentelemetry.context import Context
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import SpanKind, Status, StatusCode, set_span_in_context

from sayso_server.core.statement import Extraction
from sayso_server.service.answer import Answer
from sayso_server.service.request_id import request_id
from sayso_server.service.settings import SettingError
from sayso_server.service.telemetry.tracing import Ended, Metadata
from sayso_server.version import VERSION

_FAULTS = frozenset({"UNKNOWN", "DEADLINE_EXCEEDED", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS"})
"""Codes that count as server errors in OpenTelemetry's conventions for gRPC."""

_OTLP = {"grpc": "otlp_proto_grpc", "http/protobuf": "otlp_proto_http"}


class OpenTelemetryTraces:
    """See Traces. The provider exports the spans."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("sayso_server", VERSION)

    @contextlib.contextmanager
    def call(self, method: str, metadata: Metadata) -> Iterator[Ended]:
        """See Traces."""
        name = method.removeprefix("/")
        carrier = {key: value for key, value in metadata if isinstance(value, str)}
        with self._tracer.start_as_current_span(
            name,
            propagate.extract(carrier),
            SpanKind.SERVER,
            {"rpc.system.name": "grpc", "rpc.method": name, "sayso.request_id": request_id.get()},
            record_exception=False,  # its message may quote a document
            set_status_on_exception=False,
        ) as span:

            def ended(code: str) -> None:
                span.set_attribute("rpc.response.status_code", code)
                if code in _FAULTS:
                    span.set_attribute("error.type", code)
                    span.set_status(Status(StatusCode.ERROR))

            yield ended

    def document(self, answer: Answer, arrived: int) -> None:
        """See Traces. The durations of parse and extraction are those measured by the worker.

        Their start times are inferred: the parse starts when a worker takes the document and has gaps if it takes
        several batches; the extraction is at the end.
        """
        taken, end = arrived + _nanoseconds(answer.queue_duration), arrived + _nanoseconds(answer.duration)
        span = self._tracer.start_span("document", start_time=arrived)
        below = set_span_in_context(span)
        self._stage("queue", below, arrived, taken)
        outcome = answer.outcome
        if isinstance(outcome, Extraction):
            span.set_attributes({"sayso.words": outcome.words, "sayso.statements": len(outcome.statements)})
            self._stage("parse", below, taken, taken + _nanoseconds(outcome.timing.parse))
            self._stage("extract", below, end - _nanoseconds(outcome.timing.extract), end)
        else:
            span.set_attribute("error.type", outcome.reason)
            if outcome.code.name in _FAULTS:
                span.set_status(Status(StatusCode.ERROR))
        span.end(end)

    def _stage(self, name: str, below: Context, start: int, end: int) -> None:
        self._tracer.start_span(name, below, start_time=start).end(end)

    async def close(self, *, at_most: float, hurried: asyncio.Event) -> None:
        """See Traces. The thread is a daemon, since the provider may take longer and cannot be interrupted."""
        loop, closed = asyncio.get_running_loop(), asyncio.Event()

        def close() -> None:
            self._provider.shutdown()
            with contextlib.suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(closed.set)

        threading.Thread(target=close, name="traces", daemon=True).start()
        waits = [asyncio.create_task(event.wait()) for event in (closed, hurried)]
        await asyncio.wait(waits, timeout=at_most, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()


def from_environment() -> OpenTelemetryTraces:
    """Traces configured by the OTEL_* variables. Raises SettingError."""
    try:
        provider = TracerProvider(resource=_resource(), shutdown_on_exit=False)
        for exporter in _exporters():
            provider.add_span_processor(BatchSpanProcessor(exporter))
    except SettingError:
        raise
    except Exception as error:  # exporters raise various errors for invalid variables
        raise SettingError(f"--tracing: {' '.join(str(error).split())}") from error
    return OpenTelemetryTraces(provider)


def _resource() -> Resource:
    """The resource of the spans: sayso-server, unless the environment sets another name."""
    given = OTELResourceDetector().detect().attributes
    ours = {SERVICE_NAME: "sayso-server", SERVICE_VERSION: VERSION}
    return Resource.create({name: value for name, value in ours.items() if name not in given})


def _exporters() -> Iterator[SpanExporter]:
    """The exporters of OTEL_TRACES_EXPORTER, which OpenTelemetry reads only in automatic configuration."""
    for name in (os.environ.get("OTEL_TRACES_EXPORTER") or "otlp").split(","):
        if name.strip().lower() != "none":
            yield _exporter(_otlp() if name.strip() == "otlp" else name.strip())


def _otlp() -> str:
    protocol = (
        os.environ.get("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL") or os.environ.get("OTEL_EXPORTER_OTLP_PROTOCOL") or "grpc"
    )
    if protocol not in _OTLP:
        raise SettingError(f"--tracing: OTEL_EXPORTER_OTLP_PROTOCOL is {protocol}, not one of {', '.join(_OTLP)}")
    return _OTLP[protocol]


def _exporter(name: str) -> SpanExporter:
    for found in entry_points(group="opentelemetry_traces_exporter", name=name):
        exporter: SpanExporter = found.load()()
        return exporter
    raise SettingError(f"--tracing: no exporter {name} is installed; the extra tracing has otlp and console")


def _nanoseconds(seconds: float) -> int:
    return round(seconds * 1e9)
