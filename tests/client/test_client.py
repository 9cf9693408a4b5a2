"""The sync client against a server around a fake engine."""

import gc
import itertools
import json
import pickle
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import pytest
from support.bare import RESULT, Healthy, Liar, Overloaded, listening
from support.calls import raw
from support.engine import POISON, FakeEngine
from support.serving import PATIENCE, Running, free_port, run, running

import sayso
from sayso._envelope import Envelope
from sayso._target import target
from sayso._transports.remote import RemoteCall
from sayso.rows import COLUMNS
from sayso.v1 import quotes_pb2 as pb
from sayso_server.service.settings import Limits

TEXT = "😀 “Yes,” said Mara. “No,” said Olin. “Well,” said Mara."


@pytest.fixture
def client(served: Running) -> Iterator[sayso.Client]:
    with sayso.Client(served.address, timeout=PATIENCE) as client:
        yield client


def test_statements_with_their_speakers(client: sayso.Client) -> None:
    result = client.extract(TEXT, document_id="d1", language="en-GB")
    assert [(str(one.speaker), str(one.cue), one.text) for one in result.statements] == [
        ("Mara", "said", "“Yes,”"),
        ("Olin", "said", "“No,”"),
        ("Mara", "said", "“Well,”"),
    ]
    first = result.statements[0]
    assert first.speaker is result.speakers[0] is result.speaker("p1")
    assert [TEXT[span.start : span.end] for span in first.content] == ["“Yes,”"]
    assert (first.kind, first.polarity, first.speaker.type) == (
        sayso.Kind.DIRECT,
        sayso.Polarity.AFFIRMED,
        sayso.SpeakerType.PERSON,
    )
    assert first.source
    assert (first.source.text, first.parent_id, first.explanation) == ("Mara", None, None)
    assert (result.document_id, result.language, result.model.name) == ("d1", "en", "fake")
    assert result.stats.parse_duration.total_seconds() == 0.25
    with pytest.raises(KeyError):
        result.speaker("p9")


def test_reprs_read_well(client: sayso.Client) -> None:
    result = client.extract(TEXT, document_id="d1")
    statement = result.statements[0]
    assert repr(result) == "Result('d1', 3 statements, 2 speakers)"
    assert repr(statement) == "Statement(s1, direct, 'Mara' said: '“Yes,”')"
    assert repr(statement.speaker) == "Speaker('Mara', person)"
    assert repr(statement.cue) == "Cue('said', say)"
    assert repr(statement.source) == "Span(14:18, 'Mara')"


def test_options(client: sayso.Client, served: Running) -> None:
    result = client.extract(TEXT, kinds="direct", cue_classes=[sayso.CueClass.WANT], min_confidence=0.5, explain=True)
    explanation = result.statements[0].explanation
    assert explanation is not None
    assert (explanation.rule, explanation.evidence[0]) == ("fake", sayso.Evidence("strong", 2.0))
    [asked] = served.engine.options
    assert ({*asked.kinds}, {*asked.cue_classes}, asked.min_confidence) == ({"direct"}, {"want"}, 0.5)


@pytest.mark.parametrize("kinds", [[sayso.Kind.UNKNOWN], "unknown", ["direct", "unknown"]])
def test_options_that_are_not_there_name_those_that_are(client: sayso.Client, kinds: list[str] | str) -> None:
    with pytest.raises(sayso.InvalidDocument, match='no Kind "unknown"; there are: direct, indirect, mixed') as raised:
        client.extract(TEXT, kinds=kinds)
    assert raised.value.field == "options.kinds"
    with pytest.raises(TypeError, match="min_confidnce"):
        client.extract(TEXT, min_confidnce=0.5)  # type: ignore[call-arg]
    with pytest.raises(sayso.InvalidDocument, match="not between 0 and 1"):
        list(client.extract_many([TEXT], min_confidence=2))


def test_what_is_known_of_a_document_is_sent(client: sayso.Client) -> None:
    document = sayso.Document(TEXT, "d1", title="Two words", published_at=datetime(2026, 3, 1))  # noqa: DTZ001
    assert client.extract(document).document_id == "d1"
    with pytest.raises(sayso.InvalidDocument, match=r"document\.title has half"):
        client.extract(sayso.Document(TEXT, title="\udc00"))


