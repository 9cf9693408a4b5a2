"""What the Prometheus endpoint shows. No label holds text of a caller's."""

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from sayso_server.core.statement import Extraction

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)
_WORDS = (10, 50, 100, 250, 500, 1000, 2000, 5000, 10_000)
_CALL = ("grpc_type", "grpc_service", "grpc_method")


class Metrics:
    """The metrics of one server, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self.handled = Counter("grpc_server_handled", "Calls answered.", (*_CALL, "grpc_code"), registry=registry)
        self.handling = Histogram(
            "grpc_server_handling_seconds", "Duration of calls.", _CALL, buckets=_SECONDS, registry=registry
        )
        self.queue_words = Gauge("sayso_queue_words", "Words accepted and not answered.", registry=registry)
        self.queue_bytes = Gauge("sayso_queue_bytes", "Bytes of requests that wait for an answer.", registry=registry)
        self.queue_documents = Gauge("sayso_queue_documents", "Documents accepted and not answered.", registry=registry)
        self.refused = Counter("sayso_overloaded", "Requests refused by the full queue.", registry=registry)
        self.round_words = Histogram("sayso_batch_words", "Words of a round.", buckets=_WORDS, registry=registry)
        self.round_seconds = Histogram(
            "sayso_batch_seconds", "Duration of a round.", buckets=_SECONDS, registry=registry
        )
        self.stages = Histogram(
            "sayso_stage_seconds", "Duration of a document's stages.", ("stage",), buckets=_SECONDS, registry=registry
        )
        self.words = Counter("sayso_words", "Words read.", registry=registry)
        self.documents = Counter("sayso_documents", "Documents read.", registry=registry)
        self.workers = Gauge("sayso_workers", "Workers that are up.", registry=registry)
        self.worker_deaths = Counter("sayso_worker_deaths", "Workers that died.", registry=registry)

    def read(self, extraction: Extraction) -> None:
        """Count a document that was read."""
        self.documents.inc()
        self.words.inc(extraction.words)
        self.stages.labels("parse").observe(extraction.timing.parse)
        self.stages.labels("extract").observe(extraction.timing.extract)

    def page(self) -> tuple[bytes, str]:
        """All of them in the text format of Prometheus, and its content type."""
        return generate_latest(self.registry), CONTENT_TYPE_LATEST
