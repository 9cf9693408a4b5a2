"""Annotated articles with their candidates, and the agreement of each candidate with the annotations.

A candidate is correct if an annotation has its content (IoU of at least one half) and shares its source and its cue. A
candidate inside an annotated content is ignored: only outermost statements are annotated.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sayso_server.core.candidate import Candidate
from sayso_server.core.grammar.contents import merge, overlap
from sayso_server.core.scoring import Scorer
from sayso_server.core.selection.choice import Chosen, Judged, judged, selected
from sayso_server.core.selection.evidence import Basis, evidence
from sayso_server.core.selection.proposals import place_of
from sayso_server.core.selection.words import Words
from sayso_tools.training.annotations import Annotation, touch, worth
from sayso_tools.training.news import Article
from sayso_tools.training.regression import Row


def agreement(candidate: Candidate, gold: Sequence[Annotation]) -> float | None:
    """How well the annotations agree with a candidate, with or without addressees; see `annotations.worth`."""
    sources = [s for s in (candidate.source, candidate.relative) if s is not None]
    cue = candidate.cue.spans if candidate.cue else ()
    contents = {candidate.content, merge((*candidate.content, *candidate.addressees))}
    values = [worth(content, sources, cue, gold) for content in contents]
    return max((value for value in values if value is not None), default=None)


def has_cue(candidate: Candidate, gold: Sequence[Annotation]) -> bool:
    """Whether the annotation with the most of this content has this cue."""
    best = max(gold, key=lambda g: overlap(candidate.content, g.content))
    return touch(candidate.cue.spans if candidate.cue else (), best.cue) or candidate.cue is None


@dataclass(frozen=True)
class Example:
    """An article with its candidates and their agreement; `plain` are the same without the tagger's output."""

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
        """Training rows: the candidates with this basis; for trees, all candidates of rules. `number`: the article."""
        for own, plain, value in zip(self.candidates, self.plain, self.values, strict=True):
            item = plain if basis is Basis.TREES and own.basis is not Basis.LINKED else own
            if item.basis is basis and value is not None:
                yield Row(basis, (number, *place_of(item.candidate)), item.features, value)

    def chosen(self, weights: Mapping[Basis, Scorer], basis: Basis) -> list[Chosen]:
        """The choice of these weights; for trees, without the tagger's output."""
        given = self.candidates
        if basis is Basis.TREES:
            pairs = zip(self.candidates, self.plain, strict=True)
            given = [plain for own, plain in pairs if own.basis is not Basis.LINKED]
        return selected(self.article.document, self.words, given, weights, has_roles=basis is not Basis.TREES)
