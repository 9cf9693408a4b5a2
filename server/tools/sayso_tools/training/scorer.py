"""What each feature of a candidate weighs: logistic regression on annotated news, for `scorer.json`.

A candidate is right if an annotation has its content (intersection over union of at least one half) and shares its
source and its cue; how well the contents agree is what is learned. A candidate inside an annotated content counts as
nothing: the annotations are the outermost only. A part of the documents have roles and links of heads that do not know
them (see `folds`). What is enough, and how sure a score makes us, is found on documents that the weights were not
learned from.
"""

import argparse
import json
import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from sayso_server.core.candidate import Candidate
from sayso_server.core.grammar.contents import merge, overlap
from sayso_server.core.rules import RULES
from sayso_server.core.scoring import Scorer
from sayso_server.core.selection.choice import Chosen, Judged, judged, selected
from sayso_server.core.selection.evidence import Basis, evidence
from sayso_server.core.selection.proposals import place_of
from sayso_server.core.selection.weights import FILE, scorers
from sayso_server.core.selection.words import Words
from sayso_server.core.statement import REPORTED_SPEECH
from sayso_tools.training.annotations import SAME, Annotation, touch, worth
from sayso_tools.training.folds import KNOWN
from sayso_tools.training.news import Article, articles

log = logging.getLogger(__name__)

RAREST = 12
"""How often a feature must occur to have a weight."""

PENALTY = 10.0
"""Of the squares of the weights."""

RANKING, SHARPNESS = 1.0, 0.1
"""What the loss of rivals counts, and how much more a rival is worth must be to have nearly all of the share."""

MOST_STEPS = 120
"""Of the descent."""

ENOUGH = (-1.5, -1.0, -0.75, -0.5, -0.25, 0.0)
"""Sums of weights that are tried as what is enough."""

COST = 0.003
"""What F1 may be lost for more statements of rules, which know our conventions, and for fewer of links alone."""

PARTS = 4
"""Of the documents: what is enough in each, and how sure, is found with weights from the others."""

POINTS = 15
"""Of the line from scores to confidences."""


def agreement(candidate: Candidate, gold: Sequence[Annotation]) -> float | None:
    """How well the annotations agree with a candidate, with or without those addressed; see `annotations.worth`."""
    sources = [s for s in (candidate.source, candidate.relative) if s is not None]
    cue = candidate.cue.spans if candidate.cue else ()
    contents = {candidate.content, merge((*candidate.content, *candidate.addressees))}
    values = [worth(content, sources, cue, gold) for content in contents]
    return max((value for value in values if value is not None), default=None)


def has_cue(candidate: Candidate, gold: Sequence[Annotation]) -> bool:
    """Whether the annotation with the most of this content has this cue."""
    best = max(gold, key=lambda g: overlap(candidate.content, g.content))
    return touch(candidate.cue.spans if candidate.cue else (), best.cue) or candidate.cue is None


class Row(NamedTuple):
    """A candidate to learn from: its features, and what it is worth, 0 to 1. Rows of one `place` are rivals."""

    basis: Basis
    place: tuple[int, ...]
    features: Sequence[str]
    value: float


@dataclass(frozen=True)
class Example:
    """An article with its candidates and what each is worth; `plain` are the same without what the tagger says."""

    article: Article
    gold: list[Annotation]
    words: Words
    candidates: list[Judged]
    values: list[float | None]
    plain: list[Judged]

    @classmethod
    def of(cls, article: Article) -> "Example":
        """The candidates of an article, compared with its annotations."""
        gold = [Annotation.of(item) for item in article.gold]
        words = Words.of(article.document)
        candidates = list(judged(article.document, words))
        values = [agreement(j.candidate, gold) for j in candidates]
        values = [v if not v or has_cue(j.candidate, gold) else 0.0 for v, j in zip(values, candidates, strict=True)]
        plain = [
            replace(j, basis=Basis.TREES, features=evidence(j.candidate, [], article.document, words, Basis.TREES))
            for j in candidates
        ]
        return cls(article, gold, words, candidates, values, plain)

    def rows(self, basis: Basis, number: int) -> Iterator["Row"]:
        """What to learn from: the candidates with this basis, as to trees all of the rules'; `number`: the article."""
        for own, plain, value in zip(self.candidates, self.plain, self.values, strict=True):
            item = plain if basis is Basis.TREES and own.basis is not Basis.LINKED else own
            if item.basis is basis and value is not None:
                yield Row(basis, (number, *place_of(item.candidate)), item.features, value)

    def chosen(self, weights: Mapping[Basis, Scorer], basis: Basis) -> list[Chosen]:
        """What these weights choose; as to trees as if no tagger had read the article."""
        given = self.candidates
        if basis is Basis.TREES:
            pairs = zip(self.candidates, self.plain, strict=True)
            given = [plain for own, plain in pairs if own.basis is not Basis.LINKED]
        return selected(self.article.document, self.words, given, weights, has_roles=basis is not Basis.TREES)


