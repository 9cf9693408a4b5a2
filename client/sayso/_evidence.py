"""The evidence of an explanation as readable text."""

from collections.abc import Iterable, Sequence

from sayso.models import Evidence

MOST = 3
"""The maximum number of features named for and against."""


def for_and_against(evidence: Sequence[Evidence]) -> tuple[list[str], list[str]]:
    """The features for and against a statement or a speaker, strongest first: "subject +0.80"."""
    return _listed(one for one in evidence if one.weight > 0), _listed(one for one in evidence if one.weight < 0)


def _listed(evidence: Iterable[Evidence]) -> list[str]:
    strongest = sorted(evidence, key=lambda one: -abs(one.weight))[:MOST]
    return [f"{one.name} {one.weight:+.2f}" for one in strongest]
