"""Maps enums of the domain to those of the contract and back. They match by name."""

from collections.abc import Mapping
from typing import TypeVar

from sayso.v1 import quotes_pb2 as pb
from sayso_server.core.statement import CueClass, Kind, Polarity, SpeakerType, WarningCode
from sayso_server.service.api.offsets import Unit

_Member = TypeVar("_Member")
_Value = TypeVar("_Value", bound=int)

KINDS = {member: pb.StatementKind.Value(f"STATEMENT_KIND_{member.name}") for member in Kind}
CUE_CLASSES = {member: pb.CueClass.Value(f"CUE_CLASS_{member.name}") for member in CueClass}
POLARITIES = {member: pb.Polarity.Value(f"POLARITY_{member.name}") for member in Polarity}
WARNING_CODES = {member: pb.WarningCode.Value(f"WARNING_CODE_{member.name}") for member in WarningCode}
OFFSET_ENCODINGS = {member: pb.OffsetEncoding.Value(f"OFFSET_ENCODING_{member.name}") for member in Unit}
SPEAKER_TYPES = {SpeakerType.UNKNOWN: pb.SPEAKER_TYPE_UNSPECIFIED} | {
    member: pb.SpeakerType.Value(f"SPEAKER_TYPE_{member.name}")
    for member in SpeakerType
    if member is not SpeakerType.UNKNOWN
}


def inverse(values: Mapping[_Member, _Value]) -> dict[_Value, _Member]:
    """The domain members by contract value."""
    return {value: member for member, value in values.items()}
