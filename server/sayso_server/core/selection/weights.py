"""The weights of candidates: learned or, for a rule that has none yet, those of its family."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from sayso_server.core.rules import RULES, Family
from sayso_server.core.scoring import DataError, Scorer, read_json, scorer_of
from sayso_server.core.selection.evidence import Basis

FILE = "scorer"
"""`data/scorer.json`, made by the training stage `scorer`. `known` in it lists the rules at training time."""


@cache
def scorers() -> Mapping[Basis, Scorer]:
    """The scorers of candidates, by basis."""
    described = _described()
    families = {rule.name: rule.family for rule in RULES.values()}
    return {
        basis: with_families(scorer_of(described[basis], f"{FILE}.json"), described["known"], families)
        for basis in Basis
    }


def unweighed() -> list[str]:
    """The rules without weights, scored with the mean of their family. Not an error."""
    known = set(_described()["known"])
    return [name for name in RULES if name not in known]


def _described() -> dict[str, Any]:
    described = read_json(FILE)
    missing = [key for key in ("known", *Basis) if key not in described]
    if missing:
        raise DataError(f"{FILE}.json has no {missing[0]}")
    return described


def with_families(scorer: Scorer, known: Collection[str], families: Mapping[str, Family]) -> Scorer:
    """The scorer with weights for every rule in `families` that is not `known`: the mean of its family.

    Features of a rule end in `rule=NAME`. A rule adds nothing if its family has no weights either.
    """
    added: dict[str, float] = {}
    for name, family in families.items():
        if name not in known:
            relatives = [other for other, own in families.items() if own is family and other in known]
            added |= {f"{feature}rule={name}": weight for feature, weight in _means(scorer.weights, relatives)}
    return replace(scorer, weights={**scorer.weights, **added}) if added else scorer


def _means(weights: Mapping[str, float], rules: Collection[str]) -> Iterable[tuple[str, float]]:
    """The text before `rule=NAME` in the features of these rules, with the mean weight; a rule without one counts 0."""
    sums: dict[str, float] = {}
    for feature, weight in weights.items():
        before, separator, name = feature.rpartition("rule=")
        if separator and name in rules:
            sums[before] = sums.get(before, 0.0) + weight
    return ((before, total / len(rules)) for before, total in sums.items())
