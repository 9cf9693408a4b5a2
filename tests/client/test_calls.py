"""Request IDs, metadata, interceptors and channel options of calls."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import grpc
import grpc.aio
import pytest
from support.engine import POISON
from support.serving import PATIENCE, Running, run

import sayso
from sayso.testing import FakeServer

TEXT = "“Yes,” said Mara."


@pytest.fixture
def fake() -> Iterator[FakeServer]:
    with FakeServer() as server:
        yield server


def test_each_call_has_an_identifier_of_its_own(fake: FakeServer) -> None:
    with sayso.Client(fake.address) as client:
        results = [client.extract(TEXT) for _ in range(2)]
        client.info()
    sent = [call.request_id for call in fake.calls]
    assert [one.request_id for one in results] == sent[:2]
    assert len(set(sent)) == 3
    assert all(re.fullmatch(r"[0-9a-f]{32}", one) for one in sent)


def test_an_identifier_of_the_caller_comes_back_from_a_server(served: Running) -> None:
    with sayso.Client(served.address, timeout=PATIENCE) as client:
        assert client.extract(TEXT, request_id="desk-1").request_id == "desk-1"
        assert client.extract(TEXT, metadata={"x-request-id": "desk-2"}).request_id == "desk-2"
        with pytest.raises(sayso.ExtractionFailed) as failed:
            client.extract(POISON, request_id="desk-3")
        assert failed.value.request_id == "desk-3"
        assert str(failed.value) == "this document could not be read (request desk-3)"
        outcomes = [one for _, one in client.extract_many([TEXT, POISON], request_id="job")]
        assert [one.request_id for one in outcomes] == ["job.1", "job.1"]
        outcomes = [one for _, one in client.stream([TEXT, POISON], request_id="feed")]
        assert [one.request_id for one in outcomes] == ["feed", "feed"]


def test_the_async_client_does_the_same(served: Running) -> None:
    async def calls() -> list[str]:
        async with sayso.AsyncClient(served.address, timeout=PATIENCE) as client:
            found = [
                (await client.extract(TEXT, request_id="desk-1")).request_id,
                (await client.extract(TEXT)).request_id,
            ]
            found += [one.request_id async for _, one in client.extract_many([TEXT, POISON], request_id="job")]
            found += [one.request_id async for _, one in client.stream([TEXT, POISON], request_id="feed")]
            try:
                await client.extract(POISON, request_id="desk-3")
            except sayso.SaysoError as error:
                found.append(error.request_id)
        return found

    own, made, *others = run(calls())
    assert (own, len(made)) == ("desk-1", 32)
    assert others == ["job.1", "job.1", "feed", "feed", "desk-3"]


def test_batches_are_numbered(fake: FakeServer) -> None:
    with sayso.Client(fake.address) as client:
        outcomes = [one for _, one in client.extract_many(["x"] * 40, request_id="job")]
    assert sorted({call.request_id for call in fake.calls}) == ["job.1", "job.2", "job.3"]
    assert [one.request_id for one in outcomes] == ["job.1"] * 16 + ["job.2"] * 16 + ["job.3"] * 8


def test_a_call_that_is_sent_again_keeps_its_identifier(fake: FakeServer) -> None:
    fake.fail_next(sayso.ServerUnavailable("loading", reason="NOT_READY", retry_after=0.1), times=2)
    with sayso.Client(fake.address, timeout=PATIENCE) as client:
        named = client.extract("x").request_id
    assert [call.request_id for call in fake.calls] == [named] * 3


def test_the_identifier_is_that_of_the_answer(fake: FakeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy may replace it."""
    monkeypatch.setattr("sayso._testing.server._trailers", lambda *_: (("x-request-id", "edge-1"),))
    with sayso.Client(fake.address) as client:
        assert client.extract("x", request_id="mine").request_id == "edge-1"


def test_a_result_is_the_same_whatever_its_call(fake: FakeServer) -> None:
    with sayso.Client(fake.address) as client:
        first, second = client.extract(TEXT), client.extract(TEXT)
    assert first.request_id != second.request_id
    assert first == second
    assert hash(first) == hash(second)
    assert "request" not in json.dumps(first.to_dict())


@pytest.mark.parametrize("request_id", ["a b", "é", "x" * 65, "a\n"])
def test_identifiers_that_a_server_does_not_take(fake: FakeServer, request_id: str) -> None:
    with (
        sayso.Client(fake.address) as client,
        pytest.raises(ValueError, match=r"request_id is .*; it must be at most 64"),
    ):
        client.extract("x", request_id=request_id)
    with sayso.Client(fake.address) as client, pytest.raises(ValueError, match="at most 56"):
        list(client.extract_many(["x"], request_id="x" * 57))
    assert fake.calls == []


def test_a_message_does_not_repeat_a_long_identifier(fake: FakeServer) -> None:
    with sayso.Client(fake.address) as client, pytest.raises(ValueError, match=r"request_id is 'x{64}'…; it") as raised:
        client.extract("x", request_id="x" * 100_000)
    assert len(str(raised.value)) < 200


def test_metadata_of_client_and_call(fake: FakeServer) -> None:
    with sayso.Client(fake.address, metadata={"x-desk": "world", "x-run": "1"}, token="secret") as client:
        client.extract("x", metadata=[("x-run", "2"), ("x-raw-bin", b"\x00\xff")])
        client.info(metadata={"x-run": "3"})
        list(client.stream(["x"], metadata={"x-run": "4"}))
    kept = [{key: value for key, value in call.metadata.items() if key.startswith("x-r")} for call in fake.calls]
    names = [call.request_id for call in fake.calls]
    assert kept == [
        {"x-run": "2", "x-raw-bin": b"\x00\xff", "x-request-id": names[0]},
        {"x-run": "3", "x-request-id": names[1]},
        {"x-run": "4", "x-request-id": names[2]},
    ]
    assert {(call.metadata["x-desk"], call.metadata["authorization"]) for call in fake.calls} == {
        ("world", "Bearer secret")
    }


