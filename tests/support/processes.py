"""The processes of a server, as /proc has them."""

from pathlib import Path

from sayso_server.workers.system import TEMPLATE, WORKER


def workers_of(server: int) -> list[int]:
    """The workers of a server."""
    return _named(server, WORKER)


def templates_of(server: int) -> list[int]:
    """The process that workers are forked from, if any."""
    return _named(server, TEMPLATE)


def descendants_of(pid: int) -> list[int]:
    """The processes that a process has started, and those that these have."""
    try:
        threads = [thread.name for thread in Path(f"/proc/{pid}/task").iterdir()]
    except OSError:
        return []
    children = [int(child) for thread in threads for child in read(pid, f"task/{thread}/children").split()]
    return children + [one for child in children for one in descendants_of(child)]


def command_of(pid: int) -> str:
    """The command line of a process; empty if there is none."""
    return read(pid, "cmdline")


def read(pid: int, name: str) -> str:
    """A file of /proc/PID; empty if there is none."""
    try:
        return Path(f"/proc/{pid}/{name}").read_text()
    except OSError:
        return ""


def _named(server: int, name: str) -> list[int]:
    return sorted(pid for pid in descendants_of(server) if read(pid, "comm").strip() == name)
