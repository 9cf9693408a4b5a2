"""`sayso-server serve`: every setting is a flag and an environment variable."""

import asyncio
import functools
import logging
import os
from collections.abc import Callable
from typing import Any, TypeVar

import click

from sayso_server.commands.model import load, model_option, threads_option
from sayso_server.service.engine import Engine
from sayso_server.service.settings import Limits, Settings

_Command = TypeVar("_Command", bound=Callable[..., Any])
_LIMITS = Limits()
_SETTINGS = Settings()


class AddressRefused(click.ClickException):
    """The server cannot listen on its address."""

    exit_code = 2


def _option(flag: str, **settings: Any) -> Callable[[_Command], _Command]:
    variable = "SAYSO_" + flag.split("/", maxsplit=1)[0].removeprefix("--").replace("-", "_").upper()
    return click.option(flag, envvar=variable, show_envvar=True, show_default=True, **settings)


def _count(flag: str, default: int, text: str) -> Callable[[_Command], _Command]:
    return _option(flag, type=click.IntRange(min=1), default=default, help=text)


def _seconds(flag: str, default: float, text: str) -> Callable[[_Command], _Command]:
    return _option(flag, type=click.FloatRange(min=0), default=default, help=text)


@click.command()
@_option("--host", default=_SETTINGS.host, help="Address to listen on; 0.0.0.0 for every interface.")
@_option("--port", type=click.IntRange(0, 65535), default=_SETTINGS.port, help="Port to listen on; 0 takes a free one.")
@model_option
@threads_option
@_count("--max-document-chars", _LIMITS.max_document_chars, "Characters of one document.")
@_count("--max-batch-documents", _LIMITS.max_batch_documents, "Documents of one batch.")
@_count("--max-message-bytes", _LIMITS.max_message_bytes, "Bytes of one request.")
@_count("--max-queued-chars", _LIMITS.max_queued_chars, "Characters that may wait before requests are refused.")
@_seconds("--max-duration", _LIMITS.max_duration, "Seconds that a request may take.")
@_seconds("--drain-duration", _SETTINGS.drain_duration, "Seconds that requests may take after SIGTERM.")
@_option("--reflection/--no-reflection", default=_SETTINGS.reflection, help="Offer gRPC server reflection.")
@_option(
    "--log-level",
    type=click.Choice(["debug", "info", "warning", "error"], case_sensitive=False),
    default="info",
    help="How much to log, to standard error. Never the text of a document.",
)
def serve(
    *,
    host: str,
    port: int,
    model: str,
    threads: int | None,
    max_duration: float,
    drain_duration: float,
    reflection: bool,
    log_level: str,
    **limits: int,
) -> None:
    """Serve sayso.v1.QuoteService until SIGTERM or SIGINT.

    Exit status: 0 after a stop; 2 if the model, the address or the arguments are at fault.
    """
    logging.basicConfig(level=log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # read when grpc is imported; what matters of it is said here
    from sayso_server.service.server import AddressError

    settings = Settings(
        host=host,
        port=port,
        limits=Limits(max_duration=max_duration, **limits),
        reflection=reflection,
        drain_duration=drain_duration,
    )
    try:
        busy = asyncio.run(_serve(settings, functools.partial(load, model, threads=threads)))
    except AddressError as error:
        raise AddressRefused(str(error)) from error
    if busy:
        logging.shutdown()
        os._exit(0)  # the engine's thread is in the middle of a text and cannot be told to stop


async def _serve(settings: Settings, load_engine: Callable[[], Engine]) -> bool:
    """Serve until stopped; whether the engine's thread is still at work then."""
    from sayso_server.service.server import Server, serve

    server = Server(settings, load_engine)
    await serve(server)
    return server.busy
