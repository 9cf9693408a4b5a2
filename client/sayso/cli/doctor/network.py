"""Checks the address, host name and port of a server."""

import os
import re
import socket
import time
from typing import NamedTuple

from sayso._unreachable import proxy_of
from sayso.cli.connection import Connection
from sayso.cli.doctor.finding import Check, Finding, Status

Place = tuple[str, int]
"""A host, by name or by number, and a port."""
Places = list[Place]

_VARIABLE = "SAYSO_SERVER"
_LISTED = re.compile(r"(ipv4|ipv6):(.+)", re.IGNORECASE)
_BY_NAME = re.compile(r"(?:dns:(?://[^/]*/)?)?(?P<place>[^/]+)", re.IGNORECASE)
_START = "start one with: sayso-server serve, or name another with --server"


class Located(NamedTuple):
    """The parts of an address, before any connection; `places` is None if only gRPC can resolve it."""

    finding: Finding
    places: Places | None


class Way(NamedTuple):
    """Whether a port accepts connections, and the first place that does."""

    finding: Finding
    place: Place | None


def located(connection: Connection) -> Located:
    """The address, its origin, and whether a proxy is used."""
    address = connection.address
    if not connection.server:
        told = f"{address}, the default"
    else:
        told = f"{address}, from {_VARIABLE}" if os.environ.get(_VARIABLE) == address else address
    if proxy := proxy_of(address):
        advice = f"to bypass the proxy, set no_proxy={address.rpartition(':')[0]}"
        return Located(Finding(Check.ADDRESS, Status.WARNING, f"{told}, through the proxy {proxy}", advice), None)
    return Located(Finding(Check.ADDRESS, Status.OK, told), places_of(address))


def places_of(address: str) -> Places | None:
    """The hosts and ports of an address, or None if it has none."""
    listed = _LISTED.fullmatch(address)
    parts = listed[2].split(",") if listed else [found["place"]] if (found := _BY_NAME.fullmatch(address)) else []
    places = []
    for part in parts:
        host, _, port = part.rpartition(":")
        if not host or not port.isdecimal():
            return None
        places.append((host.strip("[]"), int(port)))
    return places or None


def resolved(places: Places) -> Finding:
    """Whether every host name of the address can be resolved."""
    numbers: dict[str, None] = {}
    for host, port in places:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            message = f"there is no host {host}: {(error.strerror or str(error)).lower()}"
            return Finding(Check.DNS, Status.FAILED, message, "check the name in --server, and the DNS of this machine")
        numbers |= dict.fromkeys(str(one[4][0]) for one in found)
    return Finding(Check.DNS, Status.OK, ", ".join(numbers))


def connected(places: Places, patience: float) -> Way:
    """Whether every place accepts connections, and the first that does."""
    taken, refused = list[tuple[Place, float]](), list[tuple[Place, str]]()
    for place in places:
        started = time.monotonic()
        try:
            socket.create_connection(place, patience).close()
        except OSError as error:
            refused.append((place, _why(error)))
        else:
            taken.append((place, time.monotonic() - started))
    failures = "; ".join(f"{_shown(place)}: {why}" for place, why in refused)
    if not taken:
        advice = "check the firewalls in between" if "no answer" in failures else _START
        return Way(Finding(Check.TCP, Status.FAILED, failures, advice), None)
    good = ", ".join(f"{_shown(place)} ({1000 * seconds:.1f} ms)" for place, seconds in taken)
    if failures:
        return Way(Finding(Check.TCP, Status.WARNING, f"{good}; {failures}", "start the others"), taken[0][0])
    return Way(Finding(Check.TCP, Status.OK, good), taken[0][0])


def _shown(place: Place) -> str:
    host, port = place
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _why(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return (error.strerror or str(error)).lower()
