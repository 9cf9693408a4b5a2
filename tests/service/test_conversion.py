"""Extractions to messages: no field of the contract is left out."""

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
from sayso_server.service.conversion import ResultContext, result_message

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


def test_every_field_of_a_result_is_set() -> None:
    context = ResultContext(document_id="d1", explained=True, queue_duration=1.5)
    message = result_message(FULL, Model("bundled", "1", "0a"), context)
    assert isinstance(message, pb.Result)
    assert unset(message) == []
