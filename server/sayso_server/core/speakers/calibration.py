"""How sure a link between mention and speaker is: how often links by its rule were right where they were counted.

`data/links.json` is written by `python -m sayso_server.training.links`, which says how it counts.
"""

import json
from functools import cache
from importlib import resources
from typing import TypedDict

FAMILIES: dict[str, tuple[str, ...]] = {
    "names": (
        "full name",
        "name",
        "same name",
        "short form",
        "surname",
        "inner surname",
        "given name",
        "initials",
        "acronym",
        "same state",
        "company",
        "misspelt",
        "coordinated names",
        "name of its kind",
    ),
    "descriptions": (
        "role",
        "role, country untold",
        "age",
        "age of nobody else",
        "group",
        "group, definite",
        "described person",
        "described person, definite",
        "same description",
        "described organization",
        "described organization, definite",
        "organization again",
        "coordination",
        "description",
        "the same group",
        "one of a group",
        "another of the kind",
    ),
    "documents": ("document", "same document", "document continued", "one more document"),
    "he or she": ("pronoun he or she",),
    "they": ("pronoun they",),
    "it": ("pronoun it",),
    "conversation": ("label", "acts just before", "speaker goes on", "turns taken", "first person"),
}
"""The rules by what they are about: a rule with few counts leans on its family."""

BANDS = (0.35, 0.5, 0.65, 0.8, 0.95)
"""Between these the probabilities that the ranking of pronouns gives are counted together."""


class Counted(TypedDict):
    """How often links of one kind were right, of how many, and the confidence that follows, 0 to 1."""

    right: int
    of: int
    confidence: float


class Links(TypedDict):
    """What `data/links.json` holds, by rule and cell. `rivals`: how often one was right where the first was not."""

    rules: dict[str, dict[str, Counted]]
    rivals: float


@cache
def links() -> Links:
    """What was counted."""
    path = resources.files("sayso_server.core") / "data" / "links.json"
    loaded: Links = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def cells(rule: str) -> tuple[str, ...]:
    """In how many ways links by one rule are counted: alone or with rivals, pronouns by their probability."""
    return tuple(f"from {b:.2f}" for b in (0.0, *BANDS)) if rule.startswith("pronoun ") else ("alone", "rivals")


def cell(rule: str, share: float, *, rivals: bool) -> str:
    """Which of the `cells` a link belongs to."""
    if rule.startswith("pronoun "):
        return cells(rule)[sum(share >= b for b in BANDS)]
    return "rivals" if rivals else "alone"


def of_link(rule: str, share: float, *, rivals: bool) -> float:
    """That a link by this rule is right, 0 to 1; `share` is what the rule's own choice gives to it."""
    counted = links()["rules"][rule][cell(rule, share, rivals=rivals)]["confidence"]
    return counted if rule.startswith("pronoun ") else share * counted


def of_rivals(confidence: float) -> float:
    """That one of the rivals is right, where the first has `confidence`."""
    return (1 - confidence) * links()["rivals"]
