"""The bundled models in a real server: strangers' calls, and the death of a worker."""

import json
import os
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from acceptance.conftest import Saw
from acceptance.served import Served, serving, until
from acceptance.test_strangers import BUF, MODULES, ROOT, run, tool
from support.serving import PATIENCE, REAL

from sayso.v1 import quotes_pb2 as pb
from sayso_tools.bench.texts import invented

ARTICLE = (ROOT / "server/demo/article.txt").read_text("utf-8")
TEXT = "😀 “The plan failed,” said Mara Olin."


@pytest.fixture(scope="module")
def real() -> Iterator[Served]:
    with serving("--max-duration", "3600", module=REAL) as server:  # a busy machine may be slow
        yield server


def test_grpc_js_with_the_bundled_models(real: Served) -> None:
    if not (MODULES / "@grpc/grpc-js").exists() or not (MODULES / "@grpc/proto-loader").exists():
        pytest.skip("grpc-js is missing: npm install --prefix build/acceptance @grpc/grpc-js @grpc/proto-loader")
    script = Path(__file__).with_name("strangers") / "client.js"
    command = (tool("node"), script, real.address, ROOT / "protos", TEXT)
    seen = json.loads(run(*command, NODE_PATH=str(MODULES)))
    assert seen == {"sliced": "“The plan failed,”", "text": "“The plan failed,”", "code": 3, "ids": ["a", "b", "c"]}


def test_buf_curl_with_the_bundled_models(real: Served) -> None:
    if not BUF.exists():
        pytest.skip("buf is missing: make lint-buf fetches it")
    url = f"http://{real.address}/sayso.v1.QuoteService/ExtractQuotes"
    data = json.dumps({"document": {"text": TEXT}})
    answer = json.loads(run(BUF, "curl", "--protocol", "grpc", "--http2-prior-knowledge", "--data", data, url))
    [statement], [speaker] = answer["result"]["statements"], answer["result"]["speakers"]
    assert (statement["contentSpans"][0]["text"], speaker["displayName"]) == ("“The plan failed,”", "Mara Olin")


def test_kill_9_of_a_worker_with_the_bundled_models(real: Served, saw: Saw) -> None:
    texts = ["\n\n".join([ARTICLE] * 4), *[ARTICLE] * 4]
    expected = said(real.read(ARTICLE))
    assert expected
    [worker] = real.workers()
    requests = [pb.ExtractQuotesRequest(document=pb.Document(text=text)) for text in texts]
    calls = [real.stub.ExtractQuotes.future(request) for request in requests]
    until(lambda: real.metric("sayso_queue_documents") == len(calls))
    os.kill(worker, signal.SIGKILL)
    long, *short = [call.result(10 * PATIENCE).result for call in calls]
    assert [said(result) for result in short] == [expected] * 4
    assert len(long.statements) > 2 * len(expected)
    assert long.stats.word_count == 4 * short[0].stats.word_count
    assert real.metric("sayso_worker_deaths_total") == 1
    saw(5, Counter(OK=5), "the same answers as before its death; one was of 4 articles")


def test_an_article_comes_out_the_same_whether_one_worker_reads_it_or_two(real: Served) -> None:
    texts = [*invented(2), "\n\n".join(invented(4))]
    with serving("--max-duration", "3600", "--workers", "2", module=REAL) as two:
        two.read(TEXT)
        for text in texts:
            rounds = two.metric("sayso_batch_words_count")
            result, expected = two.read(text), real.read(text)
            for timed in (result, expected):
                timed.stats.ClearField("queue_duration")
                timed.stats.ClearField("parse_duration")
                timed.stats.ClearField("extract_duration")
            assert result == expected
            assert len(result.statements) > 10
            assert two.metric("sayso_batch_words_count") >= rounds + 2, "it was not shared"


def said(result: pb.Result) -> list[tuple[str, str]]:
    """The statements of a result: content and speaker."""
    names = {speaker.speaker_id: speaker.display_name for speaker in result.speakers}
    return [(" ".join(s.text for s in one.content_spans), names.get(one.speaker_id, "")) for one in result.statements]
