"""The outcome of one text."""

from dataclasses import dataclass

from sayso_server.core.statement import Extraction
from sayso_server.service.errors import ServiceError


@dataclass(frozen=True, slots=True)
class Answer:
    """The outcome of one text, how many seconds it waited before a worker took it, and how many it took in all."""

    outcome: Extraction | ServiceError
    queue_duration: float
    duration: float
