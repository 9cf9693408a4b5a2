"""The components of a score."""

from itertools import pairwise

import pytest

from sayso_server.core.scoring import STRONGEST, DataError, Scorer, explained, read_json, scorer_of
from sayso_server.core.selection import weights
from sayso_server.core.selection.evidence import Basis
from sayso_server.core.selection.weights import scorers

SCORER = Scorer({"likely": 2.0, "short": -0.5}, threshold=0.5, calibration=[(0.0, 0.5), (1.0, 0.7), (3.0, 0.9)])


def test_a_margin_is_the_sum_of_the_weights_minus_the_threshold() -> None:
    score = SCORER.score(["likely", "short", "never seen"])
    assert score.margin == pytest.approx(1.0)
    assert score.evidence == (("likely", 2.0), ("short", -0.5))


def test_a_feature_with_a_value_adds_its_weight_times_the_value() -> None:
    score = SCORER.weigh({"likely": 0.5, "short": 3.0, "never seen": 9.0})
    assert score.margin == pytest.approx(1.0 - 1.5 - 0.5)
    assert score.evidence == (("likely", 1.0), ("short", -1.5))


@pytest.mark.parametrize(
    ("margin", "confidence"), [(-9.0, 0.5), (0.0, 0.5), (0.5, 0.6), (1.0, 0.7), (2.0, 0.8), (3.0, 0.9), (99.0, 0.9)]
)
def test_confidence_lies_between_the_points_of_the_calibration(margin: float, confidence: float) -> None:
    assert SCORER.confidence(margin) == pytest.approx(confidence)


def test_the_strongest_features_explain_a_score() -> None:
    evidence = [(f"weak {i}", 0.01) for i in range(20)] + [("strong", -3.0)]
    shown = explained(evidence)
    assert len(shown) == STRONGEST
    assert shown[0] == ("strong", -3.0)


@pytest.mark.parametrize("basis", list(Basis))
def test_the_calibration_rises(basis: Basis) -> None:
    points = scorers()[basis].calibration
    assert len(points) >= 5
    assert all(a[0] < b[0] and a[1] <= b[1] for a, b in pairwise(points))
    assert all(0 < confidence < 1 for _, confidence in points)


@pytest.mark.parametrize("described", [{}, {"weights": []}, [], None])
def test_a_scorer_without_weights_names_its_file(described: object) -> None:
    with pytest.raises(DataError, match=r"^personhood\.json: "):
        scorer_of(described, "personhood.json")


def test_a_file_that_is_missing_is_named() -> None:
    with pytest.raises(DataError, match=r"^no-such\.json cannot be read"):
        read_json("no-such")


@pytest.mark.parametrize("key", ["known", *Basis])
def test_what_the_weights_of_statements_lack_is_named(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    content = read_json("scorer")
    del content[key]
    monkeypatch.setattr(weights, "read_json", lambda name: content)
    with pytest.raises(DataError, match=rf"^scorer\.json has no {key}$"):
        weights.unweighed()