@pytest.mark.parametrize(
    ("metadata", "kind", "problem"),
    [
        ({"X-Desk": "a"}, ValueError, "invalid key 'X-Desk'"),
        ({"grpc-timeout": "1S"}, ValueError, "must not begin with grpc-"),
        ({"x-desk": "é"}, ValueError, "the value of 'x-desk' is not printable ASCII"),
        ({"x-desk": b"a"}, ValueError, "only keys ending in -bin take bytes"),
        ({"x-desk-bin": "a"}, ValueError, "only keys ending in -bin take bytes"),
        ({"x-desk": 1}, TypeError, "'x-desk' is of type int"),
        ("x-desk", TypeError, "metadata must be a mapping"),
    ],
)
def test_metadata_that_cannot_be_sent(metadata: Any, kind: type[Exception], problem: str) -> None:
    with pytest.raises(kind, match=problem):
        sayso.Client("x:1", metadata=metadata)
    with sayso.Client("x:1") as client, pytest.raises(kind, match=problem):
        client.extract("x", metadata=metadata)


def test_an_identifier_is_none_of_all_calls() -> None:
    with pytest.raises(ValueError, match="x-request-id belongs to one call"):
        sayso.Client("x:1", metadata={"x-request-id": "mine"})


class Counting(grpc.UnaryUnaryClientInterceptor):
    def __init__(self) -> None:
        self.methods: list[str] = []

    def intercept_unary_unary(self, continuation: Callable[..., Any], details: Any, request: Any) -> Any:
        self.methods.append(details.method)
        return continuation(details, request)


class AsyncCounting(grpc.aio.UnaryUnaryClientInterceptor):
    def __init__(self) -> None:
        self.methods: list[str] = []

    async def intercept_unary_unary(self, continuation: Callable[..., Any], details: Any, request: Any) -> Any:
        self.methods.append(details.method.decode())
        return await continuation(details, request)


METHODS = ["/sayso.v1.QuoteService/ExtractQuotes", "/sayso.v1.QuoteService/BatchExtractQuotes"]


def test_interceptors(fake: FakeServer) -> None:
    counting = Counting()
    fake.fail_next(sayso.Overloaded("full", retry_after=2))
    with sayso.Client(fake.address, interceptors=[counting]) as client:
        with pytest.raises(sayso.Overloaded, match="full; in 2 s"):
            client.extract("x")
        [(_, outcome)] = client.extract_many(["x"], request_id="job")
    assert outcome.request_id == "job.1"
    assert counting.methods == METHODS


def test_interceptors_of_the_async_client(fake: FakeServer) -> None:
    counting = AsyncCounting()

    async def calls() -> sayso.Result | sayso.SaysoError:
        fake.fail_next(sayso.Overloaded("full", retry_after=2))
        async with sayso.AsyncClient(fake.address, interceptors=[counting]) as client:
            with pytest.raises(sayso.Overloaded, match="full; in 2 s"):
                await client.extract("x")
            [(_, outcome)] = [pair async for pair in client.extract_many(["x"], request_id="job")]
        return outcome

    assert run(calls()).request_id == "job.1"
    assert counting.methods == METHODS


def test_interceptors_of_another_kind() -> None:
    with pytest.raises(TypeError, match="interceptors: "):
        sayso.Client("x:1", interceptors=[AsyncCounting()])

    async def call() -> None:
        async with sayso.AsyncClient("x:1", interceptors=[Counting()]) as client:
            await client.info()

    with pytest.raises(TypeError, match="interceptors: "):
        run(call())


def test_channel_options(fake: FakeServer) -> None:
    with sayso.Client(fake.address, options={"grpc.primary_user_agent": "desk/1"}) as client:
        client.extract("x")
    small = sayso.Client(fake.address, options={"grpc.max_receive_message_length": 10})
    with small, pytest.raises(sayso.RequestTooLarge, match="the limit is 10"):
        small.extract("x")
    assert str(fake.calls[0].metadata["user-agent"]).startswith("desk/1 ")
    with pytest.raises(TypeError, match="options must be a mapping"):
        sayso.Client("x:1", options=[("a", 1)])  # type: ignore[arg-type]


def test_health(fake: FakeServer, served: Running) -> None:
    with sayso.Client(served.address) as client:
        assert client.health() == sayso.Health(
            served.address, serving=True, version=client.info().version, model=sayso.ModelInfo("fake", "7", "0123abcd")
        )
    fake.ready = False
    with sayso.Client(fake.address) as client:
        assert client.health() == sayso.Health(fake.address, serving=False, version="fake", model=None)

    async def look() -> sayso.Health:
        async with sayso.AsyncClient(fake.address) as client:
            return await client.health()

    assert run(look()) == sayso.Health(fake.address, serving=False, version="fake", model=None)


def test_health_of_a_server_that_shuts_down(fake: FakeServer) -> None:
    fake.ready = False
    fake.fail_next(sayso.ServerUnavailable("the server is shutting down", reason="DRAINING"))
    with sayso.Client(fake.address) as client:
        assert client.health() == sayso.Health(fake.address, serving=False, version="", model=None)


def test_health_without_a_server_or_a_token() -> None:
    with sayso.Client("127.0.0.1:1") as client, pytest.raises(sayso.ServerUnavailable, match="no server answers"):
        client.health()
    with FakeServer(token="secret") as fake, sayso.Client(fake.address) as client, pytest.raises(sayso.AccessDenied):
        client.health()