def fit(rows: Sequence[Row]) -> dict[Basis, dict[str, float]]:
    """Weights by basis and feature, by logistic regression on what the rows are worth.

    Rows of one place are rivals. What they are worth is learned one by one, and, where one of them is right, which of
    them is best: a softmax over the rivals, so that borders are told from each other, not only statements from none.
    """
    rows = sorted(rows, key=lambda row: row.place)
    counts = Counter((row.basis, name) for row in rows for name in row.features)
    names = sorted(key for key, count in counts.items() if count >= RAREST)
    places = {key: i for i, key in enumerate(names)}
    ids = [[places[row.basis, name] for name in row.features if (row.basis, name) in places] for row in rows]
    flat = np.array([i for row in ids for i in row])
    sizes = np.array(list(map(len, ids)))
    starts = np.concatenate([[0], sizes.cumsum()[:-1]])
    gold = np.array([row.value for row in rows])
    rivals = Rivals.of(rows)
    weights = torch.zeros(len(names), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=MOST_STEPS, history_size=20, line_search_fn="strong_wolfe")

    def loss() -> float:
        own = weights.detach().numpy()
        sums = np.add.reduceat(own[flat], starts)
        ranked, off = rivals.loss(sums)
        off += 1 / (1 + np.exp(-sums)) - gold
        weights.grad = torch.from_numpy(np.bincount(flat, np.repeat(off, sizes), len(names)) + PENALTY * own)
        return float((np.logaddexp(0, sums) - gold * sums).sum() + ranked + PENALTY / 2 * own @ own)

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    out: dict[Basis, dict[str, float]] = {}
    for (basis, name), weight in zip(names, weights.tolist(), strict=True):
        out.setdefault(basis, {})[name] = round(float(weight), 3)
    return out


@dataclass(frozen=True)
class Rivals:
    """Which rows are rivals: the first row of each place, its number by row, and how the rows should share in it.

    A place where no row is right counts nothing: its rows have no share, and `counted` is 0 for them.
    """

    first: np.ndarray
    place: np.ndarray
    shares: np.ndarray
    counted: np.ndarray

    @classmethod
    def of(cls, rows: Sequence[Row]) -> "Rivals":
        """The rivals among rows in the order of their places."""
        is_first = np.array([i == 0 or rows[i - 1].place != row.place for i, row in enumerate(rows)])
        first, place = np.flatnonzero(is_first), is_first.cumsum() - 1
        gold = np.array([row.value for row in rows])
        best = np.maximum.reduceat(gold, first)[place]
        raised = np.exp((gold - best) / SHARPNESS)
        counted = RANKING * (best >= SAME)
        return cls(first, place, raised / np.add.reduceat(raised, first)[place], counted)

    def loss(self, sums: np.ndarray) -> tuple[float, np.ndarray]:
        """The cross-entropy of the rivals' shares, and its slope by row."""
        highest = np.maximum.reduceat(sums, self.first)[self.place]
        raised = np.exp(sums - highest)
        total = np.add.reduceat(raised, self.first)[self.place]
        logs = sums - highest - np.log(total)
        return float(-(self.counted * self.shares * logs).sum()), self.counted * (raised / total - self.shares)


def learn(examples: Iterable[Example]) -> dict[Basis, Scorer]:
    """Weights for every basis: those of rivals together, those on trees alone apart."""
    given = list(examples)
    out: dict[Basis, Scorer] = {}
    for bases in ((Basis.RULES, Basis.LINKED), (Basis.TREES,)):
        rows = [row for number, example in enumerate(given) for basis in bases for row in example.rows(basis, number)]
        learned = fit(rows)
        out |= {basis: Scorer(learned.get(basis, {})) for basis in bases}
    return out


def figures(chosen: Sequence[Chosen], gold: Sequence[Annotation], *, speech: bool) -> Counter[str]:
    """Annotations, statements, and right ones, of a document; nested statements are left out."""
    out: Counter[str] = Counter(gold=sum(g.is_speech or not speech for g in gold))
    for item in chosen:
        cue = item.candidate.cue
        if item.parent is not None or (speech and cue is not None and cue.cue_class not in REPORTED_SPEECH):
            continue
        value = agreement(item.candidate, gold)
        best = max(gold, key=lambda g: overlap(item.candidate.content, g.content), default=None)
        is_other = best is not None and not best.is_speech and overlap(item.candidate.content, best.content) >= 0.5
        if value is not None and not (speech and is_other):
            out["found"] += 1
            out["right"] += value > 0
    return out


