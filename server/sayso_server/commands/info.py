"""`sayso-server info`: which model this is."""

import click

from sayso_server.commands.model import load, model_option
from sayso_server.version import VERSION


@click.command()
@model_option
def info(*, model: str) -> None:
    """Print the version of the server, and name, version and digest of the model."""
    loaded = load(model, threads=None).model
    click.echo(f"server  {VERSION}")
    click.echo(f"model   {loaded.name} {loaded.version}")
    click.echo(f"digest  {loaded.digest}")
