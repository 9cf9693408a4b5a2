"""A rule as a value: its name, what it proposes, and what the runner must know of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Generic, ParamSpec

from sayso_server.core.candidate import Candidate

P = ParamSpec("P")


class Family(StrEnum):
    """Rules of one kind. A rule without weights of its own is scored with the mean weights of its family."""

    COMPLEMENT = "complement"
    """The content depends on the cue: said that it failed, announced a deal, her claim that …"""
    ADVERBIAL = "adverbial"
    """The cue is an adverbial or an aside in its content: according to Olin; the plan, Olin said, failed."""
    QUOTATION = "quotation"
    """Quotation marks delimit the content."""
    LABEL = "label"
    """A label is the source: Olin: …"""
    TAGGER = "tagger"
    """The role tagger found the content, whatever the tree."""


class Ends(Enum):
    """Where contents of a rule end."""

    OWN = "own"
    """Where the rule says: quotation marks and labels know their ends."""
    FITTED = "fitted"
    """The role tagger may move the end, `borders.py`."""


@dataclass(frozen=True, slots=True)
class Rule(Generic[P]):
    """A row of the table in `rules/__init__.py`. `propose` is the function of the file that has the rule's name."""

    name: str
    family: Family
    propose: Callable[P, Iterable[Candidate]]
    ends: Ends = Ends.OWN
    certain: bool = False
    """Its form leaves little doubt that something is reported: a low score lowers the confidence, no more."""
