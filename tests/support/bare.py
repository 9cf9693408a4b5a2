"""Servers with fixed answers, for the errors that a client must handle."""

import contextlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import HealthServicer

from sayso.v1 import quotes_pb2 as pb
from sayso.v1 import quotes_pb2_grpc as pb_grpc
from sayso_server.service.errors import ServiceError
from support.serving import PATIENCE


class Mute(pb_grpc.QuoteServiceServicer):
    """Offers no method."""

    def ExtractQuotes(self, request: pb.ExtractQuotesRequest, context: Any) -> pb.ExtractQuotesResponse:  # noqa: N802
        raise _refused(context)

    def BatchExtractQuotes(  # noqa: N802
        self, request: pb.BatchExtractQuotesRequest, context: Any
    ) -> pb.BatchExtractQuotesResponse:
        raise _refused(context)

    def StreamExtractQuotes(  # noqa: N802
        self, request_iterator: Iterator[pb.StreamExtractQuotesRequest], context: Any
    ) -> Iterator[pb.StreamExtractQuotesResponse]:
        raise _refused(context)

    def GetServerInfo(self, request: pb.GetServerInfoRequest, context: Any) -> pb.GetServerInfoResponse:  # noqa: N802
        raise _refused(context)


def _refused(
    context: grpc.ServicerContext, code: grpc.StatusCode = grpc.StatusCode.UNIMPLEMENTED, message: str = "no method"
) -> AssertionError:
    """End a call. It is never returned from."""
    context.abort(code, message)


class Gatekeeper(Mute):
    """Answers GetServerInfo to clients with the token, after it has refused some calls."""

    def __init__(self, *, token: str | None = None, failures: int = 0) -> None:
        self._token = token
        self._failures = failures
        self.calls = 0

    def GetServerInfo(self, request: pb.GetServerInfoRequest, context: Any) -> pb.GetServerInfoResponse:  # noqa: N802
        self.calls += 1
        if self.calls <= self._failures:
            context.abort(grpc.StatusCode.UNAVAILABLE, "not now")
        if self._token and ("authorization", f"Bearer {self._token}") not in context.invocation_metadata():
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "a token is needed")
        return pb.GetServerInfoResponse(server_version="9", ready=True)


class Overloaded(Mute):
    """Has no room for any document, and asks for some seconds."""

    def __init__(self, *, retry_after: float) -> None:
        code = grpc.StatusCode.RESOURCE_EXHAUSTED
        self._error = ServiceError(code, "OVERLOADED", "full", retry_after=retry_after)

    def BatchExtractQuotes(  # noqa: N802
        self, request: pb.BatchExtractQuotesRequest, context: Any
    ) -> pb.BatchExtractQuotesResponse:
        context.set_trailing_metadata(self._error.trailers())
        raise _refused(context, self._error.code, self._error.message)


class Liar(Mute):
    """Answers every batch with `outcomes`, and every stream with results of the documents `ids`."""

    def __init__(self, *, outcomes: Sequence[pb.Outcome] = (), ids: Sequence[str] = ()) -> None:
        self._outcomes = outcomes
        self._ids = ids

    def ExtractQuotes(self, request: pb.ExtractQuotesRequest, context: Any) -> pb.ExtractQuotesResponse:  # noqa: N802
        return pb.ExtractQuotesResponse()

    def BatchExtractQuotes(  # noqa: N802
        self, request: pb.BatchExtractQuotesRequest, context: Any
    ) -> pb.BatchExtractQuotesResponse:
        return pb.BatchExtractQuotesResponse(outcomes=self._outcomes)

    def StreamExtractQuotes(  # noqa: N802
        self, request_iterator: Iterator[pb.StreamExtractQuotesRequest], context: Any
    ) -> Iterator[pb.StreamExtractQuotesResponse]:
        for _ in request_iterator:
            pass
        for name in self._ids:
            yield pb.StreamExtractQuotesResponse(correlation_id=name, outcome=RESULT)


class Healthy(Mute):
    """Says that it serves."""

    def __init__(self) -> None:
        self.health = HealthServicer()
        self.health.set("sayso.v1.QuoteService", health_pb2.HealthCheckResponse.SERVING)


RESULT = pb.Outcome(result=pb.Result(language_code="en"))


@contextlib.contextmanager
def listening(
    servicer: pb_grpc.QuoteServiceServicer,
    credentials: grpc.ServerCredentials | None = None,
    *,
    address: str = "localhost:0",
) -> Iterator[str]:
    """The address of a server on this machine."""
    with ThreadPoolExecutor(max_workers=2) as threads:
        server = grpc.server(threads)
        pb_grpc.add_QuoteServiceServicer_to_server(servicer, server)
        if isinstance(servicer, Healthy):
            health_pb2_grpc.add_HealthServicer_to_server(servicer.health, server)
        port = server.add_secure_port(address, credentials) if credentials else server.add_insecure_port(address)
        server.start()
        try:
            yield f"localhost:{port}"
        finally:
            server.stop(None).wait(PATIENCE)