def f1(counts: Counter[str]) -> float:
    """Of counts of gold, found, right."""
    return 2 * counts["right"] / max(1, counts["gold"] + counts["found"])


def totals(examples: Sequence[Example], weights: Sequence[Mapping[Basis, Scorer]], basis: Basis) -> float:
    """F1 of contents with their sources, the mean of reported speech and of all classes."""
    chosen = [(e, e.chosen(w, basis)) for e, w in zip(examples, weights, strict=True)]
    counts = [sum((figures(c, e.gold, speech=speech) for e, c in chosen), Counter()) for speech in (True, False)]
    return sum(map(f1, counts)) / 2


def with_enough(weights: Mapping[Basis, Scorer], basis: Basis, enough: float) -> dict[Basis, Scorer]:
    """The scorers with another sum that is enough for one basis."""
    return {key: replace(own, threshold=enough) if key is basis else own for key, own in weights.items()}


def calibrated(pairs: Sequence[tuple[float, bool]]) -> list[tuple[float, float]]:
    """Rising points (margin, share of right ones), from groups of equal size pooled until they rise."""
    pairs = sorted(pairs)
    size = max(1, len(pairs) // POINTS)
    pooled: list[Sequence[tuple[float, bool]]] = []
    for group in (pairs[i : i + size] for i in range(0, len(pairs), size)):
        pooled.append(group)
        while len(pooled) > 1 and _share(pooled[-2]) >= _share(pooled[-1]):
            pooled[-2:] = [[*pooled[-2], *pooled[-1]]]
    return [(round(sum(m for m, _ in g) / len(g), 3), round(_share(g), 3)) for g in pooled]


def _share(group: Sequence[tuple[float, bool]]) -> float:
    """Of right ones, drawn a little towards one half."""
    return (sum(right for _, right in group) + 0.5) / (len(group) + 1)


def outcomes(example: Example, weights: Mapping[Basis, Scorer], basis: Basis) -> Iterator[tuple[float, bool]]:
    """Margin, and whether content and source are right, of what is returned by default and can be judged."""
    bases = {id(item.candidate): item.basis for item in example.candidates}
    for item in example.chosen(weights, basis):
        cue = item.candidate.cue
        value = agreement(item.candidate, example.gold)
        is_default = cue is None or cue.cue_class in REPORTED_SPEECH
        own = Basis.TREES if basis is Basis.TREES else bases.get(id(item.candidate), Basis.TREES)
        if is_default and value is not None and own is basis:
            yield item.score.margin, value > 0


def run(options: argparse.Namespace) -> None:
    """Learn, and write the file."""
    examples = [Example.of(a) for a in articles(options, options.annotated / "polnear-train.jsonl")]
    log.info("%d documents, %d candidates", len(examples), sum(len(e.candidates) for e in examples))
    path = Path(options.data) / f"{FILE}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(described(trained(examples)), indent=1) + "\n", encoding="utf-8")
    scorers.cache_clear()  # what follows in this process reads the new ones


def trained(examples: Sequence[Example]) -> dict[Basis, Scorer]:
    """Weights from all examples; what is enough, and the calibration, from weights that do not know the document."""
    others = [learn([e for i, e in enumerate(examples) if i % PARTS != part]) for part in range(PARTS)]
    held_out = [others[i % PARTS] for i in range(len(examples))]
    final = learn(examples)
    for basis in Basis:
        tried = {
            enough: totals(examples, [with_enough(w, basis, enough) for w in held_out], basis) for enough in ENOUGH
        }
        good = [enough for enough, reached in tried.items() if reached >= max(tried.values()) - COST]
        best = max(good) if basis is Basis.LINKED else min(good)
        log.info("%s: F1 by what is enough: %s", basis, {k: round(100 * v, 2) for k, v in tried.items()})
        held_out = [with_enough(w, basis, best) for w in held_out]
        final = with_enough(final, basis, best)
    for basis in Basis:
        unknown = [(e, w) for e, w in zip(examples, held_out, strict=True) if e.article.fold != KNOWN]
        pairs = [pair for e, w in unknown for pair in outcomes(e, w, basis)]  # of what they know heads are too sure
        final[basis] = replace(final[basis], calibration=calibrated(pairs))
    return final


def described(weights: Mapping[Basis, Scorer]) -> dict[str, Any]:
    """What goes into the file."""
    return {"known": sorted(RULES)} | {
        basis.value: {
            "threshold": own.threshold,
            "calibration": own.calibration,
            "weights": {name: weight for name, weight in sorted(own.weights.items()) if weight},
        }
        for basis, own in weights.items()
    }
