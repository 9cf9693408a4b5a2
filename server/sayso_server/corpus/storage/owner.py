"""The owner of a lock: a process, identified so that other processes can tell whether it has ended."""

import os
import socket
import uuid
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Owner:
    """A process. `home` identifies one boot of one machine, and one PID namespace in it."""

    host: str
    home: str
    pid: int
    started: str
    token: str = field(default_factory=lambda: uuid.uuid4().hex)

    def record(self) -> dict[str, object]:
        """The owner as a JSON object."""
        return asdict(self)

    def has_ended(self) -> bool:
        """Whether the process has certainly ended; known only for processes of this machine."""
        return bool(self.home) and self.home == _home() and _started(self.pid) != self.started

    def __str__(self) -> str:
        return f"process {self.pid} of {self.host}"


def this_process() -> Owner:
    """The owner of locks held by this process."""
    return Owner(socket.gethostname(), _home(), os.getpid(), _started(os.getpid()))


def owner_of(record: dict[str, object]) -> Owner:
    """The owner of a record; missing values are unknown."""
    texts = {name: str(record.get(name, "")) for name in ("host", "home", "started", "token")}
    pid = record.get("pid")
    return Owner(pid=pid if isinstance(pid, int) else 0, **texts)


def _home() -> str:
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot} {os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return ""  # not Linux: locks expire with their lease


def _started(pid: int) -> str:
    """The start time of a process, in clock ticks since boot; empty if there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
