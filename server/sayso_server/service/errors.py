"""The errors of the service as rich gRPC statuses. No message contains text of a document."""

from collections.abc import Mapping
from typing import Any, NoReturn, TypeAlias

import grpc
import grpc.aio
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2

from sayso.labels import MAX_LABEL_BYTES, MAX_LABELS
from sayso_server.service.call_facts import call_facts
from sayso_server.service.durations import duration_message
from sayso_server.service.request_id import request_id

DOMAIN = "sayso"
DETAILS_KEY = "grpc-status-details-bin"
PUSHBACK_KEY = "grpc-retry-pushback-ms"
REQUEST_ID_KEY = "x-request-id"

Context: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"


class ServiceError(Exception):
    """An error of the service: a gRPC code, a stable UPPER_SNAKE reason and a readable message.

    `field` names the invalid field. `retry_after` is in seconds, if a retry makes sense.
    """

    def __init__(
        self,
        code: grpc.StatusCode,
        reason: str,
        message: str,
        *,
        field: str | None = None,
        retry_after: float | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
        self.field = field
        self.retry_after = retry_after
        self.metadata = dict(metadata or {})

    def status(self) -> status_pb2.Status:
        """The status with its details: ErrorInfo, and BadRequest and RetryInfo where they apply."""
        status = status_pb2.Status(code=self.code.value[0], message=self.message)
        for detail in self._details():
            status.details.add().Pack(detail)
        return status

    def _details(self) -> list[Message]:
        details: list[Message] = [
            error_details_pb2.ErrorInfo(reason=self.reason, domain=DOMAIN, metadata=self.metadata)
        ]
        if self.field is not None:
            violation = error_details_pb2.BadRequest.FieldViolation(field=self.field, description=self.message)
            details.append(error_details_pb2.BadRequest(field_violations=[violation]))
        if self.retry_after is not None:
            details.append(error_details_pb2.RetryInfo(retry_delay=duration_message(self.retry_after)))
        return details

    def trailers(self) -> tuple[tuple[str, str | bytes], ...]:
        """The trailing metadata that carries the details."""
        details = ((DETAILS_KEY, self.status().SerializeToString()),)
        if self.retry_after is None:
            return details
        return (*details, (PUSHBACK_KEY, str(round(self.retry_after * 1000))))


REASONS = (
    *("DEADLINE_EXCEEDED", "DRAINING", "EXTRACTION_FAILED", "INTERNAL", "INVALID_LABELS", "INVALID_OPTION"),
    *("MALFORMED_MESSAGE", "MISSING_DOCUMENT", "NOT_READY", "OVERLOADED", "RESULT_TOO_LARGE", "TEXT_TOO_LONG"),
    *("TOO_MANY_DOCUMENTS", "TOO_MANY_FIELDS", "UNAUTHENTICATED", "UNSUPPORTED_LANGUAGE"),
)
"""The gRPC codes of the service's errors."""


async def abort(context: Context, error: ServiceError) -> NoReturn:
    """End the call with the status of `error`."""
    call_facts().reason = error.reason
    identifier = request_id.get()
    trailers = (*error.trailers(), (REQUEST_ID_KEY, identifier)) if identifier else error.trailers()
    await context.abort(error.code, error.message, trailing_metadata=trailers)


def malformed_message() -> ServiceError:
    return ServiceError(
        grpc.StatusCode.INVALID_ARGUMENT,
        "MALFORMED_MESSAGE",
        "the message cannot be decoded: it is not of the expected type, or a string in it is not valid UTF-8",
    )


def too_many_fields(limit: int) -> ServiceError:
    return ServiceError(
        grpc.StatusCode.INVALID_ARGUMENT,
        "TOO_MANY_FIELDS",
        f"the message has more than {limit:,} fields and values",
        metadata={"max_fields": str(limit)},
    )


def missing_document() -> ServiceError:
    return ServiceError(
        grpc.StatusCode.INVALID_ARGUMENT, "MISSING_DOCUMENT", "the request has no document", field="document"
    )


def text_too_long(chars: int, limit: int) -> ServiceError:
    return ServiceError(
        grpc.StatusCode.INVALID_ARGUMENT,
        "TEXT_TOO_LONG",
        f"the text has {chars:,} characters; the limit is {limit:,}",
        field="document.text",
        metadata={"chars": str(chars), "max_document_chars": str(limit)},
    )


def result_too_large(size: int, limit: int) -> ServiceError:
    return ServiceError(
        grpc.StatusCode.INVALID_ARGUMENT,
        "RESULT_TOO_LARGE",
        f"the result has {size:,} bytes, the response limit is {limit:,}; request less detail, or send less text",
        field="document",
        metadata={"bytes": str(size), "max_response_bytes": str(limit)},
    )


def invalid_labels(problem: str) -> ServiceError:
    return ServiceError(
        grpc.StatusCode.INVALID_ARGUMENT,
        "INVALID_LABELS",
        problem,
        field="document.labels",
        metadata={"max_labels": str(MAX_LABELS), "max_label_bytes": str(MAX_LABEL_BYTES)},
    )


def unsupported_language(language_code: str) -> ServiceError:
    shown = language_code if len(language_code) <= 35 else language_code[:35] + "…"
    return ServiceError(
        grpc.StatusCode.INVALID_ARGUMENT,
        "UNSUPPORTED_LANGUAGE",
        f'the language "{shown}" is not supported; supported: en',
        field="document.language_code",
        metadata={"supported": "en"},
    )


def invalid_option(field: str, message: str) -> ServiceError:
    return ServiceError(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_OPTION", message, field=f"options.{field}")


def too_many_documents(documents: int, limit: int) -> ServiceError:
    return ServiceError(
        grpc.StatusCode.INVALID_ARGUMENT,
        "TOO_MANY_DOCUMENTS",
        f"the batch has {documents} documents; the limit is {limit}",
        field="documents",
        metadata={"documents": str(documents), "max_batch_documents": str(limit)},
    )


def more_documents(limit: int) -> ServiceError:
    """The same for a batch that is not even decoded."""
    return ServiceError(
        grpc.StatusCode.INVALID_ARGUMENT,
        "TOO_MANY_DOCUMENTS",
        f"the batch has far more documents than the limit, which is {limit}",
        field="documents",
        metadata={"max_batch_documents": str(limit)},
    )


def overloaded(retry_after: float) -> ServiceError:
    return ServiceError(
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        "OVERLOADED",
        "the server is overloaded; try again later",
        retry_after=retry_after,
    )


def not_ready() -> ServiceError:
    return ServiceError(grpc.StatusCode.UNAVAILABLE, "NOT_READY", "the models are still loading", retry_after=1.0)


def no_workers() -> ServiceError:
    return ServiceError(
        grpc.StatusCode.UNAVAILABLE, "NOT_READY", "no worker process can be started at the moment", retry_after=5.0
    )


def draining() -> ServiceError:
    return ServiceError(grpc.StatusCode.UNAVAILABLE, "DRAINING", "the server is shutting down", retry_after=1.0)


def deadline_exceeded() -> ServiceError:
    return ServiceError(
        grpc.StatusCode.DEADLINE_EXCEEDED,
        "DEADLINE_EXCEEDED",
        "the request took longer than its deadline or the server's limit",
    )


def extraction_failed() -> ServiceError:
    return ServiceError(grpc.StatusCode.INTERNAL, "EXTRACTION_FAILED", "this document could not be read")


def worker_lost() -> ServiceError:
    """The error of a document that crashed workers repeatedly."""
    return ServiceError(
        grpc.StatusCode.INTERNAL,
        "EXTRACTION_FAILED",
        "this document could not be read: its worker processes crashed",
        metadata={"cause": "WORKER_DIED"},
    )


def unauthenticated() -> ServiceError:
    return ServiceError(
        grpc.StatusCode.UNAUTHENTICATED,
        "UNAUTHENTICATED",
        "the bearer token in the metadata key authorization is missing or unknown",
    )


def model_refused(message: str) -> ServiceError:
    """The model cannot be used; only in process, since a server does not start without a model."""
    return ServiceError(grpc.StatusCode.FAILED_PRECONDITION, "MODEL_REFUSED", message)


def internal() -> ServiceError:
    return ServiceError(grpc.StatusCode.INTERNAL, "INTERNAL", "internal error")
