"""The return values of the readers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sayso.models import Document

MOST_BYTES = 64 * 1024 * 1024
"""Maximum size of one document: far more than any server accepts, but small enough for memory."""


@dataclass(frozen=True, slots=True)
class Given(Document):
    """A document, the fields of its record, and whether its text was converted, for example from HTML."""

    fields: Mapping[str, Any] = field(default_factory=dict, hash=False)
    is_made: bool = False

    @property
    def source(self) -> dict[str, Any]:
        """The `input` of JSON output: the fields and, if the text was converted, the text that offsets refer to."""
        made: dict[str, Any] = {"text": self.text, "title": self.title} if self.is_made else {}
        if self.is_made and self.published_at:
            made["published_at"] = self.published_at.isoformat()
        return {**made, **self.fields}


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An input that could not be read, and why."""

    name: str
    reason: str


def moment(value: object) -> datetime | None:
    """A point in time from ISO 8601; without a time zone it is taken as UTC. None if it is invalid."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
        return found.astimezone(UTC) if found and found.tzinfo else found and found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
