"""A document has the same result by every API and client, and with every unit of offsets."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given, settings
from hypothesis import strategies as st
from support.toy import NEWS, TaggedToyParser, ToyParser

from sayso.v1 import quotes_pb2 as pb
from sayso_server.core.model import Model
from sayso_server.core.pipeline import Extractor, outcomes
from sayso_server.core.statement import CueClass, Extraction, Options, Timing
from sayso_server.service.api.in_process import LocalService
from sayso_server.service.api.offsets import Unit
from sayso_server.service.api.responses import ResultContext, result_message

MODEL = Model("toy", "0", "")
EXTRACTORS = st.sampled_from([Extractor(ToyParser(), MODEL), Extractor(TaggedToyParser(), MODEL)])
EVERYTHING = Options(cue_classes=frozenset(CueClass))
SAID = [
    "“It 😀 failed,” Mara Olin said on Friday.",
    "Mara said “é” that. She told Olin “no 🎉”",
    "Olin urged « that ».",
]
TEXTS = st.one_of(NEWS, st.lists(st.sampled_from([*SAID, "\n\n", "é", "😀"]), max_size=8).map(" ".join))
CODECS = {Unit.UTF32: ("utf-32-le", 4), Unit.UTF16: ("utf-16-le", 2), Unit.UTF8: ("utf-8", 1)}


def untimed(extraction: object) -> Extraction:
    assert isinstance(extraction, Extraction)
    return replace(extraction, timing=Timing())


def spans(message: Message) -> Iterator[pb.Span]:
    """Every span of a message, at any depth."""
    for field, value in message.ListFields():
        for one in value if field.is_repeated else [value]:
            if isinstance(one, pb.Span):
                yield one
            elif isinstance(one, Message):
                yield from spans(one)


def without_offsets(message: pb.Result) -> pb.Result:
    """A copy without offsets and their unit."""
    copy = pb.Result()
    copy.CopyFrom(message)
    copy.ClearField("offset_encoding")
    for span in spans(copy):
        span.ClearField("start")
        span.ClearField("end")
    return copy


def read(documents: Sequence[pb.Document]) -> list[pb.Result]:
    """Their results, read in one batch, without statistics."""
    service = LocalService("toy")
    vars(service)["_engine"] = Extractor(ToyParser(), MODEL)
    answer = service.extract(pb.BatchExtractQuotesRequest(documents=documents))
    assert isinstance(answer, pb.BatchExtractQuotesResponse)
    for outcome in answer.outcomes:
        outcome.result.stats.ClearField("parse_duration")
        outcome.result.stats.ClearField("extract_duration")
    return [outcome.result for outcome in answer.outcomes]


def test_these_texts_have_statements_with_characters_of_every_width() -> None:
    for parser in (ToyParser(), TaggedToyParser()):
        rng, extractor = random.Random(1), Extractor(parser, MODEL)
        found = [extractor.extract(" ".join(rng.choices(SAID, k=4)), EVERYTHING) for _ in range(20)]
        contents = {span.of(one.text) for one in found for statement in one.statements for span in statement.content}
        assert any("😀" in content for content in contents)
        assert any("é" in content for content in contents)


@settings(max_examples=200, deadline=None)
@given(TEXTS, EXTRACTORS)
def test_in_every_unit_the_offsets_are_those_of_the_same_words(text: str, extractor: Extractor) -> None:
    extraction = extractor.extract(text, EVERYTHING)
    contexts = {unit: ResultContext("d1", unit, explained=True, alternatives=9) for unit in Unit}
    results = {unit: result_message(extraction, MODEL, context) for unit, context in contexts.items()}
    for unit, result in results.items():
        codec, width = CODECS[unit]
        units = text.encode(codec)
        assert all(units[width * span.start : width * span.end].decode(codec) == span.text for span in spans(result))
        assert without_offsets(result) == without_offsets(results[Unit.UTF32])


@settings(max_examples=100, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=4), EXTRACTORS)
def test_a_document_is_read_in_a_batch_as_it_is_alone(texts: list[str], extractor: Extractor) -> None:
    together = outcomes(extractor, texts, [EVERYTHING] * len(texts))
    alone = [outcomes(extractor, [text], [EVERYTHING])[0] for text in texts]
    assert [untimed(one) for one in together] == [untimed(one) for one in alone]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(TEXTS, st.integers(0, 10)), min_size=1, max_size=4))
def test_a_request_is_answered_in_a_batch_as_it_is_alone(given_texts: list[tuple[str, int]]) -> None:
    """Also with the day and the labels of each document."""
    documents = [
        pb.Document(
            text=text,
            document_id=f"d{number}",
            published_at=Timestamp(seconds=day * 86_400) if day else None,
            labels={"day": str(day)},
        )
        for number, (text, day) in enumerate(given_texts)
    ]
    results = read(documents)
    assert results == [read([document])[0] for document in documents]
    assert [dict(result.labels) for result in results] == [dict(document.labels) for document in documents]
