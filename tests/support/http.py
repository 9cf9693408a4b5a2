"""HTTP calls, byte by byte where a client library would be too lenient."""

import http.client
import json
import socket
import ssl
from dataclasses import dataclass
from typing import Any

JSON = {"content-type": "application/json"}
EXTRACT = "/sayso.v1.QuoteService/ExtractQuotes"


@dataclass(frozen=True)
class Answered:
    """The response."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def reason(self) -> str:
        """The reason of the ErrorInfo of an error."""
        [info] = [one["debug"] for one in self.json["details"] if one["type"] == "google.rpc.ErrorInfo"]
        assert info["domain"] == "sayso"
        return str(info["reason"])


def ask(
    port: int,
    method: str,
    path: str,
    body: Any = None,
    headers: dict[str, str] | None = None,
    context: ssl.SSLContext | None = None,
) -> Answered:
    """One request. A body that is no bytes is sent as JSON."""
    if context:
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            "127.0.0.1", port, timeout=60, context=context
        )
    else:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    try:
        connection.request(method, path, content, JSON | (headers or {}) if body is not None else headers or {})
        response = connection.getresponse()
        return Answered(
            response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
        )
    finally:
        connection.close()


def extract(
    port: int,
    text: str = "“Yes,” said Mara.",
    headers: dict[str, str] | None = None,
    context: ssl.SSLContext | None = None,
    **more: Any,
) -> Answered:
    """ExtractQuotes of a text."""
    return ask(port, "POST", EXTRACT, {"document": {"text": text}, **more}, headers, context)


def connected(port: int) -> socket.socket:
    """A bare connection."""
    return socket.create_connection(("127.0.0.1", port), timeout=60)


def all_of(connection: socket.socket) -> bytes:
    """The data received until the other side closes the connection."""
    received = b""
    while chunk := connection.recv(65536):
        received += chunk
    return received
