"""Warnings about a text, grouped by message."""

from collections.abc import Iterable

from sayso.models import Span, TextWarning


def grouped(warnings: Iterable[TextWarning]) -> dict[str, list[Span]]:
    """The places of each message, in the order of the warnings; no places if it is about the whole document."""
    found: dict[str, list[Span]] = {}
    for warning in warnings:
        found.setdefault(warning.message, []).extend([warning.span] if warning.span else [])
    return found
