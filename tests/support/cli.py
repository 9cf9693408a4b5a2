"""The command `sayso`, in this process."""

from click.testing import CliRunner, Result

from sayso.cli.app import app
from support.serving import Running, free_port

TEXT = "😀 “Yes,\n  indeed,” said Mara."


def sayso(served: Running | None, *arguments: str, text: bytes | str = TEXT) -> Result:
    """The result of a command with a server, or without any."""
    address = served.address if served else f"127.0.0.1:{free_port()}"
    return CliRunner().invoke(app, [*arguments, "--server", address], input=text)
