"""The server's health, for the command `health`."""

from sayso._envelope import Envelope
from sayso._policy import allowed
from sayso._transports.remote import Remote
from sayso.cli.connection import Connection
from sayso.client import Client


def serves(connection: Connection) -> bool:
    """Whether the server accepts documents; false while it loads its models or shuts down. Raises SaysoError."""
    remote = Remote(connection.target)
    try:
        return remote.serves(allowed(connection.timeout), Envelope())
    finally:
        remote.close()


def wait_until_ready(connection: Connection) -> None:
    """Wait until the server is running and has loaded its models. Raises SaysoError."""
    with Client(connection.address, timeout=connection.timeout, tls=connection.tls, token=connection.token) as client:
        client.wait_ready()
