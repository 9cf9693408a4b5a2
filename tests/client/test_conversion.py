"""Messages to values and back, to JSON and to rows: no field of the contract is forgotten on any of the ways."""

from dataclasses import asdict, fields, replace
from datetime import date
from typing import Any

import pytest
from google.protobuf.message import Message
from support.filled import cleared, empty, filled, full_result, others, unset

import sayso
from sayso._wire.requests import from_document, to_document, to_known_speaker, to_options
from sayso._wire.results import from_result, to_result
from sayso._wire.server_info import from_server_info
from sayso.columns import STATEMENTS
from sayso.rows import rows
from sayso.v1 import quotes_pb2 as pb
from sayso_server.service.api.requests import read_options

KNOWN = sayso.KnownSpeaker(
    "Q1", "Mara Olin", ("Olin",), sayso.SpeakerType.PERSON, "mayor", date(2024, 7, 1), date(2024, 7, 31)
)
OPTIONS: dict[str, Any] = {
    "kinds": ("direct",),
    "cue_classes": ("think",),
    "min_confidence": 0.5,
    "min_speaker_confidence": 0.25,
    "explain": True,
    "max_alternatives": 7,
    "known_speakers": (KNOWN,),
}
"""Of every option a value that is not its default."""

NO_ROW = "statements.content_spans"
"""Without it there is no row."""
NOT_IN_ROWS = {
    "statements.content_spans.end",  # but of the last
    *(f"statements.{name}_spans.{end}" for name in ("addressee", "medium", "time") for end in ("start", "end")),
    *(f"statements.{name}.{end}" for name in ("cue.spans", "source") for end in ("start", "end")),
    "speakers.affiliation_speaker_id",
    "speakers.issuer_speaker_id",
    "speakers.candidates.name",
}
"""Fields that are not in rows, besides explanations, mentions, and fields of the whole result."""


def read(message: pb.Result) -> sayso.Result:
    return from_result(message, sayso.Result)


@pytest.mark.parametrize("message", [full_result(), filled(pb.Document()), filled(pb.GetServerInfoResponse())])
def test_every_field_is_filled(message: Message) -> None:
    assert unset(message) == []


def test_every_field_survives_the_way_to_a_value_and_back() -> None:
    result, document = full_result(), filled(pb.Document())
    assert to_result(read(result)) == result
    assert to_document(from_document(document)) == document


def test_every_field_survives_the_way_through_json() -> None:
    result = read(full_result())
    assert sayso.Result.from_json(result.to_json()) == result


def test_every_field_of_a_value_comes_into_the_message() -> None:
    result = read(full_result())
    assert empty(result) == [".request_id", ".document"]  # they are of the call
    message = to_result(result)
    elsewhere = {"Statement.speaker"}  # its identifier; the others are in the list of speakers
    elsewhere |= {"Result.request_id", "Result.document"}
    assert [other for other in others(result, elsewhere) if to_result(other) == message] == []
    statement = replace(result.statements[0], speaker=result.speakers[1])
    assert to_result(replace(result, statements=(statement,))).statements[0].speaker_id == "p2"
    document = from_document(filled(pb.Document()))
    assert [other for other in others(document) if to_document(other) == to_document(document)] == []


def test_every_option_comes_into_the_message() -> None:
    assert set(OPTIONS) == {one.name for one in fields(sayso.Options)}
    assert unset(to_options(sayso.Options(**OPTIONS))) == []
    plain = to_options(sayso.Options())
    assert [name for name, value in OPTIONS.items() if to_options(sayso.Options(**{name: value})) == plain] == []


def test_every_field_of_a_known_speaker_comes_to_the_server() -> None:
    assert empty(KNOWN) == []
    [known] = read_options(to_options(sayso.Options(known_speakers=[KNOWN]))).options.known_speakers
    assert asdict(known) == asdict(KNOWN)
    assert unset(to_known_speaker(KNOWN)) == []


def test_every_field_of_what_a_server_says_of_itself_is_read() -> None:
    whole = filled(pb.GetServerInfoResponse())
    info = from_server_info(whole)
    assert empty(info) == []
    assert [path for path, message in cleared(whole) if from_server_info(message) == info] == []


def test_every_field_of_a_statement_is_in_its_row_or_known_not_to_be() -> None:
    whole = full_result()
    del whole.statements[1:]
    [row] = rows(read(whole))
    assert list(row) == [column.name for column in STATEMENTS if not column.is_of_corpus]
    forgotten = set()
    for path, message in cleared(whole):
        first, _, rest = path.partition(".")
        is_of_row = first in ("statements", "speakers") and rest and not rest.startswith(("explanation", "mentions"))
        if is_of_row and path != NO_ROW and rows(read(message)) == [row]:
            forgotten.add(path)
    assert forgotten == NOT_IN_ROWS


def test_what_the_whole_result_says_is_in_its_rows() -> None:
    whole = full_result()
    for name in ("document_id", "labels"):
        less = full_result()
        less.ClearField(name)
        assert rows(read(less)) != rows(read(whole))
