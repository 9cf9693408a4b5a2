"""The async client: the same calls, the same errors. It runs on the loop of the servers under test."""

import pytest
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
            return [one async for one in client.extract_many([TEXT, POISON, "\udc00", TEXT])]

    kinds = [type(one) for one in run(calls())]
    assert kinds == [sayso.Result, sayso.ExtractionFailed, sayso.InvalidDocument, sayso.Result]


@pytest.mark.parametrize(("text", "error"), [(POISON, sayso.ExtractionFailed), ("\ud800", sayso.InvalidDocument)])
def test_errors(served: Running, text: str, error: type[sayso.SaysoError]) -> None:
    async def call() -> None:
        async with sayso.AsyncClient(served.address, timeout=PATIENCE) as client:
            await client.extract(text)

    with pytest.raises(error):
        run(call())


def test_no_server() -> None:
    async def call(address: str) -> None:
        async with sayso.AsyncClient(address) as client:
            await client.info()

    with pytest.raises(sayso.ServerUnavailable, match="no server answers"):
        run(call(f"127.0.0.1:{free_port()}"))
