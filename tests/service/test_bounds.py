"""Everything that waits, and everything that is sent, is bounded in bytes; connections in number."""

import contextlib
import socket
from collections.abc import Iterator

import grpc
import pytest
from support.serving import PATIENCE, Running, reason_of, running, status_of

from sayso.v1 import quotes_pb2 as pb
from sayso.v1 import quotes_pb2_grpc as pb_grpc
from sayso_server.service.api.requests import RESPONSE_LIMIT_KEY
from sayso_server.service.settings import Connections, Limits, Settings

GOOD = "“Yes,” said Mara."
LONG = GOOD * 100


def request(text: str, title: str = "", **options: object) -> pb.ExtractQuotesRequest:
    document = pb.Document(text=text, title=title)
    return pb.ExtractQuotesRequest(document=document, options=pb.ExtractOptions(**options))  # type: ignore[arg-type]


def refusal(served: Running, message: pb.ExtractQuotesRequest, *metadata: tuple[str, str]) -> str:
    with pytest.raises(grpc.RpcError) as raised:
        served.stub.ExtractQuotes(message, metadata=metadata)
    return reason_of(status_of(raised.value))


def test_requests_that_wait_are_bounded_in_bytes_whatever_field_has_them() -> None:
    with running(limits=Limits(max_queued_bytes=10_000)) as served:
        served.engine.gate.clear()
        first = served.stub.ExtractQuotes.future(request("one", title="t" * 20_000))  # an empty queue takes any
        assert served.engine.entered.wait(PATIENCE)
        assert refusal(served, request("two", title="t" * 9_000)) == "OVERLOADED"
        served.engine.gate.set()
        first.result(PATIENCE)
        served.stub.ExtractQuotes(request("two", title="t" * 9_000))


def test_a_result_over_the_limit_of_the_server_says_its_size() -> None:
    with running(limits=Limits(max_response_bytes=1000)) as served:
        served.stub.ExtractQuotes(request(GOOD))
        with pytest.raises(grpc.RpcError) as raised:
            served.stub.ExtractQuotes(request(LONG))
    assert raised.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert reason_of(status_of(raised.value)) == "RESULT_TOO_LARGE"
    assert "bytes, the response limit is 1,000" in str(raised.value.details())


def test_a_result_over_the_limit_of_the_caller_is_refused(served: Running) -> None:
    assert refusal(served, request(LONG), (RESPONSE_LIMIT_KEY, "1000")) == "RESULT_TOO_LARGE"
    for limit in ("1000000", "much", "9" * 30):
        served.stub.ExtractQuotes(request(LONG), metadata=((RESPONSE_LIMIT_KEY, limit),))


def test_in_a_batch_the_results_that_fit_are_given() -> None:
    documents = [pb.Document(text=text) for text in (GOOD, LONG, GOOD)]
    with running(limits=Limits(max_response_bytes=1000)) as served:
        response = served.stub.BatchExtractQuotes(pb.BatchExtractQuotesRequest(documents=documents))
    found = [reason_of(one.error) if one.HasField("error") else "" for one in response.outcomes]
    assert found == ["", "RESULT_TOO_LARGE", ""]
    assert response.ByteSize() < 2000  # with the error


@contextlib.contextmanager
def connected(port: int, number: int) -> Iterator[None]:
    """Connections that do nothing."""
    with contextlib.ExitStack() as stack:
        for _ in range(number):
            one = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE))
            one.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00")
            assert one.recv(9)  # the server takes part
        yield


def test_connections_have_a_maximum_and_make_room_for_others() -> None:
    with running(settings=Settings(connections=Connections(max_connections=3))) as served:
        with connected(served.port, 3), grpc.insecure_channel(served.address) as channel:
            with pytest.raises(grpc.RpcError) as raised:
                pb_grpc.QuoteServiceStub(channel).ExtractQuotes(request(GOOD), timeout=2)
            assert raised.value.code() in {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED}
        with grpc.insecure_channel(served.address) as channel:
            pb_grpc.QuoteServiceStub(channel).ExtractQuotes(request(GOOD), wait_for_ready=True, timeout=PATIENCE)
