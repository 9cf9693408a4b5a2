"""The findings of checks."""

from dataclasses import dataclass
from enum import StrEnum


class Check(StrEnum):
    """The checks, in order."""

    ADDRESS = "address"
    DNS = "dns"
    TCP = "tcp"
    TLS = "tls"
    HEALTH = "health"
    TOKEN = "token"
    VERSION = "version"
    READING = "reading"


class Status(StrEnum):
    """The status of a check. A warning is not a failure: the server answers calls."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Finding:
    """The status of a check, and advice if it is not ok."""

    check: Check
    status: Status
    message: str
    advice: str = ""
