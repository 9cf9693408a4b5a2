"""The same API in this process: the fake engine is loaded in place of the models."""

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner
from support.engine import POISON, FakeEngine, extraction
from support.serving import PATIENCE, Running, run

import sayso
from sayso.cli.app import app
from sayso_server.core.statement import Extraction
from sayso_server.parsing import load
from sayso_server.parsing.errors import ModelError

TEXT = "😀 “Yes,” said Mara. “No,” said Olin."
Outcome = sayso.Result | sayso.SaysoError
ODD: list[str | sayso.Document] = [TEXT, POISON, "\udc00", sayso.Document("Guten Tag", language="de"), TEXT]
OUTCOMES = [sayso.Result, sayso.ExtractionFailed, sayso.InvalidDocument, sayso.InvalidDocument, sayso.Result]


@pytest.fixture(autouse=True)
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The models that were asked for."""
    models: list[str] = []

    def fake(model: str) -> FakeEngine:
        models.append(model)
        return FakeEngine()

    monkeypatch.setattr(load, "load_engine", fake)
    return models


def test_the_same_statements_whichever_way(served: Running) -> None:
    async def from_async(client: sayso.AsyncClient) -> list[Outcome]:
        async with client:
            [many] = [one async for _, one in client.extract_many([TEXT], explain=True)]
            [(_, streamed)] = [one async for one in client.stream([TEXT], explain=True)]
            return [await client.extract(TEXT, explain=True), many, streamed]

    async def local() -> list[Outcome]:
        return await from_async(sayso.AsyncClient(local=True))

    async def remote() -> list[Outcome]:
        return await from_async(sayso.AsyncClient(served.address, timeout=PATIENCE))

    outcomes = run(local()) + run(remote())
    for client in (sayso.Client(served.address, timeout=PATIENCE), sayso.Client(local=True)):
        with client:
            outcomes.append(client.extract(TEXT, explain=True))
            outcomes += [result for _, result in client.extract_many([TEXT], explain=True)]
            outcomes += [result for _, result in client.stream([TEXT], explain=True)]
    for way in (["--server", served.address], ["--local"]):
        printed = CliRunner().invoke(app, ["extract", "-", "--json", "--explain", *way], input=TEXT)
        [array] = json.loads(printed.stdout)
        outcomes.append(sayso.Result.from_json(json.dumps(array)))
    results = [one for one in outcomes if isinstance(one, sayso.Result)]
    assert len(results) == len(outcomes) == 14
    first = results[0]
    assert all(
        (one.statements, one.speakers, one.model) == (first.statements, first.speakers, first.model) for one in results
    )
    assert len(first.statements) == 2


def test_as_many_other_speakers_as_asked_for(monkeypatch: pytest.MonkeyPatch, served: Running) -> None:
    def doubtful(found: Extraction) -> Extraction:
        others = tuple((f"p{number}", 0.1) for number in range(1, 6))
        return replace(found, statements=tuple(replace(one, alternatives=others) for one in found.statements))

    monkeypatch.setattr("support.engine.extraction", lambda text, known: doubtful(extraction(text, known)))
    for client in (sayso.Client(served.address, timeout=PATIENCE), sayso.Client(local=True)):
        with client:
            results = [client.extract(TEXT, explain=True)]
            results += [client.extract(TEXT, explain=True, max_alternatives=most) for most in (0, 4)]
            explanations = [result.statements[0].explanation for result in results]
            assert [len(one.alternatives) for one in explanations if one] == [3, 0, 4]


def test_documents_fail_alone(loaded: list[str]) -> None:
    with sayso.Client(local=True, model="folder") as client:
        assert [type(one) for _, one in client.extract_many(ODD)] == OUTCOMES
        assert [type(one) for _, one in sorted(client.stream(ODD), key=lambda pair: pair[0])] == OUTCOMES
        with pytest.raises(sayso.InvalidDocument) as raised:
            client.extract("Guten Tag", language="de")
        assert (raised.value.reason, raised.value.field) == ("UNSUPPORTED_LANGUAGE", "document.language_code")
        with pytest.raises(sayso.InvalidDocument, match="not between 0 and 1"):
            client.extract(TEXT, min_confidence=2)
    assert loaded == ["folder"]


def test_info(served: Running) -> None:
    with sayso.Client(local=True) as local, sayso.Client(served.address, timeout=PATIENCE) as remote:
        here, there = local.info(), remote.info()
    assert (here.version, here.ready, here.model, here.limits) == (there.version, True, there.model, there.limits)
    assert repr(local) == "Client('local')"


def test_without_the_server_the_way_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sayso._transports.local.entry_points", lambda group: ())
    with pytest.raises(sayso.LocalEngineUnavailable, match=r"in a checkout, pip install \./server"):
        sayso.Client(local=True)


def test_a_damaged_model(monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged(model: str) -> FakeEngine:
        raise ModelError("models/en/tagger: damaged")

    monkeypatch.setattr(load, "load_engine", damaged)
    with sayso.Client(local=True) as client:
        with pytest.raises(sayso.LocalEngineUnavailable, match="tagger: damaged"):
            client.extract(TEXT)
        with pytest.raises(sayso.LocalEngineUnavailable, match="tagger: damaged"):
            list(client.extract_many([TEXT]))
