"""Finds misspelled environment variables, which would otherwise be ignored."""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping

import click

PREFIX = "SAYSO_"
_CLIENTS = re.compile(r"SAYSO_(SERVER|TOKEN|CLIENT_\w+)")
"""Variables of the command `sayso` and of the Python client."""
_SERVICE_LINK = re.compile(r"\w+_SERVICE_(HOST|PORT)(_\w+)?|\w+_PORT_\d+_(TCP|UDP)(_\w+)?")
"""Variables that Kubernetes sets for a service of that name, and the form of its NAME_PORT values."""


def variables_of(*commands: click.Command) -> set[str]:
    """The variables that set the options of commands."""
    return {str(option.envvar) for command in commands for option in command.params if option.envvar}


def unknown_variables(environment: Mapping[str, str], known: Iterable[str]) -> Iterator[str]:
    """A line for each unknown variable, with a suggestion."""
    names = sorted(known)
    for name, value in sorted(environment.items()):
        if name.startswith(PREFIX) and name not in names and not _is_of_others(name, value):
            near = difflib.get_close_matches(name, names, n=1, cutoff=0.8)
            yield f"{name} is not a setting of the server" + (f"; did you mean {near[0]}?" if near else "")


def _is_of_others(name: str, value: str) -> bool:
    return bool(_CLIENTS.fullmatch(name) or _SERVICE_LINK.fullmatch(name)) or value.startswith(("tcp://", "udp://"))
