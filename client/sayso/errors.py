"""What goes wrong, as exceptions.

    SaysoError
      InvalidDocument      the document or an option is at fault; trying again does not help
      RequestTooLarge      the message is over the server's limit
      Overloaded           the server has too much work; try again after `retry_after` seconds
      ServerUnavailable    no server answers, or it is not ready, or it is shutting down
      RequestTimeout       no answer in time
      ExtractionFailed     the server failed over this document
      ServerError          anything else that the server reports

`reason` is the stable UPPER_SNAKE reason of the contract, empty where the server gave none.
"""

from collections.abc import Mapping


class SaysoError(Exception):
    """Any failure of a request."""

    def __init__(self, message: str, *, reason: str = "", metadata: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.reason = reason
        self.metadata = dict(metadata or {})


class InvalidDocument(SaysoError):
    """The document or an option is at fault. `field` names the field of the request, where one is."""

    def __init__(
        self, message: str, *, reason: str = "", metadata: Mapping[str, str] | None = None, field: str = ""
    ) -> None:
        super().__init__(message, reason=reason, metadata=metadata)
        self.field = field


class RequestTooLarge(SaysoError):
    """The message is over the limit of server or client."""


class Overloaded(SaysoError):
    """The server has too much work. `retry_after` is in seconds; None where the server did not say."""

    def __init__(
        self,
        message: str,
        *,
        reason: str = "",
        metadata: Mapping[str, str] | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, reason=reason, metadata=metadata)
        self.retry_after = retry_after


class ServerUnavailable(SaysoError):
    """No server answers (no `reason`), it is not ready (NOT_READY) or shutting down (DRAINING)."""


class RequestTimeout(SaysoError):
    """No answer in time."""


class ExtractionFailed(SaysoError):
    """The server failed over this document."""


class ServerError(SaysoError):
    """Anything else that the server reports."""
