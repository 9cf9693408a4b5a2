"""Metadata of a call, and its request ID, which the server logs."""

import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

REQUEST_ID_KEY = "x-request-id"

Metadata = Mapping[str, str | bytes] | Iterable[tuple[str, str | bytes]]
"""Keys in lower case and their values: ASCII text, or bytes for a key that ends in "-bin"."""

Pairs = tuple[tuple[str, str | bytes], ...]

_MOST_ID = 64
_OF_BATCH = 8
"""Characters of a request ID reserved for the number of a batch."""
_ID = re.compile(r"[\w.:-]+", re.ASCII)
_KEY = re.compile(r"[0-9a-z_.-]+")
_TEXT = re.compile(r"[ -~]*")


@dataclass(slots=True)
class Envelope:
    """The metadata of one call, the same for all attempts.

    `request_id` is the caller's. If it is empty, the transport chooses one; after the call it is the one that the
    server returned.
    """

    request_id: str = ""
    metadata: Pairs = ()

    def of_batch(self, number: int) -> "Envelope":
        """The envelope of one of several calls: a caller's own request ID gets a number."""
        return Envelope(f"{self.request_id}.{number}" if self.request_id else "", self.metadata)

    def sent(self, always: Pairs) -> Pairs:
        """The metadata to send: this call's own, the pairs of `always` that it does not override, the request ID."""
        self.request_id = self.request_id or uuid.uuid4().hex
        own = {key for key, _ in self.metadata}
        kept = (pair for pair in always if pair[0] not in own)
        return (*kept, *self.metadata, (REQUEST_ID_KEY, self.request_id))

    def answered(self, trailers: Iterable[tuple[str, str | bytes]] | None) -> None:
        """Take the request ID from the response: a proxy may have replaced the one that was sent."""
        found = dict(trailers or ()).get(REQUEST_ID_KEY)
        if isinstance(found, str) and found:
            self.request_id = found


def envelope(request_id: str | None, metadata: Metadata | None, *, numbered: bool = False) -> Envelope:
    """The envelope of a call, or of several calls if `numbered`. Raises TypeError and ValueError."""
    found = pairs(metadata)
    own = request_id or next((value for key, value in found if key == REQUEST_ID_KEY), "")
    if not isinstance(own, str):
        raise TypeError(f"request_id must be a str, not a {type(own).__name__}")
    most = _MOST_ID - _OF_BATCH if numbered else _MOST_ID
    if own and (not _ID.fullmatch(own) or len(own) > most):
        shown = repr(own[:_MOST_ID]) + ("…" if len(own) > _MOST_ID else "")
        raise ValueError(f"request_id is {shown}; it must be at most {most} ASCII letters, digits and _ . : -")
    return Envelope(own, tuple(pair for pair in found if pair[0] != REQUEST_ID_KEY))


def always(metadata: Metadata | None) -> Pairs:
    """The metadata to send with every call of a client. Raises TypeError and ValueError."""
    found = pairs(metadata)
    if any(key == REQUEST_ID_KEY for key, _ in found):
        raise ValueError(f"metadata: {REQUEST_ID_KEY} belongs to one call: extract(..., request_id=...)")
    return found


def pairs(metadata: Metadata | None) -> Pairs:
    """Metadata in the form that gRPC expects. Raises TypeError and ValueError."""
    if isinstance(metadata, str | bytes):
        raise TypeError(f"metadata must be a mapping or pairs of key and value, not a {type(metadata).__name__}")
    items = metadata.items() if isinstance(metadata, Mapping) else metadata or ()
    return tuple(_pair(item) for item in items)


def _pair(item: Any) -> tuple[str, str | bytes]:
    key, value = item
    if not isinstance(key, str) or not isinstance(value, str | bytes):
        kind = type(value).__name__
        raise TypeError(f"metadata must be str, or bytes for keys ending in -bin: {key!r} is of type {kind}")
    if not _KEY.fullmatch(key) or key.startswith("grpc-"):
        raise ValueError(f"metadata: invalid key {key!r}: it may have a-z, 0-9 and _ . - and must not begin with grpc-")
    if isinstance(value, bytes) != key.endswith("-bin"):
        kind = type(value).__name__
        raise ValueError(f"metadata: the value of {key!r} is of type {kind}; only keys ending in -bin take bytes")
    if isinstance(value, str) and not _TEXT.fullmatch(value):
        raise ValueError(f"metadata: the value of {key!r} is not printable ASCII")
    return key, value
