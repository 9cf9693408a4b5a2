"""How the scorer learns, on a few made-up annotations."""

import random

import pytest
from support.toy import TaggedToyParser

from sayso_server.core.candidate import Candidate
from sayso_server.core.document import read, with_trees
from sayso_server.core.selection.evidence import Basis
from sayso_server.core.statement import Cue, CueClass, Span
from sayso_tools.evaluation.calibration import area_under_curve, calibration_error, judgements
from sayso_tools.training.annotations import Annotation
from sayso_tools.training.examples import Example, agreement
from sayso_tools.training.news import Article
from sayso_tools.training.regression import Row, fit
from sayso_tools.training.scorer import calibrated, described, trained

pytestmark = pytest.mark.live

GOLD = [
    Annotation(content=(Span(10, 30),), cue=(Span(5, 9),), source=(Span(0, 4),), is_speech=True),
    Annotation(content=(Span(100, 200),), cue=(Span(90, 95),), source=(), is_speech=False),
]


def candidate(start: int, end: int, *, cue: int | None = 5, source: Span | None = None) -> Candidate:
    spans = Cue((Span(cue, cue + 4),), "say", CueClass.SAY) if cue is not None else None
    return Candidate((Span(start, end),), spans, None, source, None, rule="clausal-complement")


@pytest.mark.parametrize(
    ("found", "value"),
    [
        (candidate(10, 30, source=Span(0, 4)), 1.0),
        (candidate(10, 25, source=Span(0, 4)), 0.75),
        (candidate(10, 30, source=Span(40, 44)), 0.0),
        (candidate(10, 30), 0.0),
        (candidate(24, 40, source=Span(0, 4)), 0.0),
        (candidate(100, 200, cue=90), 1.0),
        (candidate(120, 140, cue=110), None),  # in somebody's words: the annotations are the outermost
        (candidate(300, 340, cue=290), 0.0),
    ],
)
def test_what_a_candidate_is_worth(found: Candidate, value: float | None) -> None:
    assert agreement(found, GOLD) == value


def row(place: int, value: float, *features: str, basis: Basis = Basis.RULES) -> Row:
    return Row(basis, (place,), ["bias", *features], value)


def test_weights_tell_right_from_wrong() -> None:
    kinds = [(1.0, ["good"]), (0.0, ["bad"]), (1.0, ["good", "rare"]), (0.0, ["bad"])] * 20
    rows = [row(i, value, *features) for i, (value, features) in enumerate(kinds)]
    weights = fit(rows)[Basis.RULES]
    assert weights["good"] > 0.5
    assert weights["bad"] < -0.5
    assert weights == fit(rows)[Basis.RULES]


def test_rivals_are_told_from_each_other_across_bases() -> None:
    """Of two that are nearly as good the better one weighs more, though each alone is as right as the other."""
    whole = [row(i, 1.0, "whole", basis=Basis.LINKED) for i in range(40)]
    short = [row(i, 0.9, "short") for i in range(40)]
    wrong = [row(100 + i, 0.0, "wrong") for i in range(40)]
    rivals = fit([*whole, *short, *wrong])
    apart = fit([*whole, *(r._replace(place=(200 + i,)) for i, r in enumerate(short)), *wrong])

    def lead(weights: dict[Basis, dict[str, float]]) -> float:
        linked, rules = weights[Basis.LINKED], weights[Basis.RULES]
        return linked["bias"] + linked["whole"] - rules["bias"] - rules["short"]

    assert lead(rivals) > lead(apart) + 0.1


def test_calibration_is_the_share_of_right_ones() -> None:
    rng = random.Random(1)
    pairs = [(margin, rng.random() < 0.1 + 0.2 * margin) for margin in (rng.uniform(0, 4) for _ in range(4000))]
    for margin, share in calibrated(pairs):
        assert share == pytest.approx(0.1 + 0.2 * margin, abs=0.08)


def test_a_scorer_is_learned_from_articles() -> None:
    examples = [Example.of(article(i)) for i in range(24)]
    weights = trained(examples)
    assert set(described(weights)) == {"known", *(basis.value for basis in Basis)}
    assert trained(examples) == weights
    right = [item for e in examples for item, value in zip(e.candidates, e.values, strict=True) if value]
    wrong = [item for e in examples for item, value in zip(e.candidates, e.values, strict=True) if value == 0]
    margins = [[weights[j.basis].score(j.features).margin for j in items] for items in (right, wrong)]
    assert sum(margins[0]) / len(right) > sum(margins[1]) / len(wrong)


def article(number: int) -> Article:
    """An article whose annotations are every second thing that its candidates could be."""
    line = "Mara Olin said that plan {} failed , adding that it may . “ No , ” she told reporters ."
    text = "\n\n".join(line.format(number * 7 + i) for i in range(6))
    document = read(text)
    document = with_trees(document, TaggedToyParser().parse(document.parts))
    bare = Example.of(Article(document, [], number % 3))
    gold = [
        {
            "content": [[s.start, s.end] for s in item.candidate.content],
            "cue": [[s.start, s.end] for s in item.candidate.cue.spans] if item.candidate.cue else [],
            "source": [[item.candidate.source.start, item.candidate.source.end]] if item.candidate.source else [],
            "speech": True,
        }
        for item in bare.candidates[::2]
    ]
    return Article(document, gold, number % 3)


def test_the_measures_of_confidence() -> None:
    rng = random.Random(1)
    honest = [(confidence, rng.random() < confidence) for confidence in (rng.random() for _ in range(2000))]
    assert calibration_error(honest) < 0.04
    assert calibration_error([(0.9, False)] * 10 + [(0.9, True)] * 10) == pytest.approx(0.4, abs=0.11)
    assert area_under_curve([(0.9, True), (0.2, False)]) == 1
    assert area_under_curve([(0.5, True), (0.5, False)]) == 0.5
    assert area_under_curve(honest) > 0.8


def test_what_cannot_be_judged_counts_as_nothing() -> None:
    gold = {"attributions": [{"content": [[10, 30]], "source": [[0, 4]], "cue": [[5, 9]]}]}
    found = [
        {"content": [[10, 28]], "source": [[0, 4]], "cue": [[5, 9]], "confidence": 0.9},
        {"content": [[18, 24]], "source": [[12, 14]], "cue": [[15, 17]], "confidence": 0.4},  # inside the other
        {"content": [[50, 60]], "source": [], "cue": [[40, 44]], "confidence": 0.3},
    ]
    assert judgements(gold, {"attributions": found}) == [(0.9, True), (0.3, False)]
