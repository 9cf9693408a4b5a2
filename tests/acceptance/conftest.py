"""Acceptance: a real server process, strangers' clients, faults. `make acceptance` runs it; the fast suite does not."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from acceptance.served import Served, serving

collect_ignore_glob = [] if os.environ.get("TEST_ACCEPTANCE") else ["test_*.py"]

TABLE = Path(__file__).parent.parent.parent / "build/acceptance/faults.md"


@dataclass(frozen=True)
class Fault:
    """The clients' observations of a fault: the number of calls, their statuses, and notes."""

    name: str
    calls: int
    seen: Counter[str]
    beside: str

    def row(self) -> str:
        endings = ", ".join(f"{count:,} {code}" for code, count in sorted(self.seen.items()))
        lost = self.calls - self.seen.total()
        return f"| {self.name} | {self.calls:,} | {endings} | {lost} | {self.beside} |"


HEAD = """| fault | calls | what clients saw | lost | notes |
|---|--:|---|--:|---|"""

_faults: list[Fault] = []

Saw = Callable[[int, Counter[str], str], None]
"""Records a fault: the calls, their statuses, and notes."""


@pytest.fixture
def served() -> Iterator[Served]:
    """A server process with the fake engine and default settings; it must be healthy after the test."""
    with serving() as server:
        yield server
        check_sound(server)


def check_sound(server: Served) -> None:
    """No after-effects: the queue is empty, health says SERVING, and a request is answered."""
    assert server.health() == "SERVING"
    assert server.read("the next").stats.word_count == 2
    assert (server.metric("sayso_queue_words"), server.metric("sayso_queue_documents")) == (0, 0)


@pytest.fixture
def saw(request: pytest.FixtureRequest) -> Saw:
    """Records what clients observed during a fault, for the table at the end. A call without a status is lost."""

    def note(calls: int, seen: Counter[str], beside: str) -> None:
        name = request.node.name.removeprefix("test_").replace("_", " ")
        _faults.append(Fault(name, calls, seen, beside))
        assert calls == seen.total(), "calls were lost"

    return note


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The table of faults, also as a file."""
    if not _faults:
        return
    lines = [HEAD, *(fault.row() for fault in _faults)]
    terminalreporter.section("what the callers saw")
    for line in lines:
        terminalreporter.write_line(line)
    TABLE.parent.mkdir(parents=True, exist_ok=True)
    TABLE.write_text("\n".join(lines) + "\n", "utf-8")
    terminalreporter.write_line(f"\nThe table is in {TABLE.relative_to(TABLE.parent.parent.parent)}")