def test_labels_come_back(client: sayso.Client) -> None:
    labels = {"outlet": "Harwick Post", "empty": ""}
    document = sayso.Document(TEXT, labels=labels)
    result = client.extract(document)
    assert result.labels == labels
    assert sayso.Result.from_json(result.to_json()) == result
    assert {row["labels"] for row in result.rows()} == {'{"empty": "", "outlet": "Harwick Post"}'}
    assert [outcome.labels for _, outcome in client.extract_many([document, TEXT])] == [labels, {}]  # type: ignore[union-attr]
    assert hash(document) == hash(sayso.Document(TEXT))


@pytest.mark.parametrize(
    ("labels", "problem"),
    [
        ({str(n): "" for n in range(65)}, "there are 65 labels; the limit is 64"),
        ({"key": "é" * 4096}, "the labels have 8,195 bytes; the limit is 8,192"),
        ({"": "value"}, "a label has an empty key"),
        ({"key": "\ud800"}, r"document.labels has half of a surrogate pair"),
    ],
)
def test_labels_that_no_document_can_have(client: sayso.Client, labels: dict[str, str], problem: str) -> None:
    with pytest.raises(sayso.InvalidDocument, match=problem) as raised:
        client.extract(sayso.Document(TEXT, labels=labels))
    assert raised.value.field == "document.labels"


def test_labels_are_strings(client: sayso.Client) -> None:
    with pytest.raises(TypeError, match="labels must be strings: 7 is of type int"):
        client.extract(sayso.Document(TEXT, labels={"year": 7}))  # type: ignore[dict-item]
    with pytest.raises(TypeError, match=r"document.labels is of type list; it must be a mapping"):
        client.extract(sayso.Document(TEXT, labels=["year"]))  # type: ignore[arg-type]


def test_info(client: sayso.Client) -> None:
    info = client.info()
    assert info.ready
    assert info.model == sayso.ModelInfo("fake", "7", "0123abcd")
    assert info.languages == ("en",)
    assert info.limits.max_document_chars == 200_000


def test_an_empty_text(client: sayso.Client) -> None:
    result = client.extract("")
    assert [warning.code for warning in result.warnings] == [sayso.WarningCode.EMPTY_TEXT]


def test_invalid_documents_say_which_field(client: sayso.Client) -> None:
    with pytest.raises(sayso.InvalidDocument, match='"de" is not supported; supported: en') as raised:
        client.extract("Guten Tag", language="de")
    assert (raised.value.reason, raised.value.field) == ("UNSUPPORTED_LANGUAGE", "document.language_code")
    assert raised.value.metadata == {"supported": "en"}


def test_a_lone_surrogate_is_named_before_anything_is_sent(client: sayso.Client, served: Running) -> None:
    with pytest.raises(sayso.InvalidDocument, match=r"surrogate pair \(U\+D83D\) at character 3") as raised:
        client.extract("abc\ud83d.")
    assert (raised.value.reason, raised.value.field) == ("LONE_SURROGATE", "document.text")
    assert served.engine.read == []


def test_a_document_that_the_server_cannot_read(client: sayso.Client) -> None:
    with pytest.raises(sayso.ExtractionFailed) as raised:
        client.extract(POISON)
    assert raised.value.reason == "EXTRACTION_FAILED"


def test_many_documents_in_order_with_their_own_errors(client: sayso.Client, served: Running) -> None:
    documents: list[str | sayso.Document] = [f"“{number},” said Mara." for number in range(50)]
    documents[3] = POISON
    documents[20] = "\udc00"
    documents[49] = sayso.Document("Guten Tag", "last", "de")
    pairs = list(client.extract_many(documents))
    assert all(given is taken for given, (taken, _) in zip(documents, pairs, strict=True))
    outcomes = [outcome for _, outcome in pairs]
    failed = {index: type(one) for index, one in enumerate(outcomes) if isinstance(one, sayso.SaysoError)}
    assert failed == {3: sayso.ExtractionFailed, 20: sayso.InvalidDocument, 49: sayso.InvalidDocument}
    assert [one.statements[0].text for one in outcomes if isinstance(one, sayso.Result)] == [
        f"“{number},”" for number in range(49) if number not in (3, 20)
    ]


