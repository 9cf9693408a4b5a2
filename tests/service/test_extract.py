"""ExtractQuotes: the answer, its offsets, its options."""

from collections.abc import Sequence
from datetime import date

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from google.rpc import error_details_pb2
from support.engine import MODEL, FakeEngine
from support.frozen import FrozenParser
from support.golden import GOLDEN
from support.serving import Running, reason_of, running, status_of, unpack

from sayso.v1 import quotes_pb2 as pb
from sayso_server.core.document import Document
from sayso_server.core.pipeline import Extractor
from sayso_server.core.statement import (
    REPORTED_SPEECH,
    CueClass,
    Extraction,
    Kind,
    KnownSpeaker,
    Options,
    SpeakerType,
)
from sayso_server.core.tree import Tree
from sayso_server.service.settings import Limits

KNOWN = "options.known_speakers"
MARA = pb.KnownSpeaker(external_id="Q1", name="Mara")
TEXT = "😀 Café: “It’s e\u0301lan, 🎉” said Mara."


def extract(server: Running, text: str = TEXT, **options: object) -> pb.Result:
    request = pb.ExtractQuotesRequest(
        document=pb.Document(text=text, document_id="d1"),
        options=pb.ExtractOptions(**options),  # type: ignore[arg-type]
    )
    return server.stub.ExtractQuotes(request).result


def known(**fields: object) -> pb.KnownSpeaker:
    message = pb.KnownSpeaker(**fields)  # type: ignore[arg-type]
    message.MergeFrom(MARA)
    return message


def refused(server: Running, request: pb.ExtractQuotesRequest) -> grpc.RpcError:
    with pytest.raises(grpc.RpcError) as raised:
        server.stub.ExtractQuotes(request)
    return raised.value


def test_the_whole_answer(served: Running) -> None:
    result = extract(served)
    [statement] = result.statements
    [speaker] = result.speakers
    assert (result.document_id, result.language_code) == ("d1", "en")
    assert (result.model.name, result.model.version, result.model.digest) == ("fake", "7", "0123abcd")
    assert (statement.statement_id, statement.kind, statement.polarity) == (
        "s1",
        pb.STATEMENT_KIND_DIRECT,
        pb.POLARITY_AFFIRMED,
    )
    assert [span.text for span in statement.content_spans] == ["“It’s e\u0301lan, 🎉”"]
    assert (statement.cue.lemma, statement.cue.cue_class) == ("say", pb.CUE_CLASS_SAY)
    assert statement.source.text == "Mara"
    assert (statement.speaker_id, statement.confidence, statement.speaker_confidence) == ("p1", 0.75, 0.5)
    assert (speaker.speaker_id, speaker.display_name, speaker.type) == ("p1", "Mara", pb.SPEAKER_TYPE_PERSON)
    assert not statement.HasField("explanation")
    assert result.stats.word_count == len(TEXT.split())
    assert result.stats.parse_duration.ToMilliseconds() == 250
    assert result.stats.extract_duration.ToMilliseconds() == 125


@pytest.mark.parametrize(
    ("encoding", "codec", "width"),
    [
        (pb.OFFSET_ENCODING_UNSPECIFIED, "utf-32-le", 4),
        (pb.OFFSET_ENCODING_UTF32, "utf-32-le", 4),
        (pb.OFFSET_ENCODING_UTF16, "utf-16-le", 2),
        (pb.OFFSET_ENCODING_UTF8, "utf-8", 1),
    ],
)
def test_spans_slice_the_encoded_text(served: Running, encoding: int, codec: str, width: int) -> None:
    result = extract(served, offset_encoding=encoding)
    [statement] = result.statements
    spans = [*statement.content_spans, *statement.cue.spans, statement.source, *result.speakers[0].mentions]
    units = TEXT.encode(codec)
    assert [units[span.start * width : span.end * width].decode(codec) for span in spans] == [
        "“It’s e\u0301lan, 🎉”",
        "said",
        "Mara",
        "Mara",
    ]
    assert [span.text for span in spans] == ["“It’s e\u0301lan, 🎉”", "said", "Mara", "Mara"]
    assert result.offset_encoding == (encoding or pb.OFFSET_ENCODING_UTF32)


