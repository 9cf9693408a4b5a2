"""The commands that ask a server how it is."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict

import click

from sayso.cli.connection import Connection, connection_options
from sayso.cli.statuses import DOCTOR_STATUS, HEALTH_STATUS, INFO_STATUS, UNREACHABLE
from sayso.errors import SaysoError
from sayso.models import Limits, ServerInfo


@click.command(epilog=INFO_STATUS)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@connection_options()
def info(*, as_json: bool, connection: Connection) -> None:
    """Print version, model and limits of the server.

    With --local, print those of the engine in this process.
    """
    with connection.client() as client:
        described = client.info()
    if as_json:
        click.echo(json.dumps(asdict(described), default=lambda duration: duration.total_seconds(), indent=2))
        return
    for name, value in _facts(described):
        click.echo(f"{name:<12} {value}")


@click.command(epilog=HEALTH_STATUS)
@click.option("--wait", is_flag=True, help="Wait until the server is ready, at most --timeout seconds.")
@connection_options(engine=False)
def health(*, wait: bool, connection: Connection) -> None:
    """Ask the server whether it is ready."""
    from sayso.cli.health import serves, wait_until_ready

    try:
        if wait:
            wait_until_ready(connection)
        serving = wait or serves(connection)
    except SaysoError as error:
        click.echo(f"Error: {connection.describe(error)}", err=True)
        sys.exit(UNREACHABLE)
    click.echo("serving" if serving else "not serving: the models are loading, or the server is shutting down")
    sys.exit(0 if serving else UNREACHABLE)


@click.command(epilog=DOCTOR_STATUS)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array with an object for each check.")
@connection_options(engine=False)
def doctor(*, as_json: bool, connection: Connection) -> None:
    """Check every step of the connection to a server, and suggest a fix for each problem.

    The steps: address, DNS, TCP, TLS (names, expiry and authority of the certificate), health, token, version, and
    reading one sentence.
    """
    from sayso.cli.doctor import examined, exit_status, write_json, write_text

    told = (write_json if as_json else write_text)(examined(connection), sys.stdout)
    sys.exit(exit_status(told))


def _facts(server: ServerInfo) -> Iterator[tuple[str, str]]:
    yield "server", server.version
    yield "ready", "yes" if server.ready else "no, the models are still loading"
    if server.model:
        yield "model", f"{server.model.name} {server.model.version}"
        yield "digest", server.model.digest
    yield "languages", ", ".join(server.languages)
    yield "limits", ", ".join(_limits(server.limits))
    yield "built on", ", ".join(f"{name} {version}" for name, version in sorted(server.components.items()))


def _limits(limits: Limits) -> Iterator[str]:
    yield f"{limits.max_document_chars:,} characters"
    yield f"{limits.max_message_bytes:,} bytes"
    yield f"{limits.max_batch_documents} documents in a batch"
    yield f"{limits.max_stream_documents} at a time in a stream"
    yield f"{limits.max_known_speakers:,} known speakers"
    yield f"{limits.max_duration.total_seconds():g} s"