def test_a_message_over_the_limit_fails_its_documents_only() -> None:
    with running(limits=Limits(max_message_bytes=5000)) as served, sayso.Client(served.address) as client:
        with pytest.raises(sayso.RequestTooLarge):
            client.extract("x" * 6000)
        assert [type(one) for _, one in client.extract_many(["x" * 6000])] == [sayso.RequestTooLarge]
        assert client.extract("x").stats.words == 1


def test_overload_says_when_to_come_back() -> None:
    engine = FakeEngine()
    with running(limits=Limits(max_queued_words=2), engine=engine) as served:
        engine.gate.clear()
        held = served.stub.ExtractQuotes.future(sayso_request("held up"))
        assert engine.entered.wait(PATIENCE)
        with sayso.Client(served.address) as client, pytest.raises(sayso.Overloaded) as raised:
            client.extract("x")
        assert raised.value.retry_after == 1.0
        engine.gate.set()
        held.result(PATIENCE)


def test_no_answer_in_time(served: Running) -> None:
    served.engine.gate.clear()
    with sayso.Client(served.address) as client, pytest.raises(sayso.RequestTimeout):
        client.extract("x", timeout=0.1)


def test_no_server() -> None:
    address = f"127.0.0.1:{free_port()}"
    with sayso.Client(address) as client, pytest.raises(sayso.ServerUnavailable, match=address) as raised:
        client.extract("x")
    assert raised.value.reason == ""


@pytest.mark.parametrize("address", ["localhost", "http://localhost:50051", "localhost:0", ":50051", "a/b:1"])
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(ValueError, match=r"invalid server address .*: expected HOST:PORT"):
        sayso.Client(address)


@pytest.mark.parametrize("address", ["localhost:1", "[::1]:50051", "dns:///localhost:50051", "unix:/run/sayso"])
def test_what_is_an_address(address: str) -> None:
    with sayso.Client(address) as client:
        assert client.server == address


def test_the_server_of_the_environment(monkeypatch: pytest.MonkeyPatch, served: Running) -> None:
    monkeypatch.setenv("SAYSO_SERVER", served.address)
    with sayso.Client() as client:
        assert client.server == served.address
        assert client.info().ready
    monkeypatch.delenv("SAYSO_SERVER")
    with sayso.Client() as client:
        assert client.server == "localhost:50051"
    gc.collect()


def test_values_are_frozen_and_hashable(client: sayso.Client) -> None:
    result = client.extract(TEXT)
    assert {result, client.extract("x")} != {result}
    with pytest.raises(AttributeError):
        result.statements[0].kind = sayso.Kind.MIXED  # type: ignore[misc]


def sayso_request(text: str) -> pb.ExtractQuotesRequest:
    return pb.ExtractQuotesRequest(document=pb.Document(text=text))


def test_batches_over_the_limits_of_the_server_are_cut_smaller() -> None:
    limits = Limits(max_batch_documents=3, max_message_bytes=5000)
    texts = [f"“{number},” said Mara." for number in range(20)]
    with running(limits=limits) as served, sayso.Client(served.address, timeout=PATIENCE) as client:
        outcomes = [outcome for _, outcome in client.extract_many([*texts, "x" * 6000, *texts])]
    assert [index for index, one in enumerate(outcomes) if not isinstance(one, sayso.Result)] == [20]
    assert isinstance(outcomes[20], sayso.RequestTooLarge)


def test_progress_tells_how_many_are_done(client: sayso.Client) -> None:
    told: list[tuple[int, int | None]] = []
    texts = [TEXT] * 20
    list(client.extract_many(texts, progress=lambda done, total: told.append((done, total))))
    assert told == [(done, 20) for done in range(1, 21)]
    told.clear()
    list(client.extract_many(iter([TEXT]), progress=lambda done, total: told.append((done, total))))
    assert told == [(1, None)]


