"""Extractions to messages: no field of the contract is left out."""

from dataclasses import fields, replace
from typing import Any

import pytest
from support.filled import FULL, empty, others, unset

from sayso.v1 import quotes_pb2 as pb
from sayso_server.core.model import Model
from sayso_server.service.api.enums import (
    CUE_CLASSES,
    KINDS,
    OFFSET_ENCODINGS,
    POLARITIES,
    SPEAKER_TYPES,
    WARNING_CODES,
)
from sayso_server.service.api.requests import read_options
from sayso_server.service.api.responses import ResultContext, result_message, server_info_message
from sayso_server.service.settings import Limits

RESERVED = {"WARNING_CODE_SENTENCE_TOO_LONG"}
"""Values of the contract that this version never gives; the contract says so."""
ENUMS = [
    (KINDS, pb.StatementKind),
    (CUE_CLASSES, pb.CueClass),
    (POLARITIES, pb.Polarity),
    (WARNING_CODES, pb.WarningCode),
    (OFFSET_ENCODINGS, pb.OffsetEncoding),
    (SPEAKER_TYPES, pb.SpeakerType),
]


@pytest.mark.parametrize(("values", "enum"), ENUMS, ids=[enum.DESCRIPTOR.name for _, enum in ENUMS])
def test_every_value_of_the_contract_has_a_member(values: dict[Any, int], enum: Any) -> None:
    given = {enum.Name(value) for value in values.values()} | {enum.Name(0)}
    assert given == set(enum.DESCRIPTOR.values_by_name) - RESERVED
    assert len(set(values.values())) == len(values)


OF_THE_CALLER = {f"KnownSpeaker.{name}" for name in ("aliases", "type", "role", "valid_from", "valid_to")}
"""Fields of a known speaker that are not returned to the caller."""


def test_every_field_of_an_extraction_comes_into_the_result() -> None:
    """A field of the domain that no conversion reads is found here; one that no conversion sets, below."""
    context, model = ResultContext(document_id="d1", explained=True), Model("bundled", "1", "0a")
    whole = result_message(FULL, model, context)
    same = [other for other in others(FULL, OF_THE_CALLER) if result_message(other, model, context) == whole]
    assert same == []


def test_nothing_of_the_extraction_is_empty() -> None:
    assert [path for path in empty(FULL) if ".candidates." not in path] == []


def test_every_option_of_a_request_has_an_effect() -> None:
    plain = read_options(pb.ExtractOptions())
    given: dict[str, Any] = {
        "offset_encoding": pb.OFFSET_ENCODING_UTF8,
        "kinds": [pb.STATEMENT_KIND_DIRECT],
        "cue_classes": [pb.CUE_CLASS_THINK],
        "min_confidence": 0.5,
        "view": pb.RESULT_VIEW_FULL,
        "max_alternatives": 1,
        "min_speaker_confidence": 0.125,
        "known_speakers": [pb.KnownSpeaker(external_id="Q1", name="Mara Olin")],
    }
    assert set(given) == set(pb.ExtractOptions.DESCRIPTOR.fields_by_name)
    assert all(read_options(pb.ExtractOptions(**{name: value})) != plain for name, value in given.items())


def test_every_field_of_a_result_is_set() -> None:
    context = ResultContext(document_id="d1", explained=True, queue_duration=1.5, labels={"outlet": "Post"})
    message = result_message(FULL, Model("bundled", "1", "0a"), context)
    del message.speakers[1:]  # who has no more than a name
    assert unset(message) == []


def test_every_field_of_what_a_server_says_of_itself_is_set() -> None:
    limits = Limits()
    message = server_info_message(Model("bundled", "1", "0a"), limits)
    assert unset(message) == []
    shown = set(pb.Limits.DESCRIPTOR.fields_by_name) & {one.name for one in fields(limits)}
    assert shown == set(pb.Limits.DESCRIPTOR.fields_by_name) - {"max_known_speakers"}  # which no setting changes
    for name in shown:
        other = server_info_message(None, replace(limits, **{name: getattr(limits, name) + 1})).limits
        assert {one for one in shown if getattr(other, one) != getattr(message.limits, one)} == {name}
