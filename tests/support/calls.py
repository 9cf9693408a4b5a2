"""Calls whose types the generated stubs do not tell: of the health service, and of bytes."""

from collections.abc import Iterator

import grpc
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse

_HEALTH = "/grpc.health.v1.Health"


def check(
    channel: grpc.Channel, service: str = "", *, timeout: float | None = None, wait_for_ready: bool = False
) -> HealthCheckResponse:
    """The health of a service, or with an empty name that of the server."""
    call = channel.unary_unary(f"{_HEALTH}/Check", HealthCheckRequest.SerializeToString, HealthCheckResponse.FromString)
    return call(HealthCheckRequest(service=service), timeout=timeout, wait_for_ready=wait_for_ready)


class Watch:
    """The health of a service, now and after every change of it."""

    def __init__(self, channel: grpc.Channel, service: str) -> None:
        serialize, parse = HealthCheckRequest.SerializeToString, HealthCheckResponse.FromString
        self._answers = channel.unary_stream(f"{_HEALTH}/Watch", serialize, parse)(HealthCheckRequest(service=service))

    def __next__(self) -> HealthCheckResponse:
        return next(self._answers)

    def cancel(self) -> None:
        """Stop watching."""
        self._answers.cancel()


def raw(channel: grpc.Channel, method: str) -> "grpc.UnaryUnaryMultiCallable[bytes, bytes]":
    """A method, /package.Service/Method, as bytes in and bytes out."""
    return channel.unary_unary(method, bytes, bytes)


def raw_stream(channel: grpc.Channel, method: str, messages: Iterator[bytes]) -> Iterator[bytes]:
    """The answers to a stream of messages, both as bytes."""
    return iter(channel.stream_stream(method, bytes, bytes)(messages))


def trailers_of(error: grpc.RpcError) -> dict[str, str | bytes]:
    """The trailing metadata of a failed call."""
    return {one.key: one.value for one in error.trailing_metadata() or ()}