def test_no_more_calls_are_in_flight_than_asked_for(client: sayso.Client) -> None:
    taken = 0

    def texts() -> Iterator[str]:
        nonlocal taken
        for taken in range(1, 161):  # noqa: B007 - counts what was read ahead
            yield TEXT

    pairs = client.extract_many(texts(), concurrency=2)
    assert isinstance(next(pairs)[1], sayso.Result)
    assert taken <= 3 * 16 + 1
    assert len(list(pairs)) == 159


def test_an_overloaded_server_that_asks_for_too_much_time_is_not_waited_for() -> None:
    servicer = Overloaded(retry_after=PATIENCE + 1)
    with listening(servicer) as address, sayso.Client(address, timeout=PATIENCE) as client:
        [(_, outcome)] = client.extract_many(["x"])
    assert isinstance(outcome, sayso.Overloaded)
    assert str(outcome) == "full; in 61 s"


def test_an_overloaded_server_is_given_the_time_it_asks_for() -> None:
    engine = FakeEngine()
    with running(limits=Limits(max_queued_words=1), engine=engine) as served:
        engine.gate.clear()
        held = served.stub.ExtractQuotes.future(sayso_request("held up"))
        assert engine.entered.wait(PATIENCE)
        with sayso.Client(served.address) as client:
            threading.Timer(0.5, engine.gate.set).start()
            [(_, outcome)] = client.extract_many(["x"])
        assert isinstance(outcome, sayso.Result)
        held.result(PATIENCE)


@pytest.mark.parametrize("delay", [0.0, -1.0])
def test_an_overload_without_end_is_waited_for_as_long_as_there_is_patience(
    monkeypatch: pytest.MonkeyPatch, delay: float
) -> None:
    """The number of waits does not matter: each takes at least a tenth of a second, whatever the server says."""
    waits: list[float] = []
    monkeypatch.setattr("sayso.client.time.sleep", waits.append)

    class Full:
        def result(self) -> pb.BatchExtractQuotesResponse:
            raise sayso.Overloaded("full", reason="OVERLOADED", retry_after=delay)

    with sayso.Client("localhost:1", timeout=200) as client:
        monkeypatch.setattr(client._transport, "submit", lambda *_: Full())
        [(_, outcome)] = client.extract_many(["x"])
    assert isinstance(outcome, sayso.Overloaded)
    assert set(waits) == {0.1}
    assert 1990 < len(waits) <= 2000  # more than Python allows calls within each other


@pytest.mark.parametrize(
    ("outcomes", "message"),
    [
        ([RESULT] * 2, "answered 3 documents with 2 outcomes"),
        ([RESULT] * 4, "answered 3 documents with 4 outcomes"),
        ([], "answered 3 documents with 0 outcomes"),
    ],
)
def test_too_few_outcomes_and_too_many(outcomes: list[pb.Outcome], message: str) -> None:
    with listening(Liar(outcomes=outcomes)) as address, sayso.Client(address) as client:
        found = [outcome for _, outcome in client.extract_many(["a", "b", "\udc00", "c"])]
    broken = sayso.ServerError
    assert [type(one) for one in found] == [broken, broken, sayso.InvalidDocument, broken]
    assert message in str(found[0])


def test_an_outcome_that_is_empty() -> None:
    with listening(Liar(outcomes=[RESULT, pb.Outcome()])) as address, sayso.Client(address) as client:
        first, second = (outcome for _, outcome in client.extract_many(["a", "b"]))
        assert isinstance(first, sayso.Result)
        assert isinstance(second, sayso.ServerError)
        assert second.message == "the server sent neither a result nor an error for this document"
        assert str(second) == f"{second.message} (request {first.request_id})"
        with pytest.raises(sayso.ServerError, match="sent no result"):
            client.extract("a")


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        (["0", "1"], "ended the stream before it had answered 1 document"),
        ([], "ended the stream before it had answered 3 documents"),
        (["0", "1", "999999"], "answered a document that it was not sent, or answered it twice"),
        (["0", "x"], "answered a document that it was not sent, or answered it twice"),
        (["0", "0"], "answered a document that it was not sent, or answered it twice"),
    ],
)
def test_a_stream_that_breaks_its_promises(ids: list[str], message: str) -> None:
    with listening(Liar(ids=ids)) as address, sayso.Client(address) as client:
        stream = client.stream(["a", "b", "c"])
        with pytest.raises(sayso.ServerError, match=message):
            list(stream)


