"""`sayso-server info`: prints the model, the server version and the processor."""

import click

from sayso_server.commands.model import device_option, load, model_option
from sayso_server.version import VERSION


@click.command()
@model_option
@device_option
def info(*, model: str, device: str) -> None:
    """Print the version of the server, the model, the number format of its encoder, the device, and the processor."""
    loaded = load(model, threads=None, device=device).model
    from sayso_server.parsing.device import described, device_of  # these import torch: only once the model is found
    from sayso_server.parsing.processor import processor

    click.echo(f"server     {VERSION}")
    click.echo(f"model      {loaded.name} {loaded.version}")
    click.echo(f"digest     {loaded.digest}")
    if loaded.number_format:
        click.echo(f"format     {loaded.number_format}")
    click.echo(f"device     {described(device_of(device))}")
    click.echo(f"processor  {processor()}")
