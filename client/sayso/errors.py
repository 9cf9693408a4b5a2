"""The exceptions of the client.

    SaysoError
      InvalidDocument         the document or an option is invalid; a retry does not help
      RequestTooLarge         the message is over the server's limit
      Overloaded              the server is overloaded; try again after `retry_after` seconds
      ServerUnavailable       no server answers, or it is not ready, or it is shutting down
      AccessDenied            the token is missing or wrong
      RequestTimeout          no answer in time
      ExtractionFailed        the server failed to read this document
      ServerError             any other error from the server
      LocalEngineUnavailable  the engine cannot run in this process
      ClientClosed            the client was closed

`message` says what happened, `advice` what to do about it, and `str` both. `reason` is the stable UPPER_SNAKE reason
of the contract, empty if the server gave none. `request_id` identifies the call in the server's log; it is empty if
nothing was sent, or without a server.
"""

from collections.abc import Mapping

_ADVICE = {
    "TEXT_TOO_LONG": "split the text, or raise the server's --max-document-chars",
    "LONE_SURROGATE": "decode the text again, or replace such characters",
    "UNSUPPORTED_LANGUAGE": "leave the language out if the text is English",
    "NOT_READY": "try again in a moment",
    "DRAINING": "try again: another server may answer",
}
"""Advice by reason; for other reasons, the advice of the class is used."""


class SaysoError(Exception):
    """Any failure of a request."""

    _advice = ""
    _is_in_the_log = False

    def __init__(self, message: str, *, reason: str = "", metadata: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.request_id = ""
        self.message = message
        self.reason = reason
        self.metadata = dict(metadata or {})

    @property
    def advice(self) -> str:
        """What to do about it; empty if there is no known remedy."""
        return _ADVICE.get(self.reason, self._advice)

    def __str__(self) -> str:
        named = f" (request {self.request_id})" if self._is_in_the_log and self.request_id else ""
        return (f"{self.message}; {self.advice}" if self.advice else self.message) + named


class InvalidDocument(SaysoError):
    """The document or an option is invalid. `field` names the field of the request, if it is known."""

    def __init__(
        self, message: str, *, reason: str = "", metadata: Mapping[str, str] | None = None, field: str = ""
    ) -> None:
        super().__init__(message, reason=reason, metadata=metadata)
        self.field = field


class RequestTooLarge(SaysoError):
    """The message is larger than the limit of the server or the client."""

    _advice = "split the text, or raise the server's --max-message-bytes"


class Overloaded(SaysoError):
    """The server is overloaded. `retry_after` is in seconds; None if the server did not send it."""

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

    @property
    def advice(self) -> str:
        """When to try again."""
        return "" if self.retry_after is None else f"in {self.retry_after:g} s"


class ServerUnavailable(SaysoError):
    """No server answers (no `reason`), it is not ready (NOT_READY) or shutting down (DRAINING).

    `retry_after` is in seconds; None if no server sent it.
    """

    _advice = "start one with: sayso-server serve"

    def __init__(
        self,
        message: str,
        *,
        reason: str = "",
        metadata: Mapping[str, str] | None = None,
        retry_after: float | None = None,
        advice: str = "",
    ) -> None:
        super().__init__(message, reason=reason, metadata=metadata)
        self.retry_after = retry_after
        self._own_advice = advice

    @property
    def advice(self) -> str:
        """What to do about it, depending on the cause if known."""
        return self._own_advice or super().advice


class AccessDenied(SaysoError):
    """The token is missing or wrong."""

    _advice = "give its token: Client(token=...), --token or SAYSO_TOKEN"


class RequestTimeout(SaysoError):
    """No answer in time."""

    _advice = "allow more time, or send shorter texts"
    _is_in_the_log = True


class ExtractionFailed(SaysoError):
    """The server failed to read this document. Its log has the details under `request_id`, but never the text."""

    _is_in_the_log = True


class ServerError(SaysoError):
    """Any other error from the server."""

    _is_in_the_log = True


class LocalEngineUnavailable(SaysoError):
    """The engine cannot run in this process: sayso-server is not installed, or its models are damaged."""


class ClientClosed(SaysoError):
    """The client was closed before this call."""
