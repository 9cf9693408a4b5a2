"""The routes of the HTTP port: the page, the methods of the contract, their documentation, health, metrics."""

import asyncio
import base64
import binascii
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

import grpc
from google.protobuf.descriptor import MethodDescriptor
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from sayso.report import Page, front_page, message_page
from sayso.v1 import quotes_pb2 as pb
from sayso_server.service.errors import REQUEST_ID_KEY, ServiceError, overloaded, unauthenticated
from sayso_server.service.http import connect
from sayso_server.service.http.bodies import Bodies, BodyTooLargeError, BodyTooSlowError, NoRoomError
from sayso_server.service.http.calls import Answer, Call, Calls, Metadata
from sayso_server.service.http.docs import documentation, openapi
from sayso_server.service.interceptors.auth import AuthInterceptor
from sayso_server.service.settings import Settings
from sayso_server.service.telemetry.metrics import Metrics
from sayso_server.workers.isolation import describe

log = logging.getLogger(__name__)

Endpoint = Callable[[Request], Awaitable[Response]]
_Value = TypeVar("_Value")

_INFO, _EXTRACT = "/sayso.v1.QuoteService/GetServerInfo", "/sayso.v1.QuoteService/ExtractQuotes"
_PLAIN = "text/plain"
_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}
"""Default headers of every response."""


