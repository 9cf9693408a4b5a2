"""The option `--model`, and the engine that it selects."""

import os

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


def load(model: str, *, threads: int | None) -> Extractor:
    """The engine of a model. Raises ModelRefused with the problem in one line."""
    if threads is not None:
        os.environ["OMP_NUM_THREADS"] = str(threads)  # read once, when torch is imported
    from sayso_server.parsing.errors import ModelError
    from sayso_server.parsing.load import load_engine

    try:
        return load_engine(model, threads=threads)
    except ModelError as error:
        raise ModelRefused(str(error)) from error
