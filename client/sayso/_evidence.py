"""The evidence of an explanation, in words for people."""

from collections.abc import Iterable, Sequence

from sayso.models import Evidence

MOST = 3
"""How many features are named on each side."""


def for_and_against(evidence: Sequence[Evidence]) -> tuple[list[str], list[str]]:
    """The features that speak for a statement or a speaker, and those against, strongest first: "subject +0.80"."""
    return _listed(one for one in evidence if one.weight > 0), _listed(one for one in evidence if one.weight < 0)


def _listed(evidence: Iterable[Evidence]) -> list[str]:
    strongest = sorted(evidence, key=lambda one: -abs(one.weight))[:MOST]
    return [f"{one.name} {one.weight:+.2f}" for one in strongest]
