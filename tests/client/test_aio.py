"""The async client: the same calls, the same errors. It runs on the loop of the servers under test."""

from collections.abc import AsyncIterator

import pytest
from support.bare import Liar, listening
from support.engine import POISON
from support.serving import PATIENCE, Running, free_port, run

import sayso

TEXT = "“Yes,” said Mara."


def test_extract_and_info(served: Running) -> None:
    async def calls() -> tuple[sayso.Result, sayso.ServerInfo]:
        async with sayso.AsyncClient(served.address, timeout=PATIENCE) as client:
            return await client.extract(TEXT, document_id="d1"), await client.info()

    result, info = run(calls())
    assert (result.document_id, str(result.statements[0].speaker)) == ("d1", "Mara")
    assert info.ready


def test_many_documents_in_order_with_their_own_errors(served: Running) -> None:
    async def calls() -> list[sayso.Result | sayso.SaysoError]:
        async with sayso.AsyncClient(served.address, timeout=PATIENCE) as client:
            return [one async for _, one in client.extract_many([TEXT, POISON, "\udc00", TEXT])]

    kinds = [type(one) for one in run(calls())]
    assert kinds == [sayso.Result, sayso.ExtractionFailed, sayso.InvalidDocument, sayso.Result]


@pytest.mark.parametrize(("text", "error"), [(POISON, sayso.ExtractionFailed), ("\ud800", sayso.InvalidDocument)])
def test_errors(served: Running, text: str, error: type[sayso.SaysoError]) -> None:
    async def call() -> None:
        async with sayso.AsyncClient(served.address, timeout=PATIENCE) as client:
            await client.extract(text)

    with pytest.raises(error):
        run(call())


def test_a_stream_answers_every_document(served: Running) -> None:
    async def documents() -> AsyncIterator[str]:
        for text in (TEXT, POISON, "\udc00", TEXT):
            yield text

    async def calls() -> dict[int, sayso.Result | sayso.SaysoError]:
        async with sayso.AsyncClient(served.address, timeout=PATIENCE) as client:
            return {index: one async for index, one in client.stream(documents())}

    outcomes = run(calls())
    kinds = [type(outcomes[index]) for index in range(4)]
    assert kinds == [sayso.Result, sayso.ExtractionFailed, sayso.InvalidDocument, sayso.Result]


def test_a_stream_raises_what_its_documents_raise(served: Running) -> None:
    async def documents() -> AsyncIterator[str]:
        yield TEXT
        raise OSError("disk gone")

    async def calls() -> None:
        async with sayso.AsyncClient(served.address, timeout=PATIENCE) as client:
            async for _ in client.stream(documents()):
                pass

    with pytest.raises(OSError, match="disk gone"):
        run(calls())


def test_a_stream_can_be_left(served: Running) -> None:
    async def calls() -> bool:
        async with sayso.AsyncClient(served.address, timeout=PATIENCE) as client:
            stream = client.stream([TEXT] * 1000)
            await anext(stream)
            await stream.aclose()
            return (await client.info()).ready

    assert run(calls())


def test_many_batches_with_progress(served: Running) -> None:
    told: list[tuple[int, int | None]] = []

    async def calls() -> list[sayso.Result | sayso.SaysoError]:
        async with sayso.AsyncClient(served.address, timeout=PATIENCE) as client:
            texts = [f"“{number},” said Mara." for number in range(100)]
            outcomes = client.extract_many(texts, concurrency=2, progress=lambda *counts: told.append(counts))
            return [one async for _, one in outcomes]

    results = [one for one in run(calls()) if isinstance(one, sayso.Result)]
    assert [one.statements[0].text for one in results] == [f"“{number},”" for number in range(100)]
    assert told[-1] == (100, 100)


def test_an_overloaded_server_is_given_the_time_it_asks_for(served: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    async def calls() -> tuple[object, list[float]]:
        waits: list[float] = []
        async with sayso.AsyncClient(served.address, timeout=0.375) as client:

            async def overloaded(*_: object) -> None:
                waits.append(0.125)
                raise sayso.Overloaded("full", reason="OVERLOADED", retry_after=waits[-1])

            monkeypatch.setattr(client._transport, "call", overloaded)
            [outcome] = [one async for _, one in client.extract_many([TEXT])]
            return outcome, waits

    outcome, waits = run(calls())
    assert isinstance(outcome, sayso.Overloaded)
    assert len(waits) == 4  # once, and three waits of an eighth of a second within a patience of three of them


def test_no_server() -> None:
    async def call(address: str) -> None:
        async with sayso.AsyncClient(address) as client:
            await client.info()

    with pytest.raises(sayso.ServerUnavailable, match="no server answers"):
        run(call(f"127.0.0.1:{free_port()}"))


def test_overload_for_long_and_delays_of_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many waits as there is patience for, however many: each takes a tenth of a second at least."""

    async def calls() -> tuple[object, list[float]]:
        waits: list[float] = []

        async def overloaded(*_: object) -> None:
            raise sayso.Overloaded("full", reason="OVERLOADED", retry_after=-1 if len(waits) % 2 else 0)

        async def waited(seconds: float) -> None:
            waits.append(seconds)

        async with sayso.AsyncClient("localhost:1", timeout=200) as client:
            monkeypatch.setattr(client._transport, "call", overloaded)
            with monkeypatch.context() as patch:
                patch.setattr("sayso.aio.asyncio.sleep", waited)
                [(_, outcome)] = [pair async for pair in client.extract_many([TEXT])]
        return outcome, waits

    outcome, waits = run(calls())
    assert isinstance(outcome, sayso.Overloaded)
    assert set(waits) == {0.1}
    assert 1990 < len(waits) <= 2000


def test_a_stream_that_breaks_its_promises() -> None:
    async def calls(address: str) -> None:
        async with sayso.AsyncClient(address) as client:
            async for _ in client.stream([TEXT] * 3):
                pass

    for ids, message in ((["0", "1"], "before it had answered 1 document"), (["9"], "was not sent")):
        with listening(Liar(ids=ids)) as address, pytest.raises(sayso.ServerError, match=message):
            run(calls(address))


def test_wait_ready_and_a_client_that_is_closed(served: Running) -> None:
    async def calls() -> None:
        client = sayso.AsyncClient(served.address, timeout=PATIENCE)
        await client.wait_ready()
        await client.close()
        with pytest.raises(sayso.ClientClosed):
            await client.extract(TEXT)
        with pytest.raises(sayso.ClientClosed):
            await anext(client.stream([TEXT]))

    run(calls())