class App:
    """Answers HTTP requests by calling the service."""

    def __init__(
        self, calls: Calls, bodies: Bodies, metrics: Metrics, auth: AuthInterceptor | None, settings: Settings
    ) -> None:
        self._calls = calls
        self._bodies = bodies
        self._metrics = metrics
        self._auth = auth
        self._open_health = settings.security.open_health
        self._front = front_page(max_chars=settings.limits.max_document_chars, wants_token=auth is not None)
        self.is_ready = False
        self.asgi = Starlette(routes=self._routes(), exception_handlers={404: _nothing, 405: _wrong_method})

    def _routes(self) -> list[Route]:
        methods = [Route(path, _guarded(self._method), methods=["GET", "POST"]) for path in connect.UNARY]
        streams = [Route(path, _guarded(_no_stream), methods=["GET", "POST"]) for path in connect.STREAMING]
        return [
            Route("/", _guarded(self._page)),
            Route("/report", _guarded(self._report), methods=["POST"]),
            *methods,
            *streams,
            Route("/docs", _guarded(_docs)),
            Route("/openapi.json", _guarded(_openapi)),
            Route("/livez", _guarded(self._live)),
            Route("/readyz", _guarded(self._ready)),
            Route("/metrics", _guarded(self._show_metrics)),
        ]

    async def _page(self, request: Request) -> Response:
        return _html(self._front)

    async def _live(self, request: Request) -> Response:
        return self._health(request, is_well=True, why="")

    async def _ready(self, request: Request) -> Response:
        return self._health(
            request, is_well=self.is_ready, why="the models are loading, or the server is shutting down"
        )

    def _health(self, request: Request, *, is_well: bool, why: str) -> Response:
        if not (self._open_health or self._is_known(request)):
            return _refused(unauthenticated())
        return PlainTextResponse("ok\n" if is_well else f"{why}\n", 200 if is_well else 503)

    async def _show_metrics(self, request: Request) -> Response:
        if not self._is_known(request):
            return _refused(unauthenticated())
        content, kind = self._metrics.page()
        return Response(content, media_type=kind)

    async def _method(self, request: Request) -> Response:
        """A method of the contract, by the Connect protocol."""
        path = request.scope["path"]  # not `url`, which depends on the client's Host header
        method = connect.UNARY[path]
        if request.method == "GET":
            return await self._get(request, method)
        kind = _kind(request)
        if kind not in (connect.JSON, connect.BINARY):
            return _unsupported(connect.JSON, connect.BINARY)
        strict = connect.VERSION_KEY not in request.headers
        answer = await self._answer(request, path, lambda body: connect.decoded(body, kind, method, strict=strict))
        return await _in_thread(_response, answer, kind, method) if isinstance(answer, Answer) else answer

    async def _get(self, request: Request, method: MethodDescriptor) -> Response:
        """GET is only for methods without documents: URLs are logged by proxies."""
        if request.scope["path"] != _INFO:
            return _error(grpc.StatusCode.UNIMPLEMENTED, "use POST: texts must not be in URLs", 405)
        query = request.query_params
        kind = connect.BINARY if query.get("encoding") == "proto" else connect.JSON
        try:
            message = connect.decoded(
                _message(query.get("message", ""), query.get("base64")), kind, method, strict=False
            )
        except ServiceError as error:
            return _refused(error)
        answer = await self._calls.make(Call(_INFO, message, _metadata(request), None))
        return await _in_thread(_response, answer, kind, method)

    async def _report(self, request: Request) -> Response:
        """Converts a text, or an ExtractQuotes request as JSON, to the page with its statements."""
        kind = _kind(request)
        if kind not in (connect.JSON, _PLAIN):
            return _unsupported(connect.JSON, _PLAIN)
        asked: list[pb.ExtractQuotesRequest] = []
        answer = await self._answer(request, _EXTRACT, lambda body: _page_request(body, kind, asked))
        if not isinstance(answer, Answer):
            return answer
        if not isinstance(answer.outcome, bytes):
            return _response(answer, connect.JSON, connect.UNARY[_EXTRACT])
        return await _in_thread(_report_page, asked[0].document, answer.outcome, answer.request_id)

    async def _answer(self, request: Request, path: str, read: Callable[[bytes], bytes]) -> Answer | Response:
        """The answer to the call that `read` makes from the body, or an error response."""
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return _closing(_error(grpc.StatusCode.PERMISSION_DENIED, "pages of other sites must not call"))
        if request.headers.get("content-encoding", "identity") != "identity":
            return _closing(_error(grpc.StatusCode.UNIMPLEMENTED, "the body must not be compressed"))
        try:
            timeout = connect.timeout_of(request.headers)
            if not self._is_known(request):  # the body is not read
                answer = await self._calls.make(Call(path, b"", _metadata(request), timeout, _peer(request)))
                return _closing(_response(answer, connect.JSON, connect.UNARY[path]))
            async with self._bodies.body(request) as body:
                message = await _in_thread(_or_error, read, body)
                return await _while_connected(
                    request, self._calls.make(Call(path, message, _metadata(request), timeout, _peer(request)))
                )
        except BodyTooLargeError:
            told = f"the body is larger than {self._bodies.limit:,} bytes"
            return _closing(_error(grpc.StatusCode.RESOURCE_EXHAUSTED, told, 413))
        except BodyTooSlowError:
            return _closing(_error(grpc.StatusCode.DEADLINE_EXCEEDED, "the body did not arrive in time", 408))
        except NoRoomError:
            return _closing(_refused(overloaded(retry_after=1.0)))
        except ServiceError as error:
            return _closing(_refused(error))

    def _is_known(self, request: Request) -> bool:
        return self._auth is None or self._auth.caller(request.headers.get("authorization", "")) is not None


def _guarded(endpoint: Endpoint) -> Callable[[Request], Coroutine[Any, Any, Response]]:
    """Converts exceptions to errors as in the service, and logs them without any text of the request."""

    async def guarded(request: Request) -> Response:
        try:
            response = await endpoint(request)
        except ClientDisconnect:
            response = Response(status_code=499)
        except Exception as error:
            log.error("%s failed: %s", getattr(endpoint, "__name__", "a page"), describe(error))
            response = _error(grpc.StatusCode.INTERNAL, "internal error")
        return _with_headers(response)

    return guarded


