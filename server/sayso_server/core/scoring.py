"""How sure a statement is: for now the precision of its rule on polnear-train, and whether a source was found."""

import tomllib
from functools import cache
from importlib import resources

from sayso_server.core.choice import Chosen


@cache
def precision() -> dict[str, dict[str, float]]:
    """By rule: `with_source`, `without_source`."""
    path = resources.files("sayso_server.core") / "data" / "precision.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def confidence(chosen: Chosen) -> float:
    """That content and source are right, 0 to 1."""
    return precision()[chosen.candidate.rule]["with_source" if chosen.candidate.source else "without_source"]
