"""What the matching of marks finds: quotations."""

from dataclasses import dataclass

from sayso_server.core.statement import Span


@dataclass(frozen=True, slots=True)
class Quotation:
    """A run of text in quotation marks. `span` includes the marks; `depth` is 0 for the outermost."""

    span: Span
    depth: int
    closed: bool = True
    """Whether it ends at a mark, or with its paragraph because the next one continues it."""
    continues: bool = False
    """Whether this quotation continues the one of the paragraph before."""
    carried: bool = False
    """Whether the quotation of the next paragraph continues this one, which has no closing mark."""
