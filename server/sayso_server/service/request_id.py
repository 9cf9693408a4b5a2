"""Whose request it is: for logs, and for the trailers of answers."""

from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The identifier of the request that the current task answers."""
