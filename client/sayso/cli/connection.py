"""The connection: to a server, or to the engine in this process."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from sayso._target import DEFAULT_SERVER, Target, checked
from sayso.cli.statuses import BAD_ARGUMENTS, FAILED, UNREACHABLE
from sayso.errors import RequestTimeout, SaysoError, ServerUnavailable
from sayso.tls import Tls

if TYPE_CHECKING:
    from sayso.client import Client


class Failure(click.ClickException):
    """A document was rejected, or the server failed to read it; printed as one line."""

    exit_code = FAILED


class Unreachable(Failure):
    """No server answers in time."""

    exit_code = UNREACHABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """The connection options. `server` is None if none was given."""

    server: str | None
    local: bool
    model: str
    timeout: float | None
    token: str | None
    tls: Tls | None

    @property
    def address(self) -> str:
        """The address of the server, or the default."""
        return self.server or DEFAULT_SERVER

    @property
    def target(self) -> Target:
        """The server, and how to call it."""
        return Target(self.address, self.tls, self.token)

    @contextmanager
    def client(self) -> "Iterator[Client]":
        """A client whose errors are printed as one line."""
        try:
            with self._client() as client:
                yield client
        except SaysoError as error:
            failure = Unreachable if exit_status(error) == UNREACHABLE else Failure
            raise failure(self.describe(error)) from error

    def describe(self, error: SaysoError) -> str:
        """An error in one line, with advice."""
        if isinstance(error, RequestTimeout):
            within = f" within {self.timeout:g} s" if self.timeout else " in time"
            named = f" (request {error.request_id})" if error.request_id else ""
            return f"no answer from {self.address}{within}; allow more time with --timeout{named}"
        if isinstance(error, ServerUnavailable) and error.reason:
            return f"the server at {self.address} is not ready: {error}"
        if isinstance(error, ServerUnavailable) and "sayso-server serve" in error.advice:
            return self._nowhere(error)
        return str(error)

    def _nowhere(self, error: ServerUnavailable) -> str:
        """No server answers. gRPC names only the last address of a host that failed, not what listens at another."""
        if _listens(self.address):
            return f"{error.message}, but something listens there; find out more with: sayso doctor"
        return (
            str(error)
            if _is_installed()
            else f"{error} (in a checkout: pip install ./server), or name another with --server"
        )

    def _client(self) -> "Client":
        from sayso.client import Client  # imports grpc, which is slow

        local = self.local or self._fallback()
        if self.token and not (local or self.tls or is_loopback(self.address)):
            click.echo(f"warning: the token is sent to {self.address} in clear text; encrypt it with --tls", err=True)
        try:
            return Client(
                self.address, timeout=self.timeout, tls=self.tls, token=self.token, local=local, model=self.model
            )
        except OSError as error:  # a file of the TLS settings
            raise Failure(f"{error.filename}: {error.strerror}") from error

    def _fallback(self) -> bool:
        """Whether to use the local engine: no server was given, none is running, and the engine is installed."""
        if self.server or not _is_installed() or _listens(DEFAULT_SERVER):
            return False
        click.echo(f"no server at {DEFAULT_SERVER}: loading the local engine instead", err=True)
        return True


class FailedCheck(click.ClickException):
    """A failure of a command that uses the exit status FAILED for its findings."""

    exit_code = BAD_ARGUMENTS


@contextmanager
def failing_apart() -> Iterator[None]:
    """For such a command: exit with a different status on failures."""
    try:
        yield
    except click.ClickException as error:
        if error.exit_code != FAILED:
            raise
        raise FailedCheck(error.format_message()) from error


def exit_status(error: SaysoError) -> int:
    """The exit status of an error."""
    return UNREACHABLE if isinstance(error, ServerUnavailable | RequestTimeout) else FAILED


def connection_options(*, engine: bool = True) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The options of the connection, as the argument `connection`; `engine` adds those of the local engine."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @wraps(command)
        def connected(**arguments: Any) -> None:
            own = {name: arguments.pop(name, default) for name, default in _DEFAULTS.items()}
            command(connection=_connection(**own), **arguments)

        for option in reversed(_SERVER_OPTIONS + (_ENGINE_OPTIONS if engine else [])):
            connected = option(connected)
        return connected

    return decorate


def _connection(
    *, tls: bool, ca: str | None, cert: str | None, key: str | None, tls_name: str, **settings: Any
) -> Connection:
    context = click.get_current_context()
    if bool(cert) != bool(key):
        raise click.UsageError("--tls-cert and --tls-key go together", context)
    if settings["local"] and context.get_parameter_source("server") is ParameterSource.COMMANDLINE:
        raise click.UsageError("--local and --server contradict each other", context)
    try:
        checked(settings["server"] or DEFAULT_SERVER)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--server") from None
    encrypted = Tls(ca=ca, certificate=cert, key=key, server_name=tls_name) if tls or ca or cert or tls_name else None
    return Connection(tls=encrypted, **settings)


_DEFAULTS: dict[str, Any] = {
    "server": None,
    "local": False,
    "model": "bundled",
    "timeout": None,
    "token": None,
    "tls": False,
    "ca": None,
    "cert": None,
    "key": None,
    "tls_name": "",
}
"""The arguments of the connection; commands without the local engine have only some of them."""

_FILE = click.Path(exists=True, dir_okay=False)
# The environment variables for certificates differ from the server's, which name its own certificates.
_SERVER_OPTIONS = [
    click.option(
        "--server",
        envvar="SAYSO_SERVER",
        show_envvar=True,
        metavar="HOST:PORT",
        help=f"The server to connect to. [default: {DEFAULT_SERVER}]",
    ),
    click.option(
        "--timeout",
        type=click.FloatRange(min=0, min_open=True),
        metavar="SECONDS",
        help="How long to wait for a response, and for the server to load its models. "
        "[default: 60, and 1 more for every 1,000 characters]",
    ),
    click.option("--token", envvar="SAYSO_TOKEN", show_envvar=True, help="Bearer token, if the server asks for one."),
    click.option("--tls", is_flag=True, envvar="SAYSO_CLIENT_TLS", show_envvar=True, help="Encrypt the connection."),
    click.option(
        "--tls-ca",
        "ca",
        type=_FILE,
        envvar="SAYSO_CLIENT_CA",
        show_envvar=True,
        help="Certificates to trust (PEM); encrypts the connection.",
    ),
    click.option(
        "--tls-cert",
        "cert",
        type=_FILE,
        envvar="SAYSO_CLIENT_CERT",
        show_envvar=True,
        help="Client certificate (PEM), if the server asks for one.",
    ),
    click.option(
        "--tls-key",
        "key",
        type=_FILE,
        envvar="SAYSO_CLIENT_KEY",
        show_envvar=True,
        help="Key of the client certificate (PEM).",
    ),
    click.option(
        "--tls-name",
        default="",
        metavar="NAME",
        help="Name in the server's certificate, if it differs from the address.",
    ),
]
_ENGINE_OPTIONS = [
    click.option(
        "--local", is_flag=True, help="Read in this process, without a server; sayso-server must be installed."
    ),
    click.option("--model", default="bundled", show_default=True, metavar="NAME|FOLDER", help="The model of --local."),
]


def _is_installed() -> bool:
    from sayso._transports.local import is_installed  # imports protobuf, which is slow

    return is_installed()


def is_loopback(address: str) -> bool:
    """Whether an address is a loopback address."""
    host = address.rpartition(":")[0].strip("[]")
    return host in {"localhost", "::1"} or host.startswith("127.") or address.startswith("unix")


def _listens(address: str) -> bool:
    """Whether anything listens at HOST:PORT; False for an address of another form, such as unix:PATH."""
    host, _, port = address.rpartition("/")[2].rpartition(":")
    with suppress(OSError, ValueError), socket.create_connection((host.strip("[]"), int(port)), timeout=1):
        return True
    return False