def test_the_full_view_explains_strongest_evidence_first(served: Running) -> None:
    [statement] = extract(served, view=pb.RESULT_VIEW_FULL).statements
    explanation = statement.explanation
    assert explanation.rule == "fake"
    assert [evidence.name for evidence in explanation.evidence] == ["strong", "weak"]
    assert explanation.sentence.text == "“It’s e\u0301lan, 🎉” said Mara"


def test_options_reach_the_engine(served: Running) -> None:
    extract(served)
    extract(
        served,
        kinds=[pb.STATEMENT_KIND_MIXED],
        cue_classes=[pb.CUE_CLASS_THINK],
        min_confidence=0.5,
        min_speaker_confidence=0.25,
    )
    default, chosen = served.engine.options
    assert (default.kinds, default.cue_classes) == (frozenset(), REPORTED_SPEECH)
    assert chosen.kinds == {Kind.MIXED}
    assert chosen.cue_classes == {CueClass.THINK}
    assert (chosen.min_confidence, chosen.min_speaker_confidence) == (0.5, 0.25)


def test_known_speakers_reach_the_engine(served: Running) -> None:
    message = known(
        aliases=["M.", "Mo"],
        type=pb.SPEAKER_TYPE_PERSON,
        role="mayor",
        valid_from="2024-01-01",
        valid_to="2024-12-31",
    )
    [speaker] = extract(served, known_speakers=[message]).speakers
    assert (speaker.display_name, speaker.external_id, len(speaker.candidates)) == ("Mara", "Q1", 0)
    expected = KnownSpeaker(
        "Q1", "Mara", ("M.", "Mo"), SpeakerType.PERSON, "mayor", date(2024, 1, 1), date(2024, 12, 31)
    )
    assert served.engine.options[-1].known_speakers == (expected,)


def test_known_speakers_who_fit_equally_are_candidates(served: Running) -> None:
    other = pb.KnownSpeaker(external_id="Q2", name="Mara Olin", aliases=["Mara"])
    [speaker] = extract(served, known_speakers=[MARA, other]).speakers
    assert (speaker.display_name, speaker.external_id) == ("Mara", "")
    assert [(one.external_id, one.name) for one in speaker.candidates] == [("Q1", "Mara"), ("Q2", "Mara Olin")]


def test_each_document_has_the_known_speakers_of_its_day(served: Running) -> None:
    options = pb.ExtractOptions(known_speakers=[known(valid_from="2024-07-01", valid_to="2024-07-01")])
    moments = ["2024-06-30T23:59:59Z", "2024-07-01T00:00:00Z", "2024-07-01T23:59:59Z", "2024-07-02T00:00:00Z"]
    documents = [pb.Document(text=TEXT) for _ in moments]
    for document, moment in zip(documents, moments, strict=True):
        document.published_at.FromJsonString(moment)
    never = pb.Document(text=TEXT)
    never.published_at.seconds = 2**62  # no day at all
    documents += [pb.Document(text=TEXT), never]
    answer = served.stub.BatchExtractQuotes(pb.BatchExtractQuotesRequest(documents=documents, options=options))
    ids = [outcome.result.speakers[0].external_id for outcome in answer.outcomes]
    assert ids == ["", "Q1", "Q1", "", "Q1", "Q1"]


def test_the_speakers_that_a_server_knows_are_those_of_requests_without() -> None:
    with running(known=(KnownSpeaker("S1", "Mara"),)) as served:
        assert extract(served).speakers[0].external_id == "S1"
        assert extract(served, known_speakers=[MARA]).speakers[0].external_id == "Q1"
        stream = served.stub.StreamExtractQuotes(iter([pb.StreamExtractQuotesRequest(document=pb.Document(text=TEXT))]))
        assert next(stream).outcome.result.speakers[0].external_id == "S1"