def _with_headers(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    return response


async def _while_connected(request: Request, work: Coroutine[Any, Any, Answer]) -> Answer:
    """The answer of `work`, which is cancelled if the client disconnects. Raises ClientDisconnect."""
    working, leaving = asyncio.create_task(work), asyncio.create_task(_gone(request))
    try:
        done, _ = await asyncio.wait((working, leaving), return_when=asyncio.FIRST_COMPLETED)
        if working not in done:
            raise ClientDisconnect
        return working.result()
    finally:
        working.cancel()
        leaving.cancel()


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _in_thread(function: Callable[..., _Value], *arguments: Any) -> _Value:
    """Run a function in a thread: converting large texts on the event loop would block all other calls."""
    return await asyncio.to_thread(function, *arguments)


def _or_error(read: Callable[[bytes], bytes], body: bytes) -> bytes | ServiceError:
    try:
        return read(body)
    except ServiceError as error:
        return error


def _page_request(body: bytes, kind: str, asked: list[pb.ExtractQuotesRequest]) -> bytes:
    """The request for a page: with explanations, offsets in code points. Raises ServiceError."""
    request = pb.ExtractQuotesRequest()
    if kind == connect.JSON:
        request.MergeFrom(connect.request_of(body, connect.UNARY[_EXTRACT]))  # type: ignore[arg-type]  # its method's
    else:
        try:
            request.document.text = body.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise connect.malformed_json(f"the text is not UTF-8, at byte {error.start}") from None
    request.options.view = pb.RESULT_VIEW_FULL
    request.options.offset_encoding = pb.OFFSET_ENCODING_UTF32
    asked.append(request)
    return request.SerializeToString()


def _report_page(document: pb.Document, answer: bytes, request_id: str) -> Response:
    response = _html(message_page(document, pb.ExtractQuotesResponse.FromString(answer).result))
    response.headers[REQUEST_ID_KEY] = request_id
    return response


def _response(answer: Answer, kind: str, method: MethodDescriptor) -> Response:
    """An answer in the Connect protocol."""
    headers = {REQUEST_ID_KEY: answer.request_id} if answer.request_id else {}
    if isinstance(answer.outcome, bytes):
        return Response(connect.encoded(answer.outcome, kind, method), media_type=kind, headers=headers)
    error = connect.error_answer(answer.outcome)
    return Response(error.body, error.status, error.headers | headers, connect.JSON)


def _refused(error: ServiceError) -> Response:
    answer = connect.error_answer(error.status())
    return Response(answer.body, answer.status, answer.headers, connect.JSON)


def _error(code: grpc.StatusCode, message: str, status: int | None = None) -> Response:
    answer = connect.error_of(code, message)
    return Response(answer.body, status or answer.status, answer.headers, connect.JSON)


def _closing(response: Response) -> Response:
    """Close the connection after the response: the rest of the request is not read, so no other request can follow."""
    response.headers["connection"] = "close"
    return response


def _unsupported(*kinds: str) -> Response:
    wanted = " or ".join(kinds)
    response = _closing(_error(grpc.StatusCode.INVALID_ARGUMENT, f"the content type must be {wanted}", 415))
    response.headers["accept-post"] = ", ".join(kinds)
    return response


def _kind(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _metadata(request: Request) -> Metadata:
    """The headers as gRPC metadata, each name once, as usual in HTTP."""
    return tuple(request.headers.items())


def _peer(request: Request) -> str:
    """The client's address in gRPC's format."""
    if not request.client:
        return "unknown"
    host, port = request.client
    return f"ipv6:[{host}]:{port}" if ":" in host else f"ipv4:{host}:{port}"


def _message(given: str, is_base64: str | None) -> bytes:
    if is_base64 != "1":
        return given.encode()
    try:
        return base64.urlsafe_b64decode(given + "=" * (-len(given) % 4))
    except (binascii.Error, ValueError):
        raise connect.malformed_json("it is not base64") from None


def _html(page: Page) -> Response:
    headers = {"content-security-policy": f"{page.policy}; frame-ancestors 'none'"}
    return Response(page.html, headers=headers, media_type="text/html; charset=utf-8")


async def _docs(request: Request) -> Response:
    return _html(documentation())


async def _openapi(request: Request) -> Response:
    return JSONResponse(openapi())


async def _no_stream(request: Request) -> Response:
    return _closing(
        _error(grpc.StatusCode.UNIMPLEMENTED, "streams are available only over gRPC; see BatchExtractQuotes")
    )


async def _wrong_method(request: Request, error: Exception) -> Response:
    return _with_headers(_closing(_error(grpc.StatusCode.UNIMPLEMENTED, "HTTP method not allowed; see /docs", 405)))


async def _nothing(request: Request, error: Exception) -> Response:
    return _with_headers(_closing(_error(grpc.StatusCode.NOT_FOUND, "not found; see /docs")))
