"""Who answers the async client: a server, or the engine in this process."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

import grpc
import grpc.aio

from sayso._calls import BATCH, Method, Request, Response, Target
from sayso._local import Local, batch_of_one
from sayso._status import error_of_call
from sayso.v1 import quotes_pb2 as pb
from sayso.v1.quotes_pb2_grpc import QuoteServiceStub


class AsyncRemote:
    """A channel to a server."""

    def __init__(self, target: Target) -> None:
        self.name = target.server
        self._target = target
        self._channel = _open_channel(target)
        self._stub = QuoteServiceStub(self._channel)

    async def call(self, method: Method[Request, Response], request: Request, timeout: float) -> Response:
        """The response to one request. Raises SaysoError."""
        call = getattr(self._stub, method.name)
        try:
            response: Response = await call(request, timeout=timeout, metadata=self._target.metadata)
        except grpc.RpcError as error:
            raise error_of_call(error, self._target.server) from None
        return response

    async def stream(
        self, requests: AsyncIterator[pb.StreamExtractQuotesRequest], timeout: float | None
    ) -> AsyncGenerator[pb.StreamExtractQuotesResponse, None]:
        """The responses as they come. Raises SaysoError, and what `requests` raises."""
        call = self._stub.StreamExtractQuotes(timeout=timeout, metadata=self._target.metadata)
        # Written here, not given to gRPC: that would only log an error of `requests`, and never end.
        writing = asyncio.create_task(_write(call, requests))
        try:
            async for response in call:
                yield response
            await writing
        except grpc.RpcError as error:
            raise error_of_call(error, self._target.server) from None
        except asyncio.CancelledError:
            if writing.done() and not writing.cancelled() and (broken := writing.exception()):
                raise broken from None
            raise
        finally:
            call.cancel()
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)

    async def close(self) -> None:
        """Close the channel."""
        await self._channel.close()


class AsyncLocal:
    """The engine in this process; see `sayso._local.Local`."""

    def __init__(self, model: str) -> None:
        self._local = Local(model)
        self.name = self._local.name

    async def call(self, method: Method[Request, Response], request: Request, timeout: float) -> Response:
        """The response to one request. Raises SaysoError."""
        return await asyncio.wrap_future(self._local.submit(method, request, timeout))

    async def stream(
        self, requests: AsyncIterator[pb.StreamExtractQuotesRequest], timeout: float | None
    ) -> AsyncGenerator[pb.StreamExtractQuotesResponse, None]:
        """The responses, in order."""
        async for request in requests:
            response = await asyncio.wrap_future(self._local.submit(BATCH, batch_of_one(request)))
            yield pb.StreamExtractQuotesResponse(correlation_id=request.correlation_id, outcome=response.outcomes[0])

    async def close(self) -> None:
        """Drop what is queued."""
        self._local.close()


def _open_channel(target: Target) -> grpc.aio.Channel:
    if target.tls:
        return grpc.aio.secure_channel(target.server, target.tls.credentials(), options=target.channel_options)
    return grpc.aio.insecure_channel(target.server, options=target.channel_options)


async def _write(
    call: "grpc.aio.StreamStreamCall[pb.StreamExtractQuotesRequest, pb.StreamExtractQuotesResponse]",
    requests: AsyncIterator[pb.StreamExtractQuotesRequest],
) -> None:
    """Send the requests; an error of theirs cancels the call."""
    try:
        async for request in requests:
            await call.write(request)
        await call.done_writing()
    except asyncio.InvalidStateError:
        pass  # the call has ended: its status says why
    except BaseException:
        call.cancel()
        raise
