"""The input and output values of the client, all frozen. Offsets are Unicode code points, as Python counts them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from sayso._values.enums import CueClass, Kind, Polarity, SpeakerType, WarningCode
from sayso._values.inputs import Document, KnownSpeaker, OptionKeywords, Options
from sayso._values.results import Limits, ModelInfo, ResultFields, ServerInfo, Stats, TextWarning
from sayso._values.statements import (
    Cue,
    Evidence,
    Explanation,
    Span,
    Speaker,
    SpeakerAlternative,
    SpeakerCandidate,
    Statement,
)

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Cue",
    "CueClass",
    "Document",
    "Evidence",
    "Explanation",
    "Kind",
    "KnownSpeaker",
    "Limits",
    "ModelInfo",
    "OptionKeywords",
    "Options",
    "Polarity",
    "Result",
    "ServerInfo",
    "Span",
    "Speaker",
    "SpeakerAlternative",
    "SpeakerCandidate",
    "SpeakerType",
    "Statement",
    "Stats",
    "TextWarning",
    "WarningCode",
]


@dataclass(frozen=True, slots=True, repr=False)
class Result(ResultFields):
    """The result of one document, with conversions to rows, JSON, HTML and data frames."""

    def rows(self) -> list[dict[str, Any]]:
        """One flat row per statement, for tables; see `sayso.rows.COLUMNS`."""
        from sayso.rows import rows

        return rows(self)

    def to_dict(self) -> dict[str, Any]:
        """The result in the JSON mapping of the contract (sayso.v1.Result), as all sayso programs write it."""
        from sayso._wire.results import result_to_dict

        return result_to_dict(self)

    def to_json(self, *, indent: int | None = None) -> str:
        """`to_dict` as JSON, on one line unless an `indent` is given."""
        from sayso._json import dumps

        return dumps(self.to_dict(), indent=indent)

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """A result from the output of `to_json`, or from a line of `sayso extract --jsonl` or `sayso-server extract`.

        Raises ValueError if it is not a sayso.v1.Result.
        """
        from sayso._wire.results import result_from_json

        return result_from_json(text, cls)

    def to_html(self, document: str | Document | None = None) -> str:
        """The text with its statements as a self-contained HTML page.

        `document` is the text that was read; it is only needed if the result does not have it. Raises ValueError if
        there is no text.
        """
        from sayso._html import whole_page

        return whole_page(self, document)

    def _repr_html_(self) -> str:
        """The statements as a table, for notebooks."""
        from sayso._html import table

        return table(self)

    def to_dataframe(self) -> "pd.DataFrame":
        """`rows` as a pandas DataFrame. Raises ImportError without the extra `dataframe`."""
        from sayso.rows import to_dataframe

        return to_dataframe([self])
