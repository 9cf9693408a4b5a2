"""Kinds, classes, types. UNKNOWN stands for values that a newer server has added."""

from enum import StrEnum


class Kind(StrEnum):
    """How the words of a statement appear in the text. UNKNOWN: a kind that is newer than this client."""

    DIRECT = "direct"
    INDIRECT = "indirect"
    MIXED = "mixed"
    UNKNOWN = "unknown"


class CueClass(StrEnum):
    """The kind of act that a cue reports."""

    SAY = "say"
    WRITE = "write"
    ASK = "ask"
    ORDER = "order"
    PROMISE = "promise"
    JUDGE = "judge"
    SHOW = "show"
    THINK = "think"
    WANT = "want"
    FEEL = "feel"
    DECREE = "decree"
    OTHER = "other"
    UNKNOWN = "unknown"


class Polarity(StrEnum):
    """Whether the act of saying is asserted, denied or uncertain."""

    AFFIRMED = "affirmed"
    NEGATED = "negated"
    HEDGED = "hedged"
    UNKNOWN = "unknown"


class SpeakerType(StrEnum):
    """The type of a speaker."""

    PERSON = "person"
    ORGANIZATION = "organization"
    GROUP = "group"
    DOCUMENT = "document"
    UNKNOWN = "unknown"


class WarningCode(StrEnum):
    """The kinds of problems in a text. SENTENCE_TOO_LONG is reserved: no server returns it yet."""

    UNCLOSED_QUOTATION_MARK = "unclosed_quotation_mark"
    SURPLUS_QUOTATION_MARK = "surplus_quotation_mark"
    TEXT_NOT_ENGLISH = "text_not_english"
    EMPTY_TEXT = "empty_text"
    SENTENCE_TOO_LONG = "sentence_too_long"
    TEXT_DAMAGED = "text_damaged"
    UNKNOWN = "unknown"
