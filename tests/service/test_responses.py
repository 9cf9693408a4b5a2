"""Extractions to messages: no field of the contract is left out."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from enum import Enum
from typing import Any

import pytest
from google.protobuf.message import Message

from sayso.v1 import quotes_pb2 as pb
from sayso_server.core.model import Model
from sayso_server.core.statement import (
    Cue,
    CueClass,
    Extraction,
    Kind,
    KnownSpeaker,
    Polarity,
    Span,
    Speaker,
    SpeakerType,
    Statement,
    TextWarning,
    Timing,
    WarningCode,
)
from sayso_server.service.api.enums import (
    CUE_CLASSES,
    KINDS,
    OFFSET_ENCODINGS,
    POLARITIES,
    SPEAKER_TYPES,
    WARNING_CODES,
)
from sayso_server.service.api.requests import read_options
from sayso_server.service.api.responses import ResultContext, result_message

SPAN = Span(1, 4)
FULL = Extraction(
    text="A text of an article.",
    statements=(
        Statement(
            "s2",
            Kind.MIXED,
            (SPAN,),
            Cue((SPAN,), "say", CueClass.SAY),
            SPAN,
            "clausal-complement",
            0.5,
            speaker_id="p1",
            speaker_confidence=0.25,
            speaker_rule="surname",
            alternatives=(("p2", 0.125),),
            addressees=(SPAN,),
            polarity=Polarity.HEDGED,
            paragraph_index=3,
            parent_id="s1",
            continued_id="s0",
            medium=(SPAN,),
            time=(SPAN,),
            sentence=SPAN,
            evidence=(("cue.lemma=say", 1.5),),
            speaker_evidence=(("subject", 0.8),),
            said_on=date(2024, 7, 31),
        ),
    ),
    speakers=(
        Speaker(
            "p1",
            "Mara Olin",
            SpeakerType.PERSON,
            (SPAN,),
            role="mayor",
            affiliation_id="p2",
            issuer_id="p3",
            external_id="Q1",
            candidates=(KnownSpeaker("Q2", "Mara Marsh"),),
        ),
    ),
    warnings=(TextWarning(WarningCode.EMPTY_TEXT, "a message", SPAN),),
    words=5,
    sentences=1,
    timing=Timing(0.5, 0.25),
)


def unset(message: Message, path: str = "") -> list[str]:
    """The fields without a value, at any depth."""
    found = {field.name for field, _ in message.ListFields()}
    out = [f"{path}{name}" for name in message.DESCRIPTOR.fields_by_name if name not in found]
    for field, value in message.ListFields():
        for one in value if field.is_repeated else [value]:
            if isinstance(one, Message) and one.DESCRIPTOR.full_name.startswith("sayso."):
                out += unset(one, f"{path}{field.name}.")
    return out


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


def _following(value: float | date) -> float | date:
    return value + timedelta(days=1) if isinstance(value, date) else value + 1


def others(value: Any) -> Iterator[Any]:
    """Frozen values that differ from one in a single field, at any depth."""
    if is_dataclass(value):
        for one in fields(value)[: 2 if isinstance(value, KnownSpeaker) else None]:  # the caller has the rest
            for other in others(getattr(value, one.name)):
                yield replace(value, **{one.name: other})  # type: ignore[type-var]
    elif isinstance(value, tuple) and value:
        if not isinstance(value[0], str):  # which begins a pair
            yield ()
        for i, member in enumerate(value):
            yield from ((*value[:i], other, *value[i + 1 :]) for other in others(member))
    elif isinstance(value, Enum):
        yield next(member for member in type(value) if member is not value)
    elif isinstance(value, str):
        yield "x" + value
    elif isinstance(value, int | float | date):
        yield _following(value)


def test_every_field_of_an_extraction_comes_into_the_result() -> None:
    """A field of the domain that no conversion reads is found here; one that no conversion sets, below."""
    context, model = ResultContext(document_id="d1", explained=True), Model("bundled", "1", "0a")
    whole = result_message(FULL, model, context)
    same = [other for other in others(FULL) if result_message(other, model, context) == whole]
    assert same == []


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
    assert isinstance(message, pb.Result)
    assert unset(message) == []
