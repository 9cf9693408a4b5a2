"""A possible statement, as proposed by a rule."""

from dataclasses import dataclass

from sayso_server.core.cues import Site
from sayso_server.core.statement import Cue, Kind, Polarity, Span
from sayso_server.core.tree import Word


@dataclass(frozen=True)
class Candidate:
    """A possible statement, before the choice among overlapping ones and before speakers are known.

    A rule fills in everything except `rule`, `medium` and `time`, which `proposals.py` adds.
    """

    content: tuple[Span, ...]
    cue: Cue | None
    site: Site | None
    source: Span | None
    source_head: Word | None
    addressees: tuple[Span, ...] = ()
    polarity: Polarity = Polarity.AFFIRMED
    sentence: Span | None = None
    kind: Kind | None = None
    """Set if the rule knows it; otherwise the quotation marks decide."""
    relative: Span | None = None
    """The relative pronoun that stands for the source (who said), returned in its place."""
    follows: bool = False
    """Whether this is a quotation without a cue that continues the speaker before it."""
    is_firm: bool = False
    """Whether the rule is sure where the content ends: no other ends are tried, and no linked content replaces it."""
    is_certain: bool = False
    """Whether its form leaves little doubt that something is reported; with some rules, all candidates are certain."""
    rule: str = ""
    """The name of the rule that proposed it."""
    medium: tuple[Span, ...] = ()
    time: tuple[Span, ...] = ()
