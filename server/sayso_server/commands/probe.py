"""`sayso-server probe`: whether the server of these settings is ready, for engines that run a command to ask.

It reads the flags and variables of `serve`, so that address, TLS and tokens are those of the server next to it. It is
run every few seconds, and imports no more than it needs.
"""

import sys
from dataclasses import fields
from typing import Any

import click

from sayso_server.commands.settings import option_of
from sayso_server.service.settings import Security, SettingError, Settings, settings_of

OF_SERVER = ("host", "port", "tls_cert", "tls_key", "tls_client_ca", "token_file", "open_health")
"""The settings that say how to reach the server. All others, which the environment may have as well, change nothing."""

NOT_WELL, UNUSABLE = 1, 2


def _settings_options(command: Any) -> Any:
    found = {one.name: one for section in (Settings, Security) for one in fields(section)}
    for name in reversed(OF_SERVER):
        command = option_of(found[name])(command)
    return command


@click.command()
@click.option("--ready", "what", flag_value="ready", default=True, help="Whether it takes requests. [default]")
@click.option("--live", "what", flag_value="live", help="Whether the process answers, the models loaded or not.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=4.0,
    show_default=True,
    envvar="SAYSO_PROBE_TIMEOUT",
    show_envvar=True,
    help="Seconds to wait for the answer.",
)
@click.option("--token", envvar="SAYSO_TOKEN", show_envvar=True, help="A token, if health is not open without one.")
@click.option(
    "--client-cert",
    envvar="SAYSO_PROBE_CLIENT_CERT",
    show_envvar=True,
    help="Certificate to show a server that asks clients for one. [default: the server's own]",
)
@click.option("--client-key", envvar="SAYSO_PROBE_CLIENT_KEY", show_envvar=True, help="Its key.")
@_settings_options
def probe(
    *, what: str, timeout: float, token: str | None, client_cert: str | None, client_key: str | None, **values: Any
) -> None:
    """Ask the server of these settings whether it is ready (or alive), on this machine.

    Settings are those of serve: give the same flags or variables. The server's certificate is trusted, no matter who
    signed it or what name it has. If health is not open, a token of --token-file is sent.

    Exit status: 0 if it is, 1 if not, 2 if a setting is invalid.
    """
    from sayso_server.service.probing import Caller, ask

    if bool(client_cert) != bool(client_key):
        raise click.UsageError("--client-cert and --client-key go together")
    try:
        settings = settings_of(values)
        caller = Caller(token, client_cert, client_key)
        answer = ask(settings, caller, service=what == "ready", timeout=timeout)
    except SettingError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(UNUSABLE)
    click.echo(answer.said)
    sys.exit(0 if answer.is_well else NOT_WELL)