def test_a_client_that_is_closed(served: Running) -> None:
    for client in (sayso.Client(served.address), sayso.Client(local=True)):
        client.close()
        client.close()
        for use in (lambda: client.extract("x"), client.info, lambda: list(client.extract_many(["x"]))):  # noqa: B023
            with pytest.raises(sayso.ClientClosed, match="this client is closed"):
                use()
        with pytest.raises(sayso.ClientClosed):
            list(client.stream(["x"]))


@pytest.mark.parametrize("timeout", [0, -1, float("nan")])
def test_a_timeout_that_is_none(client: sayso.Client, timeout: float) -> None:
    with pytest.raises(ValueError, match=f"timeout is {timeout}; it must be a number of seconds greater than 0"):
        client.extract(TEXT, timeout=timeout)
    with pytest.raises(ValueError, match="timeout is"):
        sayso.Client(timeout=timeout)


@pytest.mark.parametrize("timeout", [1e12, float("inf")])
def test_a_timeout_without_end(client: sayso.Client, timeout: float) -> None:
    assert client.extract(TEXT, timeout=timeout).statements
    assert [type(one) for _, one in client.stream([TEXT], timeout=timeout)] == [sayso.Result]


def test_the_default_timeout_grows_with_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds: list[float] = []

    class Answered:
        def result(self) -> pb.ExtractQuotesResponse:
            return pb.ExtractQuotesResponse(result=RESULT.result)

    def submit(method: object, request: object, timeout: float, envelope: object) -> Answered:
        seconds.append(timeout)
        return Answered()

    with sayso.Client("localhost:1") as client, sayso.Client("localhost:1", timeout=7) as hasty:
        for one in (client, hasty):
            monkeypatch.setattr(one._transport, "submit", submit)
        for text in ("x" * 10, "x" * 200_000):
            client.extract(text)
        client.extract("x", timeout=5)
        hasty.extract("x" * 200_000)
    assert [round(one) for one in seconds] == [60, 260, 5, 7]


def test_a_document_that_is_none(client: sayso.Client) -> None:
    for wrong in (None, b"bytes", {"text": "x"}):
        with pytest.raises(TypeError, match=rf"document is of type {type(wrong).__name__}; it must be a str or a"):
            client.extract(wrong)  # type: ignore[arg-type]
    for one in ("abc", sayso.Document("abc")):
        with pytest.raises(TypeError, match="it must be several documents"):
            list(client.extract_many(one))  # type: ignore[arg-type]


def test_a_server_that_loads_its_models_is_waited_for() -> None:
    with running(warm=False) as served, sayso.Client(served.address, timeout=PATIENCE) as client:
        threading.Timer(1.5, lambda: run(served.server.warm_up())).start()
        assert client.extract(TEXT).statements
    with running(warm=False) as served, sayso.Client(served.address, timeout=PATIENCE) as client:
        threading.Timer(1.5, lambda: run(served.server.warm_up())).start()
        assert [type(one) for _, one in client.extract_many([TEXT])] == [sayso.Result]
    with running(warm=False) as served, sayso.Client(served.address, timeout=PATIENCE) as client:
        threading.Timer(5, lambda: run(served.server.warm_up())).start()  # longer than gRPC tries again
        assert [type(one) for _, one in client.stream([TEXT])] == [sayso.Result]


def test_a_server_that_loads_for_longer_than_the_timeout() -> None:
    with running(warm=False) as served, sayso.Client(served.address, timeout=1.25) as client:
        with pytest.raises(sayso.ServerUnavailable) as raised:
            client.extract(TEXT)
        assert raised.value.reason == "NOT_READY"
        with pytest.raises(sayso.ServerUnavailable, match="still loading"):
            list(client.extract_many([TEXT]))


