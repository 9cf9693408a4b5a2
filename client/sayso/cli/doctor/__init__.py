"""The command `doctor`: checks the connection to a server step by step, with advice for each problem.

The checks are more specific than the client's errors: gRPC reports only that it could not connect.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import TextIO

from sayso.cli.connection import Connection
from sayso.cli.doctor.finding import Check, Finding, Status
from sayso.cli.doctor.network import Places, connected, located, resolved
from sayso.cli.doctor.service import Service
from sayso.cli.doctor.tls import encrypted
from sayso.cli.statuses import FAILED, UNREACHABLE

_OF_THE_WAY = (Check.ADDRESS, Check.DNS, Check.TCP, Check.TLS, Check.HEALTH)
"""The checks that fail if no server answers."""
_STYLES = {Status.OK: "green", Status.WARNING: "yellow", Status.FAILED: "bold red", Status.SKIPPED: "dim"}
_PATIENCE = 5.0
"""The timeout of each network check in seconds, unless the caller sets a shorter one."""


def examined(connection: Connection) -> Iterator[Finding]:
    """The findings of the checks, in order; after a failure, the remaining checks are skipped."""
    left = list(Check)
    for finding in _findings(connection, min(connection.timeout or _PATIENCE, _PATIENCE)):
        left.remove(finding.check)
        yield finding
        if finding.status is Status.FAILED:
            yield from (
                Finding(check, Status.SKIPPED, f"not checked, because {finding.check} failed") for check in left
            )
            return


def _findings(connection: Connection, patience: float) -> Iterator[Finding]:
    found = located(connection)
    yield found.finding
    yield from _network(connection, found.places, patience)
    with Service(connection) as service:
        yield service.health()
        yield service.token()
        yield service.version()
        yield service.reading()


def _network(connection: Connection, places: Places | None, patience: float) -> Iterator[Finding]:
    if places is None:
        for check in (Check.DNS, Check.TCP, Check.TLS):
            yield Finding(check, Status.SKIPPED, "only gRPC can resolve this address")
        return
    yield resolved(places)
    way = connected(places, patience)
    yield way.finding
    if way.place:
        yield encrypted(connection, way.place, patience)


def exit_status(findings: Iterable[Finding]) -> int:
    """0 if nothing failed; otherwise it depends on whether a server answers."""
    failed = [finding.check for finding in findings if finding.status is Status.FAILED]
    if not failed:
        return 0
    return UNREACHABLE if set(failed) & set(_OF_THE_WAY) else FAILED


def write_text(findings: Iterable[Finding], stream: TextIO) -> list[Finding]:
    """A line for each finding, as it comes; in colour on a terminal that supports it, unless NO_COLOR is set."""
    from rich.text import Text

    from sayso.cli.console import Console

    console, told = Console(file=stream), []
    for finding in findings:
        told.append(finding)
        line = Text.assemble((f"{finding.status:<8}", _STYLES[finding.status]), f"{finding.check:<8} {finding.message}")
        console.print(line, soft_wrap=True)
        if finding.advice:
            console.print(Text(f"{'':<17}→ {finding.advice}"), soft_wrap=True)
    return told


def write_json(findings: Iterable[Finding], stream: TextIO) -> list[Finding]:
    """An array with an object for each finding."""
    told = list(findings)
    stream.write(json.dumps([asdict(finding) for finding in told], indent=2, ensure_ascii=False) + "\n")
    return told
