"""The server's health, for the command `health`."""

from sayso._policy import allowed
from sayso._transports.remote import Remote
from sayso.cli.connection import Connection


def serves(connection: Connection) -> bool:
    """Whether the server reads documents: not so while its models load, and while it shuts down. Raises SaysoError."""
    remote = Remote(connection.target)
    try:
        return remote.serves(allowed(connection.timeout))
    finally:
        remote.close()
