"""Whether a server serves, by grpc.health.v1."""

import grpc

from sayso._calls import Target
from sayso._remote import open_channel
from sayso._status import error_of_call

_SERVICE = b"sayso.v1.QuoteService"
_REQUEST = bytes([0x0A, len(_SERVICE)]) + _SERVICE
_SERVING = bytes([0x08, 1])
"""A HealthCheckRequest and a HealthCheckResponse: two messages of one field, not worth a further dependency."""


def serves(target: Target, timeout: float) -> bool:
    """Whether the server reads documents: not so while its models load, and while it shuts down. Raises SaysoError."""
    with open_channel(target) as channel:
        check: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary("/grpc.health.v1.Health/Check")
        try:
            return bool(check(_REQUEST, timeout=timeout, metadata=target.metadata) == _SERVING)
        except grpc.RpcError as error:
            raise error_of_call(error, target.server) from None
