"""The ID of the current request, for logs and response trailers."""

from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The ID of the request that the current task handles."""
