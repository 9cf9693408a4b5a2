"""Who holds a lock: a process of a machine, as other processes can recognize it after it has ended."""

import os
import socket
import uuid
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Owner:
    """A process. `home` is one start of one machine, and in it one namespace of process numbers."""

    host: str
    home: str
    pid: int
    started: str
    token: str = field(default_factory=lambda: uuid.uuid4().hex)

    def record(self) -> dict[str, object]:
        """As JSON has it."""
        return asdict(self)

    def has_ended(self) -> bool:
        """Whether it is certain that the process has ended: known of processes of this machine only."""
        return bool(self.home) and self.home == _home() and _started(self.pid) != self.started

    def __str__(self) -> str:
        return f"process {self.pid} of {self.host}"


def this_process() -> Owner:
    """The owner of the locks that this process takes."""
    return Owner(socket.gethostname(), _home(), os.getpid(), _started(os.getpid()))


def owner_of(record: dict[str, object]) -> Owner:
    """The owner that a record describes; unknown values where it has none."""
    texts = {name: str(record.get(name, "")) for name in ("host", "home", "started", "token")}
    pid = record.get("pid")
    return Owner(pid=pid if isinstance(pid, int) else 0, **texts)


def _home() -> str:
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot} {os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return ""  # not Linux: locks end with their lease


def _started(pid: int) -> str:
    """When a process began, in clock ticks since the machine did; empty if there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
