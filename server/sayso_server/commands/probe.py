"""`sayso-server probe`: checks whether the server is ready, for container engines that run a command as probe.

It reads the flags and variables of `serve`, so it uses the address, TLS settings and tokens of the server. It runs
every few seconds and imports as little as possible.
"""

import sys
from dataclasses import fields
from typing import Any

import click

from sayso_server.commands.settings import option_of
from sayso_server.service.settings import Security, SettingError, Settings, settings_of

OF_SERVER = ("host", "port", "tls_cert", "tls_key", "tls_client_ca", "token_file", "open_health")
"""The settings needed to reach the server. Other settings, which the environment may have too, are ignored."""

NOT_WELL, UNUSABLE = 1, 2


def _settings_options(command: Any) -> Any:
    found = {one.name: one for section in (Settings, Security) for one in fields(section)}
    for name in reversed(OF_SERVER):
        command = option_of(found[name])(command)
    return command


@click.command()
@click.option(
    "--ready", "what", flag_value="ready", default=True, help="Check whether the server accepts requests. [default]"
)
@click.option(
    "--live", "what", flag_value="live", help="Check whether the process responds, even while the models are loading."
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=4.0,
    show_default=True,
    envvar="SAYSO_PROBE_TIMEOUT",
    show_envvar=True,
    help="Seconds to wait for a response.",
)
@click.option(
    "--token", envvar="SAYSO_TOKEN", show_envvar=True, help="Bearer token, if the health service requires one."
)
@click.option(
    "--client-cert",
    envvar="SAYSO_PROBE_CLIENT_CERT",
    show_envvar=True,
    help="Client certificate, if the server requires one. [default: the server's own]",
)
@click.option("--client-key", envvar="SAYSO_PROBE_CLIENT_KEY", show_envvar=True, help="Its key.")
@_settings_options
def probe(
    *, what: str, timeout: float, token: str | None, client_cert: str | None, client_key: str | None, **values: Any
) -> None:
    """Check whether the server on this machine is ready (or alive).

    Takes the settings of serve: use the same flags or variables. The server's certificate is trusted, regardless of
    its issuer and its names. If the health service requires a token, one from --token-file is sent.

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
