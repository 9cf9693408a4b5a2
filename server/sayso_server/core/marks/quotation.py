"""Quotations, as found by matching marks."""

from dataclasses import dataclass

from sayso_server.core.statement import Span


@dataclass(frozen=True, slots=True)
class Quotation:
    """A run of text in quotation marks. `span` includes the marks; `depth` is 0 for the outermost."""

    span: Span
    depth: int
    closed: bool = True
    """Whether it ends at a mark, or ends with its paragraph because the next one continues it."""
    continues: bool = False
    """Whether it continues the quotation in the paragraph before."""
    carried: bool = False
    """Whether the quotation in the next paragraph continues it; it then has no closing mark."""
