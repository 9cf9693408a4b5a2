"""The sync client against a server around a fake engine."""

import gc

import pytest
from support.engine import POISON, FakeEngine
from support.serving import PATIENCE, Running, free_port, running

import sayso
from sayso_server.service.settings import Limits

TEXT = "😀 “Yes,” said Mara. “No,” said Olin. “Well,” said Mara."


@pytest.fixture
def client(served: Running) -> sayso.Client:
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
    options = sayso.Options(
        kinds=[sayso.Kind.DIRECT], cue_classes=[sayso.CueClass.WANT], min_confidence=0.5, explain=True
    )
    explanation = client.extract(TEXT, options=options).statements[0].explanation
    assert explanation is not None
    assert (explanation.rule, explanation.evidence[0]) == ("fake", sayso.Evidence("strong", 2.0))
    [asked] = served.engine.options
    assert ({*asked.kinds}, {*asked.cue_classes}, asked.min_confidence) == ({"direct"}, {"want"}, 0.5)
    with pytest.raises(sayso.InvalidDocument, match=r"Kind\.UNKNOWN cannot be asked for"):
        client.extract(TEXT, options=sayso.Options(kinds=[sayso.Kind.UNKNOWN]))


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
    outcomes = list(client.extract_many(documents))
    failed = {index: type(one) for index, one in enumerate(outcomes) if isinstance(one, sayso.SaysoError)}
    assert failed == {3: sayso.ExtractionFailed, 20: sayso.InvalidDocument, 49: sayso.InvalidDocument}
    assert [one.statements[0].text for one in outcomes if isinstance(one, sayso.Result)] == [
        f"“{number},”" for number in range(49) if number not in (3, 20)
    ]


def test_a_message_over_the_limit_fails_its_documents_only() -> None:
    with running(limits=Limits(max_message_bytes=5000)) as served, sayso.Client(served.address) as client:
        with pytest.raises(sayso.RequestTooLarge):
            client.extract("x" * 6000)
        assert [type(one) for one in client.extract_many(["x" * 6000])] == [sayso.RequestTooLarge]
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


def sayso_request(text: str) -> object:
    from sayso.v1 import quotes_pb2 as pb

    return pb.ExtractQuotesRequest(document=pb.Document(text=text))
