"""The table of rules: all proposers of statements, in order. One file per rule, with the same name.

To add a rule: a file with one function, one row here, cases in `tests/golden/cases`. CONTRIBUTING.md has an example.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Generic, ParamSpec

from sayso_server.core.candidate import Candidate
from sayso_server.core.cues import Site
from sayso_server.core.document import Document
from sayso_server.core.rules.according_to import according_to
from sayso_server.core.rules.adjective_complement import adjective_complement
from sayso_server.core.rules.as_clause import as_clause
from sayso_server.core.rules.clausal_complement import clausal_complement
from sayso_server.core.rules.closing_source import closing_source
from sayso_server.core.rules.follow_on import follow_on
from sayso_server.core.rules.headline import headline
from sayso_server.core.rules.headline_cue import headline_cue
from sayso_server.core.rules.headline_passive import headline_passive
from sayso_server.core.rules.infinitival_complement import infinitival_complement
from sayso_server.core.rules.interrupting_cue import interrupting_cue
from sayso_server.core.rules.label_before_quotation import label_before_quotation
from sayso_server.core.rules.linked import linked
from sayso_server.core.rules.listed import listed
from sayso_server.core.rules.long_source import long_source
from sayso_server.core.rules.noun_complement import noun_complement
from sayso_server.core.rules.quotation_headline import quotation_headline
from sayso_server.core.rules.quoted_fragment import quoted_fragment
from sayso_server.core.rules.quoted_speech import quoted_speech
from sayso_server.core.rules.relayed_speech import relayed_speech
from sayso_server.core.rules.reported_object import reported_object
from sayso_server.core.rules.said_so import said_so
from sayso_server.core.rules.saying_noun import saying_noun
from sayso_server.core.rules.signature import signature
from sayso_server.core.rules.small_clause import small_clause
from sayso_server.core.rules.text_below import text_below
from sayso_server.core.rules.transcript_turn import transcript_turn
from sayso_server.core.rules.verb_first import verb_first
from sayso_server.core.statement import Span

P = ParamSpec("P")


class Family(StrEnum):
    """A family of similar rules. A rule without weights is scored with the mean weights of its family."""

    COMPLEMENT = "complement"
    """The content depends on the cue: said that it failed, announced a deal, her claim that …"""
    ADVERBIAL = "adverbial"
    """The cue is an adverbial or an aside in the content: according to Olin; the plan, Olin said, failed."""
    QUOTATION = "quotation"
    """Quotation marks delimit the content."""
    LABEL = "label"
    """A label is the source: Olin: …"""
    LINKS = "links"
    """The encoder linked the words of the content to the cue, regardless of the tree."""


class Ends(Enum):
    """How the ends of a rule's contents are found."""

    OWN = "own"
    """By the rule: quotation marks and labels are exact."""
    FITTED = "fitted"
    """The role tagger may move the end; see `selection/borders.py`."""


@dataclass(frozen=True, slots=True)
class Rule(Generic[P]):
    """A row of the table. `propose` is the function in the file of the same name."""

    name: str
    family: Family
    propose: Callable[P, Iterable[Candidate]]
    ends: Ends = Ends.OWN
    certain: bool = False
    """Its form leaves little doubt that something is reported: a low score only lowers the confidence."""


_COMPLEMENT, _ADVERBIAL, _QUOTATION = Family.COMPLEMENT, Family.ADVERBIAL, Family.QUOTATION
_LABEL, _LINKS = Family.LABEL, Family.LINKS
_FITTED = Ends.FITTED

BEFORE_CHOICE: tuple[Rule[[Document]], ...] = (Rule("transcript-turn", _LABEL, transcript_turn),)
"""Their statements compete with no others."""

OF_CUES: tuple[Rule[[Site, Document]], ...] = (
    Rule("headline-passive", _COMPLEMENT, headline_passive, certain=True),
    Rule("according-to", _ADVERBIAL, according_to, _FITTED, certain=True),
    Rule("as-clause", _ADVERBIAL, as_clause, _FITTED),
    Rule("relayed-speech", _COMPLEMENT, relayed_speech, certain=True),
    Rule("verb-first", _QUOTATION, verb_first, certain=True),
    Rule("quoted-speech", _QUOTATION, quoted_speech, certain=True),
    Rule("listed", _COMPLEMENT, listed, certain=True),
    Rule("text-below", _LABEL, text_below, certain=True),
    Rule("long-source", _ADVERBIAL, long_source, certain=True),
    Rule("interrupting-cue", _ADVERBIAL, interrupting_cue, _FITTED, certain=True),
    Rule("clausal-complement", _COMPLEMENT, clausal_complement, _FITTED),
    Rule("infinitival-complement", _COMPLEMENT, infinitival_complement, _FITTED),
    Rule("small-clause", _COMPLEMENT, small_clause, _FITTED),
    Rule("noun-complement", _COMPLEMENT, noun_complement, _FITTED),
    Rule("adjective-complement", _COMPLEMENT, adjective_complement),
    Rule("quoted-fragment", _QUOTATION, quoted_fragment, _FITTED),
    Rule("reported-object", _COMPLEMENT, reported_object, _FITTED),
)
"""For each cue, only the first rule that finds something proposes. From precise to loose."""

OF_DOCUMENTS: tuple[Rule[[Document]], ...] = (
    Rule("label-before-quotation", _LABEL, label_before_quotation, certain=True),
    Rule("headline", _LABEL, headline, certain=True),
    Rule("headline-cue", _ADVERBIAL, headline_cue, certain=True),
    Rule("closing-source", _LABEL, closing_source, certain=True),
    Rule("quotation-headline", _LABEL, quotation_headline, certain=True),
    Rule("signature", _LABEL, signature, certain=True),
    Rule("saying-noun", _QUOTATION, saying_noun, certain=True),
    Rule("said-so", _QUOTATION, said_so, certain=True),
    Rule("linked", _LINKS, linked),
)
"""Their candidates compete with those of the cues."""

AFTER_CHOICE: tuple[Rule[[Document, Sequence[Span]]], ...] = (Rule("follow-on", _QUOTATION, follow_on),)
"""Statements in quotations that no chosen statement covers; the second argument is all chosen contents."""

RULES: dict[str, Rule[...]] = {
    rule.name: rule for table in (BEFORE_CHOICE, OF_CUES, OF_DOCUMENTS, AFTER_CHOICE) for rule in table
}
"""All rules by name."""
