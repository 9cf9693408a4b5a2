"""Converts messages of the contract to domain values, rejecting invalid ones."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from sayso.errors import InvalidDocument
from sayso.known import MAX_KNOWN_SPEAKERS, checked, day_of
from sayso.labels import fault_of
from sayso.models import KnownSpeaker
from sayso.v1 import quotes_pb2 as pb
from sayso_server.core import statement as domain
from sayso_server.core.statement import REPORTED_SPEECH, Options
from sayso_server.service.api.enums import CUE_CLASSES, KINDS, OFFSET_ENCODINGS, SPEAKER_TYPES, inverse
from sayso_server.service.api.known import known_values
from sayso_server.service.api.offsets import Unit
from sayso_server.service.api.responses import ResultContext
from sayso_server.service.errors import (
    Context,
    ServiceError,
    invalid_labels,
    invalid_option,
    text_too_long,
    unsupported_language,
)
from sayso_server.service.settings import Limits

_Value = TypeVar("_Value", bound=int)
_Member = TypeVar("_Member", bound=StrEnum)


RESPONSE_LIMIT_KEY = "x-max-response-bytes"
"""The metadata key for a caller's maximum response size in bytes. The gRPC client rejects messages over its own limit,
4 MB in most languages, without saying which document was too large."""
_DIGITS = 18

ALTERNATIVES = 3
"""The default number of alternative speakers in an explanation."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """The options of a request: for the engine, and for the format of the response."""

    options: Options
    unit: Unit
    explained: bool
    alternatives: int = ALTERNATIVES


_KINDS, _CUE_CLASSES = inverse(KINDS), inverse(CUE_CLASSES)
_UNITS = {pb.OFFSET_ENCODING_UNSPECIFIED: Unit.UTF32} | inverse(OFFSET_ENCODINGS)
_TYPES = inverse(SPEAKER_TYPES)
_EXPLAINED = {pb.RESULT_VIEW_UNSPECIFIED: False, pb.RESULT_VIEW_BASIC: False, pb.RESULT_VIEW_FULL: True}


def read_options(message: pb.ExtractOptions, known: tuple[domain.KnownSpeaker, ...] = ()) -> Wishes:
    """The options of a request; `known` are the known speakers for requests without any.

    Raises ServiceError INVALID_OPTION.
    """
    if message.offset_encoding not in _UNITS:
        raise invalid_option("offset_encoding", f"there is no offset encoding {message.offset_encoding}")
    if message.view not in _EXPLAINED:
        raise invalid_option("view", f"there is no view {message.view}")
    defaults = Options()
    options = Options(
        kinds=_members("kinds", message.kinds, _KINDS),
        cue_classes=_members("cue_classes", message.cue_classes, _CUE_CLASSES) or REPORTED_SPEECH,
        min_confidence=_portion("min_confidence", message.min_confidence),
        min_speaker_confidence=_portion("min_speaker_confidence", message.min_speaker_confidence)
        if message.HasField("min_speaker_confidence")
        else defaults.min_speaker_confidence,
        known_speakers=_known_speakers(message.known_speakers) or known,
    )
    alternatives = message.max_alternatives if message.HasField("max_alternatives") else ALTERNATIVES
    return Wishes(options, _UNITS[message.offset_encoding], _EXPLAINED[message.view], alternatives)


def day_of_publication(document: pb.Document) -> date | None:
    """The publication day of a document in UTC; None if it is missing or invalid."""
    if not document.HasField("published_at"):
        return None
    try:
        return document.published_at.ToDatetime().date()
    except (ValueError, OverflowError):
        return None


def result_context(document: pb.Document, wishes: Wishes, queue_duration: float = 0.0) -> ResultContext:
    """The fields that the result of a document repeats from its request."""
    return ResultContext(
        document.document_id,
        wishes.unit,
        wishes.explained,
        wishes.alternatives,
        queue_duration,
        dict(document.labels),
    )


def refusal(document: pb.Document, limits: Limits) -> ServiceError | None:
    """The error of an invalid document, or None."""
    if len(document.text) > limits.max_document_chars:
        return text_too_long(len(document.text), limits.max_document_chars)
    if document.language_code and document.language_code.lower().replace("_", "-").split("-")[0] != "en":
        return unsupported_language(document.language_code)
    if fault := fault_of(document.labels):
        return invalid_labels(fault)
    return None


def _known_speakers(messages: Sequence[pb.KnownSpeaker]) -> tuple[domain.KnownSpeaker, ...]:
    looked_at = messages[: MAX_KNOWN_SPEAKERS + 1]  # enough to see that there are too many
    try:
        return known_values(checked(_known_speaker(number, message) for number, message in enumerate(looked_at)))
    except InvalidDocument as error:
        raise invalid_option(error.field.removeprefix("options."), error.message) from error


def _known_speaker(number: int, message: pb.KnownSpeaker) -> KnownSpeaker:
    return KnownSpeaker(
        external_id=message.external_id,
        name=message.name,
        aliases=tuple(message.aliases),
        type=_TYPES.get(message.type, str(message.type)),
        role=message.role,
        valid_from=_day(f"known_speakers[{number}].valid_from", message.valid_from),
        valid_to=_day(f"known_speakers[{number}].valid_to", message.valid_to),
    )


def _day(field: str, text: str) -> date | None:
    try:
        return day_of(text)
    except ValueError as error:
        raise invalid_option(field, f"{field}: {error}") from None


def response_limit(context: Context, limits: Limits) -> int:
    """The maximum size of a response in bytes: the server's limit, or the caller's if it is lower."""
    said = dict(context.invocation_metadata() or ()).get(RESPONSE_LIMIT_KEY, "")
    is_number = isinstance(said, str) and said.isdecimal() and len(said) <= _DIGITS
    return min(int(said), limits.max_response_bytes) if is_number else limits.max_response_bytes


def _members(field: str, values: Collection[_Value], members: Mapping[_Value, _Member]) -> frozenset[_Member]:
    chosen = set(values)
    for value in chosen - members.keys():
        raise invalid_option(field, f"{field}: there is no value {value}")
    return frozenset(members[value] for value in chosen)


def _portion(field: str, value: float) -> float:
    if not 0.0 <= value <= 1.0:  # false for NaN too
        raise invalid_option(field, f"{field} is {value}, not between 0 and 1")
    return value
