"""Bearer-token authentication."""

from typing import Any

import grpc
import grpc.aio
from grpc_health.v1 import health

from sayso_server.service.call_facts import call_facts
from sayso_server.service.errors import Context, abort, unauthenticated
from sayso_server.service.interceptors.handlers import Continuation, Handler, behaviour_of, rebuilt
from sayso_server.service.tokens import TokenFile

_SCHEME = "Bearer "


class AuthInterceptor(grpc.aio.ServerInterceptor):
    """Accepts calls with a valid token; with `open_health`, also calls of the health service."""

    def __init__(self, tokens: TokenFile, *, open_health: bool) -> None:
        self._tokens = tokens
        self._open = f"/{health.SERVICE_NAME}/" if open_health else None

    async def intercept_service(
        self, continuation: Continuation, handler_call_details: grpc.HandlerCallDetails
    ) -> Handler | None:
        """The handler from `continuation`, or one that rejects the call."""
        handler = await continuation(handler_call_details)
        if handler is None or (self._open and handler_call_details.method.startswith(self._open)):
            return handler
        caller = self._caller(handler_call_details)
        return _named(handler, caller) if caller else rebuilt(handler, _refuse, None)

    def _caller(self, details: grpc.HandlerCallDetails) -> str | None:
        given = [value for key, value in details.invocation_metadata or () if key == "authorization"]
        return self.caller(given[0]) if len(given) == 1 else None

    def caller(self, value: str | bytes) -> str | None:
        """The name of the caller with this header value (Bearer ...), None if the token is unknown."""
        text = value if isinstance(value, str) else value.decode("latin-1")
        if text[: len(_SCHEME)].lower() != _SCHEME.lower():
            return None
        return self._tokens.caller(text[len(_SCHEME) :])


def _named(handler: Handler, caller: str) -> Handler:
    """The handler, which first records the caller's name."""
    behaviour = behaviour_of(handler)

    async def answer(request: Any, context: Context) -> Any:
        call_facts().caller = caller
        return await behaviour(request, context)

    return rebuilt(handler, answer, handler.request_deserializer)


async def _refuse(request: Any, context: Context) -> None:
    await abort(context, unauthenticated())
