"""The table of link rules, and the confidence that their counts give."""

import pytest

from sayso_server.core.speakers import link_rules
from sayso_server.core.speakers.calibration import Calibration, Counted, calibration, cells
from sayso_server.core.speakers.discourse.pronouns import RULES
from sayso_server.core.speakers.entities import Link
from sayso_server.core.speakers.link_rules import LINK_RULES, Family, LinkRule
from sayso_server.core.speakers.names.aliases import ALIASES

NEW = LinkRule("brand new", Family.DOCUMENTS)


def counted(right: int, of: int, confidence: float) -> Counted:
    return {"right": right, "of": of, "confidence": confidence}


def test_the_table_has_each_rule_once() -> None:
    names = [rule.name for rule in LINK_RULES]
    assert len(set(names)) == len(names)
    assert {alias.rule for alias in ALIASES} <= set(LINK_RULES)
    assert set(RULES.values()) <= set(LINK_RULES)


def test_counts_are_of_rules_in_the_table() -> None:
    rules = {rule.name: rule for rule in LINK_RULES if rule.family is not Family.NOBODY}
    counted = calibration().rules
    assert counted.keys() <= rules.keys()
    for name, of_cells in counted.items():
        assert tuple(of_cells) == cells(rules[name])
        assert all(0 < cell["confidence"] < 1 and 0 <= cell["right"] <= cell["of"] for cell in of_cells.values())


def test_a_rule_without_counts_has_the_mean_of_its_family() -> None:
    rules = {
        "document": {"alone": counted(8, 10, 0.8), "rivals": counted(0, 0, 0.1)},
        "same document": {"alone": counted(12, 30, 0.4)},
        "surname": {"alone": counted(9, 10, 0.9), "rivals": counted(3, 5, 0.6)},
    }
    known = Calibration(rules, rivals=0.5)
    assert known.of_link(NEW, 1.0, rivals=False) == pytest.approx((10 * 0.8 + 30 * 0.4) / 40)
    assert known.of_link(NEW, 0.5, rivals=False) == pytest.approx(0.5 * known.of_link(NEW, 1.0, rivals=False))
    assert known.of_link(NEW, 1.0, rivals=True) == pytest.approx(0.6)  # nothing was counted in the family
    assert known.of_link(link_rules.SAME_DOCUMENT, 1.0, rivals=True) == pytest.approx(0.6)  # a missing cell
    assert 0 < known.of_link(link_rules.PRONOUN_IT, 0.9, rivals=True) < 1  # no ranking was counted
    assert Calibration({}, rivals=0.5).of_link(NEW, 1.0, rivals=False) == 0.5


def test_rules_without_counts_are_listed() -> None:
    assert calibration().uncounted((*LINK_RULES, NEW))[-1] is NEW
    assert link_rules.NO_SOURCE not in calibration().uncounted()
    for rule in LINK_RULES:  # with counts or without
        assert 0 <= calibration().of_link(rule, 1.0, rivals=False) < 1


def test_a_surer_choice_is_no_less_confident() -> None:
    for rule in RULES.values():
        found = [calibration().of_link(rule, share, rivals=True) for share in (0.2, 0.4, 0.6, 0.7, 0.9, 1.0)]
        assert found == sorted(found)


def test_half_a_choice_is_half_as_sure() -> None:
    whole, half = (calibration().of_link(link_rules.JOB_TITLE, share, rivals=True) for share in (1.0, 0.5))
    assert half == whole / 2


def test_links_to_nobody_have_no_confidence() -> None:
    assert Link(None, link_rules.NO_SOURCE).confidence == 0.0
    assert Link(None, link_rules.TURNS_TAKEN).confidence == 0.0