class FrozenEngine(FakeEngine):
    """The real extraction over parses that are stored."""

    def __init__(self, cases: str) -> None:
        super().__init__()
        self.extractor = Extractor(FrozenParser(GOLDEN / "trees" / f"{cases}.conllu"), MODEL)

    def parse(self, paragraphs: Sequence[str]) -> list[list[Tree]]:
        return self.extractor.parse(paragraphs)

    def finish(self, document: Document, options: Options, parse_seconds: float) -> Extraction:
        return self.extractor.finish(document, options, parse_seconds)


def test_a_known_speaker_is_found_by_an_alias_a_pronoun_and_a_role() -> None:
    text = (
        "Mara Voss met crews. She said that talks had begun.\n\n"
        "Mara Voss met crews. The mayor said that talks had begun.\n\n"
        "Talbrook said that the vote was lost."
    )
    message = [
        pb.KnownSpeaker(external_id="voss", name="Mara Ellen Voss", aliases=["Voss, Mara"], role="Mayor"),
        pb.KnownSpeaker(external_id="owen", name="Owen Talbrook", type=pb.SPEAKER_TYPE_PERSON),
        pb.KnownSpeaker(external_id="anna", name="Talbrook, Anna", type=pb.SPEAKER_TYPE_PERSON),
        pb.KnownSpeaker(external_id="else", name="Owen Marsh"),
    ]
    with running(engine=FrozenEngine("known")) as served:
        result = extract(served, text, known_speakers=message)
    speakers = {speaker.speaker_id: speaker for speaker in result.speakers}
    said = [speakers[statement.speaker_id] for statement in result.statements]
    assert [(one.external_id, one.display_name) for one in said] == [
        ("voss", "Mara Ellen Voss"),
        ("voss", "Mara Ellen Voss"),
        ("", "Talbrook"),
    ]
    assert [(one.external_id, one.name) for one in said[-1].candidates] == [
        ("owen", "Owen Talbrook"),
        ("anna", "Talbrook, Anna"),
    ]
    assert len(speakers) == 2


def test_an_empty_text_is_a_document_with_a_warning(served: Running) -> None:
    result = extract(served, "")
    assert not result.statements
    assert [warning.code for warning in result.warnings] == [pb.WARNING_CODE_EMPTY_TEXT]


@pytest.mark.parametrize("language", ["", "en", "EN", "en-GB", "En-us"])
def test_english_by_any_name(served: Running, language: str) -> None:
    request = pb.ExtractQuotesRequest(document=pb.Document(text=TEXT, language_code=language))
    assert len(served.stub.ExtractQuotes(request).result.statements) == 1


@pytest.mark.parametrize("language", ["de", "english", "eng", "e", "-"])
def test_other_languages_are_refused(served: Running, language: str) -> None:
    error = refused(served, pb.ExtractQuotesRequest(document=pb.Document(text=TEXT, language_code=language)))
    status = status_of(error)
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert reason_of(status) == "UNSUPPORTED_LANGUAGE"
    [bad_request] = unpack(status, error_details_pb2.BadRequest)
    assert [violation.field for violation in bad_request.field_violations] == ["document.language_code"]


