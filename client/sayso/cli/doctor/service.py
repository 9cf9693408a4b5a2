"""Checks the server itself: health, token, version, and reading one sentence."""

import time
from importlib.metadata import version as version_of
from types import TracebackType
from typing import Self

from sayso._calls import INFO
from sayso._envelope import Envelope
from sayso._target import Target
from sayso._transports.remote import Remote
from sayso._wire.server_info import from_server_info
from sayso.cli.connection import Connection
from sayso.cli.doctor.finding import Check, Finding, Status
from sayso.client import Client
from sayso.errors import AccessDenied, SaysoError
from sayso.models import ServerInfo
from sayso.v1 import quotes_pb2 as pb

SENTENCE = "“The bridge is open,” said Mara Olin."
_TIMEOUT = 30.0


class Service:
    """A server that is checked step by step."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._timeout = connection.timeout or _TIMEOUT
        self._remote = Remote(connection.target)
        self._info: ServerInfo | None = None

    def health(self) -> Finding:
        """Whether it accepts requests."""
        try:
            if self._remote.serves(self._timeout, Envelope()):
                return Finding(Check.HEALTH, Status.OK, "serving")
        except SaysoError as error:
            return self._failure(Check.HEALTH, error)
        message = "not serving: the models are loading, or the server is shutting down"
        return Finding(Check.HEALTH, Status.FAILED, message, "wait for it: sayso health --wait")

    def token(self) -> Finding:
        """Whether it accepts the token, and whether it requires one."""
        token = self._connection.token
        try:
            self._info = self._asked(self._remote)
        except AccessDenied as error:
            message = "the server does not know this token" if token else "the server requires a token"
            return Finding(Check.TOKEN, Status.FAILED, message, error.advice)
        except SaysoError as error:
            return self._failure(Check.TOKEN, error)
        if not token:
            return Finding(Check.TOKEN, Status.OK, "not required")
        return Finding(Check.TOKEN, Status.OK, "accepted" if self._is_needed() else "not required by the server")

    def version(self) -> Finding:
        """Whether client and server have the same version."""
        assert self._info, "the token check has fetched the version"
        client, server, model = version_of("sayso"), self._info.version, self._info.model
        told = f"server {server}, client {client}" + (f", model {model.name} {model.version}" if model else "")
        if server == client:
            return Finding(Check.VERSION, Status.OK, told)
        behind = "the client" if _numbers(client) < _numbers(server) else "the server"
        advice = f"they work together, but {behind} is older and lacks some features; update {behind}"
        return Finding(Check.VERSION, Status.WARNING, told, advice)

    def reading(self) -> Finding:
        """Whether it can read a sentence, and how long that takes."""
        connection, started = self._connection, time.monotonic()
        try:
            with Client(
                connection.address, timeout=self._timeout, tls=connection.tls, token=connection.token
            ) as client:
                result = client.extract(SENTENCE)
        except SaysoError as error:
            return self._failure(Check.READING, error)
        milliseconds = 1000 * (time.monotonic() - started)
        if not (result.statements and result.statements[0].speaker):
            message, advice = f"no speaker was found in {SENTENCE}", "are these models for English news? sayso info"
            return Finding(Check.READING, Status.FAILED, message, advice)
        told = f"one sentence, said by {result.statements[0].speaker.name}, in {milliseconds:.0f} ms"
        return Finding(Check.READING, Status.OK, told)

    def _asked(self, remote: Remote) -> ServerInfo:
        return from_server_info(remote.submit(INFO, pb.GetServerInfoRequest(), self._timeout, Envelope()).result())

    def _is_needed(self) -> bool:
        without = Remote(Target(self._connection.address, self._connection.tls))
        try:
            self._asked(without)
        except SaysoError:
            return True
        finally:
            without.close()
        return False

    def _failure(self, check: Check, error: SaysoError) -> Finding:
        advice = error.advice
        message = self._connection.describe(error).removesuffix(f"; {advice}")
        return Finding(check, Status.FAILED, message, advice)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._remote.close()


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".") if part.isdecimal()]
