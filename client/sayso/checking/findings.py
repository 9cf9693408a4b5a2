"""What a check finds: a verdict for each quotation, its places in the sources, and the differences."""

from dataclasses import dataclass
from enum import StrEnum

from sayso.models import Span, Statement


class Verdict(StrEnum):
    """How a quotation compares with the texts that it was looked for in."""

    VERBATIM = "verbatim"
    DIFFERS = "differs"
    NOT_FOUND = "not_found"
    TOO_SHORT = "too_short"
    """One or two words, which are there, perhaps by chance."""


class DifferenceKind(StrEnum):
    """What a piece of a quotation is to the source."""

    SAME = "same"
    REPLACED = "replaced"
    ADDED = "added"
    """Words of the quotation that the source has not."""
    LEFT_OUT = "left_out"
    """Words of the source that the quotation has not, and does not say so."""
    ELLIPSIS = "ellipsis"
    """The quotation says that it leaves words out."""
    INSERTION = "insertion"
    """The quotation says, by square brackets, that these words are not the speaker's."""
    INTERRUPTION = "interruption"
    """Where "she said" interrupts the quotation, the source continues with other words."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A piece of a quotation, and what the source has in its place."""

    kind: DifferenceKind
    quotation: str
    source: str


@dataclass(frozen=True, slots=True)
class SourcePlace:
    """Where words are in a source: [start, end) in code points, line and column from 1."""

    start: int
    end: int
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class CheckedQuotation:
    """A quotation, and how it compares with the sources.

    `content` is where it is in the article: more than one span where it is interrupted. `source` is the number,
    from 0, of the text that has it; None where none has. `places` are where its parts are there, in order, and
    `differences` all of it, the same words included.
    """

    verdict: Verdict
    statement: Statement
    content: tuple[Span, ...]
    source: int | None = None
    places: tuple[SourcePlace, ...] = ()
    differences: tuple[Difference, ...] = ()

    @property
    def text(self) -> str:
        """The quotation; an interrupted one is joined by spaces."""
        return " ".join(span.text for span in self.content)

    @property
    def speaker(self) -> str:
        """Who said it, according to the article."""
        return self.statement.speaker_name

    @property
    def is_faulty(self) -> bool:
        """Whether somebody should look at it."""
        return self.verdict in {Verdict.DIFFERS, Verdict.NOT_FOUND}


@dataclass(frozen=True, slots=True)
class Check:
    """The quotations of an article, in the order of its text."""

    quotations: tuple[CheckedQuotation, ...]

    @property
    def is_verbatim(self) -> bool:
        """Whether none differs or is missing."""
        return not any(quotation.is_faulty for quotation in self.quotations)
