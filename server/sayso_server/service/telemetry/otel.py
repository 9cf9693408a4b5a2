"""Traces by OpenTelemetry: the only module that imports it.

Spans, one below the other: the call; each document that it had read; its wait in the queue, its parse, its extraction.
They are exported by a thread of their own, out of a bounded buffer: a collector that is slow or away costs spans, never
requests. The interceptor of opentelemetry-instrumentation-grpc is not used: it writes the message of an exception into
the span, which may quote a document, and it does not know handlers that write their stream themselves.
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
"""Codes that are the server's fault, by OpenTelemetry's conventions for gRPC."""

_OTLP = {"grpc": "otlp_proto_grpc", "http/protobuf": "otlp_proto_http"}


class OpenTelemetryTraces:
    """See Traces. Spans go where the provider sends them."""

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
        """See Traces. Parse and extraction have the duration that the worker measured.

        Their places are inferred: a document is parsed from when it is taken, with gaps where it is read in several
        rounds, and extracted at the end.
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
        """See Traces. The thread is a daemon, since the provider may take longer and cannot be told not to."""
        loop, closed = asyncio.get_running_loop(), asyncio.Event()

        def close() -> None:
            self._provider.shutdown()
            with contextlib.suppress(RuntimeError):  # the loop has ended: nobody waits any more
                loop.call_soon_threadsafe(closed.set)

        threading.Thread(target=close, name="traces", daemon=True).start()
        waits = [asyncio.create_task(event.wait()) for event in (closed, hurried)]
        await asyncio.wait(waits, timeout=at_most, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()


def from_environment() -> OpenTelemetryTraces:
    """Traces as the OTEL_* variables say. Raises SettingError."""
    try:
        provider = TracerProvider(resource=_resource(), shutdown_on_exit=False)
        for exporter in _exporters():
            provider.add_span_processor(BatchSpanProcessor(exporter))
    except SettingError:
        raise
    except Exception as error:  # whatever an exporter says of its variables
        raise SettingError(f"--tracing: {' '.join(str(error).split())}") from error
    return OpenTelemetryTraces(provider)


def _resource() -> Resource:
    """Who sends the spans: sayso-server, unless the environment names it otherwise."""
    given = OTELResourceDetector().detect().attributes
    ours = {SERVICE_NAME: "sayso-server", SERVICE_VERSION: VERSION}
    return Resource.create({name: value for name, value in ours.items() if name not in given})


def _exporters() -> Iterator[SpanExporter]:
    """Those of OTEL_TRACES_EXPORTER, which OpenTelemetry's own code reads only where it configures all by itself."""
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
