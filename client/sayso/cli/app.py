"""The commands: data goes to standard output, everything else to standard error."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import click
from google.protobuf.json_format import MessageToJson

from sayso._calls import DEFAULT_SERVER, DEFAULT_TIMEOUT
from sayso._convert import result_model
from sayso.cli.show import print_lines, print_table
from sayso.client import Client
from sayso.errors import RequestTimeout, SaysoError, ServerUnavailable
from sayso.models import Document, Result, ServerInfo

_EXIT_STATUS = """
    \b
    Exit status:
      0  all went well
      1  the document was refused, or the server failed over it
      2  the arguments are at fault
      3  no server answers, or not in time
"""

server_option = click.option(
    "--server", envvar="SAYSO_SERVER", show_envvar=True, default=DEFAULT_SERVER, show_default=True, metavar="HOST:PORT"
)
timeout_option = click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=DEFAULT_TIMEOUT,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for an answer.",
)


class Refused(click.ClickException):
    """The document was refused, or the server failed over it."""

    exit_code = 1


class Unreachable(click.ClickException):
    """No server answers, or not in time."""

    exit_code = 3


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, epilog=_EXIT_STATUS)
@click.version_option(package_name="sayso", prog_name="sayso")
def app() -> None:
    """Who said what in English news."""


@app.command(epilog=_EXIT_STATUS)
@click.argument("file", type=click.File("rb"))
@click.option("--json", "form", flag_value="json", help="Print the result as JSON (sayso.v1.Result).")
@click.option("--table", "form", flag_value="table", help="Print a table also where the output is no terminal.")
@click.option("--plain", "form", flag_value="plain", help="Print tab-separated lines also on a terminal.")
@server_option
@timeout_option
def extract(file: BinaryIO, *, form: str | None, server: str, timeout: float) -> None:
    """Print the statements of FILE, or of standard input where FILE is "-".

    On a terminal as a table, elsewhere as lines of speaker, kind, cue and statement, separated by tabs.
    """
    text = _text(file)
    with _client(server, timeout) as client:
        message = client.extract_message(Document(text, document_id=_name(file)))
    result = result_model(message)
    _print_warnings(result)
    if form == "json":
        click.echo(MessageToJson(message, ensure_ascii=False, always_print_fields_with_no_presence=True))
    elif form == "table" or (form is None and sys.stdout.isatty()):
        print_table(result)
    else:
        print_lines(result)


@app.command(epilog=_EXIT_STATUS)
@server_option
@timeout_option
def info(*, server: str, timeout: float) -> None:
    """Print what the server says of itself."""
    with _client(server, timeout) as client:
        for name, value in _facts(client.info()):
            click.echo(f"{name:<12} {value}")


@contextmanager
def _client(server: str, timeout: float) -> Iterator[Client]:
    """A client whose errors are lines for people."""
    try:
        with Client(server, timeout=timeout) as client:
            yield client
    except ServerUnavailable as error:
        raise Unreachable(_unavailable(error, server)) from error
    except RequestTimeout as error:
        raise Unreachable(f"no answer from {server} within {timeout:g} s") from error
    except SaysoError as error:
        raise Refused(error.message) from error


def _unavailable(error: ServerUnavailable, server: str) -> str:
    if error.reason:
        return f"the server at {server} is not ready: {error.message}"
    return f"no server answers at {server}; start one with: sayso-server serve"


def _text(file: BinaryIO) -> str:
    data = file.read()
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        name = _name(file) or "standard input"
        raise Refused(f"{name}: not UTF-8: byte {error.start} is 0x{data[error.start]:02x}") from error


def _name(file: BinaryIO) -> str:
    """The file's name, made printable whatever its bytes; empty for standard input."""
    name = getattr(file, "name", "<stdin>")
    return "" if name == "<stdin>" else str(name).encode(errors="replace").decode()


def _print_warnings(result: Result) -> None:
    for warning in result.warnings:
        click.echo(f"warning: {warning.message}", err=True)


def _facts(server: ServerInfo) -> Iterator[tuple[str, str]]:
    yield "server", server.version
    yield "ready", "yes" if server.ready else "no, the models are still loading"
    if server.model:
        yield "model", f"{server.model.name} {server.model.version}"
        yield "digest", server.model.digest
    yield "languages", ", ".join(server.languages)
    yield "limits", f"{server.limits.max_document_chars:,} characters, {server.limits.max_batch_documents} documents"
    yield "built on", ", ".join(f"{name} {version}" for name, version in sorted(server.components.items()))