def test_a_text_at_the_limit_is_read_and_one_over_it_refused() -> None:
    with running(limits=Limits(max_document_chars=10)) as served:
        extract(served, "😀" * 10)
        error = refused(served, pb.ExtractQuotesRequest(document=pb.Document(text="😀" * 11)))
        assert error.details() == "the text has 11 characters; the limit is 10"
        assert reason_of(status_of(error)) == "TEXT_TOO_LONG"
        assert served.engine.read == ["😀" * 10]


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"offset_encoding": 9}, "options.offset_encoding"),
        ({"view": 9}, "options.view"),
        ({"kinds": [0]}, "options.kinds"),
        ({"kinds": [9]}, "options.kinds"),
        ({"cue_classes": [99]}, "options.cue_classes"),
        ({"min_confidence": 1.5}, "options.min_confidence"),
        ({"min_confidence": float("nan")}, "options.min_confidence"),
        ({"min_speaker_confidence": -0.1}, "options.min_speaker_confidence"),
        ({"known_speakers": [pb.KnownSpeaker(name="Mara")]}, "options.known_speakers[0].external_id"),
        ({"known_speakers": [MARA, pb.KnownSpeaker(external_id="Q2")]}, "options.known_speakers[1].name"),
        ({"known_speakers": [MARA, MARA]}, "options.known_speakers[1].external_id"),
        ({"known_speakers": [known(aliases=["", "a"])]}, "options.known_speakers[0].aliases[0]"),
        ({"known_speakers": [known(aliases=["a"] * 51)]}, "options.known_speakers[0].aliases"),
        ({"known_speakers": [known(type=pb.SPEAKER_TYPE_DOCUMENT)]}, "options.known_speakers[0].type"),
        ({"known_speakers": [known(type=99)]}, "options.known_speakers[0].type"),
        ({"known_speakers": [known(role="é" * 101)]}, "options.known_speakers[0].role"),
        ({"known_speakers": [known(valid_from="July 2024")]}, "options.known_speakers[0].valid_from"),
        ({"known_speakers": [known(valid_to="2024-02-30")]}, "options.known_speakers[0].valid_to"),
        (
            {"known_speakers": [known(valid_from="2024-07-02", valid_to="2024-07-01")]},
            "options.known_speakers[0].valid_from",
        ),
        ({"known_speakers": [pb.KnownSpeaker(external_id=str(n), name="N") for n in range(2_001)]}, KNOWN),
        ({"known_speakers": [known(aliases=["N"] * 10_000)]}, KNOWN),
    ],
)
def test_invalid_options_name_their_field(served: Running, options: dict[str, object], field: str) -> None:
    message = pb.ExtractOptions(**options)  # type: ignore[arg-type]
    status = status_of(refused(served, pb.ExtractQuotesRequest(document=pb.Document(text="x"), options=message)))
    assert reason_of(status) == "INVALID_OPTION"
    [bad_request] = unpack(status, error_details_pb2.BadRequest)
    assert [violation.field for violation in bad_request.field_violations] == [field]


def test_labels_come_back_in_every_method(served: Running) -> None:
    document = pb.Document(text=TEXT, labels={"outlet": "Harwick Post"})
    alone = served.stub.ExtractQuotes(pb.ExtractQuotesRequest(document=document)).result
    batch = served.stub.BatchExtractQuotes(pb.BatchExtractQuotesRequest(documents=[pb.Document(text=TEXT), document]))
    [streamed] = served.stub.StreamExtractQuotes(iter([pb.StreamExtractQuotesRequest(document=document)]))
    found = [alone, *(outcome.result for outcome in batch.outcomes), streamed.outcome.result]
    labels = {"outlet": "Harwick Post"}
    assert [dict(result.labels) for result in found] == [labels, {}, labels, labels]


@pytest.mark.parametrize("labels", [{str(n): "" for n in range(65)}, {"k": "v" * 8_192}, {"": "v"}])
def test_labels_that_are_refused(served: Running, labels: dict[str, str]) -> None:
    status = status_of(refused(served, pb.ExtractQuotesRequest(document=pb.Document(text=TEXT, labels=labels))))
    assert reason_of(status) == "INVALID_LABELS"
    [bad_request] = unpack(status, error_details_pb2.BadRequest)
    assert [violation.field for violation in bad_request.field_violations] == ["document.labels"]


def test_a_day_is_counted_from_the_publication() -> None:
    text = "The mayor said on Friday that the pier would close."
    with running(engine=FrozenEngine("indirect")) as served:
        documents = [pb.Document(text=text, published_at=Timestamp(seconds=day * 86_400)) for day in (19_786, 19_791)]
        request = pb.BatchExtractQuotesRequest(documents=[*documents, pb.Document(text=text)])
        outcomes = served.stub.BatchExtractQuotes(request).outcomes
    assert [outcome.result.statements[0].said_on for outcome in outcomes] == ["2024-03-01", "2024-03-08", ""]


def test_a_request_without_a_document(served: Running) -> None:
    assert reason_of(status_of(refused(served, pb.ExtractQuotesRequest()))) == "MISSING_DOCUMENT"
