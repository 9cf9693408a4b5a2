"""`sayso-server serve`: every setting is a flag and an environment variable."""

import asyncio
import functools
import gc
import logging
import os
from typing import Any

import click
from click.core import ParameterSource

from sayso_server.commands.environment import unknown_variables, variables_of
from sayso_server.commands.model import device_option, load, model_option
from sayso_server.commands.probe import probe
from sayso_server.commands.settings import settings_options, shown, variable_of
from sayso_server.commands.speakers import known_speakers, speakers_option
from sayso_server.core.pipeline import Engine
from sayso_server.core.statement import KnownSpeaker
from sayso_server.service.settings import (
    SettingError,
    Settings,
    default_batch_words,
    default_threads,
    default_workers,
    settings_of,
)
from sayso_server.service.telemetry.logs import FORMATS, set_up
from sayso_server.workers.process import Loader

log = logging.getLogger(__name__)

IMPORTS = ("sayso_server.parsing.stanza_parser",)
"""Modules that workers need, including torch and Stanza; imported in the process that workers are forked from."""


class Refused(click.ClickException):
    """The server cannot start with these settings."""

    exit_code = 2


class Ended(click.ClickException):
    """The server could not continue."""


@click.command()
@settings_options
@model_option
@device_option
@click.option(
    "--threads",
    type=click.IntRange(min=1),
    envvar="SAYSO_THREADS",
    show_envvar=True,
    help="Threads per worker. By default, the cores are divided among the workers.",
)
@speakers_option
@click.option(
    "--log-level",
    type=click.Choice(["debug", "info", "warning", "error"], case_sensitive=False),
    default="info",
    envvar="SAYSO_LOG_LEVEL",
    show_envvar=True,
    show_default=True,
    help="Log level; logs go to standard error. The text of documents is never logged.",
)
@click.option(
    "--log-format",
    type=click.Choice(FORMATS, case_sensitive=False),
    default="auto",
    envvar="SAYSO_LOG_FORMAT",
    show_envvar=True,
    show_default=True,
    help="Log format. auto: text on a terminal, otherwise JSON.",
)
@click.option("--print-config", is_flag=True, help="Print all settings and exit.")
def serve(
    *,
    model: str,
    device: str,
    threads: int | None,
    speakers: str | None,
    log_level: str,
    log_format: str,
    print_config: bool,
    **values: Any,
) -> None:
    """Serve sayso.v1.QuoteService until SIGTERM or SIGINT; a second signal stops without waiting for open requests.

    SIGHUP reloads tokens and certificates; they are also reloaded when their files change.

    Exit status: 0 after a clean stop; 1 if requests were cut off, or the server could not continue; 2 if the model, the
    address or a setting is invalid.
    """
    if click.get_current_context().get_parameter_source("max_batch_words") is ParameterSource.DEFAULT:
        values["max_batch_words"] = default_batch_words(device)
    try:
        settings = settings_of(values)
    except SettingError as error:
        raise Refused(str(error)) from error
    workers = settings.workers or default_workers()
    threads = threads or default_threads(workers)
    unknown = list(unknown_variables(os.environ, variables_of(serve, probe)))
    if print_config:
        names = {
            "workers": workers,
            "model": model,
            "device": device,
            "threads": threads,
            "speakers": speakers,
            "log_level": log_level,
            "log_format": log_format,
        }
        click.echo("\n".join(f"{variable_of(name)}={shown(value)}" for name, value in (values | names).items()))
        for line in unknown:
            click.echo(f"warning: {line}", err=True)
        return
    known = known_speakers(speakers)
    set_up(log_level, log_format)
    for line in unknown:
        log.warning(line)
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # read when grpc is imported; the server logs errors itself
    if _run(settings, functools.partial(load_stages, model, threads, device), threads, known):
        raise SystemExit(1)


def load_stages(model: str, threads: int, device: str) -> Engine:
    """The engine of a worker. Raises ModelRefused."""
    return load(model, threads=threads, device=device)


def _run(settings: Settings, load_engine: Loader, threads: int, known: tuple[KnownSpeaker, ...]) -> int:
    """Serve; returns the number of requests that were cut off."""
    from sayso_server.service.server import AddressError
    from sayso_server.workers.handle import LoadError, WorkerLostError

    try:
        return asyncio.run(_serve(settings, load_engine, threads, known))
    except (AddressError, SettingError, LoadError) as error:
        raise Refused(str(error)) from error
    except WorkerLostError as error:
        raise Ended(f"the workers exit before they are ready: {error}") from error


def _collect_seldom() -> None:
    """Run Python's cyclic garbage collector rarely, and never on the modules: large results are millions of objects.

    Each collection pauses the event loop.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


async def _serve(settings: Settings, load_engine: Loader, threads: int, known: tuple[KnownSpeaker, ...]) -> int:
    from sayso_server.service.server import Server, serve
    from sayso_server.service.telemetry.metrics import without_creation_times
    from sayso_server.workers.handle import ProcessWorker

    _collect_seldom()
    without_creation_times()
    return await serve(
        Server(settings, lambda: ProcessWorker(load_engine, threads=threads, imports=IMPORTS), known=known)
    )
