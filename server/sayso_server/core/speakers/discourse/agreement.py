"""Checks descriptions of known entities with the coreference head."""

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from sayso_server.core.lexicon import load_table, load_words
from sayso_server.core.scoring import load_scorer
from sayso_server.core.speakers import link_rules as rules
from sayso_server.core.speakers.calibration import DOUBTED
from sayso_server.core.speakers.descriptions.phrase import Phrase, description
from sayso_server.core.speakers.entities import Entity, NewEntity, Proposal
from sayso_server.core.speakers.names.spelling import is_human_noun, normal
from sayso_server.core.statement import SpeakerType
from sayso_server.core.tree import Tree, Word

_LEAST_SHARE = 0.01
"""Smaller shares carry no information."""

Share = Callable[[Entity], float | None]
"""The probability that a phrase refers to the same as earlier mentions of an entity; None if it is not known."""


def may_corefer(tree: Tree, noun: Word, again: bool) -> bool:
    """Whether the coreference head is asked about a noun: only these are linked to known entities.

    These are nouns for people, bodies or documents that occur again, and definite ones that may follow a name.
    """
    lemma = normal(noun.lemma)
    if again:
        kinds = load_words("documents", "organizations", "groups", "generic_organizations")
        return lemma in kinds or normal(noun.text) in kinds or is_human_noun(lemma)
    if lemma not in load_words("roles", "organizations") and lemma not in load_table("kinds"):
        return False
    determiner = tree.child(noun, "det")
    return determiner is not None and determiner.lower in load_words("definite_determiners")


def reconsidered(proposal: Proposal, phrase: Phrase, recent: Collection[Entity], share: Share) -> Proposal:
    """The proposal with the coreference share of its entity, or another proposal if the coreference head disagrees."""
    entity = proposal.entity
    if proposal.rule.family not in rules.DESCRIBING or not isinstance(entity, Entity):
        return proposal
    agreement = share(entity)
    if agreement is None:
        return proposal
    if proposal.rule is rules.GROUP and agreement < DOUBTED:
        text = description(phrase, "of")
        return Proposal(NewEntity(SpeakerType.GROUP, text, phrase.lemma, is_one_of_many=True), rules.GROUP)
    if proposal.rule is rules.ORGANIZATION_AGAIN and phrase.lemma in load_words("any_organization"):
        return _organization(proposal, entity, recent, share)
    return replace(proposal, agreement=agreement)


def _organization(proposal: Proposal, last: Entity, recent: Collection[Entity], share: Share) -> Proposal:
    """A proposal for "the company": the organization named last, or another recent one that fits better.

    The weights were set on GUM's documents for training and on half of MEANTIME.
    """
    scorer = load_scorer("organization_again")
    others = (e for e in recent if e is not last and e.type is SpeakerType.ORGANIZATION)
    options = [last, *(e for e in others if e.cluster is not None and not e.cluster.is_place)]
    best = max(options, key=lambda e: scorer.margin(_features(share(e), is_last=e is last)))
    evidence = scorer.weigh(_features(share(best), is_last=best is last)).evidence
    return replace(proposal, entity=best, agreement=share(best), evidence=evidence)


def _features(share: float | None, *, is_last: bool) -> Mapping[str, float]:
    """The named features of one organization."""
    said = math.log(max(share or 0.0, _LEAST_SHARE) / _LEAST_SHARE)
    return {"named last": float(is_last), "coreference": said}
