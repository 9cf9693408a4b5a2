"""The options `--model` and `--device`, and the engine that they select."""

import os
import re

import click

from sayso_server.core.pipeline import Extractor

BUNDLED = "bundled"

model_option = click.option(
    "--model",
    default=BUNDLED,
    show_default=True,
    envvar="SAYSO_MODEL",
    show_envvar=True,
    metavar="NAME|FOLDER",
    help="The model: bundled, a folder, or stanza:PACKAGE for a Stanza package (stanza:default).",
)


def _device(context: click.Context, option: click.Parameter, value: str) -> str:
    """The name of a device, which is looked for when models are loaded. Raises BadParameter."""
    if not re.fullmatch(r"cpu|cuda(:\d{1,3})?", value):
        raise click.BadParameter(f"{value!r} is not cpu, cuda or cuda:N")
    return value


device_option = click.option(
    "--device",
    default="cpu",
    show_default=True,
    envvar="SAYSO_DEVICE",
    show_envvar=True,
    metavar="cpu|cuda|cuda:N",
    callback=_device,
    help="Device of the models: cpu, cuda for the first GPU, or cuda:N.",
)
threads_option = click.option(
    "--threads",
    type=click.IntRange(min=1),
    envvar="SAYSO_THREADS",
    show_envvar=True,
    help="Threads of the model. [default: one per core]",
)


class ModelRefused(click.ClickException):
    """The model cannot be used."""

    exit_code = 2


def load(model: str, *, threads: int | None, device: str = "cpu") -> Extractor:
    """The engine of a model. Raises ModelRefused with the problem in one line."""
    if threads is not None:
        os.environ["OMP_NUM_THREADS"] = str(threads)  # read once, when torch is imported
    from sayso_server.parsing.errors import ModelError
    from sayso_server.parsing.load import load_engine

    try:
        return load_engine(model, threads=threads, device=device)
    except ModelError as error:
        raise ModelRefused(str(error)) from error
