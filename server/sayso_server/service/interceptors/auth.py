"""Bearer tokens: who has none of them is UNAUTHENTICATED."""

import hmac
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
from grpc_health.v1 import health

from sayso_server.service.errors import Context, abort, unauthenticated
from sayso_server.service.interceptors.handlers import Continuation, Handler, rebuilt
from sayso_server.service.settings import SettingError, warn_if_open

_SCHEME = "Bearer "


class AuthInterceptor(grpc.aio.ServerInterceptor):
    """Lets calls pass that carry one of the tokens; with `open_health` also those of the health service."""

    def __init__(self, tokens: Sequence[str], *, open_health: bool) -> None:
        self._tokens = [token.encode() for token in tokens]
        self._open = f"/{health.SERVICE_NAME}/" if open_health else None

    async def intercept_service(
        self, continuation: Continuation, handler_call_details: grpc.HandlerCallDetails
    ) -> Handler | None:
        """The handler that `continuation` finds, or one that refuses."""
        handler = await continuation(handler_call_details)
        if handler is None or self._allows(handler_call_details):
            return handler
        return rebuilt(handler, _refuse, None)

    def _allows(self, details: grpc.HandlerCallDetails) -> bool:
        if self._open and details.method.startswith(self._open):
            return True
        given = [value for key, value in details.invocation_metadata or () if key == "authorization"]
        return len(given) == 1 and self.knows(given[0])

    def knows(self, value: str | bytes) -> bool:
        """Whether this (Bearer ...) is one of the tokens; every one is compared, each in constant time."""
        text = value if isinstance(value, str) else value.decode("latin-1")
        if text[: len(_SCHEME)].lower() != _SCHEME.lower():
            return False
        token = text[len(_SCHEME) :].encode()
        matches = [hmac.compare_digest(token, known) for known in self._tokens]
        return any(matches)


async def _refuse(request: Any, context: Context) -> None:
    await abort(context, unauthenticated())


def read_tokens(path: str) -> list[str]:
    """The tokens of a file, one a line. Raises SettingError."""
    warn_if_open(path)
    try:
        lines = Path(path).read_text("ascii").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"--token-file {path}: {_why(error)}") from error
    tokens = [line.strip() for line in lines if line.strip()]
    if not tokens:
        raise SettingError(f"--token-file {path}: there is no token in it")
    return tokens


def _why(error: Exception) -> str:
    return error.strerror or "cannot be read" if isinstance(error, OSError) else "tokens must be ASCII"
