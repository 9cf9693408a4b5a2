"""The outcome of one text."""

from dataclasses import dataclass

from sayso_server.core.statement import Extraction
from sayso_server.service.errors import ServiceError


@dataclass(frozen=True, slots=True)
class Answer:
    """The outcome of one text, its waiting time in the queue and its total time, both in seconds."""

    outcome: Extraction | ServiceError
    queue_duration: float
    duration: float
