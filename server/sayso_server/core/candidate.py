"""A possible statement, as a rule proposes it."""

from dataclasses import dataclass

from sayso_server.core.cues import Site
from sayso_server.core.statement import Cue, Kind, Polarity, Span
from sayso_server.core.tree import Word


@dataclass(frozen=True)
class Candidate:
    """A possible statement, before the choice among overlapping ones and before speakers are known.

    A rule fills in everything but `rule`, `medium` and `time`, which `proposals.py` adds.
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
    """Set where the rule knows it; otherwise the quotation marks decide."""
    relative: Span | None = None
    """The relative pronoun that represents the source (who said), returned in its place."""
    follows: bool = False
    """A quotation without a cue of its own: the speaker before it continues."""
    is_firm: bool = False
    """The rule is sure where the content ends: it has no other ends, and no content of links replaces it."""
    is_certain: bool = False
    """Its form leaves little doubt that something is reported, as that of all candidates of some rules."""
    rule: str = ""
    """The name of the rule that proposed it."""
    medium: tuple[Span, ...] = ()
    time: tuple[Span, ...] = ()
