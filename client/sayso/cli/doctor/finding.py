"""What a check finds."""

from dataclasses import dataclass
from enum import StrEnum


class Check(StrEnum):
    """The checks, in their order."""

    ADDRESS = "address"
    DNS = "dns"
    TCP = "tcp"
    TLS = "tls"
    HEALTH = "health"
    TOKEN = "token"
    VERSION = "version"
    READING = "reading"


class Status(StrEnum):
    """How a check ended. A warning is no failure: calls are answered."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Finding:
    """How a check ended, and what to do about it where that is not ok."""

    check: Check
    status: Status
    message: str
    advice: str = ""