def test_wait_ready() -> None:
    with running(warm=False) as served, sayso.Client(served.address) as client:
        with pytest.raises(sayso.ServerUnavailable, match="its models are loading, or it is shutting down"):
            client.wait_ready(timeout=0.1)
        threading.Timer(0.5, lambda: run(served.server.warm_up())).start()
        client.wait_ready(timeout=PATIENCE)
    with sayso.Client(f"127.0.0.1:{free_port()}") as client, pytest.raises(sayso.ServerUnavailable, match="no server"):
        client.wait_ready(timeout=0.1)
    with sayso.Client(local=True) as client, pytest.raises(ValueError, match="timeout is -1"):
        client.wait_ready(timeout=-1)


def test_wait_ready_waits_for_a_server_that_is_not_there_yet() -> None:
    port = free_port()
    with sayso.Client(f"127.0.0.1:{port}") as client, ExitStack() as later:
        server = listening(Healthy(), address=f"127.0.0.1:{port}")
        start = threading.Timer(0.5, lambda: later.enter_context(server))
        start.start()
        client.wait_ready(timeout=PATIENCE)
        start.join()


def test_a_proxy_is_named_where_no_server_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = f"127.0.0.1:{free_port()}"
    monkeypatch.setenv("http_proxy", f"http://user:secret@{proxy}")
    monkeypatch.delenv("no_proxy", raising=False)
    with sayso.Client("sayso.example:50051") as client, pytest.raises(sayso.ServerUnavailable) as raised:
        client.info()
    assert str(raised.value) == (
        f"no server answers at sayso.example:50051 through the proxy {proxy};"
        " to bypass the proxy, set no_proxy=sayso.example"
    )
    monkeypatch.setenv("no_proxy", "localhost,127.0.0.1")
    with sayso.Client(f"127.0.0.1:{free_port()}") as client, pytest.raises(sayso.ServerUnavailable) as raised:
        client.info()
    assert "proxy" not in str(raised.value)


def test_a_stream_answers_every_document(client: sayso.Client) -> None:
    documents: list[str | sayso.Document] = [TEXT, POISON, "\udc00", sayso.Document(TEXT, "last"), "\udc00"]
    outcomes = dict(client.stream(documents, explain=True))
    assert [type(outcomes[index]) for index in range(5)] == [
        sayso.Result,
        sayso.ExtractionFailed,
        sayso.InvalidDocument,
        sayso.Result,
        sayso.InvalidDocument,
    ]
    first, last = outcomes[0], outcomes[3]
    assert isinstance(first, sayso.Result)
    assert isinstance(last, sayso.Result)
    assert last.document_id == "last"
    assert first.statements[0].explanation
    assert first.statements[0].explanation.rule == "fake"


def test_a_stream_raises_what_its_documents_raise(client: sayso.Client) -> None:
    def documents() -> Iterator[str]:
        yield TEXT
        raise OSError("disk gone")

    with pytest.raises(OSError, match="disk gone"):
        list(client.stream(documents()))


def test_a_stream_can_be_left(client: sayso.Client) -> None:
    stream = client.stream(itertools.repeat(TEXT))
    assert next(stream)[0] >= 0
    stream.close()
    assert client.info().ready


def test_a_stream_without_a_server() -> None:
    address = f"127.0.0.1:{free_port()}"
    with sayso.Client(address) as client, pytest.raises(sayso.ServerUnavailable, match="sayso-server serve"):
        list(client.stream([TEXT]))


def test_the_token_goes_with_every_call(monkeypatch: pytest.MonkeyPatch) -> None:
    assert target(None, None, "secret").sent(Envelope("r1")) == (
        ("authorization", "Bearer secret"),
        ("x-request-id", "r1"),
    )
    monkeypatch.setenv("SAYSO_TOKEN", "other")
    assert target("x:1").sent(Envelope("r1"))[0] == ("authorization", "Bearer other")
    assert target("x:1", metadata={"authorization": "Basic own"}).sent(Envelope("r1"))[0] == (
        "authorization",
        "Basic own",
    )
    assert "secret" not in repr(sayso.Client("x:1", token="secret"))
    gc.collect()


