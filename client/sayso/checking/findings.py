"""The findings of a check: a verdict for each quotation, its places in the sources, and the differences."""

from dataclasses import dataclass
from enum import StrEnum

from sayso.models import Span, Statement


class Verdict(StrEnum):
    """How a quotation compares with the sources."""

    VERBATIM = "verbatim"
    DIFFERS = "differs"
    NOT_FOUND = "not_found"
    TOO_SHORT = "too_short"
    """The quotation is only one or two words, which may match by chance."""


class DifferenceKind(StrEnum):
    """How a piece of a quotation relates to the source."""

    SAME = "same"
    REPLACED = "replaced"
    ADDED = "added"
    """Words of the quotation that are missing in the source."""
    LEFT_OUT = "left_out"
    """Words of the source that the quotation omits without an ellipsis."""
    ELLIPSIS = "ellipsis"
    """An ellipsis: the quotation omits words."""
    INSERTION = "insertion"
    """Words in square brackets: not the speaker's own."""
    INTERRUPTION = "interruption"
    """Where "she said" interrupts the quotation, the source continues with other words."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A piece of a quotation, and the source's words in its place."""

    kind: DifferenceKind
    quotation: str
    source: str


@dataclass(frozen=True, slots=True)
class SourcePlace:
    """The place of words in a source: [start, end) in code points, line and column from 1."""

    start: int
    end: int
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class CheckedQuotation:
    """A quotation, and how it compares with the sources.

    `content` is its place in the article, with several spans if it is interrupted. `source` is the index of the text
    that has it, from 0; None if none has it. `places` are the places of its parts in the source, in order.
    `differences` covers the whole quotation, matching words included.
    """

    verdict: Verdict
    statement: Statement
    content: tuple[Span, ...]
    source: int | None = None
    places: tuple[SourcePlace, ...] = ()
    differences: tuple[Difference, ...] = ()

    @property
    def text(self) -> str:
        """The quotation; the parts of an interrupted one are joined by spaces."""
        return " ".join(span.text for span in self.content)

    @property
    def speaker(self) -> str:
        """The speaker, according to the article."""
        return self.statement.speaker_name

    @property
    def is_faulty(self) -> bool:
        """Whether someone should look at it."""
        return self.verdict in {Verdict.DIFFERS, Verdict.NOT_FOUND}


@dataclass(frozen=True, slots=True)
class Check:
    """The quotations of an article, in the order of its text."""

    quotations: tuple[CheckedQuotation, ...]

    @property
    def is_verbatim(self) -> bool:
        """Whether no quotation differs or is missing."""
        return not any(quotation.is_faulty for quotation in self.quotations)
