"""The command `doctor`: what is between this machine and a server, one check after the other, and what to do about it.

Each check tells more than an error of the client could: gRPC says only that no connection was made.
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
"""Checks whose failure means that no server answers."""
_STYLES = {Status.OK: "green", Status.WARNING: "yellow", Status.FAILED: "bold red", Status.SKIPPED: "dim"}
_PATIENCE = 5.0
"""Seconds that each check of the network may take, unless the caller allows less."""


def examined(connection: Connection) -> Iterator[Finding]:
    """What the checks find, in order; those after one that failed are skipped."""
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
            yield Finding(check, Status.SKIPPED, "gRPC alone knows how this address is reached")
        return
    yield resolved(places)
    way = connected(places, patience)
    yield way.finding
    if way.place:
        yield encrypted(connection, way.place, patience)


def exit_status(findings: Iterable[Finding]) -> int:
    """0 if nothing failed; whether a server answers decides between the others."""
    failed = [finding.check for finding in findings if finding.status is Status.FAILED]
    if not failed:
        return 0
    return UNREACHABLE if set(failed) & set(_OF_THE_WAY) else FAILED


def write_text(findings: Iterable[Finding], stream: TextIO) -> list[Finding]:
    """A line for each finding, as it comes; in colours on a terminal that has them, without NO_COLOR."""
    from rich.console import Console
    from rich.text import Text

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
