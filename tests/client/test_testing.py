"""The server with canned responses: a client returns what it was given."""

import time

import pytest
from support.serving import PATIENCE, run

import sayso
from sayso.testing import FakeServer, Recorded, Said, result

TEXT = "“The plan failed,” said Mara Olin.\n\nShe added that nobody was hurt."
OLIN = Said("Mara Olin", "“The plan failed,”", cue="said", role="engineer")
ADDED = Said("Mara Olin", "that nobody was hurt", cue="added", source="She", kind=sayso.Kind.INDIRECT)

ERRORS = [
    sayso.InvalidDocument("no such field", reason="INVALID_OPTION", field="options.kinds"),
    sayso.RequestTooLarge("too large"),
    sayso.Overloaded("full", reason="OVERLOADED", retry_after=1.5),
    sayso.AccessDenied("no token", reason="UNAUTHENTICATED"),
    sayso.RequestTimeout("no answer in time", reason="DEADLINE_EXCEEDED"),
    sayso.ExtractionFailed("could not be read", reason="EXTRACTION_FAILED", metadata={"cause": "WORKER_DIED"}),
    sayso.ServerError("odd", reason="INTERNAL"),
    sayso.ServerUnavailable("shutting down", reason="DRAINING", retry_after=0.1),
]


def test_a_result_is_made_of_a_text() -> None:
    made = result(TEXT, OLIN, ADDED, document_id="d1")
    first, second = made.statements
    assert [(one.statement_id, one.speaker_name, one.text) for one in made.statements] == [
        ("s1", "Mara Olin", "“The plan failed,”"),
        ("s2", "Mara Olin", "that nobody was hurt"),
    ]
    assert first.speaker is second.speaker is made.speakers[0]
    assert (str(first.source), str(second.source)) == ("Mara Olin", "She")
    assert (first.paragraph_index, second.paragraph_index) == (0, 1)
    assert all(TEXT[span.slice] == span.text for one in made.statements for span in one.content)
    assert sayso.Result.from_json(made.to_json()) == made


@pytest.mark.parametrize(
    "said", [Said("Mara Olin", "never said"), Said("Mara Olin", "nobody", cue="told"), Said("", "")]
)
def test_a_result_has_what_its_text_has(said: Said) -> None:
    with pytest.raises(ValueError, match="the text does not have"):
        result(TEXT, said)


def test_answers_by_text() -> None:
    answers: dict[str, sayso.Result | sayso.SaysoError] = {
        TEXT: result(TEXT, OLIN, ADDED),
        "bad": sayso.ExtractionFailed("could not be read"),
    }
    document = sayso.Document(TEXT, "d1", labels={"desk": "world"})
    with FakeServer(answers) as server, sayso.Client(server.address) as client:
        one = client.extract(document)
        many = [outcome for _, outcome in client.extract_many([TEXT, "bad", "unknown"])]
        streamed = dict(client.stream([TEXT, "bad"]))
    assert (one.document_id, one.labels, len(one.statements)) == ("d1", {"desk": "world"}, 2)
    assert one.statements == many[0].statements == streamed[0].statements  # type: ignore[union-attr]
    assert [type(outcome) for outcome in many] == [sayso.Result, sayso.ExtractionFailed, sayso.Result]
    assert many[2].statements == ()  # type: ignore[union-attr]
    assert isinstance(streamed[1], sayso.ExtractionFailed)


def test_answers_by_a_function() -> None:
    def answer(document: sayso.Document) -> sayso.Result | sayso.SaysoError:
        if document.language == "fr":
            return sayso.InvalidDocument("not French", reason="UNSUPPORTED_LANGUAGE", field="document.language_code")
        return result(document.text, Said("somebody", document.text))

    async def calls(address: str) -> sayso.Result:
        async with sayso.AsyncClient(address) as client:
            with pytest.raises(sayso.InvalidDocument, match="not French"):
                await client.extract("Non.", language="fr")
            return await client.extract("Yes.")

    with FakeServer(answer) as server:
        assert run(calls(server.address)).statements[0].text == "Yes."
        assert [document.text for document in server.documents] == ["Non.", "Yes."]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_errors_come_out_as_they_went_in(error: sayso.SaysoError) -> None:
    with FakeServer({"bad": error}) as server, sayso.Client(server.address, timeout=2) as client:
        with pytest.raises(type(error)) as raised:
            client.extract("bad")
        seen = vars(raised.value)
        assert seen.pop("request_id") == server.calls[-1].request_id
        assert seen == {name: value for name, value in vars(error).items() if name != "request_id"}


def test_calls_that_fail() -> None:
    with FakeServer() as server, sayso.Client(server.address) as client:
        server.fail_next(sayso.Overloaded("full", retry_after=0.1), times=2)
        with pytest.raises(sayso.Overloaded):
            client.extract("a")
        started = time.monotonic()
        [(_, outcome)] = client.extract_many(["b"])
        assert isinstance(outcome, sayso.Result)
        assert time.monotonic() - started > 0.09
        with pytest.raises(TypeError, match="no server causes a ClientClosed"):
            server.fail_next(sayso.ClientClosed("closed"))
        assert [call.method for call in server.calls] == ["ExtractQuotes"] + ["BatchExtractQuotes"] * 2


def test_what_came_is_recorded() -> None:
    document = sayso.Document("x", "d1", "en", "Title", labels={"desk": "world"})
    with FakeServer() as server, sayso.Client(server.address, token="t") as client:
        client.extract(document, explain=True, request_id="mine")
        call: Recorded = server.calls[0]
        assert repr(server) == f"FakeServer({server.address!r}, 1 calls)"
    assert (call.method, call.documents, call.request_id) == ("ExtractQuotes", (document,), "mine")
    assert call.metadata["authorization"] == "Bearer t"
    assert call.options.view == 2


def test_a_server_that_becomes_ready() -> None:
    with FakeServer(ready=False) as server, sayso.Client(server.address, timeout=PATIENCE) as client:
        assert not client.info().ready
        with pytest.raises(sayso.ServerUnavailable, match="loading"):
            client.extract("x", timeout=0.3)
        server.ready = True
        client.wait_ready()
        assert client.info().model == sayso.ModelInfo("fake", "0", "")


def test_a_token() -> None:
    with FakeServer(token="secret") as server:
        with sayso.Client(server.address, token="wrong") as client, pytest.raises(sayso.AccessDenied):
            client.extract("x")
        with sayso.Client(server.address, token="secret") as client:
            assert client.extract("x").statements == ()


def test_a_server_that_is_closed() -> None:
    with FakeServer() as server:
        pass
    with sayso.Client(server.address) as client, pytest.raises(sayso.ServerUnavailable, match="no server answers"):
        client.extract("x")
