"""Flags and environment variables, made from the fields of the settings."""

from collections.abc import Callable, Iterator
from dataclasses import MISSING, Field, fields
from typing import Any, TypeVar

import click

from sayso_server.service.settings import GROUPS, Settings

Command = TypeVar("Command", bound=Callable[..., Any])

SECTIONS: tuple[type, ...] = (Settings, *GROUPS.values())


def settings_options(command: Command) -> Command:
    """Add an option for every setting to a command."""
    for one in reversed(list(setting_fields())):
        command = option_of(one)(command)
    return command


def setting_fields() -> Iterator["Field[Any]"]:
    """The fields that are settings, group by group."""
    for section in SECTIONS:
        yield from (one for one in fields(section) if "help" in one.metadata)


def flag_of(name: str) -> str:
    """The flag of a setting."""
    return "--" + name.replace("_", "-")


def variable_of(name: str) -> str:
    """The environment variable of a setting."""
    return "SAYSO_" + name.upper()


def shown(value: object) -> str:
    """A value in the form of an environment variable."""
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def option_of(one: "Field[Any]") -> Callable[[Command], Command]:
    """The command-line option of a setting."""
    flag = flag_of(one.name)
    if one.type in (bool, "bool"):
        flag += "/--no-" + flag.removeprefix("--")
    return click.option(
        flag,
        envvar=variable_of(one.name),
        show_envvar=True,
        show_default=one.default is not None,
        default=one.default if one.default is not MISSING else None,
        type=_type(one),
        help=one.metadata["help"],
    )


def _type(one: "Field[Any]") -> Any:
    least = one.metadata["at_least"]
    kind = str(getattr(one.type, "__name__", one.type)).split(" | ", maxsplit=1)[0]
    if one.metadata["choices"]:
        return click.Choice(one.metadata["choices"], case_sensitive=False)
    if "port" in one.name:
        return click.IntRange(0, 65535)
    return {"int": click.IntRange(min=least), "float": click.FloatRange(min=least), "bool": bool}.get(kind, str)
