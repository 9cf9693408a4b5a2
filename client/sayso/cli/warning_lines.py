"""Warnings about a document, as lines for people."""

from collections.abc import Iterator, Sequence

from sayso._places import Places
from sayso._warnings import grouped
from sayso.models import Result

_MOST_PLACES = 3
"""The maximum number of places to list for a warning."""


def warning_lines(result: Result, text: str) -> Iterator[str]:
    """A line for each kind of warning, after its places: "a.txt:3:10, 5:1: a quotation mark is never closed"."""
    places = Places(text)
    for message, spans in grouped(result.warnings).items():
        if spans:
            listed = ["{}:{}".format(*places.of(span.start)) for span in spans]
            yield f"{result.document_id or '-'}:{_some(listed)}: {message}"
        else:
            yield f"{result.document_id}: {message}" if result.document_id else message


def _some(listed: Sequence[str]) -> str:
    more = f" and {len(listed) - _MOST_PLACES:,} more" if len(listed) > _MOST_PLACES else ""
    return ", ".join(listed[:_MOST_PLACES]) + more
