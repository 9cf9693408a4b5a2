"""The confidence of a link: how often links by its rule were correct when they were counted.

`data/links.json` is written by the training stage `links`, which documents how it counts. A rule that has no counts yet
has the mean of its family; `Calibration.uncounted` lists such rules.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypedDict

from sayso_server.core.scoring import DataError, read_json
from sayso_server.core.speakers.link_rules import DESCRIBING, LINK_RULES, RANKED, LinkFamily, LinkRule

BANDS = (0.35, 0.5, 0.65, 0.8, 0.95)
"""Borders between the bands of probability in which rankings are counted."""
DOUBTED = 0.2
"""Descriptions of known entities with a coreference share below this are counted separately."""
UNKNOWN = 0.5
"""The confidence if nothing was counted at all."""


class Counted(TypedDict):
    """The number of correct links in one cell, the number of links, and the resulting confidence, 0 to 1."""

    right: int
    of: int
    confidence: float


class Links(TypedDict):
    """Content of `data/links.json`: the fields of a `Calibration`."""

    rules: dict[str, dict[str, Counted]]
    rivals: float


def cells(rule: LinkRule) -> tuple[str, ...]:
    """The cells in which links by one rule are counted: alone or with rivals; for a ranking, by its probability.

    Descriptions that the coreference head doubts have a separate cell.
    """
    if rule.family in RANKED:
        return tuple(f"from {b:.2f}" for b in (0.0, *BANDS))
    return ("alone", "rivals", "doubted") if rule.family in DESCRIBING else ("alone", "rivals")


def cell(rule: LinkRule, share: float, *, rivals: bool, agreement: float | None = None) -> str:
    """The cell that a link belongs to; `agreement` is the share of the coreference head, if any."""
    if rule.family in RANKED:
        return cells(rule)[sum(share >= b for b in BANDS)]
    if rule.family in DESCRIBING and agreement is not None and agreement < DOUBTED:
        return "doubted"
    return "rivals" if rivals else "alone"


@dataclass(frozen=True)
class Calibration:
    """Counts by rule name and cell; and how often a runner-up is correct if the first choice is wrong."""

    rules: Mapping[str, Mapping[str, Counted]]
    rivals: float

    def of_link(self, rule: LinkRule, share: float, *, rivals: bool, agreement: float | None = None) -> float:
        """Probability that a link by this rule is correct.

        `share` is the share that the rule's own choice gives to the entity, `agreement` that of the coreference head.
        """
        if rule.family is LinkFamily.NOBODY:
            return 0.0
        confidence = self._of_cell(rule, cell(rule, share, rivals=rivals, agreement=agreement))
        return confidence if rule.family in RANKED else share * confidence

    def of_rivals(self, confidence: float) -> float:
        """Probability that a runner-up is correct, if the first choice has `confidence`."""
        return (1 - confidence) * self.rivals

    def uncounted(self, rules: Sequence[LinkRule] = LINK_RULES) -> tuple[LinkRule, ...]:
        """The rules that have no counts yet; they have the mean of their family."""
        return tuple(
            rule
            for rule in rules
            if rule.family is not LinkFamily.NOBODY and not set(cells(rule)) <= self.rules.get(rule.name, {}).keys()
        )

    def _of_cell(self, rule: LinkRule, name: str) -> float:
        counted = self._counted(rule, name)
        return counted["confidence"] if counted is not None else self._mean(rule.family, name)

    def _mean(self, family: LinkFamily, name: str) -> float:
        """The mean of a cell in the family, else in all families, else of everything; weighted by counts."""
        own = [counted for row in LINK_RULES if row.family is family and (counted := self._counted(row, name))]
        same = [counted for row in LINK_RULES if (counted := self._counted(row, name))]
        all_cells = [counted for cells_of_rule in self.rules.values() for counted in cells_of_rule.values()]
        means = (_weighted(known) for known in (own, same, all_cells))
        return next((mean for mean in means if mean is not None), UNKNOWN)

    def _counted(self, rule: LinkRule, name: str) -> Counted | None:
        return self.rules.get(rule.name, {}).get(name)


def _weighted(known: Iterable[Counted]) -> float | None:
    """The mean confidence, weighted by counts; None if nothing was counted."""
    rows = [(counted["of"], counted["confidence"]) for counted in known]
    total = sum(weight for weight, _ in rows)
    return sum(weight * confidence for weight, confidence in rows) / total if total else None


@cache
def calibration() -> Calibration:
    """The calibration of `data/links.json`."""
    links = read_json("links")
    if not isinstance(links.get("rules"), dict) or not isinstance(links.get("rivals"), float):
        raise DataError("links.json must have rules and rivals")
    return Calibration(links["rules"], links["rivals"])
