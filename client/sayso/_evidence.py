"""The evidence of an explanation, in words for people."""

from collections.abc import Iterable

from sayso.models import Evidence, Explanation

MOST = 3
"""How many features are named on each side."""


def for_and_against(explanation: Explanation) -> tuple[list[str], list[str]]:
    """What speaks for the statement and what against it, strongest first: "cue.lemma=say +1.20"."""
    evidence = explanation.evidence
    return _listed(one for one in evidence if one.weight > 0), _listed(one for one in evidence if one.weight < 0)


def _listed(evidence: Iterable[Evidence]) -> list[str]:
    strongest = sorted(evidence, key=lambda one: -abs(one.weight))[:MOST]
    return [f"{one.name} {one.weight:+.2f}" for one in strongest]
