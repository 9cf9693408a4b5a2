"""Gives every call a request ID, a log line, metrics and a trace."""

import asyncio
import logging
import re
import time
import uuid
from typing import Any, NamedTuple

import grpc
import grpc.aio

from sayso_server.service.call_facts import CallFacts, begin_call
from sayso_server.service.errors import REQUEST_ID_KEY, Context
from sayso_server.service.interceptors.handlers import Behaviour, Handler, WrappingInterceptor, behaviour_of, rebuilt
from sayso_server.service.request_id import request_id
from sayso_server.service.telemetry.metrics import Metrics
from sayso_server.service.telemetry.tracing import NO_TRACES, Traces

log = logging.getLogger(__name__)

_ACCEPTABLE = re.compile(r"[\w.:-]{1,64}", re.ASCII)
_CODES = {code.value[0]: code.name for code in grpc.StatusCode}
_OURS = "/sayso."


class _Call(NamedTuple):
    method: str
    kind: str
    peer: str
    facts: CallFacts


class ObserveInterceptor(WrappingInterceptor):
    """The outermost interceptor, so that it also observes calls that the others reject."""

    def __init__(self, metrics: Metrics, traces: Traces = NO_TRACES) -> None:
        self._metrics = metrics
        self._traces = traces

    def wrapped(self, handler: Handler, details: grpc.HandlerCallDetails) -> Handler:
        """The handler, observed."""
        behaviour = self._observed(details.method, _kind(handler), behaviour_of(handler))
        return rebuilt(handler, behaviour, handler.request_deserializer)

    def _observed(self, method: str, kind: str, behaviour: Behaviour) -> Behaviour:
        traces = self._traces if method.startswith(_OURS) else NO_TRACES

        async def answer(request: Any, context: Context) -> Any:
            started, facts = time.monotonic(), begin_call()
            self._begin(method, kind)
            request_id.set(_identifier(context))
            context.set_trailing_metadata(((REQUEST_ID_KEY, request_id.get()),))
            code = "UNKNOWN"
            with traces.call(method, context.invocation_metadata() or ()) as ended:
                try:
                    response = await behaviour(request, context)
                    code = _code(context, "OK")
                    return response
                except asyncio.CancelledError:
                    code = _cancelled(context)
                    raise
                except BaseException:
                    code = _code(context, "UNKNOWN")
                    raise
                finally:
                    ended(code)
                    self._end(_Call(method, kind, context.peer(), facts), code, time.monotonic() - started)

        return answer

    def _begin(self, method: str, kind: str) -> None:
        self._metrics.started.labels(kind, *_parts(method)).inc()

    def _end(self, call: "_Call", code: str, seconds: float) -> None:
        """Count a call that is over, and log it."""
        metrics, facts = self._metrics, call.facts
        metrics.handled.labels(call.kind, *_parts(call.method), code).inc()
        metrics.handling.labels(call.kind, *_parts(call.method)).observe(seconds)
        if facts.reason:
            metrics.failures.labels(facts.reason).inc()
        is_ours = call.method.startswith(_OURS)
        if is_ours:
            metrics.called(facts.caller, code)
        extra = {"method": call.method, "code": code, "seconds": round(seconds, 4), "peer": call.peer} | facts.shown()
        log.log(logging.INFO if is_ours else logging.DEBUG, "%s", _parts(call.method)[1], extra=extra)


def _parts(method: str) -> tuple[str, str]:
    """Service and method name from /service/method."""
    _, service, name = method.split("/")
    return service, name


def _kind(handler: Handler) -> str:
    names = {
        (False, False): "unary",
        (False, True): "server_stream",
        (True, False): "client_stream",
        (True, True): "bidi_stream",
    }
    return names[bool(handler.request_streaming), bool(handler.response_streaming)]


def _identifier(context: Context) -> str:
    """The caller's request ID if it is valid, otherwise a new one."""
    given = dict(context.invocation_metadata() or ()).get(REQUEST_ID_KEY)
    return given if isinstance(given, str) and _ACCEPTABLE.fullmatch(given) else uuid.uuid4().hex


def _code(context: Context, unset: str) -> str:
    code: Any = context.code()
    if not code:
        return unset
    return code.name if isinstance(code, grpc.StatusCode) else _CODES.get(code, "UNKNOWN")


def _cancelled(context: Context) -> str:
    remaining: Any = context.time_remaining()
    return "DEADLINE_EXCEEDED" if remaining is not None and remaining <= 0 else "CANCELLED"
