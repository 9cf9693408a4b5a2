"""`sayso-server info`: prints the model, the server version and the processor."""

import click

from sayso_server.commands.model import load, model_option
from sayso_server.version import VERSION


@click.command()
@model_option
def info(*, model: str) -> None:
    """Print the version of the server, the model, the number format of its encoder, and the processor."""
    loaded = load(model, threads=None).model
    from sayso_server.parsing.processor import processor  # imports torch: only once the model is found

    click.echo(f"server     {VERSION}")
    click.echo(f"model      {loaded.name} {loaded.version}")
    click.echo(f"digest     {loaded.digest}")
    if loaded.number_format:
        click.echo(f"format     {loaded.number_format}")
    click.echo(f"processor  {processor()}")
