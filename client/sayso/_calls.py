"""What the sync and the async client share: addresses, channel options, methods, requests."""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from google.protobuf.message import Message

from sayso import models
from sayso._convert import result_model
from sayso._messages import document_message, options_message
from sayso._status import error_of_status
from sayso.errors import SaysoError
from sayso.tls import Tls
from sayso.v1 import quotes_pb2 as pb

DEFAULT_SERVER = "localhost:50051"
DEFAULT_TIMEOUT = 60.0
DEFAULT_CONCURRENCY = 4

_MAX_RESPONSE_BYTES = 64 * 1024 * 1024

_SERVICE_CONFIG = {
    "loadBalancingConfig": [{"round_robin": {}}],
    "methodConfig": [
        {
            "name": [{"service": "sayso.v1.QuoteService"}],
            "retryPolicy": {
                "maxAttempts": 4,
                "initialBackoff": "0.1s",
                "maxBackoff": "2s",
                "backoffMultiplier": 3,
                # Not RESOURCE_EXHAUSTED: a message over the limit has that status too, and stays too large.
                "retryableStatusCodes": ["UNAVAILABLE"],
            },
        }
    ],
}

_SCHEME = re.compile(r"(dns|ipv4|ipv6|unix|unix-abstract|vsock|xds):", re.IGNORECASE)
"""Addresses that gRPC resolves in a way of their own."""

Request = TypeVar("Request", bound=Message)
Response = TypeVar("Response", bound=Message)
Outcome = models.Result | SaysoError


@dataclass(frozen=True, slots=True)
class Method(Generic[Request, Response]):
    """A method of the service with one request and one response."""

    name: str


EXTRACT: Method[pb.ExtractQuotesRequest, pb.ExtractQuotesResponse] = Method("ExtractQuotes")
BATCH: Method[pb.BatchExtractQuotesRequest, pb.BatchExtractQuotesResponse] = Method("BatchExtractQuotes")
INFO: Method[pb.GetServerInfoRequest, pb.GetServerInfoResponse] = Method("GetServerInfo")


@dataclass(frozen=True, slots=True)
class Target:
    """Which server to call, and how."""

    server: str
    tls: Tls | None = None
    token: str | None = None

    @property
    def channel_options(self) -> tuple[tuple[str, str | int], ...]:
        """Retries, load balancing, limits."""
        options: tuple[tuple[str, str | int], ...] = (
            ("grpc.service_config", json.dumps(_SERVICE_CONFIG)),
            ("grpc.max_receive_message_length", _MAX_RESPONSE_BYTES),
        )
        if self.tls and self.tls.server_name:
            return (*options, ("grpc.ssl_target_name_override", self.tls.server_name))
        return options

    @property
    def metadata(self) -> tuple[tuple[str, str], ...]:
        """What goes with every call."""
        return (("authorization", f"Bearer {self.token}"),) if self.token else ()


def target(server: str | None, tls: Tls | None, token: str | None) -> Target:
    """The server that was given, that of SAYSO_SERVER, or localhost; the token given, or that of SAYSO_TOKEN.

    Raises ValueError for what is no address.
    """
    environment: Mapping[str, str] = os.environ
    address = server or environment.get("SAYSO_SERVER") or DEFAULT_SERVER
    return Target(checked(address), tls, token or environment.get("SAYSO_TOKEN"))


def checked(address: str) -> str:
    """The address of a server, if it is one: host:port, or a name in a scheme of gRPC's. Raises ValueError."""
    if _SCHEME.match(address):
        return address
    host, colon, port = address.rpartition(":")
    if not (host and colon and port.isdecimal() and 0 < int(port) < 65536) or "/" in address:
        raise ValueError(f'"{address}" is no address of a server: it is host:port, as in {DEFAULT_SERVER}')
    return address


def as_document(document: str | models.Document, *, language: str, document_id: str = "") -> models.Document:
    """A document from a text. A document's own language and identifier stay."""
    if isinstance(document, models.Document):
        return models.Document(
            document.text,
            document.document_id or document_id,
            document.language or language,
            document.title,
            document.published_at,
        )
    return models.Document(document, document_id, language)


def extract_request(document: models.Document, options: models.Options) -> pb.ExtractQuotesRequest:
    """The request for one document. Raises InvalidDocument."""
    return pb.ExtractQuotesRequest(document=document_message(document), options=options_message(options))


def outcome_of(outcome: pb.Outcome) -> Outcome:
    """The result of a document, or its error."""
    if outcome.HasField("error"):
        return error_of_status(outcome.error)
    return result_model(outcome.result)