def test_tls_settings(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="needs its key"):
        sayso.Tls(certificate="client.pem")
    with pytest.raises(FileNotFoundError):
        sayso.Client("x:1", tls=sayso.Tls(ca=tmp_path / "none.pem"))


def test_a_server_without_tls_is_told_from_none(served: Running) -> None:
    with sayso.Client(served.address, tls=sayso.Tls()) as client, pytest.raises(sayso.ServerUnavailable) as raised:
        client.info()
    expected = f"{served.address} does not speak TLS; connect without: no Tls(...), no --tls, no --tls-ca"
    assert str(raised.value) == expected


def test_a_service_that_is_another() -> None:
    with running() as served:
        call = raw(served.channel, "/sayso.v1.QuoteService/Unknown").future(b"")
        with pytest.raises(sayso.ServerError, match="does not offer"):
            RemoteCall(call, target(served.address), Envelope()).result()


def test_a_result_survives_its_json(client: sayso.Client) -> None:
    result = client.extract(TEXT, document_id="d1", explain=True)
    assert sayso.Result.from_json(result.to_json()) == result
    assert sayso.Result.from_json(json.dumps(result.to_dict() | {"fromTheFuture": 1})) == result
    assert result.to_dict()["statements"][0]["contentSpans"] == [{"start": 2, "end": 8, "text": "“Yes,”"}]
    with pytest.raises(ValueError, match=r"not a sayso\.v1\.Result"):
        sayso.Result.from_json('{"statements": 3}')


def test_json_is_one_line_for_every_reader_of_lines(client: sayso.Client) -> None:
    text = "“Yes,\u2028well\x85\u2029,” said Mara."
    result = client.extract(text)
    assert len(result.to_json().splitlines()) == 1
    assert sayso.Result.from_json(result.to_json()) == result
    assert "“Yes,\\u2028well" in result.to_json()


def test_spans_slice_the_text(client: sayso.Client) -> None:
    for one in client.extract(TEXT).statements:
        assert one.cue
        assert one.source
        for span in (*one.content, *one.cue.spans, one.source):
            assert TEXT[span.slice] == span.text


def test_rows_and_data_frames(client: sayso.Client) -> None:
    results = [client.extract(TEXT, document_id=name) for name in ("a", "b")]
    assert all(tuple(row) == COLUMNS for row in results[0].rows())
    frame = sayso.to_dataframe(results)
    assert list(frame.columns) == list(COLUMNS)
    assert list(frame.speaker) == ["Mara", "Olin", "Mara"] * 2
    assert list(results[0].to_dataframe().text) == ["“Yes,”", "“No,”", "“Well,”"]
    assert list(sayso.to_dataframe([]).columns) == list(COLUMNS)


def test_a_data_frame_without_pandas_names_the_extra(client: sayso.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match="pip install pandas"):
        client.extract(TEXT).to_dataframe()


def test_who_said_it(client: sayso.Client) -> None:
    result = client.extract(TEXT)
    assert [one.statement_id for one in result.said_by("mara")] == ["s1", "s3"]
    assert result.said_by("Mar") == ()


@pytest.mark.parametrize(
    "error",
    [
        sayso.Overloaded("full", reason="OVERLOADED", retry_after=2.5),
        sayso.InvalidDocument("odd", reason="TEXT_TOO_LONG", field="document.text", metadata={"chars": "9"}),
        sayso.ServerUnavailable("none"),
    ],
)
def test_errors_can_be_pickled(error: sayso.SaysoError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), vars(again)) == (str(error), vars(error))


@pytest.mark.parametrize("concurrency", [0, -1])
def test_some_call_must_be_in_flight(client: sayso.Client, concurrency: int) -> None:
    with pytest.raises(ValueError, match="at least one"):
        list(client.extract_many([TEXT], concurrency=concurrency))
