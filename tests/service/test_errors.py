"""Errors, and that they do not affect other calls."""

import logging

import grpc
import pytest
from google.rpc import error_details_pb2
from support.calls import raw, raw_stream, trailers_of
from support.engine import POISON, SECRET
from support.serving import PATIENCE, Running, reason_of, running, status_of, unpack

from sayso.v1 import quotes_pb2 as pb
from sayso_server.service.settings import Limits

GOOD = "“Yes,” said Mara."
BAD = f"{SECRET} {POISON}"


def request(text: str) -> pb.ExtractQuotesRequest:
    return pb.ExtractQuotesRequest(document=pb.Document(text=text))


# A message of type Document whose text is not UTF-8, inside ExtractQuotesRequest; and bytes that are no message.
@pytest.mark.parametrize("data", [b"\x0a\x04\x0a\x02\xc3\x28", b"\xff\xff\xff\xff", b"\x0a\x7f"])
@pytest.mark.parametrize("method", ["ExtractQuotes", "BatchExtractQuotes"])
def test_bytes_that_are_no_message(served: Running, method: str, data: bytes) -> None:
    call = raw(served.channel, f"/sayso.v1.QuoteService/{method}")
    with pytest.raises(grpc.RpcError) as raised:
        call(data)
    assert raised.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert reason_of(status_of(raised.value)) == "MALFORMED_MESSAGE"


def test_bytes_that_are_no_message_in_a_stream_come_after_the_answers_due(served: Running) -> None:
    good = pb.StreamExtractQuotesRequest(correlation_id="a", document=pb.Document(text=GOOD)).SerializeToString()
    messages = iter([good, b"\xff\xff\xff"])
    answers = raw_stream(served.channel, "/sayso.v1.QuoteService/StreamExtractQuotes", messages)
    assert pb.StreamExtractQuotesResponse.FromString(next(answers)).correlation_id == "a"
    with pytest.raises(grpc.RpcError) as raised:
        next(answers)
    assert reason_of(status_of(raised.value)) == "MALFORMED_MESSAGE"


def test_bytes_that_are_no_message_for_the_health_service(served: Running) -> None:
    with pytest.raises(grpc.RpcError) as raised:
        raw(served.channel, "/grpc.health.v1.Health/Check")(b"\xff\xff")
    assert raised.value.code() is grpc.StatusCode.INVALID_ARGUMENT


def test_a_failing_document_is_internal_and_silent_about_its_text(
    served: Running, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(grpc.RpcError) as raised:
        served.stub.ExtractQuotes(request(BAD))
    status = status_of(raised.value)
    assert raised.value.code() is grpc.StatusCode.INTERNAL
    assert reason_of(status) == "EXTRACTION_FAILED"
    assert "ValueError at engine.py" in caplog.text
    assert SECRET not in caplog.text + str(status)


def test_in_a_batch_each_document_fails_alone() -> None:
    documents = [
        pb.Document(text=GOOD, document_id="good"),
        pb.Document(text=BAD),
        pb.Document(text="x" * 101),
        pb.Document(text="Guten Tag", language_code="de"),
        pb.Document(text="", document_id="empty"),
        pb.Document(text=GOOD, document_id="last"),
    ]
    with running(limits=Limits(max_document_chars=100)) as served:
        outcomes = served.stub.BatchExtractQuotes(pb.BatchExtractQuotesRequest(documents=documents)).outcomes
    shown = [
        outcome.result.document_id if outcome.HasField("result") else reason_of(outcome.error) for outcome in outcomes
    ]
    assert shown == ["good", "EXTRACTION_FAILED", "TEXT_TOO_LONG", "UNSUPPORTED_LANGUAGE", "empty", "last"]
    assert [len(outcomes[index].result.statements) for index in (0, 4, 5)] == [1, 0, 1]


def test_a_batch_that_is_empty_or_too_large() -> None:
    with running(limits=Limits(max_batch_documents=2)) as served:
        assert not served.stub.BatchExtractQuotes(pb.BatchExtractQuotesRequest()).outcomes
        with pytest.raises(grpc.RpcError) as raised:
            served.stub.BatchExtractQuotes(pb.BatchExtractQuotesRequest(documents=[pb.Document()] * 3))
    assert raised.value.details() == "the batch has 3 documents; the limit is 2"
    assert reason_of(status_of(raised.value)) == "TOO_MANY_DOCUMENTS"


def test_a_message_over_the_limit_is_refused_and_the_next_one_read() -> None:
    with running(limits=Limits(max_message_bytes=1000)) as served:
        with pytest.raises(grpc.RpcError) as raised:
            served.stub.ExtractQuotes(request("x" * 2000))
        assert raised.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert served.stub.ExtractQuotes(request(GOOD)).result.statements


def test_a_full_queue_refuses_at_once_and_says_when_to_come_back() -> None:
    with running(limits=Limits(max_queued_words=4)) as served:
        served.engine.gate.clear()
        first = served.stub.ExtractQuotes.future(request("longer than the queue"))
        assert served.engine.entered.wait(PATIENCE)
        with pytest.raises(grpc.RpcError) as raised:
            served.stub.ExtractQuotes(request("x"))
        assert raised.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        status = status_of(raised.value)
        assert reason_of(status) == "OVERLOADED"
        [retry] = unpack(status, error_details_pb2.RetryInfo)
        trailers = trailers_of(raised.value)
        assert trailers["grpc-retry-pushback-ms"] == str(retry.retry_delay.ToMilliseconds()) == "1000"
        served.engine.gate.set()
        assert first.result(PATIENCE).result.stats.word_count == 4
        assert served.stub.ExtractQuotes(request("x")).result.stats.word_count == 1


def test_work_past_its_deadline_is_never_read(served: Running) -> None:
    served.engine.gate.clear()
    first = served.stub.ExtractQuotes.future(request("first"))
    assert served.engine.entered.wait(PATIENCE)
    with pytest.raises(grpc.RpcError) as raised:
        served.stub.ExtractQuotes(request("dead"), timeout=0.1)
    assert raised.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    served.engine.gate.set()
    first.result(PATIENCE)
    served.stub.ExtractQuotes(request("last"))
    assert served.engine.read == ["first", "last"]


def test_the_server_has_a_deadline_of_its_own() -> None:
    with running(limits=Limits(max_duration=0.1)) as served:
        served.engine.gate.clear()
        with pytest.raises(grpc.RpcError) as raised:
            served.stub.ExtractQuotes(request("slow"), timeout=PATIENCE)
        assert reason_of(status_of(raised.value)) == "DEADLINE_EXCEEDED"
        served.engine.gate.set()
