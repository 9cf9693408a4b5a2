"""Prometheus metrics. No label contains text of a caller."""

from collections.abc import Iterable

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from sayso.v1 import quotes_pb2 as pb
from sayso_server.core.model import Model
from sayso_server.core.statement import Extraction, WarningCode
from sayso_server.service.errors import REASONS
from sayso_server.service.settings import Limits
from sayso_server.version import VERSION

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)
_WORDS = (10, 50, 100, 250, 500, 1000, 2000, 5000, 10_000)
_CALL = ("grpc_type", "grpc_service", "grpc_method")
_BUILD = ("version", "model", "model_version", "model_digest", "number_format")

ANONYMOUS, OTHERS = "anonymous", "other"
"""Label values for callers without a token, and for callers beyond the limit of labels."""
MOST_CALLERS = 100
"""The maximum number of token names with their own label."""


class Metrics:
    """The metrics of one server, in a separate registry."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=registry)
        self._build = Gauge("sayso_build_info", "Always 1; the labels describe the server.", _BUILD, registry=registry)
        self.ready = Gauge("sayso_ready", "1 if the server accepts requests, otherwise 0.", registry=registry)
        self.reloaded = Gauge(
            "sayso_last_reload_successful",
            "1 if the files in use are those on disk, 0 if their last change was invalid.",
            ("files",),
            registry=registry,
        )
        self._of_calls(registry)
        self._of_queue(registry)
        self._of_reading(registry)
        self._callers = {ANONYMOUS}
        self._start_at_zero()

    def _of_calls(self, registry: CollectorRegistry) -> None:
        self.started = Counter("grpc_server_started", "Calls begun.", _CALL, registry=registry)
        self.handled = Counter("grpc_server_handled", "Calls ended.", (*_CALL, "grpc_code"), registry=registry)
        self.handling = Histogram(
            "grpc_server_handling_seconds", "Duration of calls.", _CALL, buckets=_SECONDS, registry=registry
        )
        self.failures = Counter(
            "sayso_failures", "Failed calls, and failed documents of batches.", ("reason",), registry=registry
        )
        self._caller_calls = Counter(
            "sayso_caller_calls", "Calls by token name.", ("caller", "grpc_code"), registry=registry
        )
        self._caller_words = Counter("sayso_caller_words", "Words read by token name.", ("caller",), registry=registry)

    def _of_queue(self, registry: CollectorRegistry) -> None:
        self.queue_words = Gauge(
            "sayso_queue_words", "Words of accepted documents in progress or waiting.", registry=registry
        )
        self.queue_bytes = Gauge("sayso_queue_bytes", "Bytes of requests in progress or waiting.", registry=registry)
        self.queue_documents = Gauge(
            "sayso_queue_documents", "Accepted documents in progress or waiting.", registry=registry
        )
        self._limit_words = Gauge("sayso_queue_limit_words", "Size of the queue, in words.", registry=registry)
        self._limit_bytes = Gauge("sayso_queue_limit_bytes", "Size of the queue, in bytes.", registry=registry)
        self.queue_wait = Histogram(
            "sayso_queue_wait_seconds",
            "Time that documents waited for a worker.",
            buckets=_SECONDS,
            registry=registry,
        )
        self.refused = Counter("sayso_overloaded", "Requests rejected because the queue was full.", registry=registry)

    def _of_reading(self, registry: CollectorRegistry) -> None:
        self.batch_words = Histogram("sayso_batch_words", "Words of a batch.", buckets=_WORDS, registry=registry)
        self.batch_seconds = Histogram(
            "sayso_batch_seconds", "Duration of a batch.", buckets=_SECONDS, registry=registry
        )
        self.stages = Histogram(
            "sayso_stage_seconds",
            "Duration of the stages of a document.",
            ("stage",),
            buckets=_SECONDS,
            registry=registry,
        )
        self.words = Counter("sayso_words", "Words read.", registry=registry)
        self.documents = Counter("sayso_documents", "Documents read.", registry=registry)
        self.warnings = Counter("sayso_warnings", "Warnings about texts.", ("code",), registry=registry)
        self.workers = Gauge("sayso_workers", "Running workers.", registry=registry)
        self.workers_wanted = Gauge("sayso_workers_configured", "Configured workers.", registry=registry)
        self.worker_deaths = Counter("sayso_worker_deaths", "Crashed workers.", registry=registry)
        self.worker_restarts = Counter("sayso_worker_restarts", "Replaced workers.", registry=registry)

    def _start_at_zero(self) -> None:
        """Create series at zero, so that rates include the first event."""
        service = pb.DESCRIPTOR.services_by_name["QuoteService"]
        for method in service.methods:
            kind = "bidi_stream" if method.server_streaming else "unary"
            for metric in (self.started, self.handling):
                metric.labels(kind, service.full_name, method.name)
            self.handled.labels(kind, service.full_name, method.name, "OK")
        for stage in ("parse", "extract"):
            self.stages.labels(stage)
        for reason in REASONS:
            self.failures.labels(reason)
        for code in WarningCode:
            self.warnings.labels(code.name)
        self._caller_calls.labels(ANONYMOUS, "OK")
        self._caller_words.labels(ANONYMOUS)

    def configured(self, limits: Limits, workers: int) -> None:
        """Record the configuration of the server."""
        self._limit_words.set(limits.max_queued_words)
        self._limit_bytes.set(limits.max_queued_bytes)
        self.workers_wanted.set(workers)

    def loaded(self, model: Model) -> None:
        """Record the loaded model."""
        self._build.labels(VERSION, model.name, model.version, model.digest, model.number_format).set(1)

    def read(self, extraction: Extraction) -> None:
        """Count a document that was read."""
        self.documents.inc()
        self.words.inc(extraction.words)
        self.stages.labels("parse").observe(extraction.timing.parse)
        self.stages.labels("extract").observe(extraction.timing.extract)
        for warning in extraction.warnings:
            self.warnings.labels(warning.code.name).inc()

    def read_for(self, caller: str, words: int) -> None:
        """Count words read for a caller."""
        self._caller_words.labels(self._label(caller)).inc(words)

    def called(self, caller: str, code: str) -> None:
        """Count a call of a caller, identified by token name."""
        self._caller_calls.labels(self._label(caller), code).inc()

    def _label(self, caller: str) -> str:
        """The name, unless there are too many: each name is a series for as long as the server runs."""
        name = caller or ANONYMOUS
        if name not in self._callers:
            if len(self._callers) > MOST_CALLERS:
                return OTHERS
            self._callers.add(name)
        return name

    def page(self) -> tuple[bytes, str]:
        """All metrics in the Prometheus text format, and its content type."""
        return generate_latest(self.registry), CONTENT_TYPE_LATEST

    def names(self) -> Iterable[str]:
        """The names of all samples."""
        return {sample.name for family in self.registry.collect() for sample in family.samples}


def without_creation_times() -> None:
    """Disable creation-time series. This affects the whole process, so only the server command calls it."""
    disable_created_metrics()  # type: ignore[no-untyped-call]
